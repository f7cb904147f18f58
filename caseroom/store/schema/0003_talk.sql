-- What pages write beside a message, and customers who are blocked.

ALTER TABLE messages ADD COLUMN note TEXT NOT NULL DEFAULT '';

CREATE TABLE blocks (
    account TEXT PRIMARY KEY,
    "until" DOUBLE PRECISION NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX blocks_by_end ON blocks ("until");
