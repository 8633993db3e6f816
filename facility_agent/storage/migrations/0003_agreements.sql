-- Pages that were signed by hand and scanned; the digest is the one that stands in the signature.
CREATE TABLE agreement_scan (
    digest TEXT NOT NULL,
    agreement TEXT NOT NULL REFERENCES agreement (id) ON DELETE RESTRICT,
    party TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    scan {bytes} NOT NULL,
    PRIMARY KEY (agreement, party, digest)
);
CREATE INDEX agreement_scan_digest ON agreement_scan (digest);

-- Whose packs of arrangements count here: decided when their keys were compared.
CREATE TABLE authority (party TEXT PRIMARY KEY REFERENCES party (code) ON DELETE RESTRICT, at TEXT NOT NULL);

-- Packs of arrangements as they arrived, signature and all; the folder is written from them.
CREATE TABLE arrangement_pack (
    digest TEXT PRIMARY KEY,
    place BIGINT NOT NULL UNIQUE CHECK (place > 0),
    country TEXT NOT NULL,
    authority TEXT NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    times BIGINT NOT NULL DEFAULT 1,
    document {bytes} NOT NULL,
    UNIQUE (authority, country, number)
)
