-- The random sample of papers below the threshold.

CREATE TABLE explored (
    -- A paper sampled at random from below the threshold: judged, or shown.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    inclusion REAL NOT NULL,          -- inclusion probability, above 0 and up to 1
    probability REAL,                 -- predicted, of being wanted; NULL: not calibrated
    wanted INTEGER,                   -- 1 where it met that day's cut-offs; NULL: not judged
    PRIMARY KEY (profile, day, paper_id)
) WITHOUT ROWID;
