-- Where imported papers came from, so that they can be listed and taken out again.

-- File, address or library; '': imported before sources were kept.
ALTER TABLE library ADD COLUMN source TEXT NOT NULL DEFAULT '';
-- When it was imported; '': likewise.
ALTER TABLE library ADD COLUMN imported TEXT NOT NULL DEFAULT '';
-- 1: taken out again; only its text is kept, for a vote on it.
ALTER TABLE library ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
