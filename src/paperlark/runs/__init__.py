"""Use cases that make pages: one day, several, a whole morning; and what pages would cost."""
