-- From which database this one was filled by `paperlark move-database`.

CREATE TABLE moves (
    source TEXT PRIMARY KEY,          -- path or address
    began TEXT NOT NULL,
    ended TEXT                        -- when both had the same rows; NULL: rows may still be missing
) WITHOUT ROWID;
