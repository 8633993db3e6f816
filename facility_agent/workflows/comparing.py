"""Two versions of an arrangement side by side: clause by clause in words, and in francs on claims already recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.documents.arrangement_words import Shown, shown
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Adjudication, Coverage, History, Visit
from facility_agent.words import Words


class Change(msgspec.Struct, frozen=True):
    """One clause that the two versions do not share: what each says; an empty text is a row that is not there."""

    section: str
    about: str
    before: str
    after: str


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One visit with its facts: what `facility-agent check` reads, and what an amendment is tried on.

    `country` and the visit's day choose the arrangement; `agreement`, `coverage` and `history` are what the
    facility knew.
    """

    country: str
    visit: Visit
    agreement: Agreement | None = None
    coverage: tuple[Coverage, ...] = ()
    history: History = History()


class Moved(msgspec.Struct, frozen=True):
    """What an amendment moves, in minor units: after less before, for one payer, facility, act, or for the member."""

    by: str
    name: str
    before: int
    after: int

    @property
    def moved(self) -> int:
        return self.after - self.before


def diff(before: Arrangement, after: Arrangement, words: Words) -> tuple[Change, ...]:
    """What changed, clause by clause in words, in the order of the newer version; what went away stands last."""
    old, new = _by_key(shown(before, words)), _by_key(shown(after, words))
    found = [
        Change(section, about, old.get((section, about), ""), says)
        for (section, about), says in new.items()
        if old.get((section, about)) != says
    ]
    gone = [Change(section, about, says, "") for (section, about), says in old.items() if (section, about) not in new]
    return (*found, *gone)


def compare(arrangements: Iterable[Arrangement], words: Words) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Clause × arrangement: section, clause, and what each says (empty where it says nothing)."""
    columns = [_by_key(shown(arrangement, words)) for arrangement in arrangements]
    keys = dict.fromkeys(key for column in columns for key in column)
    return tuple(
        (section, about, tuple(column.get((section, about), "") for column in columns)) for section, about in keys
    )


def read_case(data: bytes, name: str) -> Case:
    """A case file; InputError `case-wrong` says where: a name that no record has is a typing mistake too."""
    try:
        case = msgspec.json.decode(data, type=Case)
    except (ValueError, RecursionError) as error:
        raise InputError("case-wrong", name=name, reason=str(error)) from error
    place = _stranger(msgspec.json.decode(data), case, "$")
    if place:
        raise InputError("case-wrong", name=name, reason=place)
    return case


def _stranger(given: Any, read: Any, place: str) -> str:
    """The first name that the file gives and no record has."""
    parts: list[tuple[str, Any, Any]] = []
    if isinstance(given, dict) and isinstance(read, msgspec.Struct):
        for name, value in given.items():
            if name not in read.__struct_fields__:
                return f"{place}.{name}"
            parts.append((f"{place}.{name}", value, getattr(read, name)))
    elif isinstance(given, list) and isinstance(read, tuple):
        parts = [(f"{place}[{at}]", *pair) for at, pair in enumerate(zip(given, read, strict=True))]
    return next((found for at, value, known in parts if (found := _stranger(value, known, at))), "")


def read_cases(folder: Path) -> tuple[Case, ...]:
    """All case files of a folder, in order of their names; InputError `cases-none` when there is none."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise InputError("cases-none", folder=str(folder))
    return tuple(read_case(path.read_bytes(), path.name) for path in files)


def on_claims(before: Arrangement, after: Arrangement, cases: Iterable[Case]) -> tuple[Moved, ...]:
    """Both versions on the same visits: what moves per payer, facility and act, and what moves to the member."""
    totals: dict[tuple[str, str], list[int]] = {}
    for case in cases:
        for side, arrangement in enumerate((before, after)):
            at = _covering(arrangement, case.visit.day)
            answer = adjudicate(at, case.agreement, case.coverage, case.history, case.visit)
            for key, amount in _amounts(answer, case.visit.facility):
                totals.setdefault(key, [0, 0])[side] += amount
    return tuple(Moved(by, name, *amounts) for (by, name), amounts in sorted(totals.items()))


def _amounts(answer: Adjudication, facility: str) -> Iterable[tuple[tuple[str, str], int]]:
    for line in answer.lines:
        paid = sum(share.amount for share in line.shares)
        yield ("act", line.act), paid
        for share in line.shares:
            yield ("payer", share.payer), share.amount
    yield ("facility", facility), sum(share.amount for share in answer.shares)
    yield ("member", ""), answer.member_pays
    yield ("facility-bears", ""), answer.facility_bears


def _covering(arrangement: Arrangement, day: date) -> Arrangement:
    """The same rules, as if they had been in force on that day: an amendment is tried on earlier care."""
    if arrangement.start <= day and (arrangement.until is None or day <= arrangement.until):
        return arrangement
    digest = f"{arrangement.digest}:{day.isoformat()}"
    return msgspec.structs.replace(arrangement, start=day, until=None, digest=digest)


def _by_key(rows: Iterable[Shown]) -> dict[tuple[str, str], str]:
    """Rows by section and subject; rows of one subject are joined."""
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        found[row.key] = f"{found[row.key]} ; {row.says}" if row.key in found else row.says
    return found
