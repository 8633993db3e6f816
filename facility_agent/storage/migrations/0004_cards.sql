-- Cards keep what is printed on them; what happens to a card is an event; newborns, new numbers, and portraits.

ALTER TABLE card ADD COLUMN kind TEXT NOT NULL DEFAULT 'member'
    CHECK (kind IN ('member', 'household', 'certificate'));
ALTER TABLE card ADD COLUMN token {bytes};
ALTER TABLE card ADD COLUMN printed TEXT NOT NULL DEFAULT '';

CREATE TABLE card_event (
    payer TEXT NOT NULL,
    serial BIGINT NOT NULL,
    place BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('lost', 'revoked', 'replaced')),
    reason TEXT NOT NULL,
    successor BIGINT,
    PRIMARY KEY (payer, serial, place)
);

CREATE TABLE newborn (
    number TEXT PRIMARY KEY,
    mother TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    document {bytes} NOT NULL
);
CREATE INDEX newborn_mother ON newborn (mother);

-- A number that was given in place of another one; the register repeats it for the facilities.
CREATE TABLE renumbering (
    former TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    who TEXT NOT NULL
);

-- The small picture of a member and the 8 bytes that a card says of it, in hexadecimal.
CREATE TABLE portrait (
    payer TEXT NOT NULL,
    number TEXT NOT NULL,
    hash TEXT NOT NULL,
    picture {bytes} NOT NULL,
    PRIMARY KEY (payer, number)
);
CREATE INDEX portrait_number ON portrait (number);
