-- The visit from the door to the till: entry under way, prescriptions, what could not be given, money, sheets, stays.

CREATE TABLE entry_draft (visit TEXT PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, document {bytes} NOT NULL);

CREATE TABLE prescription (
    id TEXT PRIMARY KEY,
    visit TEXT NOT NULL,
    facility TEXT NOT NULL,
    number TEXT NOT NULL,
    day TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX prescription_number ON prescription (number, day);
CREATE INDEX prescription_visit ON prescription (visit);

-- What a visit gives of a prescription: written with the visit, gone when the visit is abandoned.
CREATE TABLE prescription_use (
    prescription TEXT NOT NULL REFERENCES prescription (id) ON DELETE RESTRICT,
    visit TEXT NOT NULL REFERENCES visit (id) ON DELETE RESTRICT,
    line TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (visit, line)
);
CREATE INDEX prescription_use_prescription ON prescription_use (prescription);

CREATE TABLE care_note (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('out-of-stock', 'not-given', 'card-refused')),
    visit TEXT NOT NULL,
    act TEXT NOT NULL,
    day TEXT NOT NULL,
    month TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX care_note_month ON care_note (month, kind);
CREATE INDEX care_note_visit ON care_note (visit);

CREATE TABLE till_entry (
    place BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    visit TEXT NOT NULL REFERENCES visit (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('paid', 'owed', 'waived', 'refunded', 'rounded', 'raised')),
    amount BIGINT NOT NULL CHECK (amount > 0),
    day TEXT NOT NULL,
    cashier TEXT NOT NULL,
    at TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX till_entry_visit ON till_entry (visit);
CREATE INDEX till_entry_cashier ON till_entry (cashier, place);

CREATE TABLE till_count (
    id TEXT PRIMARY KEY,
    cashier TEXT NOT NULL,
    day TEXT NOT NULL,
    through BIGINT NOT NULL,
    at TEXT NOT NULL,
    document {bytes} NOT NULL,
    UNIQUE (cashier, through)
);
CREATE INDEX till_count_day ON till_count (day);

CREATE TABLE sheet (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('referral', 'evacuation', 'counter-referral', 'prescription')),
    direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
    number TEXT NOT NULL,
    sender TEXT NOT NULL,
    visit TEXT NOT NULL,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    document {bytes} NOT NULL,
    UNIQUE (direction, sender, number)
);
CREATE INDEX sheet_visit ON sheet (visit);

CREATE TABLE guarantee (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    payer TEXT NOT NULL,
    facility TEXT NOT NULL,
    member TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('approval', 'letter', 'long-term', 'extension')),
    state TEXT NOT NULL CHECK (state IN ('asked', 'granted', 'refused', 'revoked')),
    version BIGINT NOT NULL,
    document {bytes} NOT NULL
);
CREATE UNIQUE INDEX guarantee_number ON guarantee (payer, number) WHERE number <> '';
CREATE INDEX guarantee_member ON guarantee (member, state);

CREATE TABLE guarantee_event (
    guarantee TEXT NOT NULL REFERENCES guarantee (id) ON DELETE RESTRICT,
    version BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    state TEXT NOT NULL,
    document {bytes} NOT NULL,
    PRIMARY KEY (guarantee, version)
);

-- What a visit uses of a guarantee: written with the visit, gone when the visit is abandoned.
CREATE TABLE guarantee_use (
    number TEXT NOT NULL,
    member TEXT NOT NULL,
    visit TEXT NOT NULL REFERENCES visit (id) ON DELETE RESTRICT,
    act TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    month TEXT NOT NULL,
    PRIMARY KEY (visit, number, act)
);
CREATE INDEX guarantee_use_number ON guarantee_use (number, member);

CREATE TABLE pregnancy (
    id TEXT PRIMARY KEY,
    member TEXT NOT NULL,
    began TEXT NOT NULL,
    ended TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX pregnancy_member ON pregnancy (member);

-- What a facility tells a payer between two batches: so far, that a member has died.
CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('death')),
    facility TEXT NOT NULL,
    member TEXT NOT NULL,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX notice_member ON notice (member);
