-- From which database this one was filled by `paperlark move-database`.

CREATE TABLE moves (
    source text COLLATE "C" PRIMARY KEY, -- path or address
    began text COLLATE "C" NOT NULL,
    ended text COLLATE "C"            -- when both had the same rows; NULL: rows may still be missing
);
