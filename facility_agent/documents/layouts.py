"""The payer's own table of the month: which columns it asks for, and what of the claims stands in them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec

from facility_agent.invoicing.statement import Detail
from facility_agent.vocabulary.records import CareLine, Claim, LineAdjudication, Record
from facility_agent.vocabulary.settlement import Batch


class Layout(Record, frozen=True, forbid_unknown_fields=True):
    """The table of some schemes of a country, with where it was read."""

    country: str
    schemes: tuple[str, ...]
    each: Literal["line", "claim"]
    columns: tuple[str, ...]
    source: str
    source_date: str
    evidence: str
    note: str = ""


class Place(Record, frozen=True):
    """One row: the claim, its line and the answer to it (both None where a row is a whole claim), and the names."""

    claim: Claim
    batch: Batch
    line: CareLine | None
    answer: LineAdjudication | None
    acts: Mapping[str, str]
    services: Mapping[str, str]


#: Columns that hold amounts, and those of them that are summed.
AMOUNTS: Final = ("price", "flat", "total", "billed")
SUMMED: Final = ("total", "billed")
#: Columns that hold days, as ISO text; of a birth perhaps only the year.
DAYS: Final = ("birth-date", "care-day")
#: Columns for which nothing is kept: they are filled in by hand.
BY_HAND: Final = ("theatre-number", "kidney-failure", "national-id", "operated-at")


@cache
def layouts() -> tuple[Layout, ...]:
    """All tables that were read somewhere."""
    text = resources.files("facility_agent.documents").joinpath("layouts.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["layout"], type=tuple[Layout, ...])


def layout_of(country: str, scheme: str) -> Layout | None:
    """The table that a scheme asks for, or None where ours is all that there is."""
    return next((row for row in layouts() if row.country == country and scheme in row.schemes), None)


def detail(
    layout: Layout, batch: Batch, claims: Iterable[Claim], acts: Mapping[str, str], services: Mapping[str, str]
) -> Detail:
    """The rows of the table, in the order of the batch: texts and whole numbers. `acts` and `services` give the
    name of an act and of its family."""
    held = {claim.id: claim for claim in claims}
    rows = []
    for item in batch.items:
        claim = held[item.claim]
        answers = {line.id: line for line in claim.adjudication.lines}
        lines: tuple[CareLine | None, ...] = claim.visit.lines if layout.each == "line" else (None,)
        for line in lines:
            answer = answers.get(line.id) if line is not None else None
            place = Place(claim, batch, line, answer, acts, services)
            rows.append(tuple(_CELLS[name](place) if name in _CELLS else "" for name in layout.columns))
    return Detail(layout.columns, tuple(rows), f"{layout.source} ({layout.source_date})")


def _paper(place: Place) -> str:
    """The number of the paper by which the person was admitted, else the member number."""
    shown = next((entry.number for entry in place.claim.visit.admissions if entry.number), "")
    return shown or place.claim.visit.beneficiary.number


def _condition(place: Place) -> str:
    return place.claim.visit.condition_text or place.claim.visit.condition


def _billed(place: Place) -> int:
    shares = place.answer.shares if place.answer else ()
    wanted = (place.batch.payer, place.batch.scheme)
    return sum(share.amount for share in shares if (share.payer, share.scheme) == wanted)


def _born(place: Place) -> str:
    person = place.claim.visit.beneficiary
    return str(person.birth_date or person.birth_year or "")


def _care_day(place: Place) -> str:
    return str((place.line.day if place.line else None) or place.claim.visit.day)


def _stay_days(place: Place) -> int | str:
    stay = place.claim.visit.stay
    return (stay.discharged - stay.admitted).days + 1 if stay is not None and stay.discharged is not None else ""


_CELLS: Final[dict[str, Callable[[Place], str | int]]] = {
    "names": lambda place: place.claim.visit.beneficiary.name,
    "birth-date": _born,
    "sex": lambda place: {"M": "H", "F": "F"}.get(place.claim.visit.beneficiary.sex, ""),
    "address": lambda place: place.claim.visit.beneficiary.village,
    "phone": lambda place: place.claim.visit.beneficiary.phone,
    "member": lambda place: place.claim.visit.beneficiary.number,
    "paper": _paper,
    "register-number": lambda place: place.claim.visit.register_number,
    "care-day": _care_day,
    "service": lambda place: place.services.get(place.line.act, "") if place.line else "",
    "act": lambda place: place.acts.get(place.line.act, place.line.act) if place.line else "",
    "quantity": lambda place: place.line.quantity if place.line else "",
    "price": lambda place: place.line.price if place.line else "",
    "flat": lambda place: place.answer.price_admitted if place.answer else "",
    "total": lambda place: place.answer.submitted if place.answer else "",
    "billed": _billed,
    "diagnosis": _condition,
    "indication": _condition,
    "stay-days": _stay_days,
}
