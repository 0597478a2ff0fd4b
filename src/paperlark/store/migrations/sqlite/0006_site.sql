-- What the site is built from, so that only new days are read.

-- Content hash of a day's digest and its matches; NULL: not computed yet.
ALTER TABLE digests ADD COLUMN fingerprint TEXT;

CREATE TABLE scratch (
    -- A cache: it can be deleted at any time.
    key TEXT PRIMARY KEY,             -- what is cached
    made_of TEXT NOT NULL,            -- fingerprint of its inputs
    content BLOB NOT NULL
) WITHOUT ROWID;

-- 1: the text of an imported page, replaced when arXiv's own text comes.
ALTER TABLE papers ADD COLUMN printed INTEGER NOT NULL DEFAULT 0;

-- Position on the page; NULL: not on it, or unknown.
ALTER TABLE scanned ADD COLUMN place INTEGER;

-- Pages made before this version: read it from their digests, where these are valid JSON.
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
    -- Every paper in the full-text index below, in its latest version.
    number INTEGER PRIMARY KEY,       -- rowid in the index; later texts have higher ones
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
    -- Texts not indexed yet; the next search indexes them.
    number INTEGER PRIMARY KEY,       -- order of arrival
    paper_id TEXT NOT NULL,
    profile TEXT NOT NULL,            -- as in search_texts
    UNIQUE (paper_id, profile)
);

-- Every new text is queued for indexing. (No ON CONFLICT here: that of the statement
-- that caused it would go before it.)
CREATE TRIGGER papers_wait AFTER INSERT ON papers BEGIN
    INSERT INTO search_waiting (paper_id, profile)
    SELECT new.id, '' WHERE NOT EXISTS (
        SELECT 1 FROM search_waiting WHERE paper_id = new.id AND profile = ''
    );
END;

-- A changed text is not found by its former words.
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

-- Texts stored before this version, oldest first: until 2007 identifiers began with a letter.
INSERT INTO search_waiting (paper_id, profile)
    SELECT DISTINCT id, '' FROM papers ORDER BY id < 'a', id;
INSERT INTO search_waiting (paper_id, profile)
    SELECT paper_id, profile FROM library ORDER BY profile, paper_id;
