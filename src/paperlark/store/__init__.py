"""The database, one SQLite file: domain values in, the same values out."""
