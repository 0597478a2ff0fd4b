-- Days are arXiv's announcement days (YYYY-MM-DD, New York); instants are UTC (ISO 8601).
-- Money is US dollars as decimal text. NULL is what nobody told us, never 0.

CREATE TABLE exchanges (
    -- One question put to a judge and its answer: what is paid for.
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,                -- the announcement it was asked for
    profile TEXT NOT NULL,            -- and for whose page
    criteria TEXT NOT NULL,           -- fingerprint of the criteria asked under
    judge TEXT NOT NULL,              -- model and prompt hash
    requests INTEGER NOT NULL,        -- HTTP requests that were answered
    prompt_tokens INTEGER,
    cached_tokens INTEGER,            -- part of prompt_tokens
    completion_tokens INTEGER,
    prompt_cost TEXT,
    completion_cost TEXT,
    reply TEXT NOT NULL,              -- as the model wrote it
    at TEXT NOT NULL                  -- when it was stored
);

CREATE INDEX exchanges_by_day ON exchanges (day, profile, criteria, judge);

CREATE TABLE judgements (
    -- What a judge said of one version of one paper under one text of criteria.
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    version INTEGER NOT NULL,
    criteria TEXT NOT NULL,
    judge TEXT NOT NULL,
    relevance INTEGER NOT NULL CHECK (relevance BETWEEN 1 AND 10),
    novelty INTEGER NOT NULL CHECK (novelty BETWEEN 1 AND 10),
    comment TEXT NOT NULL,
    exchange INTEGER NOT NULL REFERENCES exchanges (id),
    PRIMARY KEY (paper_id, version, criteria, judge)
);

CREATE TABLE digests (
    -- The latest page of each day, as the values it was rendered from.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,
    digest TEXT NOT NULL,             -- JSON
    PRIMARY KEY (profile, day)
);

CREATE TABLE scanned (
    -- Which papers were announced to which reader on which day.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,
    paper_id TEXT NOT NULL,
    on_page INTEGER NOT NULL,         -- 1 where the page had it
    PRIMARY KEY (profile, paper_id, day)
) WITHOUT ROWID;
