-- Money in and what is done with it. Each row is written once; `place` is the order in which things were written.

CREATE TABLE bank_file (digest TEXT PRIMARY KEY, name TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL);

CREATE TABLE payment_fact (
    id TEXT NOT NULL,
    place BIGINT NOT NULL UNIQUE,
    kind TEXT NOT NULL
        CHECK (kind IN ('money', 'known', 'banked', 'allocation', 'write-off', 'given-back', 'contested')),
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    document {bytes} NOT NULL,
    PRIMARY KEY (kind, id)
);
