"""A query in, papers of the archive out."""
