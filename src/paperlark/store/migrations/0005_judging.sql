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
    -- Every paper that was announced to any reader, and where it lies in the ranker's space.
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    day TEXT NOT NULL,                -- when it was first announced to anybody
    title TEXT NOT NULL,              -- TeX as sent
    space TEXT NOT NULL,              -- fingerprint of the space; '': it was not placed yet
    place BLOB NOT NULL,              -- float16, little-endian, of length 1; empty: not placed
    PRIMARY KEY (paper_id)
) WITHOUT ROWID;

-- Finds those that have no place in a space.
CREATE INDEX places_by_space ON places (space, day);

-- Papers of days that were made before now are placed little by little.
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
    -- What a day knew of every paper that was looked at before anybody judged it.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    version INTEGER NOT NULL,
    side TEXT NOT NULL,               -- followed, gated, above, explored, below (the line)
    score REAL NOT NULL,              -- orders papers of that day, means nothing else
    rank INTEGER NOT NULL,            -- 1 is the best match
    ranked INTEGER NOT NULL,          -- of so many
    probability REAL,                 -- of being selected; NULL: not calibrated
    topic TEXT,                       -- nearest criterion; NULL: none is near
    words_for TEXT NOT NULL,          -- JSON, strongest first
    words_against TEXT NOT NULL,      -- likewise
    nearest TEXT,                     -- JSON: id, title and day of the nearest wanted paper
    precedents TEXT NOT NULL,         -- JSON: id, title, day and similarity of the nearest earlier
    PRIMARY KEY (profile, day, paper_id)
) WITHOUT ROWID;

CREATE TABLE jobs (
    -- Questions left with a server's batch service.
    key TEXT PRIMARY KEY,             -- ours: it is sent along, so that a lost job is found again
    day TEXT NOT NULL,
    profile TEXT NOT NULL,
    criteria TEXT NOT NULL,
    judge TEXT NOT NULL,
    model TEXT NOT NULL,              -- whose price it has
    base_url TEXT NOT NULL,           -- the server it was left with
    questions TEXT NOT NULL,          -- JSON, of each: [[number, paper, version], ...] and `most`
    most TEXT,                        -- what all can cost; NULL: no price is known
    job TEXT,                         -- the server's name of it; NULL until the server gave one
    state TEXT NOT NULL CHECK (state IN ('leaving', 'left', 'collected')),
    misses TEXT NOT NULL,             -- JSON, by paper: why it brought no judgement, and whether
                                      -- the model was asked at all
    at TEXT NOT NULL                  -- when it was left
);

CREATE INDEX jobs_by_day ON jobs (day, profile, criteria, judge);

-- 1 where a batch service answered, at its own price.
ALTER TABLE exchanges ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;
-- US dollars that it cost at most, where its cost is NULL and this is known: a question that broke
-- off, or an answer that did not say what it used.
ALTER TABLE exchanges ADD COLUMN most TEXT;

CREATE INDEX exchanges_by_moment ON exchanges (at);
CREATE INDEX judgements_by_exchange ON judgements (exchange);
