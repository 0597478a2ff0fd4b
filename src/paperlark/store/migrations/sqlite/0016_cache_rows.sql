-- What is kept of a reader is half a megabyte. In a table without row numbers it takes three times
-- as long to read; what was cached is made again.
DROP TABLE scratch;
CREATE TABLE scratch (
    -- A cache: it can be deleted at any time.
    key TEXT PRIMARY KEY,             -- what is cached
    made_of TEXT NOT NULL,            -- fingerprint of its inputs
    content BLOB NOT NULL
);
