-- What is to be done, what has arrived, and what waits for a person.

CREATE TABLE lanes (
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    due DOUBLE PRECISION,
    blocked_on TEXT,
    fence BIGINT NOT NULL,
    leased_until DOUBLE PRECISION NOT NULL,
    stuck TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    PRIMARY KEY (subject, name)
);
CREATE INDEX lanes_by_due ON lanes (blocked_on, due) WHERE due IS NOT NULL;

CREATE TABLE vendors (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    since DOUBLE PRECISION NOT NULL,
    probe_at DOUBLE PRECISION NOT NULL,
    reason TEXT NOT NULL
);

CREATE TABLE paces (
    name TEXT PRIMARY KEY,
    bucket BIGINT NOT NULL,
    counts TEXT NOT NULL -- JSON
);

CREATE TABLE allowances (
    name TEXT NOT NULL,
    "window" BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (name, "window")
);
CREATE INDEX allowances_by_window ON allowances ("window");

CREATE TABLE intakes (
    connector TEXT NOT NULL,
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    "case" TEXT NOT NULL,
    PRIMARY KEY (account, connector, key)
);

CREATE TABLE deliveries (
    connector TEXT NOT NULL,
    id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    kept_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (connector, id)
);
CREATE INDEX deliveries_by_time ON deliveries (kept_at);

CREATE TABLE early_facts (
    helpdesk TEXT NOT NULL,
    ref TEXT NOT NULL,
    wanted TEXT NOT NULL, -- JSON
    requester TEXT,
    kept_at DOUBLE PRECISION NOT NULL,
    keep_until DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (helpdesk, ref)
);

CREATE TABLE parked (
    id TEXT PRIMARY KEY,
    about TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL, -- JSON
    parked_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX parked_by_subject ON parked (about);

CREATE TABLE once (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL,
    body TEXT NOT NULL, -- JSON
    PRIMARY KEY (kind, id)
);
CREATE INDEX once_by_expiry ON once (expires_at);

CREATE TABLE shops (
    domain TEXT PRIMARY KEY,
    uninstalled_at DOUBLE PRECISION NOT NULL,
    returned_at DOUBLE PRECISION
);

CREATE TABLE "values" (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
