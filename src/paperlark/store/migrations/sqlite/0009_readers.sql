CREATE TABLE readers (
    -- Whose rows are whose: every column `profile` holds one of these ids.
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,              -- of the page, as last seen
    profile TEXT NOT NULL             -- path of the profile, as last seen; '': of none yet
) WITHOUT ROWID;
-- Before there were ids, a reader was known by the title: it stays the id.
INSERT INTO readers (id, title, profile)
    SELECT profile, profile, '' FROM (
        SELECT profile FROM digests UNION SELECT profile FROM scanned
        UNION SELECT profile FROM feedback UNION SELECT profile FROM library
        UNION SELECT profile FROM exchanges UNION SELECT profile FROM explored
        UNION SELECT profile FROM jobs UNION SELECT profile FROM matches
        UNION SELECT profile FROM parcels
    );
