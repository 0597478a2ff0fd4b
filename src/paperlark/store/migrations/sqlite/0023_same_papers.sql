-- Readers with the same papers on their latest days are ranked together: whether they have is known
-- from this, without reading the papers.

ALTER TABLE digests ADD COLUMN papers TEXT; -- fingerprint of the ids and versions of its scanned papers; NULL: unknown
