-- What judging stores besides judgements.

CREATE TABLE servers (
    -- Discovered capabilities of a model server.
    base_url TEXT NOT NULL,
    model TEXT NOT NULL,
    dialect TEXT NOT NULL,            -- JSON
    at TEXT NOT NULL,                 -- when they were discovered
    PRIMARY KEY (base_url, model)
) WITHOUT ROWID;

CREATE TABLE places (
    -- The embedding vector of every paper announced to any reader.
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    day TEXT NOT NULL,                -- first announcement to any reader
    title TEXT NOT NULL,              -- TeX as sent
    space TEXT NOT NULL,              -- fingerprint of the embedding; '': not embedded yet
    place BLOB NOT NULL,              -- float16, little-endian, unit length; empty: none yet
    PRIMARY KEY (paper_id)
) WITHOUT ROWID;

-- Finds papers without a vector in an embedding.
CREATE INDEX places_by_space ON places (space, day);

-- Papers of days made before this version are embedded later, some at a time.
INSERT INTO places (paper_id, day, title, space, place)
    SELECT
        paper_id,
        min(day),
        (SELECT title FROM papers WHERE id = paper_id ORDER BY version LIMIT 1),
        '',
        x''
    FROM scanned
    WHERE paper_id IN (SELECT id FROM papers)
    GROUP BY paper_id;

CREATE TABLE matches (
    -- The match of every scanned paper, before it was judged.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    version INTEGER NOT NULL,
    side TEXT NOT NULL,               -- placement: followed, gated, above, explored, below
    score REAL NOT NULL,              -- orders the papers of that day; no other meaning
    rank INTEGER NOT NULL,            -- 1 is the best match
    ranked INTEGER NOT NULL,          -- number of papers ranked
    probability REAL,                 -- of being selected; NULL: not calibrated
    topic TEXT,                       -- most similar criterion; NULL: none
    words_for TEXT NOT NULL,          -- JSON, strongest first
    words_against TEXT NOT NULL,      -- JSON, strongest first
    nearest TEXT,                     -- JSON: id, title, day of the most similar wanted paper
    precedents TEXT NOT NULL,         -- JSON: id, title, day, similarity of the nearest earlier
    PRIMARY KEY (profile, day, paper_id)
) WITHOUT ROWID;

CREATE TABLE jobs (
    -- Jobs submitted to a server's batch service.
    key TEXT PRIMARY KEY,             -- ours, sent along: finds a job whose reply was lost
    day TEXT NOT NULL,
    profile TEXT NOT NULL,
    criteria TEXT NOT NULL,
    judge TEXT NOT NULL,
    model TEXT NOT NULL,              -- whose price applies
    base_url TEXT NOT NULL,           -- the server it was submitted to
    questions TEXT NOT NULL,          -- JSON, of each: [[number, paper, version], ...] and `most`
    most TEXT,                        -- maximum cost in US dollars; NULL: no known price
    job TEXT,                         -- the server's id for it; NULL: none yet
    state TEXT NOT NULL CHECK (state IN ('leaving', 'left', 'collected')),
    misses TEXT NOT NULL,             -- JSON, by paper: why there is no judgement, and whether
                                      -- the model was asked at all
    at TEXT NOT NULL                  -- when it was submitted
);

CREATE INDEX jobs_by_day ON jobs (day, profile, criteria, judge);

-- 1: answered by a batch service, at its price.
ALTER TABLE exchanges ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;
-- Maximum cost in US dollars where the cost is NULL: a call that broke off, or a reply without
-- usage.
ALTER TABLE exchanges ADD COLUMN most TEXT;

CREATE INDEX exchanges_by_moment ON exchanges (at);
CREATE INDEX judgements_by_exchange ON judgements (exchange);
