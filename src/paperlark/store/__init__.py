"""What paperlark remembers, in one SQLite file: values in, the same values out."""
