-- A batch may bill persons who are listed with the facility instead of visits. The kinds that a column may hold stand
-- with the column, so that the column is made anew beside the old one; no row is touched.
DROP INDEX batch_one_main;
ALTER TABLE batch ADD COLUMN billed TEXT NOT NULL DEFAULT 'main'
    CHECK (billed IN ('main', 'supplementary', 'regularisation', 'per-head'));
UPDATE batch SET billed = kind;
ALTER TABLE batch DROP COLUMN kind;
ALTER TABLE batch RENAME COLUMN billed TO kind;
CREATE UNIQUE INDEX batch_one_main ON batch (facility, payer, scheme, month) WHERE kind = 'main';

-- What such a batch bills: one row of the arrangement each, with the persons that the facility counted.
CREATE TABLE batch_count (
    batch TEXT NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    code TEXT NOT NULL,
    facility TEXT NOT NULL,
    payer TEXT NOT NULL,
    scheme TEXT NOT NULL,
    start TEXT NOT NULL,
    until TEXT NOT NULL,
    document {bytes} NOT NULL,
    PRIMARY KEY (batch, code)
);
CREATE INDEX batch_count_period ON batch_count (facility, payer, scheme, code, start);
