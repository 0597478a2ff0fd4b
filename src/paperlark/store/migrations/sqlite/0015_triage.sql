-- What readers do with papers where they read them, and which of it was a vote.

CREATE TABLE triage (
    -- One action on one paper, or the undoing of an earlier one; none is ever changed.
    number INTEGER PRIMARY KEY,       -- the order in which they were stored
    profile TEXT NOT NULL,
    id TEXT NOT NULL,                 -- made by the sender: sent twice, it is stored once
    paper_id TEXT NOT NULL,
    action TEXT NOT NULL,             -- want, not, save, later, open, seen, note
    is_on INTEGER NOT NULL,           -- 0: a button was released
    text TEXT NOT NULL,               -- of a note
    page TEXT,                        -- day of the page it was cast on; NULL: elsewhere
    place INTEGER,                    -- the paper's place there, from 1
    at TEXT NOT NULL,
    undoes TEXT,                      -- id of the event that this one takes back
    UNIQUE (profile, id)
);
CREATE INDEX triage_by_paper ON triage (profile, paper_id);
-- The triage event that cast the vote; NULL: it was cast or imported on the command line.
ALTER TABLE feedback ADD COLUMN event TEXT;
