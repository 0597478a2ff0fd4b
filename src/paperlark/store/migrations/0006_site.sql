-- What the site is built from, so that only what is new has to be read.

-- Names a day's digest, with what it knew of every paper, by its content. NULL: not reckoned yet.
ALTER TABLE digests ADD COLUMN fingerprint TEXT;

CREATE TABLE scratch (
    -- What can be made again at any time, kept because that takes a while.
    key TEXT PRIMARY KEY,             -- what it is
    made_of TEXT NOT NULL,            -- fingerprint of what it was made of
    content BLOB NOT NULL
) WITHOUT ROWID;

-- 1 as an imported page has it, until arXiv's own text comes.
ALTER TABLE papers ADD COLUMN printed INTEGER NOT NULL DEFAULT 0;

-- Where it stood on the page; NULL: it was not there, or nobody knows any more.
ALTER TABLE scanned ADD COLUMN place INTEGER;

-- Pages that were made before now tell it themselves; one that is no JSON any more is left out.
CREATE TEMPORARY TABLE pages AS
    SELECT profile, day, digest FROM digests WHERE json_valid(digest);

CREATE TEMPORARY TABLE shown (profile, day, paper_id, place, PRIMARY KEY (profile, paper_id, day));

INSERT OR REPLACE INTO shown
    SELECT
        profile,
        day,
        json_extract(entry.value, '$.paper.id'),
        json_extract(entry.value, '$.place')
    FROM pages, json_each(pages.digest, '$.entries') AS entry;

UPDATE scanned SET place = (
    SELECT place FROM shown
    WHERE shown.profile = scanned.profile
        AND shown.paper_id = scanned.paper_id
        AND shown.day = scanned.day
)
WHERE on_page;

DROP TABLE pages;
DROP TABLE shown;

-- Finds a reader's selected papers, and those of high relevance.
CREATE INDEX scanned_on_page ON scanned (profile, day) WHERE on_page;
CREATE INDEX scanned_by_relevance ON scanned (profile, relevance, day)
    WHERE relevance IS NOT NULL;

CREATE TABLE search_texts (
    -- Every paper whose words are in the index below, each in its latest version.
    number INTEGER PRIMARY KEY,       -- of its row there; a later text has a higher one
    paper_id TEXT NOT NULL,           -- as in papers or library
    profile TEXT NOT NULL,            -- '' for arXiv's text, else the reader who imported it
    version INTEGER NOT NULL,
    UNIQUE (paper_id, profile)
);

-- The words of all texts. The texts themselves are in papers and library, so that nothing is kept
-- twice; a row whose number is not in search_texts any more is an earlier version, never found.
CREATE VIRTUAL TABLE search_words USING fts5 (
    title, authors, abstract, categories,
    content = '', tokenize = "unicode61 remove_diacritics 2"
);

CREATE TABLE search_waiting (
    -- Texts that came since; the next search reads their words into the index.
    number INTEGER PRIMARY KEY,       -- the order in which they came
    paper_id TEXT NOT NULL,
    profile TEXT NOT NULL,            -- as in search_texts
    UNIQUE (paper_id, profile)
);

-- However a text comes into the database, it waits. (No ON CONFLICT here: that of the statement
-- that caused it would go before it.)
CREATE TRIGGER papers_wait AFTER INSERT ON papers BEGIN
    INSERT INTO search_waiting (paper_id, profile)
    SELECT new.id, '' WHERE NOT EXISTS (
        SELECT 1 FROM search_waiting WHERE paper_id = new.id AND profile = ''
    );
END;

-- A text that changes is not found by what it said before.
CREATE TRIGGER papers_wait_again AFTER UPDATE ON papers BEGIN
    DELETE FROM search_texts WHERE paper_id = new.id AND profile = '' AND version = new.version;
    INSERT INTO search_waiting (paper_id, profile)
    SELECT new.id, '' WHERE NOT EXISTS (
        SELECT 1 FROM search_waiting WHERE paper_id = new.id AND profile = ''
    );
END;

CREATE TRIGGER library_waits AFTER INSERT ON library BEGIN
    INSERT INTO search_waiting (paper_id, profile)
    SELECT new.paper_id, new.profile WHERE NOT EXISTS (
        SELECT 1 FROM search_waiting WHERE paper_id = new.paper_id AND profile = new.profile
    );
END;

-- Those of before now, the oldest first: until 2007 identifiers began with a letter.
INSERT INTO search_waiting (paper_id, profile)
    SELECT DISTINCT id, '' FROM papers ORDER BY id < 'a', id;
INSERT INTO search_waiting (paper_id, profile)
    SELECT paper_id, profile FROM library ORDER BY profile, paper_id;
