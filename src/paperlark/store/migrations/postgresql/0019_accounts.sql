-- Readers whose profiles are rows: who they are, what they may do, and their texts.

CREATE TABLE account_groups (
    name text COLLATE "C" PRIMARY KEY,           -- as accounts name it
    month_budget text COLLATE "C"                -- US dollars its readers may cost a month; NULL: no limit
);

CREATE TABLE accounts (
    reader text COLLATE "C" PRIMARY KEY,         -- id, as in readers; also in the app's addresses
    name text COLLATE "C" NOT NULL,              -- as others know them
    email text COLLATE "C" NOT NULL,             -- in lower case; empty: none
    user_name text COLLATE "C" NOT NULL,         -- what a proxy calls them at sign-in; empty: nothing
    subject text COLLATE "C" NOT NULL,           -- what OpenID Connect calls them; empty: nothing
    group_name text COLLATE "C" NOT NULL REFERENCES account_groups (name),
    role text COLLATE "C" NOT NULL CHECK (role IN ('reader', 'group_admin', 'admin')),
    disabled bigint NOT NULL,                    -- 1: no sign-in, no pages
    month_budget text COLLATE "C",               -- US dollars they may cost a month; NULL: no limit of their own
    profile_text text COLLATE "C" NOT NULL,      -- as it would stand in paperlark.toml
    criteria_text text COLLATE "C" NOT NULL,     -- as it would stand in criteria.md
    categories text COLLATE "C" NOT NULL,        -- those of the profile, in order, with spaces between
    changed text COLLATE "C" NOT NULL            -- when the row was written last
);

CREATE INDEX accounts_by_group ON accounts (group_name, reader);
CREATE UNIQUE INDEX accounts_by_email ON accounts (email) WHERE email <> '';
CREATE UNIQUE INDEX accounts_by_user ON accounts (user_name) WHERE user_name <> '';
CREATE UNIQUE INDEX accounts_by_subject ON accounts (subject) WHERE subject <> '';

CREATE TABLE month_spending (
    -- What calls to models for accounts have cost, or may: noted before each call, settled after it.
    whose text COLLATE "C" NOT NULL CHECK (whose IN ('reader', 'group', 'all')),
    name text COLLATE "C" NOT NULL,              -- the reader's id, or the group's name; empty: of all
    month text COLLATE "C" NOT NULL,             -- its first day, in UTC
    dollars text COLLATE "C" NOT NULL,           -- US dollars
    PRIMARY KEY (whose, name, month)
);
