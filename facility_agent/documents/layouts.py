"""The payer's own table of the month: what of the claims stands in the columns that its arrangement asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from facility_agent.arrangements.layouts import Count, Heading, Layout
from facility_agent.invoicing.statement import Detail
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.records import CareLine, Claim, LineAdjudication, Record
from facility_agent.vocabulary.settlement import Batch


class Place(Record, frozen=True):
    """One row: the claim, its line (None where a row is a whole claim), the answers to it, and the names."""

    claim: Claim
    batch: Batch
    line: CareLine | None
    answers: tuple[LineAdjudication, ...]
    acts: Mapping[str, str]
    services: Mapping[str, str]


#: Columns that hold amounts, and those of them that are summed.
AMOUNTS: Final = ("price", "flat", "total", "billed", "member-pays", "other-payers")
SUMMED: Final = ("total", "billed", "member-pays", "other-payers")
#: Columns that hold days, as ISO text; of a birth perhaps only the year.
DAYS: Final = ("birth-date", "care-day")
#: Columns for which nothing is kept: they are filled in by hand.
BY_HAND: Final = ("theatre-number", "kidney-failure", "national-id", "operated-at")


def detail(
    layout: Layout,
    batch: Batch,
    claims: Iterable[Claim],
    acts: Mapping[str, str],
    services: Mapping[str, str],
    payers: Mapping[str, str] = {},
) -> Detail:
    """The rows of the table, in the order of the batch: texts and whole numbers. `acts`, `services` and `payers` give
    the name of an act, of its family and of a payer; the columns of `layout` are known."""
    held = {claim.id: claim for claim in claims}
    columns = () if layout.columns == UNKNOWN else layout.columns
    rows = []
    for item in batch.items:
        claim = held[item.claim]
        answers = {answer.id: answer for answer in claim.adjudication.lines}
        places = (
            [Place(claim, batch, line, (answers[line.id],), acts, services) for line in claim.visit.lines]
            if layout.each == "line"
            else [Place(claim, batch, None, claim.adjudication.lines, acts, services)]
        )
        rows += [tuple(_CELLS[name](place) if name in _CELLS else "" for name in columns) for place in places]
    source = f"{layout.source} ({layout.source_date})" if layout.source else layout.clause
    return Detail(columns, tuple(rows), source, _cover(layout, batch, held, payers))


def _cover(
    layout: Layout, batch: Batch, held: Mapping[str, Claim], payers: Mapping[str, str]
) -> tuple[tuple[str, int | str], ...]:
    """What the cover counts, from the claims of the batch; a line of care is an act."""
    inside = [held[item.claim] for item in batch.items]
    shares = [share for claim in inside for share in claim.adjudication.shares]
    others = [share for share in shares if (share.payer, share.scheme) != (batch.payer, batch.scheme) and share.amount]
    counts: dict[Count, int | str] = {
        "claims": len(inside),
        "acts": sum(len(claim.visit.lines) for claim in inside),
        "billed": batch.due,
        "insurer": ", ".join(sorted({payers.get(share.payer, share.payer) for share in others})) or "—",
        "other-payers": sum(share.amount for share in others),
    }
    return tuple((name, counts[name]) for name in layout.cover)


def _paper(place: Place) -> str:
    """The number of the paper by which the person was admitted, else the member number."""
    shown = next((entry.number for entry in place.claim.visit.admissions if entry.number), "")
    return shown or place.claim.visit.beneficiary.number


def _condition(place: Place) -> str:
    return place.claim.visit.condition_text or place.claim.visit.condition


def _billed(place: Place) -> int:
    wanted = (place.batch.payer, place.batch.scheme)
    return sum(share.amount for line in place.answers for share in line.shares if (share.payer, share.scheme) == wanted)


def _others(place: Place) -> int:
    return sum(share.amount for line in place.answers for share in line.shares) - _billed(place)


def _born(place: Place) -> str:
    person = place.claim.visit.beneficiary
    return str(person.birth_date or person.birth_year or "")


def _care_day(place: Place) -> str:
    return str((place.line.day if place.line else None) or place.claim.visit.day)


def _sheet(place: Place) -> str:
    sheet = place.claim.visit.sheet
    return str(sheet.number) if sheet is not None else ""


def _stay_days(place: Place) -> int | str:
    stay = place.claim.visit.stay
    return (stay.discharged - stay.admitted).days + 1 if stay is not None and stay.discharged is not None else ""


_CELLS: Final[dict[Heading, Callable[[Place], str | int]]] = {
    "names": lambda place: place.claim.visit.beneficiary.name,
    "birth-date": _born,
    "sex": lambda place: {"M": "H", "F": "F"}.get(place.claim.visit.beneficiary.sex, ""),
    "address": lambda place: place.claim.visit.beneficiary.village,
    "phone": lambda place: place.claim.visit.beneficiary.phone,
    "member": lambda place: place.claim.visit.beneficiary.number,
    "paper": _paper,
    "register-number": lambda place: place.claim.visit.register_number,
    "claim-number": lambda place: place.claim.number,
    "sheet-number": _sheet,
    "provider": lambda place: place.claim.visit.facility,
    "care-day": _care_day,
    "service": lambda place: place.services.get(place.line.act, "") if place.line else "",
    "act": lambda place: place.acts.get(place.line.act, place.line.act) if place.line else "",
    "quantity": lambda place: place.line.quantity if place.line else "",
    "price": lambda place: place.line.price if place.line else "",
    "flat": lambda place: place.answers[0].price_admitted if place.line else "",
    "total": lambda place: sum(line.submitted for line in place.answers),
    "billed": _billed,
    "member-pays": lambda place: sum(line.member_pays for line in place.answers),
    "other-payers": _others,
    "diagnosis": _condition,
    "condition-code": lambda place: place.claim.visit.condition,
    "indication": _condition,
    "stay-days": _stay_days,
}
