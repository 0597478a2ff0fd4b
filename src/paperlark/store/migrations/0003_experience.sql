-- What a reader's days, votes and imports teach of their taste.

-- Which version was announced that day, NULL where its text is not known.
ALTER TABLE scanned ADD COLUMN version INTEGER;
-- What the judge of that day's page said, NULL where none spoke.
ALTER TABLE scanned ADD COLUMN relevance INTEGER;
ALTER TABLE scanned ADD COLUMN novelty INTEGER;

CREATE INDEX scanned_by_day ON scanned (profile, day);
CREATE INDEX IF NOT EXISTS listings_by_paper ON listings (paper_id, day);

CREATE TABLE feedback (
    -- Every vote of every reader; of several on one paper the last one counts.
    id INTEGER PRIMARY KEY,
    profile TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    version INTEGER,                  -- the one known when it was cast; NULL: only from an import
    vote TEXT NOT NULL CHECK (vote IN ('up', 'down', 'none')),
    at TEXT NOT NULL,                 -- when it was cast
    FOREIGN KEY (paper_id, version) REFERENCES papers (id, version)
);

CREATE INDEX feedback_by_paper ON feedback (profile, paper_id, at);

CREATE TABLE library (
    -- A paper that a reader brought along: one they like or not, or one judged for them elsewhere.
    profile TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier, or library: and a hash of the title
    version INTEGER NOT NULL,
    title TEXT NOT NULL,              -- as arXiv has it, else as the file had it
    authors TEXT NOT NULL,            -- JSON: [[name, affiliation or null], ...]
    abstract TEXT NOT NULL,           -- may be empty
    categories TEXT NOT NULL,         -- parted by blanks; empty where nobody said
    day TEXT NOT NULL,                -- judged: the announcement; else when it was imported
    wanted INTEGER NOT NULL,          -- 1 liked, 0 disliked; judged: the scores decide
    relevance INTEGER CHECK (relevance BETWEEN 1 AND 10),
    novelty INTEGER CHECK (novelty BETWEEN 1 AND 10),
    PRIMARY KEY (profile, paper_id),
    CHECK ((relevance IS NULL) = (novelty IS NULL))
);

CREATE INDEX library_by_day ON library (profile, day, paper_id);

-- Days that were made before now learn the same from their digests; one that is no JSON any more
-- is left as it is.

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
