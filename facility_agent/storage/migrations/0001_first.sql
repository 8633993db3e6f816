-- The first schema, for SQLite and PostgreSQL alike; {bytes} is the dialect's word for a byte string.
-- Days and instants are ISO text (UTC), flags are 0 or 1, amounts are whole minor units. Documents are canonical bytes.

CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL CHECK (value >= 0));

CREATE TABLE account (
    login TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
);

CREATE TABLE signin (
    token TEXT PRIMARY KEY,
    login TEXT NOT NULL REFERENCES account (login) ON DELETE RESTRICT,
    csrf TEXT NOT NULL,
    created TEXT NOT NULL,
    expires TEXT NOT NULL
);
CREATE INDEX signin_login ON signin (login);

CREATE TABLE party (code TEXT PRIMARY KEY, name TEXT NOT NULL, document {bytes} NOT NULL);

CREATE TABLE agreement (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    start TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed by one', 'in force', 'amended', 'suspended', 'ended')),
    document {bytes} NOT NULL
);

CREATE TABLE agreement_event (
    agreement TEXT NOT NULL REFERENCES agreement (id) ON DELETE RESTRICT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    state TEXT NOT NULL,
    digest TEXT NOT NULL
);
CREATE INDEX agreement_event_agreement ON agreement_event (agreement);

CREATE TABLE register_snapshot (
    payer TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    as_of TEXT NOT NULL,
    digest TEXT NOT NULL,
    members BIGINT NOT NULL,
    PRIMARY KEY (payer, sequence)
);

CREATE TABLE beneficiary (
    payer TEXT NOT NULL,
    scheme TEXT NOT NULL,
    number TEXT NOT NULL,
    household TEXT NOT NULL,
    name TEXT NOT NULL,
    search_name TEXT NOT NULL,
    phone TEXT NOT NULL,
    document {bytes} NOT NULL,
    PRIMARY KEY (number, payer, scheme)
);
CREATE INDEX beneficiary_household ON beneficiary (household);
-- Holds all that the search by name asks for.
CREATE INDEX beneficiary_name ON beneficiary (search_name, number, payer, scheme);
CREATE INDEX beneficiary_phone ON beneficiary (phone);
CREATE INDEX beneficiary_payer ON beneficiary (payer);

CREATE TABLE revocation_list (
    payer TEXT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    as_of TEXT NOT NULL,
    bitmap {bytes} NOT NULL
);

CREATE TABLE card (
    payer TEXT NOT NULL,
    serial BIGINT NOT NULL,
    number TEXT NOT NULL,
    issued TEXT NOT NULL,
    expires TEXT NOT NULL,
    text_digest TEXT NOT NULL,
    document {bytes} NOT NULL,
    PRIMARY KEY (payer, serial)
);
CREATE INDEX card_number ON card (number);

CREATE TABLE desk_lookup (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    day TEXT NOT NULL,
    account TEXT NOT NULL,
    number TEXT NOT NULL,
    colour TEXT NOT NULL CHECK (colour IN ('green', 'amber', 'red')),
    how TEXT NOT NULL
);
CREATE INDEX desk_lookup_number ON desk_lookup (number, day);
CREATE INDEX desk_lookup_day ON desk_lookup (day);

CREATE TABLE visit (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'recorded', 'claimed', 'abandoned')),
    day TEXT NOT NULL,
    month TEXT NOT NULL,
    register_number TEXT NOT NULL,
    number TEXT NOT NULL,
    version BIGINT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX visit_day ON visit (day);
CREATE INDEX visit_month ON visit (month, state);
CREATE INDEX visit_state ON visit (state);
CREATE INDEX visit_number ON visit (number);
CREATE INDEX visit_register_number ON visit (register_number);

CREATE TABLE visit_event (
    visit TEXT NOT NULL REFERENCES visit (id) ON DELETE RESTRICT,
    version BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    state TEXT NOT NULL,
    document {bytes} NOT NULL,
    PRIMARY KEY (visit, version)
);

CREATE TABLE claim (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    facility TEXT NOT NULL,
    member TEXT NOT NULL,
    household TEXT NOT NULL,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    month TEXT NOT NULL,
    digest TEXT NOT NULL,
    replaces TEXT UNIQUE,
    document {bytes} NOT NULL
);
CREATE INDEX claim_month ON claim (facility, month);
CREATE INDEX claim_member ON claim (member, day);
CREATE INDEX claim_household ON claim (household);

CREATE TABLE claim_event (
    claim TEXT NOT NULL REFERENCES claim (id) ON DELETE RESTRICT,
    place BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (claim, place)
);

-- Projections of the claims, written with them and rebuildable from them.
CREATE TABLE claim_line (
    claim TEXT NOT NULL REFERENCES claim (id) ON DELETE RESTRICT,
    line TEXT NOT NULL,
    place BIGINT NOT NULL,
    act TEXT NOT NULL,
    family TEXT NOT NULL,
    at TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    submitted BIGINT NOT NULL,
    eligible BIGINT NOT NULL,
    deductible BIGINT NOT NULL,
    member_pays BIGINT NOT NULL,
    facility_bears BIGINT NOT NULL,
    condition TEXT NOT NULL,
    PRIMARY KEY (claim, line)
);

CREATE TABLE claim_share (
    claim TEXT NOT NULL REFERENCES claim (id) ON DELETE RESTRICT,
    line TEXT NOT NULL,
    place BIGINT NOT NULL,
    payer TEXT NOT NULL,
    scheme TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (claim, line, payer, scheme)
);
CREATE INDEX claim_share_payer ON claim_share (payer, scheme);

CREATE TABLE batch (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    facility TEXT NOT NULL,
    payer TEXT NOT NULL,
    scheme TEXT NOT NULL,
    month TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('main', 'supplementary', 'regularisation')),
    state TEXT NOT NULL,
    closed_on TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE UNIQUE INDEX batch_one_main ON batch (facility, payer, scheme, month) WHERE kind = 'main';
CREATE INDEX batch_month ON batch (month);

CREATE TABLE batch_claim (
    batch TEXT NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    claim TEXT NOT NULL REFERENCES claim (id) ON DELETE RESTRICT,
    payer TEXT NOT NULL,
    scheme TEXT NOT NULL,
    due BIGINT NOT NULL CHECK (due >= 0),
    outcome TEXT NOT NULL DEFAULT ''
        CHECK (outcome IN ('', 'accepted', 'reduced', 'refused', 'pending', 'contested')),
    PRIMARY KEY (claim, payer, scheme)
);
CREATE INDEX batch_claim_batch ON batch_claim (batch);

CREATE TABLE batch_event (
    batch TEXT NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    place BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (batch, place)
);

CREATE TABLE receipt (
    batch TEXT PRIMARY KEY REFERENCES batch (id) ON DELETE RESTRICT,
    at TEXT NOT NULL,
    document {bytes} NOT NULL
);

CREATE TABLE decision (
    id TEXT PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    place BIGINT NOT NULL,
    at TEXT NOT NULL,
    document {bytes} NOT NULL,
    UNIQUE (batch, place)
);

CREATE TABLE remittance (
    id TEXT PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    reference TEXT NOT NULL,
    at TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX remittance_batch ON remittance (batch);

CREATE TABLE audit_run (
    batch TEXT PRIMARY KEY REFERENCES batch (id) ON DELETE RESTRICT,
    at TEXT NOT NULL,
    document {bytes} NOT NULL
);

CREATE TABLE envelope (
    id TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    kind TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    times BIGINT NOT NULL DEFAULT 1,
    sealed {bytes},
    PRIMARY KEY (sender, id, direction),
    UNIQUE (direction, sender, recipient, sequence)
);
CREATE INDEX envelope_name ON envelope (name);
