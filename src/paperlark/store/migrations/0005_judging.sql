-- What judging needs to remember besides judgements.

CREATE TABLE servers (
    -- What a model server was found to accept, so that nobody finds it out twice.
    base_url TEXT NOT NULL,
    model TEXT NOT NULL,
    dialect TEXT NOT NULL,            -- JSON
    at TEXT NOT NULL,                 -- when it was learned
    PRIMARY KEY (base_url, model)
) WITHOUT ROWID;

CREATE TABLE places (
    -- Where a paper lies in the ranker's space.
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    day TEXT NOT NULL,                -- when it was first announced
    title TEXT NOT NULL,
    space TEXT NOT NULL,              -- fingerprint of the space; another one's places are no use
    place BLOB NOT NULL,              -- float16, little-endian, of length 1
    PRIMARY KEY (paper_id)
);

CREATE INDEX places_by_day ON places (space, day);

CREATE TABLE jobs (
    -- Questions left with a server's batch service.
    key TEXT PRIMARY KEY,             -- ours: it is sent along, so that a lost job is found again
    day TEXT NOT NULL,
    profile TEXT NOT NULL,
    criteria TEXT NOT NULL,
    judge TEXT NOT NULL,
    questions TEXT NOT NULL,          -- JSON: what was asked of which papers
    job TEXT,                         -- the server's name of it; NULL until the server gave one
    state TEXT NOT NULL CHECK (state IN ('leaving', 'left', 'collected')),
    at TEXT NOT NULL                  -- when it was left
);

CREATE INDEX jobs_by_day ON jobs (day, profile, criteria, judge);

-- 1 where a batch service answered, at its own price.
ALTER TABLE exchanges ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;
