-- The outbox: what each channel was to receive, and the status of each message (receipts).
CREATE TABLE parcels (
    profile TEXT NOT NULL,
    channel TEXT NOT NULL,            -- the reader's name for it
    occasion TEXT NOT NULL,           -- day, week, failure or alarm
    day TEXT NOT NULL,                -- the day it is about; of a week its Friday
    messages TEXT NOT NULL,           -- JSON, in order; empty once all were delivered
    fates TEXT NOT NULL,              -- JSON: status of each message
    problem TEXT,                     -- why it is not delivered yet
    since TEXT NOT NULL,              -- when it was composed
    at TEXT NOT NULL,                 -- when its status last changed
    PRIMARY KEY (profile, channel, occasion, day)
) WITHOUT ROWID;
