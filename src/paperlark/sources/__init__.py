"""Where papers come from: a category and a day in, that day's feed out."""
