-- What was packed for the channels that pages are brought to, and what became of it: receipts.
CREATE TABLE parcels (
    profile TEXT NOT NULL,
    channel TEXT NOT NULL,            -- the reader's name for it
    occasion TEXT NOT NULL,           -- day, week, failure or alarm
    day TEXT NOT NULL,                -- that it is about; of a week its Friday
    messages TEXT NOT NULL,           -- JSON, in order; empty once all arrived
    fates TEXT NOT NULL,              -- JSON: what is known of each message
    problem TEXT,                     -- why it is not there yet
    since TEXT NOT NULL,              -- when it was packed, UTC
    at TEXT NOT NULL,                 -- when something was last learned of it, UTC
    PRIMARY KEY (profile, channel, occasion, day)
) WITHOUT ROWID;
