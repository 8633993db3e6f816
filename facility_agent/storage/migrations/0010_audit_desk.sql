-- The mutual's desk: what the audit said of each claim, who ruled on it, what came on paper, and what was looked at.

CREATE TABLE audit_claim (
    batch TEXT NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    claim TEXT NOT NULL REFERENCES claim (id) ON DELETE RESTRICT,
    number TEXT NOT NULL,
    claimed BIGINT NOT NULL,
    proposed BIGINT NOT NULL,
    at_risk BIGINT NOT NULL,
    needs_person BIGINT NOT NULL CHECK (needs_person IN (0, 1)),
    document {bytes} NOT NULL,
    PRIMARY KEY (batch, claim)
);
CREATE INDEX audit_claim_queue ON audit_claim (needs_person, at_risk);

-- What a person said of a claim before its batch is decided; nothing is taken back but by another event.
CREATE TABLE ruling (
    batch TEXT NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    claim TEXT NOT NULL REFERENCES claim (id) ON DELETE RESTRICT,
    place BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ruled', 'seconded', 'withdrawn')),
    document {bytes} NOT NULL,
    PRIMARY KEY (batch, claim, place)
);

CREATE TABLE paper_batch (
    batch TEXT PRIMARY KEY REFERENCES batch (id) ON DELETE RESTRICT,
    who TEXT NOT NULL,
    at TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('keyed', 'workbook')),
    digest TEXT NOT NULL UNIQUE
);

-- A value that the payer keeps to itself until the batches of a month are sealed; its digest is published before.
CREATE TABLE sample_promise (
    facility TEXT NOT NULL,
    month TEXT NOT NULL,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    committed TEXT NOT NULL,
    value {bytes} NOT NULL,
    PRIMARY KEY (facility, month)
);

CREATE TABLE sample (
    batch TEXT PRIMARY KEY REFERENCES batch (id) ON DELETE RESTRICT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    document {bytes} NOT NULL
);

-- What was seen of a drawn claim; a later entry stands beside the earlier one.
CREATE TABLE sample_result (
    batch TEXT NOT NULL REFERENCES sample (batch) ON DELETE RESTRICT,
    claim TEXT NOT NULL REFERENCES claim (id) ON DELETE RESTRICT,
    place BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    overpaid BIGINT NOT NULL CHECK (overpaid >= 0),
    said TEXT NOT NULL,
    PRIMARY KEY (batch, claim, place)
);

-- Asked of the member at home or on the telephone: did this care take place, what was paid?
CREATE TABLE counter_check (
    id TEXT PRIMARY KEY,
    claim TEXT NOT NULL REFERENCES claim (id) ON DELETE RESTRICT,
    how TEXT NOT NULL CHECK (how IN ('visit', 'call')),
    state TEXT NOT NULL CHECK (state IN ('asked', 'answered')),
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    document {bytes} NOT NULL,
    UNIQUE (claim, how)
);

CREATE TABLE member_claim (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    member TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'decided', 'paid', 'refused')),
    entered_by TEXT NOT NULL,
    version BIGINT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX member_claim_member ON member_claim (member);

CREATE TABLE member_claim_event (
    member_claim TEXT NOT NULL REFERENCES member_claim (id) ON DELETE RESTRICT,
    version BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    state TEXT NOT NULL,
    document {bytes} NOT NULL,
    PRIMARY KEY (member_claim, version)
);

-- The number of a receipt at whoever gave it: one receipt is refunded once.
CREATE TABLE member_receipt (
    provider TEXT NOT NULL,
    receipt TEXT NOT NULL,
    member_claim TEXT NOT NULL REFERENCES member_claim (id) ON DELETE RESTRICT,
    PRIMARY KEY (provider, receipt)
);

CREATE TABLE complaint (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    member TEXT NOT NULL,
    facility TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered')),
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX complaint_state ON complaint (state, at);
CREATE INDEX audit_claim_claim ON audit_claim (claim);
CREATE INDEX ruling_claim ON ruling (claim);
CREATE INDEX sample_result_claim ON sample_result (claim);
CREATE INDEX member_receipt_claim ON member_receipt (member_claim);
