-- What a reader shows to the other members of their group: nothing, until they say so.

CREATE TABLE sharing (
    profile TEXT PRIMARY KEY,
    wanted INTEGER NOT NULL,          -- 1: the papers that they want
    saved INTEGER NOT NULL,           -- 1: the papers that they saved
    at TEXT NOT NULL                  -- when they said so last
);
