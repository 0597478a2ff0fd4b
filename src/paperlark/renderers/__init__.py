"""Digest in, Page out: the same day as Markdown, JSON and HTML, in the same order and words."""
