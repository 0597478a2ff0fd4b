"""Use cases that make pages: one day, a whole morning, and what a page would cost."""
