-- A morning of many readers, made by several workers: a queue of shards, each some hundreds of
-- readers with the same categories. Moments are by the server's clock, which all workers share.

CREATE TABLE fleet_mornings (
    day TEXT PRIMARY KEY,
    begun TEXT NOT NULL,          -- when somebody first began it
    cut TEXT,                     -- when its readers were cut into shards, NULL before that
    seconds REAL,                 -- that reading the feeds took
    missing TEXT                  -- JSON: why which categories have no announcement
);

CREATE TABLE fleet_shards (
    day TEXT NOT NULL,
    number INTEGER NOT NULL,
    categories TEXT NOT NULL,     -- of all its readers, separated by spaces
    state TEXT NOT NULL,          -- 'waiting', 'claimed', 'done' or 'failed'
    attempts INTEGER NOT NULL,    -- how often it was begun; what was given back does not count
    claim INTEGER NOT NULL,       -- rises with each claim: a worker with an older one stores nothing
    worker TEXT,                  -- who claimed it last: machine and process
    claimed TEXT,                 -- when
    lease TEXT,                   -- until when it is theirs; each heartbeat prolongs it
    ended TEXT,                   -- when it was done, or failed for good
    seconds TEXT,                 -- JSON: seconds by stage, NULL before it is done
    partial INTEGER,              -- how many of its pages say that something is missing
    problem TEXT,                 -- why the last attempt failed
    PRIMARY KEY (day, number)
);

CREATE INDEX fleet_shards_to_make ON fleet_shards (day, number)
    WHERE state IN ('waiting', 'claimed');

CREATE TABLE fleet_readers (
    day TEXT NOT NULL,
    profile TEXT NOT NULL,
    shard INTEGER NOT NULL,       -- its number
    problem TEXT,                 -- why there is no page, NULL otherwise
    PRIMARY KEY (day, profile)
);

CREATE INDEX fleet_readers_of_shard ON fleet_readers (day, shard);

CREATE TABLE rate_limits (
    service TEXT PRIMARY KEY,     -- what is asked: arXiv, or the host of a server
    free_at REAL NOT NULL         -- when all that was reserved is used up, seconds since 1970
);
