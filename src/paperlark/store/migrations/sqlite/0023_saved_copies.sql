-- Saved papers in places outside, and libraries that are read again every morning.

CREATE TABLE saved_copies (
    -- One saved paper in one place; a row stays when the paper is no longer saved.
    profile TEXT NOT NULL,
    saver TEXT NOT NULL,              -- what wrote it: zotero, notes, and so on
    place TEXT NOT NULL,              -- the library and collection, folder or address
    paper_id TEXT NOT NULL,
    state TEXT NOT NULL,              -- sending, there, failed, deleted (by the reader: for good)
    key TEXT NOT NULL,                -- its name there
    content TEXT NOT NULL,            -- what was written last
    problem TEXT,                     -- why it failed; NULL: it did not
    at TEXT NOT NULL,
    PRIMARY KEY (profile, saver, place, paper_id)
);

CREATE TABLE read_libraries (
    -- A library that is read for a reader: what is in it, as far as it was read.
    profile TEXT NOT NULL,
    library TEXT NOT NULL,            -- users/12345 or groups/678
    version INTEGER NOT NULL,         -- the library's own version when it was read
    items TEXT NOT NULL,              -- JSON: by key of an item its paper and its collections
    at TEXT NOT NULL,
    PRIMARY KEY (profile, library)
);
