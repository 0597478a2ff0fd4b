-- A reader's day takes little room: which papers were scanned is stored once for all readers who
-- had the same, the digest and its ranking are compressed, and only papers that were shown or
-- judged have rows of their own. `store/compact_days.py` moves the days that are there.

ALTER TABLE digests RENAME TO digests_as_text;
ALTER TABLE scanned RENAME TO scanned_rows;

CREATE TABLE paper_sets (
    -- The papers that were scanned on a day, once for all readers for whom they were the same.
    number INTEGER PRIMARY KEY,
    content TEXT NOT NULL UNIQUE,     -- hash of the identifiers and versions in it
    papers INTEGER NOT NULL           -- how many they are
);

CREATE TABLE paper_set_members (
    paper_set INTEGER NOT NULL REFERENCES paper_sets (number),
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    version INTEGER,                  -- that arXiv announced that day; NULL: its text is unknown
    PRIMARY KEY (paper_set, paper_id)
) WITHOUT ROWID;

CREATE INDEX paper_sets_by_paper ON paper_set_members (paper_id, paper_set);

CREATE TABLE digests (
    -- Each reader's digest of each day. Before version 20 it was text.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,                -- announcement day
    paper_set INTEGER REFERENCES paper_sets (number), -- the scanned papers; NULL: none
    fingerprint TEXT,                 -- hash of digest and ranking; NULL: not computed yet
    digest BLOB NOT NULL,             -- JSON, compressed as in store/day_values.py
    ranking BLOB,                     -- matches of all papers, likewise; NULL: none are known
    PRIMARY KEY (profile, day)
);

CREATE INDEX digests_by_paper_set ON digests (paper_set, profile, day);

CREATE TABLE shown_or_judged (
    -- Scanned papers that were on the page of a day, or judged.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,                -- announcement day
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    on_page INTEGER NOT NULL,         -- 1: selected
    place INTEGER,                    -- position on the page; NULL: not on it, or unknown
    version INTEGER,                  -- shown or judged; NULL: unknown
    relevance INTEGER,                -- the judge's scores that day, 1 to 10; NULL: not judged
    novelty INTEGER,
    PRIMARY KEY (profile, day, paper_id)
) WITHOUT ROWID;

CREATE VIEW scanned AS
    -- Every paper that was scanned for a reader on a day.
    SELECT d.profile, d.day, m.paper_id, coalesce(s.on_page, 0) AS on_page, s.place,
        s.relevance, s.novelty, coalesce(s.version, m.version) AS version
    FROM digests d JOIN paper_set_members m ON m.paper_set = d.paper_set
    LEFT JOIN shown_or_judged s
        ON s.profile = d.profile AND s.day = d.day AND s.paper_id = m.paper_id;
