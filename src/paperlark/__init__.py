"""paperlark: the day's arXiv papers worth one reader's time, on one page."""

__version__ = "0.1.0"
