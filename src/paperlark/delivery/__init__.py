"""Profiles, pages and receipts in; messages to the channels out, each delivered once."""
