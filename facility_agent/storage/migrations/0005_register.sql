-- Versions of a register: a row is said from one sequence on and until another one, so that a version is a point in
-- time, a change is a few rows, and a register that is still arriving is seen by nobody.

CREATE TABLE register_held (
    payer TEXT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    -- The oldest version that can still be read.
    floor BIGINT NOT NULL
);
INSERT INTO register_held (payer, sequence, floor)
    SELECT payer, MAX(sequence), MAX(sequence) FROM register_snapshot GROUP BY payer;

-- What the rows of a version add up to, so that a change can name what it builds on.
ALTER TABLE register_snapshot ADD COLUMN content TEXT NOT NULL DEFAULT '';

-- A register on its way in: which letter, how many of its parts are kept, and what they add up to so far.
CREATE TABLE register_import (
    payer TEXT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    letter TEXT NOT NULL,
    base BIGINT,
    parts BIGINT NOT NULL,
    members BIGINT NOT NULL,
    content TEXT NOT NULL,
    last TEXT {exact} NOT NULL
);

CREATE TABLE entitled (
    payer TEXT NOT NULL,
    scheme TEXT NOT NULL,
    number TEXT {exact} NOT NULL,
    household TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    year BIGINT NOT NULL,
    village TEXT {exact} NOT NULL,
    said BIGINT NOT NULL,
    unsaid BIGINT NOT NULL DEFAULT 9223372036854775807,
    photo TEXT NOT NULL,
    counters {bytes} NOT NULL,
    document {bytes} NOT NULL,
    PRIMARY KEY (number, payer, scheme, said)
);
-- How names sound is not known to SQL: who was held before is found by number, and by name with the next register.
INSERT INTO entitled
    SELECT b.payer, b.scheme, b.number, b.household, b.name, b.phone, 0, '',
        (SELECT h.sequence FROM register_held h WHERE h.payer = b.payer), 9223372036854775807, '', {nothing}, b.document
    FROM beneficiary b;
DROP TABLE beneficiary;
ALTER TABLE entitled RENAME TO beneficiary;
CREATE INDEX beneficiary_household ON beneficiary (household);
CREATE INDEX beneficiary_phone ON beneficiary (phone);
CREATE INDEX beneficiary_village ON beneficiary (village);
CREATE INDEX beneficiary_said ON beneficiary (said, payer);
CREATE INDEX beneficiary_unsaid ON beneficiary (unsaid, payer) WHERE unsaid < 9223372036854775807;

-- Who is found by two names as they sound; a person with one name has an empty second one.
CREATE TABLE name_pair (
    first TEXT {exact} NOT NULL,
    second TEXT {exact} NOT NULL,
    village TEXT {exact} NOT NULL,
    year BIGINT NOT NULL,
    number TEXT {exact} NOT NULL,
    payer TEXT NOT NULL,
    PRIMARY KEY (first, second, village, year, number, payer)
);
-- What is left of a word, or of how it sounds, when one sign is left out, and how the word sounds: what is spelled
-- otherwise by one sign meets it there. A word that is known whole has a row of its own, after "=".
CREATE TABLE name_sound (variant TEXT NOT NULL, sound TEXT NOT NULL, PRIMARY KEY (variant, sound));

-- The batches of ours that the counters of a register include.
CREATE TABLE counted_batch (
    payer TEXT NOT NULL,
    scheme TEXT NOT NULL,
    batch TEXT NOT NULL,
    PRIMARY KEY (payer, scheme, batch)
);

-- Who was looked for without a card: what was asked, and how many were shown.
CREATE TABLE desk_search (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    day TEXT NOT NULL,
    account TEXT NOT NULL,
    document {bytes} NOT NULL,
    shown BIGINT NOT NULL
);
CREATE INDEX desk_search_day ON desk_search (day);

CREATE TABLE register_sent (
    facility TEXT PRIMARY KEY,
    sequence BIGINT NOT NULL
);

-- Lists on paper for hours without power, and care sheets that are filled in by hand and entered once.
CREATE TABLE register_list (
    number BIGINT PRIMARY KEY,
    payer TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    as_of TEXT NOT NULL,
    day TEXT NOT NULL,
    who TEXT NOT NULL,
    people BIGINT NOT NULL
);
CREATE TABLE care_sheet (
    number BIGINT PRIMARY KEY,
    list BIGINT NOT NULL REFERENCES register_list (number) ON DELETE RESTRICT,
    day TEXT NOT NULL,
    who TEXT NOT NULL,
    visit TEXT UNIQUE
);
CREATE INDEX care_sheet_list ON care_sheet (list);
