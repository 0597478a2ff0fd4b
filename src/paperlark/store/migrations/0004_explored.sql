-- Papers from below the line that were drawn by lot.

CREATE TABLE explored (
    -- One paper that was read, or shown, though its match was low.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    inclusion REAL NOT NULL,          -- the chance it had of being drawn, above 0 and up to 1
    probability REAL,                 -- of being wanted, as the ranker had it; NULL: not calibrated
    wanted INTEGER,                   -- 1 where it reached that day's cut-offs; NULL: nobody judged
    PRIMARY KEY (profile, day, paper_id)
) WITHOUT ROWID;
