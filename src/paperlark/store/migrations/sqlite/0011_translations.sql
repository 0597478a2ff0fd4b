-- Criteria that were translated into English for the ranking, each paid for once.

CREATE TABLE translations (
    criteria TEXT NOT NULL,           -- fingerprint of the criteria
    translator TEXT NOT NULL,         -- model and prompt hash
    english TEXT,                     -- NULL: no reply could be used
    attempts INTEGER NOT NULL,        -- replies so far; the calls are in exchanges
    PRIMARY KEY (criteria, translator)
);
