-- The other side's count of the persons for whom a payment per head is due, as it came.
CREATE TABLE head_count (
    facility TEXT NOT NULL,
    payer TEXT NOT NULL,
    counted_on TEXT NOT NULL,
    at TEXT NOT NULL,
    document {bytes} NOT NULL,
    PRIMARY KEY (facility, payer, counted_on)
);

-- What a facility's own system shows to be let in: only the SHA-256 of it is kept.
CREATE TABLE machine (
    name TEXT PRIMARY KEY,
    facility TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    until TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL
);
