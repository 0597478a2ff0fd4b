"""Language models: a prompt in, a reply with its cost out; `chat_stack.py` states the order."""
