-- What arXiv says of a paper besides title, authors, abstract and categories; NULL: unknown.
-- On one line each, as arXiv sends it; the licence is an address.
ALTER TABLE papers ADD COLUMN comments TEXT;
ALTER TABLE papers ADD COLUMN journal_reference TEXT;
ALTER TABLE papers ADD COLUMN doi TEXT;
ALTER TABLE papers ADD COLUMN licence TEXT;
