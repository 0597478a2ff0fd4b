-- What a reader's judged days, votes and imports teach the ranker.

-- The version announced that day; NULL: its text is unknown.
ALTER TABLE scanned ADD COLUMN version INTEGER;
-- The judge's scores that day, 1 to 10; NULL: not judged.
ALTER TABLE scanned ADD COLUMN relevance INTEGER;
ALTER TABLE scanned ADD COLUMN novelty INTEGER;

CREATE INDEX scanned_by_day ON scanned (profile, day);
CREATE INDEX IF NOT EXISTS listings_by_paper ON listings (paper_id, day);

CREATE TABLE feedback (
    -- Every vote of every reader; the last one on a paper counts.
    id INTEGER PRIMARY KEY,
    profile TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    version INTEGER,                  -- latest known when it was cast; NULL: imported only
    vote TEXT NOT NULL CHECK (vote IN ('up', 'down', 'none')),
    at TEXT NOT NULL,                 -- when it was cast
    FOREIGN KEY (paper_id, version) REFERENCES papers (id, version)
);

CREATE INDEX feedback_by_paper ON feedback (profile, paper_id, at);

CREATE TABLE library (
    -- An imported paper: liked, disliked, or judged elsewhere.
    profile TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier, or library: and a hash of the title
    version INTEGER NOT NULL,
    title TEXT NOT NULL,              -- from arXiv, else from the imported file
    authors TEXT NOT NULL,            -- JSON: [[name, affiliation or null], ...]
    abstract TEXT NOT NULL,           -- may be empty
    categories TEXT NOT NULL,         -- separated by spaces; empty: unknown
    day TEXT NOT NULL,                -- judged: announcement day; else day of import
    wanted INTEGER NOT NULL,          -- 1 liked, 0 disliked; where judged, the scores decide
    relevance INTEGER CHECK (relevance BETWEEN 1 AND 10),
    novelty INTEGER CHECK (novelty BETWEEN 1 AND 10),
    PRIMARY KEY (profile, paper_id),
    CHECK ((relevance IS NULL) = (novelty IS NULL))
);

CREATE INDEX library_by_day ON library (profile, day, paper_id);

-- Days made before this version: read the same from their digests. A digest that is not valid JSON
-- is left alone.

CREATE TEMPORARY TABLE pages AS
    SELECT profile, day, digest FROM digests WHERE json_valid(digest);

INSERT INTO papers (id, version, title, authors, abstract, categories)
    SELECT
        json_extract(entry.value, '$.paper.id'),
        json_extract(entry.value, '$.paper.version'),
        json_extract(entry.value, '$.paper.title'),
        (
            SELECT json_group_array(json_array(
                json_extract(author.value, '$.name'), json_extract(author.value, '$.affiliation')
            ))
            FROM json_each(entry.value, '$.paper.authors') AS author
        ),
        json_extract(entry.value, '$.paper.abstract'),
        (
            SELECT coalesce(group_concat(category.value, ' '), '')
            FROM json_each(entry.value, '$.paper.categories') AS category
        )
    FROM pages, json_each(pages.digest, '$.entries') AS entry
    WHERE json_extract(entry.value, '$.paper.id') IS NOT NULL
    ON CONFLICT (id, version) DO NOTHING;

CREATE TEMPORARY TABLE judged (
    profile, day, paper_id, version, relevance, novelty, PRIMARY KEY (profile, paper_id, day)
);

INSERT OR REPLACE INTO judged
    SELECT
        profile,
        day,
        json_extract(judgement.value, '$.paper_id'),
        json_extract(judgement.value, '$.version'),
        json_extract(judgement.value, '$.relevance'),
        json_extract(judgement.value, '$.novelty')
    FROM pages, json_each(pages.digest, '$.judgements') AS judgement;

UPDATE scanned SET (version, relevance, novelty) = (
    SELECT version, relevance, novelty FROM judged
    WHERE judged.profile = scanned.profile
        AND judged.paper_id = scanned.paper_id
        AND judged.day = scanned.day
);

UPDATE scanned SET version = (
    SELECT max(version) FROM listings
    WHERE listings.paper_id = scanned.paper_id AND listings.day = scanned.day
)
WHERE version IS NULL;

DROP TABLE pages;
DROP TABLE judged;
