-- What arXiv announced, so that a day can be made again without asking anybody.

CREATE TABLE papers (
    -- One version of one paper as arXiv described it.
    id TEXT NOT NULL,                 -- arXiv identifier without version
    version INTEGER NOT NULL,
    title TEXT NOT NULL,              -- TeX as sent
    authors TEXT NOT NULL,            -- JSON: [[name, affiliation or null], ...]
    abstract TEXT NOT NULL,           -- TeX as sent; paragraphs separated by a blank line
    categories TEXT NOT NULL,         -- separated by spaces, the primary one first
    PRIMARY KEY (id, version)
);

CREATE TABLE batches (
    -- One category's announcement of one day.
    day TEXT NOT NULL,
    category TEXT NOT NULL,
    via TEXT NOT NULL,                -- the source it came through
    confirmed TEXT,                   -- the source that confirmed its entries
    expected INTEGER,                 -- expected number of entries; NULL: unknown
    origin TEXT NOT NULL,             -- address or file
    sha256 TEXT NOT NULL,             -- of its entries, for the manifest
    notes TEXT NOT NULL,              -- JSON: what is missing
    trail TEXT NOT NULL,              -- JSON: sources tried before, and why each was rejected
    PRIMARY KEY (day, category)
);

CREATE TABLE listings (
    -- One entry of one announcement.
    day TEXT NOT NULL,
    category TEXT NOT NULL,
    place INTEGER NOT NULL,           -- position in the announcement
    paper_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,               -- new, cross, replace, replace-cross
    PRIMARY KEY (day, category, place),
    FOREIGN KEY (day, category) REFERENCES batches (day, category) ON DELETE CASCADE,
    FOREIGN KEY (paper_id, version) REFERENCES papers (id, version)
);
