-- Questions are noted before they are sent, so that a killed run leaves no cost untold.

CREATE TABLE under_way (
    -- A question to a model whose answer is not stored: it may have been billed all the same.
    key TEXT PRIMARY KEY,
    day TEXT NOT NULL,                -- announcement day of the page it was sent for
    profile TEXT NOT NULL,            -- whose page that is
    model TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,   -- at most
    completion_tokens INTEGER NOT NULL, -- at most
    most TEXT,                        -- maximum cost in US dollars; NULL: no known price
    at TEXT NOT NULL                  -- when it was noted, just before it was sent
) WITHOUT ROWID;
