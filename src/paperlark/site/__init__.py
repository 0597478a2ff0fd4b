"""Many digests in, a site out: pages of days, months, years, authors and topics, search, feeds."""
