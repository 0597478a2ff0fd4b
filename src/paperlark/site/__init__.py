"""Many digests in, a site out: days, months and years to walk through, authors, topics, feeds."""
