"""Papers in, the citations that reference managers read out: BibTeX, RIS and CSL-JSON."""
