"""Registers as a mutual makes them, for tests: the letter's message and the parts that follow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from facility_agent.exchange.messages import Base, Register
from facility_agent.exchange.registers import Entry, Gone, added, part_of, photo_name, seal_part
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Counter, Coverage

KEY = bytes(range(32))


def entry(coverage: Coverage, counters: tuple[Counter, ...] = (), picture: bytes = b"") -> Entry:
    """A row."""
    count = canonical(counters) if counters else b""
    return Entry(canonical(coverage), count, photo_name(picture), picture)


def made(
    payer: str,
    sequence: int,
    as_of: date,
    rows: Sequence[Coverage | Entry],
    *,
    each: int = 500,
    base: Base | None = None,
    gone: Sequence[Gone] = (),
    now: tuple[int, int] | None = None,
    **more: Any,
) -> tuple[Register, bytes]:
    """The message and the body of a register; `now` gives content and members of a change."""
    entries = [row if isinstance(row, Entry) else entry(row) for row in rows]
    sealed = [
        seal_part(KEY, place, entries[start : start + each], gone if start + each >= len(entries) else ())
        for place, start in enumerate(range(0, max(1, len(entries)), each))
    ]
    content, members = now if now is not None else (added(0, entries), len(entries))
    parts = tuple(part_of(part) for part in sealed)
    fields: Mapping[str, Any] = {"base": base, **more}
    return Register(payer, sequence, as_of, f"{content:064x}", members, KEY, parts, **fields), b"".join(sealed)
