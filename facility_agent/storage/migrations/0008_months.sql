-- The month end: what is left out of a batch or justified, and contested lines.

CREATE TABLE month_note (
    visit TEXT NOT NULL,
    payer TEXT NOT NULL,
    scheme TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('left-out', 'justified')),
    month TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (visit, payer, scheme, kind)
);
CREATE INDEX month_note_month ON month_note (month);

CREATE TABLE contest (
    id TEXT PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    at TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX contest_batch ON contest (batch);

-- At whoever stands between facility and payer, and at the payer: a batch with the seals of all hands, as it came.
CREATE TABLE endorsement (
    batch TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    facility TEXT NOT NULL,
    payer TEXT NOT NULL,
    month TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'endorsed', 'returned')),
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    core {bytes} NOT NULL,
    seals {bytes} NOT NULL
);
