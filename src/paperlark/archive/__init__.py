"""Use cases on what is stored: why a paper was selected, votes, spending, restoring pages."""
