-- What a reader shows to the other members of their group: nothing, until they say so.

CREATE TABLE sharing (
    profile text COLLATE "C" PRIMARY KEY,
    wanted bigint NOT NULL,           -- 1: the papers that they want
    saved bigint NOT NULL,            -- 1: the papers that they saved
    at text COLLATE "C" NOT NULL      -- when they said so last
);
