-- What the app of a group needs to know in all of its processes, and the log of what admins did.

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

CREATE TABLE sign_in_links (
    app TEXT NOT NULL,                -- public address of the app
    token TEXT NOT NULL,              -- a hash: the token itself is in the mail alone
    member TEXT NOT NULL,             -- whom it signs in; empty: nobody, for an unknown address
    ends REAL NOT NULL,               -- seconds since 1970
    PRIMARY KEY (app, token)
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

CREATE TABLE sign_in_tries (
    app TEXT NOT NULL,                -- public address of the app
    tried TEXT NOT NULL,              -- a hash of the kind of limit and of whom it counts for
    tries INTEGER NOT NULL,           -- how many since the count began
    ends REAL NOT NULL,               -- when the count begins anew, in seconds since 1970
    PRIMARY KEY (app, tried)
);

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

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'rows of the audit log are only added'); END;

-- A person who is deleted is no longer named; nothing else of a row can be changed.
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
