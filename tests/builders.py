"""Small records for many tests: an invented arrangement, its agreement, and people, visits and claims under it.

Everything has a default that makes clean care: `claim()` alone is a consultation that the mutual pays. Named
arguments change single fields of a record. Ids are UUIDv7 in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import Agreement, Annex, Party, Signature, with_digest
from facility_agent.arrangements.model import (
    Act,
    Arrangement,
    Clauses,
    Family,
    Level,
    Limit,
    RateRow,
    Requirement,
    Scheme,
    Tariff,
    Text,
    Waiting,
)
from facility_agent.vocabulary.identifiers import canonical, digest, uuid7
from facility_agent.vocabulary.records import (
    Basis,
    Beneficiary,
    CareLine,
    Claim,
    Coverage,
    History,
    PastLine,
    Visit,
)
from facility_agent.vocabulary.settlement import Batch, BatchItem

FACILITY, OTHER_FACILITY, HOSPITAL = "CSPS-1", "CSPS-2", "CMA-1"
MUTUAL, STATE = "MUT", "STATE"
SCHEME, PROGRAMME = "classic", "free-care"
DAY = date(2026, 3, 10)

PRICES = {
    "consultation": 600,
    "delivery": 3500,
    "caesarean": 40_000,
    "dressing": 300,
    "malaria-test": 500,
    "paracetamol": 10,
    "amoxicillin": 25,
}


def text(words: str) -> Text:
    return Text(words, words)


def new_id(number: int) -> str:
    """A UUIDv7; a greater number was minted later.

    >>> new_id(1) < new_id(2) < new_id(300)
    True
    """
    return uuid7(1_772_000_000_000 + 1000 * number, number.to_bytes(10, "big"))


def with_own_digest(arrangement: Arrangement) -> Arrangement:
    """The arrangement named by its content: two that differ are never taken for one."""
    bare = msgspec.structs.replace(arrangement, digest="")
    return msgspec.structs.replace(bare, digest=digest(canonical(bare)))


def arrangement(**changes: Any) -> Arrangement:
    """An invented national arrangement: a State programme for the youngest, then a mutual that pays 80 %."""
    acts = (
        Act(code="consultation", name=text("Consultation"), family="consultation", follow_up=True, minutes=15,
            roles=("nurse",)),
        Act(code="delivery", name=text("Delivery"), family="maternity", sex="F", minutes=120, roles=("midwife",)),
        Act(code="caesarean", name=text("Caesarean"), family="maternity", sex="F", levels=("hospital",)),
        Act(code="dressing", name=text("Dressing"), family="nursing", minutes=10, roles=("nurse",)),
        Act(code="malaria-test", name=text("Malaria test"), family="laboratory", test=True),
        Act(code="paracetamol", name=text("Paracetamol"), family="medicine", unit="tablet", maximum_quantity=60),
        Act(code="amoxicillin", name=text("Amoxicillin"), family="medicine", unit="tablet"),
    )  # fmt: skip
    made: dict[str, Any] = {
        "country": "XX",
        "title": text("Invented arrangement"),
        "currency": "XOF",
        "zone": "Africa/Ouagadougou",
        "start": date(2020, 1, 1),
        "invented": True,
        "clauses": Clauses(
            rounding="down",
            rounding_step=1,
            arrears_grace_days=30,
            follow_up_days={"*": 2},
            referral_from_rank=3,
            register_days=30,
            emergency_days=3,
            provider_day_minutes=480,
        ),
        "levels": (Level(code="centre", rank=1, name=text("Centre")), Level(code="hospital", rank=2, name=text("CMA"))),
        "schemes": (
            Scheme(code=PROGRAMME, name=text("Free care"), kind="state", order=1, payer=STATE, programme=True,
                   under_months=60, agreement=False, card="not-needed"),
            Scheme(code=SCHEME, name=text("Mutual"), kind="mutual", order=2),
        ),
        "families": tuple(
            Family(code=code, name=text(code))
            for code in ("consultation", "maternity", "nursing", "laboratory", "medicine")
        ),
        "acts": acts,
        "tariffs": tuple(Tariff(act=act, price=price) for act, price in PRICES.items()),
        "rates": (
            RateRow(scheme=PROGRAMME, rate=100),
            RateRow(scheme=SCHEME, rate=80),
            RateRow(scheme=SCHEME, rate=70, family="medicine"),
        ),
        "waitings": (Waiting(code="maternity", scheme=SCHEME, months=9, families=("maternity",)),),
        "limits": (
            Limit(code="year", scheme=SCHEME, scope="household", per="year", amount=60_000),
            Limit(code="tests", scheme=SCHEME, acts=("malaria-test",), per="month", count=4),
        ),
        "requirements": (
            Requirement(code="operation-report", kind="document", acts=("caesarean",)),
        ),
    }  # fmt: skip
    return with_own_digest(Arrangement(**{**made, **changes}))


def agreement(**changes: Any) -> Agreement:
    """A signed agreement between two centres, a hospital and the mutual."""
    made: dict[str, Any] = {
        "id": "A-1",
        "country": "XX",
        "arrangement": date(2020, 1, 1),
        "start": date(2024, 1, 1),
        "parties": (
            Party(code=FACILITY, name="Centre one", role="facility", level="centre", ownership="public"),
            Party(code=OTHER_FACILITY, name="Centre two", role="facility", level="centre", ownership="public"),
            Party(code=HOSPITAL, name="Hospital", role="facility", level="hospital", ownership="public"),
            Party(code=MUTUAL, name="Mutual", role="payer"),
        ),
        "annex": Annex(invented=True),
        "signatures": (
            Signature(party=FACILITY, by="Head nurse", capacity="head", on=date(2023, 12, 1)),
            Signature(party=OTHER_FACILITY, by="Head nurse", capacity="head", on=date(2023, 12, 1)),
            Signature(party=HOSPITAL, by="Director", capacity="director", on=date(2023, 12, 1)),
            Signature(party=MUTUAL, by="Chair", capacity="chair", on=date(2023, 12, 1)),
        ),
    }
    return with_digest(Agreement(**{**made, **changes}))


def beneficiary(number: str = "KDG-000001-01", **changes: Any) -> Beneficiary:
    """A woman of 30, the principal member of her household."""
    made: dict[str, Any] = {
        "name": "Awa Exemple",
        "sex": "F",
        "birth_date": date(1996, 1, 15),
        "household": number[:10],
    }
    return Beneficiary(number, **{**made, **changes})


def coverage(person: Beneficiary | None = None, **changes: Any) -> Coverage:
    """Two years with the mutual, paid up for the year."""
    made: dict[str, Any] = {
        "payer": MUTUAL,
        "scheme": SCHEME,
        "since": date(2024, 1, 1),
        "paid_until": date(2026, 12, 31),
    }
    return Coverage(person or beneficiary(), **{**made, **changes})


def care(act: str, quantity: int = 1, **changes: Any) -> CareLine:
    """One line at the tariff; its id is the act's code unless another one is given."""
    return CareLine(**{"id": act, "act": act, "quantity": quantity, "price": PRICES.get(act, 100), **changes})


def visit(*lines: CareLine, **changes: Any) -> Visit:
    """A visit with a valid card; without lines, a consultation."""
    made: dict[str, Any] = {
        "id": new_id(900_000),
        "facility": FACILITY,
        "day": DAY,
        "beneficiary": beneficiary(),
        "lines": lines or (care("consultation", role="nurse"),),
        "at": "09:00",
        "identified": "card",
        "card_serial": 7,
        "card_expires": date(2030, 12, 31),
        "card_revoked": False,
    }
    return Visit(**{**made, **changes})


def claim(
    number: int = 1,
    visited: Visit | None = None,
    *,
    held: tuple[Coverage, ...] | None = None,
    known: History | None = None,
    under: Arrangement | None = None,
    agreed: Agreement | None = None,
    **changes: Any,
) -> Claim:
    """The claim that the facility mints from a visit: judged on what the facility holds (`held`, `known`)."""
    visited = msgspec.structs.replace(visited or visit(), id=new_id(900_000 + number))
    covered = (coverage(visited.beneficiary),) if held is None else held
    earlier = known or History()
    answer = adjudicate(under or arrangement(), agreed or agreement(), covered, earlier, visited)
    basis = Basis(answer.rule_set, "A-1", 1, tuple(sorted({line.claim for line in earlier.lines})))
    made: dict[str, Any] = {
        "id": new_id(number),
        "number": f"F-{number:04d}",
        "visit": visited,
        "coverage": covered,
        "basis": basis,
        "adjudication": answer,
        "minted_on": visited.day,
    }
    return Claim(**{**made, **changes})


def past_lines(*claims: Claim, under: Arrangement | None = None) -> tuple[PastLine, ...]:
    """The lines of claims as later claims remember them."""
    families = {act.code: act.family for act in (under or arrangement()).acts}
    found = []
    for entry in claims:
        seen = entry.visit
        given = {line.id: line for line in seen.lines}
        for line in entry.adjudication.lines:
            found.append(
                PastLine(
                    entry.id, seen.beneficiary.number, seen.beneficiary.household, seen.facility, seen.day, line.act,
                    families.get(line.act, ""), given[line.id].quantity, line.eligible, given[line.id].at or seen.at,
                    line.shares, line.deductible, seen.condition,
                )
            )  # fmt: skip
    return tuple(found)


def history(*claims: Claim, under: Arrangement | None = None) -> History:
    """The history that these claims make, in care order."""
    lines = past_lines(*claims, under=under)
    return History(tuple(sorted(lines, key=lambda line: (line.day, line.at, line.claim))))


def batch(claims: Iterable[Claim], payer: str = MUTUAL, scheme: str = SCHEME, **changes: Any) -> Batch:
    """The claims of one facility and month as they are invoiced to one payer."""
    items = []
    for entry in claims:
        answer = entry.adjudication
        due = sum(share.amount for share in answer.shares if (share.payer, share.scheme) == (payer, scheme))
        items.append(
            BatchItem(
                entry.id, entry.number, digest(canonical(entry)), entry.visit.day, entry.visit.register_number,
                entry.visit.beneficiary.number, entry.visit.beneficiary.name, answer.submitted, due, answer.member_pays,
                sum(share.amount for share in answer.shares) - due, answer.facility_bears,
            )
        )  # fmt: skip
    made: dict[str, Any] = {
        "id": new_id(800_000),
        "number": f"{FACILITY}/{payer}/1",
        "facility": FACILITY,
        "payer": payer,
        "scheme": scheme,
        "month": "2026-03",
        "kind": "main",
        "currency": "XOF",
        "closed_on": date(2026, 4, 2),
        "items": tuple(items),
    }
    return Batch(**{**made, **changes})
