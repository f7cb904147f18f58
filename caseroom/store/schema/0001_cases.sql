-- Cases, who is in them, and what was said. Columns that hold JSON are of type TEXT and say so.
-- Times from our own clock are seconds since 1970; those from a helpdesk's are microseconds.

CREATE TABLE cases (
    key TEXT PRIMARY KEY,
    connector TEXT NOT NULL,
    helpdesk TEXT NOT NULL,
    ref TEXT,
    account TEXT NOT NULL,
    contact TEXT NOT NULL,
    slot TEXT,
    life BIGINT NOT NULL,
    group_id TEXT NOT NULL,
    opened_at DOUBLE PRECISION NOT NULL,
    request TEXT NOT NULL, -- JSON
    continues TEXT,
    wanted TEXT NOT NULL, -- JSON
    seen TEXT NOT NULL, -- JSON
    parked TEXT NOT NULL, -- JSON
    is_live BOOLEAN NOT NULL,
    creating_since DOUBLE PRECISION
);
-- One record, one case.
CREATE UNIQUE INDEX cases_by_ref ON cases (helpdesk, ref) WHERE ref IS NOT NULL;
-- On a browser's road, one account has one open case for each connector.
CREATE UNIQUE INDEX cases_by_slot ON cases (connector, slot) WHERE slot IS NOT NULL;
CREATE INDEX cases_by_account ON cases (account, opened_at);
CREATE INDEX cases_by_contact ON cases (contact) WHERE contact <> '';
CREATE INDEX cases_being_created ON cases (helpdesk, creating_since) WHERE creating_since IS NOT NULL;

CREATE TABLE groups (
    id TEXT PRIMARY KEY,
    "case" TEXT NOT NULL,
    life BIGINT NOT NULL
);
CREATE INDEX groups_by_case ON groups ("case", life);

CREATE TABLE assignments (
    account TEXT NOT NULL,
    "case" TEXT NOT NULL,
    PRIMARY KEY (account, "case")
);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    connector TEXT NOT NULL,
    origin TEXT,
    name TEXT,
    imported_as TEXT,
    site TEXT NOT NULL,
    erased_at DOUBLE PRECISION,
    deleted_at DOUBLE PRECISION
);
CREATE UNIQUE INDEX accounts_by_origin ON accounts (connector, origin) WHERE origin IS NOT NULL;
CREATE INDEX accounts_by_site ON accounts (site) WHERE site <> '';

CREATE TABLE messages (
    group_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    "case" TEXT NOT NULL,
    life BIGINT NOT NULL,
    sender TEXT NOT NULL,
    sent_at DOUBLE PRECISION NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON
    is_confirmed BOOLEAN NOT NULL,
    random BIGINT NOT NULL,
    PRIMARY KEY (group_id, seq)
);
CREATE INDEX messages_by_case ON messages ("case", life, seq);
