-- Days are arXiv's announcement days (YYYY-MM-DD, New York); instants are UTC (ISO 8601).
-- Money is US dollars as decimal text. NULL is what nobody told us, never 0.

CREATE TABLE exchanges (
    -- One paid call to a judge: a request and its reply.
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,                -- announcement day of the page it was made for
    profile TEXT NOT NULL,            -- whose page that is
    criteria TEXT NOT NULL,           -- fingerprint of the criteria
    judge TEXT NOT NULL,              -- model and prompt hash
    requests INTEGER NOT NULL,        -- HTTP requests that got a reply
    prompt_tokens INTEGER,
    cached_tokens INTEGER,            -- part of prompt_tokens
    completion_tokens INTEGER,
    prompt_cost TEXT,
    completion_cost TEXT,
    reply TEXT NOT NULL,              -- raw text
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
    -- The latest digest of each day, as the values its page was rendered from.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,
    digest TEXT NOT NULL,             -- JSON
    PRIMARY KEY (profile, day)
);

CREATE TABLE scanned (
    -- Every paper scanned for a reader on a day.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,
    paper_id TEXT NOT NULL,
    on_page INTEGER NOT NULL,         -- 1: on the page
    PRIMARY KEY (profile, paper_id, day)
) WITHOUT ROWID;
