-- Saved papers in places outside, and libraries that are read again every morning.

CREATE TABLE saved_copies (
    -- One saved paper in one place; a row stays when the paper is no longer saved.
    profile text COLLATE "C" NOT NULL,
    saver text COLLATE "C" NOT NULL,  -- what wrote it: zotero, notes, and so on
    place text COLLATE "C" NOT NULL,  -- the library and collection, folder or address
    paper_id text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,  -- sending, there, failed, deleted (by the reader: for good)
    key text COLLATE "C" NOT NULL,    -- its name there
    content text COLLATE "C" NOT NULL, -- what was written last
    problem text COLLATE "C",         -- why it failed; NULL: it did not
    at text COLLATE "C" NOT NULL,
    PRIMARY KEY (profile, saver, place, paper_id)
);

CREATE TABLE read_libraries (
    -- A library that is read for a reader: what is in it, as far as it was read.
    profile text COLLATE "C" NOT NULL,
    library text COLLATE "C" NOT NULL, -- users/12345 or groups/678
    version bigint NOT NULL,          -- the library's own version when it was read
    items text COLLATE "C" NOT NULL,  -- JSON: by key of an item its paper and its collections
    at text COLLATE "C" NOT NULL,
    PRIMARY KEY (profile, library)
);
