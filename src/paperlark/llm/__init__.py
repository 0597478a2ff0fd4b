"""Talking to language models: instructions and a question in; a text and what it cost out."""
