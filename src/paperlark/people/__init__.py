"""Papers in, the persons who wrote them out: who an author is, beyond a name."""
