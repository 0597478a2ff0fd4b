-- Readers whose profiles are rows: who they are, what they may do, and their texts.

CREATE TABLE account_groups (
    name TEXT PRIMARY KEY,            -- as accounts name it
    month_budget TEXT                 -- US dollars its readers may cost a month; NULL: no limit
) WITHOUT ROWID;

CREATE TABLE accounts (
    reader TEXT PRIMARY KEY,          -- id, as in readers; also in the app's addresses
    name TEXT NOT NULL,               -- as others know them
    email TEXT NOT NULL,              -- in lower case; empty: none
    user_name TEXT NOT NULL,          -- what a proxy calls them at sign-in; empty: nothing
    subject TEXT NOT NULL,            -- what OpenID Connect calls them; empty: nothing
    group_name TEXT NOT NULL REFERENCES account_groups (name),
    role TEXT NOT NULL CHECK (role IN ('reader', 'group_admin', 'admin')),
    disabled INTEGER NOT NULL,        -- 1: no sign-in, no pages
    month_budget TEXT,                -- US dollars they may cost a month; NULL: no limit of their own
    profile_text TEXT NOT NULL,       -- as it would stand in paperlark.toml
    criteria_text TEXT NOT NULL,      -- as it would stand in criteria.md
    categories TEXT NOT NULL,         -- those of the profile, in order, with spaces between
    changed TEXT NOT NULL             -- when the row was written last
) WITHOUT ROWID;

CREATE INDEX accounts_by_group ON accounts (group_name, reader);
CREATE UNIQUE INDEX accounts_by_email ON accounts (email) WHERE email <> '';
CREATE UNIQUE INDEX accounts_by_user ON accounts (user_name) WHERE user_name <> '';
CREATE UNIQUE INDEX accounts_by_subject ON accounts (subject) WHERE subject <> '';

CREATE TABLE month_spending (
    -- What calls to models for accounts have cost, or may: noted before each call, settled after it.
    whose TEXT NOT NULL CHECK (whose IN ('reader', 'group', 'all')),
    name TEXT NOT NULL,               -- the reader's id, or the group's name; empty: of all
    month TEXT NOT NULL,              -- its first day, in UTC
    dollars TEXT NOT NULL,            -- US dollars
    PRIMARY KEY (whose, name, month)
) WITHOUT ROWID;
