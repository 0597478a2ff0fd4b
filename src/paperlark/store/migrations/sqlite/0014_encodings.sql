-- The words and the embedding of a paper, so that they are computed once. A cache: it can be
-- deleted at any time.
CREATE TABLE encodings (
    number INTEGER PRIMARY KEY,       -- the oldest are deleted
    made_of BLOB NOT NULL UNIQUE,     -- fingerprint of the text and of the code that encodes it
    content BLOB NOT NULL
);
