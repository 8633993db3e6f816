-- Reception: what waits for its care survives a restart, what the clerk saw is kept, and emergencies wait for their papers.

ALTER TABLE desk_lookup ADD COLUMN draft {bytes};
CREATE INDEX desk_lookup_draft ON desk_lookup (day, at) WHERE draft IS NOT NULL;

CREATE TABLE desk_event (
    lookup TEXT NOT NULL REFERENCES desk_lookup (id) ON DELETE RESTRICT,
    place BIGINT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('photo', 'papers')),
    value TEXT NOT NULL,
    PRIMARY KEY (lookup, place)
);

CREATE TABLE emergency (
    lookup TEXT PRIMARY KEY REFERENCES desk_lookup (id) ON DELETE RESTRICT,
    day TEXT NOT NULL,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    missing TEXT NOT NULL,
    until TEXT NOT NULL,
    settled TEXT NOT NULL DEFAULT '',
    settled_by TEXT NOT NULL DEFAULT '',
    remark TEXT NOT NULL DEFAULT ''
);
CREATE INDEX emergency_open ON emergency (settled, day);
