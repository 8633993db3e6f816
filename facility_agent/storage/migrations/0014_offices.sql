-- What was changed about who may work here, and about what mutuals of one centre share: who, when, before and after.
CREATE TABLE office_event (
    place BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    about TEXT NOT NULL,
    what TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL
);
CREATE INDEX office_event_about ON office_event (about, what, place);

-- The digest of the person, by which mutuals that share find whom both know; empty where not all of it is known.
ALTER TABLE claim ADD COLUMN person TEXT NOT NULL DEFAULT '';
CREATE INDEX claim_person ON claim (person, day) WHERE person <> '';

-- Each time a letter of guarantee is printed: whatever is not the first is a copy.
CREATE TABLE guarantee_print (
    guarantee TEXT NOT NULL REFERENCES guarantee (id) ON DELETE RESTRICT,
    place BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (guarantee, place)
);

-- The review of a claim before its month may be invoiced, step by step; the last one counts.
CREATE TABLE first_review (
    claim TEXT NOT NULL REFERENCES claim (id) ON DELETE RESTRICT,
    place BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    step TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (claim, place)
);
