-- A morning of many readers, made by several workers: a queue of shards, each some hundreds of
-- readers with the same categories. Moments are by the server's clock, which all workers share.

-- The server's moment, or the one so many seconds later, as all our texts have it.
CREATE FUNCTION now_text(seconds double precision DEFAULT 0) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT to_char((clock_timestamp() + make_interval(secs => seconds)) AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
$$;

CREATE TABLE fleet_mornings (
    day text COLLATE "C" PRIMARY KEY,
    begun text COLLATE "C" NOT NULL,        -- when somebody first began it
    cut text COLLATE "C",                   -- when its readers were cut into shards, NULL before that
    seconds double precision,               -- that reading the feeds took
    missing text COLLATE "C"                -- JSON: why which categories have no announcement
);

CREATE TABLE fleet_shards (
    day text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    categories text COLLATE "C" NOT NULL,   -- of all its readers, separated by spaces
    state text COLLATE "C" NOT NULL,        -- 'waiting', 'claimed', 'done' or 'failed'
    attempts bigint NOT NULL,               -- how often it was begun; what was given back does not count
    claim bigint NOT NULL,                  -- rises with each claim: a worker with an older one stores nothing
    worker text COLLATE "C",                -- who claimed it last: machine and process
    claimed text COLLATE "C",               -- when
    lease text COLLATE "C",                 -- until when it is theirs; each heartbeat prolongs it
    ended text COLLATE "C",                 -- when it was done, or failed for good
    seconds text COLLATE "C",               -- JSON: seconds by stage, NULL before it is done
    partial bigint,                         -- how many of its pages say that something is missing
    problem text COLLATE "C",               -- why the last attempt failed
    PRIMARY KEY (day, number)
);

CREATE INDEX fleet_shards_to_make ON fleet_shards (day, number)
    WHERE state IN ('waiting', 'claimed');

CREATE TABLE fleet_readers (
    day text COLLATE "C" NOT NULL,
    profile text COLLATE "C" NOT NULL,
    shard bigint NOT NULL,                  -- its number
    problem text COLLATE "C",               -- why there is no page, NULL otherwise
    PRIMARY KEY (day, profile)
);

CREATE INDEX fleet_readers_of_shard ON fleet_readers (day, shard);

CREATE TABLE rate_limits (
    service text COLLATE "C" PRIMARY KEY,   -- what is asked: arXiv, or the host of a server
    free_at double precision NOT NULL       -- when all that was reserved is used up, seconds since 1970
);
