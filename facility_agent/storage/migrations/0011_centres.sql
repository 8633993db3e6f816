-- Whoever works for a payer from elsewhere: the code of their office, empty for the payer's own people.
ALTER TABLE account ADD COLUMN office TEXT NOT NULL DEFAULT '';

-- The pages of a batch on paper, as somebody scanned or photographed them.
CREATE TABLE paper_scan (
    batch TEXT NOT NULL REFERENCES paper_batch (batch) ON DELETE RESTRICT,
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    scan {bytes} NOT NULL,
    PRIMARY KEY (batch, digest)
);
