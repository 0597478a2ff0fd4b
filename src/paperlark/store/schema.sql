-- The database, version 25. Written by `make reference`; do not edit.
-- Times are UTC (ISO 8601), days are announcement days in New York, money is decimal
-- text in US dollars.

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

CREATE UNIQUE INDEX accounts_by_email ON accounts (email) WHERE email <> '';

CREATE INDEX accounts_by_group ON accounts (group_name, reader);

CREATE UNIQUE INDEX accounts_by_subject ON accounts (subject) WHERE subject <> '';

CREATE UNIQUE INDEX accounts_by_user ON accounts (user_name) WHERE user_name <> '';

CREATE TABLE app_keys (
    app TEXT PRIMARY KEY,             -- public address of the app
    secret TEXT NOT NULL              -- signs its cookies
);

CREATE TABLE app_sessions (
    app TEXT NOT NULL,                -- public address of the app: sessions of one are none of another
    name TEXT NOT NULL,               -- a hash: the name itself is in the cookie alone
    member TEXT NOT NULL,             -- whose it is
    ends REAL NOT NULL,               -- seconds since 1970
    PRIMARY KEY (app, name)
);

CREATE INDEX app_sessions_by_end ON app_sessions (ends);

CREATE TABLE audit (
    -- Who signed in, and what an admin did; rows are only added.
    number INTEGER PRIMARY KEY,       -- the order in which they were stored
    at TEXT NOT NULL,                 -- when
    actor TEXT NOT NULL,              -- id of who did it; empty: somebody at the command line
    action TEXT NOT NULL,             -- what, as domain/audit.py names it
    subject TEXT NOT NULL,            -- id of the reader or name of the group it was done to
    detail TEXT NOT NULL,             -- what else there is to say; no name, nothing secret
    origin TEXT NOT NULL,             -- the network it came from; empty: unknown
    request TEXT NOT NULL             -- id of the request in the app's log; empty: none
);

CREATE INDEX audit_by_subject ON audit (subject, number);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
WHEN NOT (
    (NEW.number, NEW.at, NEW.action, NEW.request)
        = (OLD.number, OLD.at, OLD.action, OLD.request)
    AND NEW.actor IN (OLD.actor, '(deleted)')
    AND NEW.subject IN (OLD.subject, '(deleted)')
    AND (NEW.detail = OLD.detail
        OR (NEW.detail = '' AND '(deleted)' IN (NEW.actor, NEW.subject)))
    AND (NEW.origin = OLD.origin OR (NEW.origin = '' AND NEW.actor = '(deleted)'))
)
BEGIN SELECT RAISE(ABORT, 'rows of the audit log are only added'); END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'rows of the audit log are only added'); END;

CREATE TABLE batches (
    -- One category's announcement of one day.
    day TEXT NOT NULL,
    category TEXT NOT NULL,
    via TEXT NOT NULL,                -- the source it came through
    confirmed TEXT,                   -- the source that confirmed its entries
    expected INTEGER,                 -- expected number of entries; NULL: unknown
    origin TEXT NOT NULL,             -- address or file
    sha256 TEXT NOT NULL,             -- of its entries, for the manifest
    notes TEXT NOT NULL,              -- JSON: what is missing
    trail TEXT NOT NULL,              -- JSON: sources tried before, and why each was rejected
    PRIMARY KEY (day, category)
);

CREATE TABLE digests (
    -- Each reader's digest of each day. Before version 20 it was text.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,                -- announcement day
    paper_set INTEGER REFERENCES paper_sets (number), -- the scanned papers; NULL: none
    fingerprint TEXT,                 -- hash of digest and ranking; NULL: not computed yet
    digest BLOB NOT NULL,             -- JSON, compressed as in store/day_values.py
    ranking BLOB,                     -- matches of all papers, likewise; NULL: none are known
    PRIMARY KEY (profile, day)
);

CREATE INDEX digests_by_paper_set ON digests (paper_set, profile, day);

CREATE TABLE encodings (
    number INTEGER PRIMARY KEY,       -- the oldest are deleted
    made_of BLOB NOT NULL UNIQUE,     -- fingerprint of the text and of the code that encodes it
    content BLOB NOT NULL
);

CREATE TABLE exchanges (
    -- One paid call to a judge: a request and its reply.
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,                -- announcement day of the page it was made for
    profile TEXT NOT NULL,            -- whose page that is
    criteria TEXT NOT NULL,           -- fingerprint of the criteria
    judge TEXT NOT NULL,              -- model and prompt hash
    requests INTEGER NOT NULL,        -- HTTP requests that got a reply
    prompt_tokens INTEGER,
    cached_tokens INTEGER,            -- part of prompt_tokens
    completion_tokens INTEGER,
    prompt_cost TEXT,
    completion_cost TEXT,
    reply TEXT NOT NULL,              -- raw text
    at TEXT NOT NULL, -- when it was stored
    -- 1: answered by a batch service, at its price.
    batch INTEGER NOT NULL DEFAULT 0,
    -- Maximum cost in US dollars where the cost is NULL: a call that broke off, or a reply without
    -- usage.
    most TEXT
);

CREATE INDEX exchanges_by_day ON exchanges (day, profile, criteria, judge);

CREATE INDEX exchanges_by_moment ON exchanges (at);

CREATE TABLE explored (
    -- A paper sampled at random from below the threshold: judged, or shown.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    inclusion REAL NOT NULL,          -- inclusion probability, above 0 and up to 1
    probability REAL,                 -- predicted, of being wanted; NULL: not calibrated
    wanted INTEGER,                   -- 1 where it met that day's cut-offs; NULL: not judged
    PRIMARY KEY (profile, day, paper_id)
) WITHOUT ROWID;

CREATE TABLE feedback (
    -- Every vote of every reader; the last one on a paper counts.
    id INTEGER PRIMARY KEY,
    profile TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    version INTEGER,                  -- latest known when it was cast; NULL: imported only
    vote TEXT NOT NULL CHECK (vote IN ('up', 'down', 'none')),
    at TEXT NOT NULL,                 -- when it was cast
    -- The triage event that cast the vote; NULL: it was cast or imported on the command line.
    event TEXT,
    FOREIGN KEY (paper_id, version) REFERENCES papers (id, version)
);

CREATE INDEX feedback_by_paper ON feedback (profile, paper_id, at);

CREATE TABLE fleet_mornings (
    day TEXT PRIMARY KEY,
    begun TEXT NOT NULL,          -- when somebody first began it
    cut TEXT,                     -- when its readers were cut into shards, NULL before that
    seconds REAL,                 -- that reading the feeds took
    missing TEXT                  -- JSON: why which categories have no announcement
);

CREATE TABLE fleet_readers (
    day TEXT NOT NULL,
    profile TEXT NOT NULL,
    shard INTEGER NOT NULL,       -- its number
    problem TEXT,                 -- why there is no page, NULL otherwise
    PRIMARY KEY (day, profile)
);

CREATE INDEX fleet_readers_of_shard ON fleet_readers (day, shard);

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

CREATE TABLE jobs (
    -- Jobs submitted to a server's batch service.
    key TEXT PRIMARY KEY,             -- ours, sent along: finds a job whose reply was lost
    day TEXT NOT NULL,
    profile TEXT NOT NULL,
    criteria TEXT NOT NULL,
    judge TEXT NOT NULL,
    model TEXT NOT NULL,              -- whose price applies
    base_url TEXT NOT NULL,           -- the server it was submitted to
    questions TEXT NOT NULL,          -- JSON, of each: [[number, paper, version], ...] and `most`
    most TEXT,                        -- maximum cost in US dollars; NULL: no known price
    job TEXT,                         -- the server's id for it; NULL: none yet
    state TEXT NOT NULL CHECK (state IN ('leaving', 'left', 'collected')),
    misses TEXT NOT NULL,             -- JSON, by paper: why there is no judgement, and whether
                                      -- the model was asked at all
    at TEXT NOT NULL                  -- when it was submitted
);

CREATE INDEX jobs_by_day ON jobs (day, profile, criteria, judge);

CREATE TABLE judgements (
    -- What a judge said of one version of one paper under one text of criteria.
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    version INTEGER NOT NULL,
    criteria TEXT NOT NULL,
    judge TEXT NOT NULL,
    relevance INTEGER NOT NULL CHECK (relevance BETWEEN 1 AND 10),
    novelty INTEGER NOT NULL CHECK (novelty BETWEEN 1 AND 10),
    comment TEXT NOT NULL,
    exchange INTEGER NOT NULL REFERENCES exchanges (id),
    -- empty where none was asked for, or none that can be used came
    summary TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (paper_id, version, criteria, judge)
);

CREATE INDEX judgements_by_exchange ON judgements (exchange);

CREATE TABLE library (
    -- An imported paper: liked, disliked, or judged elsewhere.
    profile TEXT NOT NULL,
    paper_id TEXT NOT NULL,           -- arXiv identifier, or library: and a hash of the title
    version INTEGER NOT NULL,
    title TEXT NOT NULL,              -- from arXiv, else from the imported file
    authors TEXT NOT NULL,            -- JSON: [[name, affiliation or null], ...]
    abstract TEXT NOT NULL,           -- may be empty
    categories TEXT NOT NULL,         -- separated by spaces; empty: unknown
    day TEXT NOT NULL,                -- judged: announcement day; else day of import
    wanted INTEGER NOT NULL,          -- 1 liked, 0 disliked; where judged, the scores decide
    relevance INTEGER CHECK (relevance BETWEEN 1 AND 10),
    novelty INTEGER CHECK (novelty BETWEEN 1 AND 10),
    -- File, address or library; '': imported before sources were kept.
    source TEXT NOT NULL DEFAULT '',
    -- When it was imported; '': likewise.
    imported TEXT NOT NULL DEFAULT '',
    -- 1: taken out again; only its text is kept, for a vote on it.
    removed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (profile, paper_id),
    CHECK ((relevance IS NULL) = (novelty IS NULL))
);

CREATE INDEX library_by_day ON library (profile, day, paper_id);

CREATE TRIGGER library_waits AFTER INSERT ON library BEGIN
    INSERT INTO search_waiting (paper_id, profile)
    SELECT new.paper_id, new.profile WHERE NOT EXISTS (
        SELECT 1 FROM search_waiting WHERE paper_id = new.paper_id AND profile = new.profile
    );
END;

CREATE TABLE listings (
    -- One entry of one announcement.
    day TEXT NOT NULL,
    category TEXT NOT NULL,
    place INTEGER NOT NULL,           -- position in the announcement
    paper_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,               -- new, cross, replace, replace-cross
    PRIMARY KEY (day, category, place),
    FOREIGN KEY (day, category) REFERENCES batches (day, category) ON DELETE CASCADE,
    FOREIGN KEY (paper_id, version) REFERENCES papers (id, version)
);

CREATE INDEX listings_by_paper ON listings (paper_id, day);

CREATE TABLE month_spending (
    -- What calls to models for accounts have cost, or may: noted before each call, settled after it.
    whose TEXT NOT NULL CHECK (whose IN ('reader', 'group', 'all')),
    name TEXT NOT NULL,               -- the reader's id, or the group's name; empty: of all
    month TEXT NOT NULL,              -- its first day, in UTC
    dollars TEXT NOT NULL,            -- US dollars
    PRIMARY KEY (whose, name, month)
) WITHOUT ROWID;

CREATE TABLE moves (
    source TEXT PRIMARY KEY,          -- path or address
    began TEXT NOT NULL,
    ended TEXT                        -- when both had the same rows; NULL: rows may still be missing
) WITHOUT ROWID;

CREATE TABLE paper_set_members (
    paper_set INTEGER NOT NULL REFERENCES paper_sets (number),
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    version INTEGER,                  -- that arXiv announced that day; NULL: its text is unknown
    PRIMARY KEY (paper_set, paper_id)
) WITHOUT ROWID;

CREATE INDEX paper_sets_by_paper ON paper_set_members (paper_id, paper_set);

CREATE TABLE paper_sets (
    -- The papers that were scanned on a day, once for all readers for whom they were the same.
    number INTEGER PRIMARY KEY,
    content TEXT NOT NULL UNIQUE,     -- hash of the identifiers and versions in it
    papers INTEGER NOT NULL           -- how many they are
);

CREATE TABLE papers (
    -- One version of one paper as arXiv described it.
    id TEXT NOT NULL,                 -- arXiv identifier without version
    version INTEGER NOT NULL,
    title TEXT NOT NULL,              -- TeX as sent
    authors TEXT NOT NULL,            -- JSON: [[name, affiliation or null], ...]
    abstract TEXT NOT NULL,           -- TeX as sent; paragraphs separated by a blank line
    categories TEXT NOT NULL,         -- separated by spaces, the primary one first
    -- 1: the text of an imported page, replaced when arXiv's own text comes.
    printed INTEGER NOT NULL DEFAULT 0,
    -- What arXiv says of a paper besides title, authors, abstract and categories; NULL: unknown.
    -- On one line each, as arXiv sends it; the licence is an address.
    comments TEXT,
    journal_reference TEXT,
    doi TEXT,
    licence TEXT,
    PRIMARY KEY (id, version)
);

CREATE TRIGGER papers_wait AFTER INSERT ON papers BEGIN
    INSERT INTO search_waiting (paper_id, profile)
    SELECT new.id, '' WHERE NOT EXISTS (
        SELECT 1 FROM search_waiting WHERE paper_id = new.id AND profile = ''
    );
END;

CREATE TRIGGER papers_wait_again AFTER UPDATE ON papers BEGIN
    DELETE FROM search_texts WHERE paper_id = new.id AND profile = '' AND version = new.version;
    INSERT INTO search_waiting (paper_id, profile)
    SELECT new.id, '' WHERE NOT EXISTS (
        SELECT 1 FROM search_waiting WHERE paper_id = new.id AND profile = ''
    );
END;

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
    -- JSON: papers of the pages it was written from, where one was partial; NULL where none was.
    incomplete TEXT,
    PRIMARY KEY (profile, channel, occasion, day)
) WITHOUT ROWID;

CREATE TABLE places (
    -- The embedding vector of every paper announced to any reader.
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    day TEXT NOT NULL,                -- first announcement to any reader
    title TEXT NOT NULL,              -- TeX as sent
    space TEXT NOT NULL,              -- fingerprint of the embedding; '': not embedded yet
    place BLOB NOT NULL,              -- float16, little-endian, unit length; empty: none yet
    PRIMARY KEY (paper_id)
) WITHOUT ROWID;

CREATE INDEX places_by_space ON places (space, day);

CREATE TABLE rate_limits (
    service TEXT PRIMARY KEY,     -- what is asked: arXiv, or the host of a server
    free_at REAL NOT NULL         -- when all that was reserved is used up, seconds since 1970
);

CREATE TABLE read_libraries (
    -- A library that is read for a reader: what is in it, as far as it was read.
    profile TEXT NOT NULL,
    library TEXT NOT NULL,            -- users/12345 or groups/678
    version INTEGER NOT NULL,         -- the library's own version when it was read
    items TEXT NOT NULL,              -- JSON: by key of an item its paper and its collections
    at TEXT NOT NULL,
    PRIMARY KEY (profile, library)
);

CREATE TABLE readers (
    -- Whose rows are whose: every column `profile` holds one of these ids.
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,              -- of the page, as last seen
    profile TEXT NOT NULL             -- path of the profile, as last seen; '': of none yet
) WITHOUT ROWID;

CREATE TABLE saved_copies (
    -- One saved paper in one place; a row stays when the paper is no longer saved.
    profile TEXT NOT NULL,
    saver TEXT NOT NULL,              -- what wrote it: zotero, notes, and so on
    place TEXT NOT NULL,              -- the library and collection, folder or address
    paper_id TEXT NOT NULL,
    state TEXT NOT NULL,              -- sending, there, failed, deleted (by the reader: for good)
    key TEXT NOT NULL,                -- its name there
    content TEXT NOT NULL,            -- what was written last
    problem TEXT,                     -- why it failed; NULL: it did not
    at TEXT NOT NULL,
    PRIMARY KEY (profile, saver, place, paper_id)
);

CREATE VIEW scanned AS
    -- Every paper that was scanned for a reader on a day.
    SELECT d.profile, d.day, m.paper_id, coalesce(s.on_page, 0) AS on_page, s.place,
        s.relevance, s.novelty, coalesce(s.version, m.version) AS version
    FROM digests d JOIN paper_set_members m ON m.paper_set = d.paper_set
    LEFT JOIN shown_or_judged s
        ON s.profile = d.profile AND s.day = d.day AND s.paper_id = m.paper_id;

CREATE TABLE scratch (
    -- A cache: it can be deleted at any time.
    key TEXT PRIMARY KEY,             -- what is cached
    made_of TEXT NOT NULL,            -- fingerprint of its inputs
    content BLOB NOT NULL
);

CREATE TABLE search_texts (
    -- Every paper in the full-text index below, in its latest version.
    number INTEGER PRIMARY KEY,       -- rowid in the index; later texts have higher ones
    paper_id TEXT NOT NULL,           -- as in papers or library
    profile TEXT NOT NULL,            -- '' for arXiv's text, else the reader who imported it
    version INTEGER NOT NULL,
    UNIQUE (paper_id, profile)
);

CREATE TABLE search_waiting (
    -- Texts not indexed yet; the next search indexes them.
    number INTEGER PRIMARY KEY,       -- order of arrival
    paper_id TEXT NOT NULL,
    profile TEXT NOT NULL,            -- as in search_texts
    UNIQUE (paper_id, profile)
);

CREATE VIRTUAL TABLE search_words USING fts5 (
    title, authors, abstract, categories,
    content = '', tokenize = "unicode61 remove_diacritics 2"
);

CREATE TABLE servers (
    -- Discovered capabilities of a model server.
    base_url TEXT NOT NULL,
    model TEXT NOT NULL,
    dialect TEXT NOT NULL,            -- JSON
    at TEXT NOT NULL,                 -- when they were discovered
    PRIMARY KEY (base_url, model)
) WITHOUT ROWID;

CREATE TABLE sharing (
    profile TEXT PRIMARY KEY,
    wanted INTEGER NOT NULL,          -- 1: the papers that they want
    saved INTEGER NOT NULL,           -- 1: the papers that they saved
    at TEXT NOT NULL                  -- when they said so last
);

CREATE TABLE shown_or_judged (
    -- Scanned papers that were on the page of a day, or judged.
    profile TEXT NOT NULL,
    day TEXT NOT NULL,                -- announcement day
    paper_id TEXT NOT NULL,           -- arXiv identifier without version
    on_page INTEGER NOT NULL,         -- 1: selected
    place INTEGER,                    -- position on the page; NULL: not on it, or unknown
    version INTEGER,                  -- shown or judged; NULL: unknown
    relevance INTEGER,                -- the judge's scores that day, 1 to 10; NULL: not judged
    novelty INTEGER,
    PRIMARY KEY (profile, day, paper_id)
) WITHOUT ROWID;

CREATE TABLE sign_in_links (
    app TEXT NOT NULL,                -- public address of the app
    token TEXT NOT NULL,              -- a hash: the token itself is in the mail alone
    member TEXT NOT NULL,             -- whom it signs in; empty: nobody, for an unknown address
    ends REAL NOT NULL,               -- seconds since 1970
    PRIMARY KEY (app, token)
);

CREATE TABLE sign_in_tries (
    app TEXT NOT NULL,                -- public address of the app
    tried TEXT NOT NULL,              -- a hash of the kind of limit and of whom it counts for
    tries INTEGER NOT NULL,           -- how many since the count began
    ends REAL NOT NULL,               -- when the count begins anew, in seconds since 1970
    PRIMARY KEY (app, tried)
);

CREATE TABLE sign_ins_begun (
    -- A way to an OpenID provider and back that is under way.
    app TEXT NOT NULL,                -- public address of the app
    state TEXT NOT NULL,              -- a hash of what comes back with the browser
    visit TEXT NOT NULL,              -- the visit of the browser that began it
    nonce TEXT NOT NULL,              -- what the token has to repeat
    verifier TEXT NOT NULL,           -- of PKCE
    ends REAL NOT NULL,               -- seconds since 1970
    PRIMARY KEY (app, state)
);

CREATE TABLE translations (
    criteria TEXT NOT NULL,           -- fingerprint of the criteria
    translator TEXT NOT NULL,         -- model and prompt hash
    english TEXT,                     -- NULL: no reply could be used
    attempts INTEGER NOT NULL,        -- replies so far; the calls are in exchanges
    PRIMARY KEY (criteria, translator)
);

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
