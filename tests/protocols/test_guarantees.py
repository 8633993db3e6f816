"""What a guarantee opens and what is said when it does not: every finding whole, with its clause and its evidence."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from facility_agent.arrangements.duties import GuaranteeRule
from facility_agent.arrangements.model import Act, Text
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols.guarantees import guaranteed
from facility_agent.vocabulary.findings import Finding, note, reduce, refuse, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import Beneficiary, CareLine, Guarantee, History, PastLine, Visit
from facility_agent.workflows.protocol_examples import terms_of
from tests.protocols.shelf import library

XX = library().versions("XX")[-1]
DAY = date(2026, 6, 15)  # a Monday
SCAN = Act(code="scan", name=Text("x", "x"), family="imaging", status="approval", clause="5.1")
BED = Act(code="bed", name=Text("x", "x"), family="stay", day_of_stay=True)
USUAL = Act(code="usual", name=Text("x", "x"), family="imaging")
#: One row that says everything.
ROW = GuaranteeRule(
    code="own", acts=("scan",), answer_hours=48, hours_unit="calendar", validity_days=30, reuse="until-expiry",
    silence="granted", emergency_hours=48, without="refuse", clause="11.1",
)  # fmt: skip


def terms(*rows: GuaranteeRule, **clauses: object) -> Terms:
    says = msgspec.structs.replace(XX.clauses, **{"emergency_days": 3, "silence_days": 2, **clauses})
    duties = msgspec.structs.replace(XX.duties, guarantees=rows)
    changed = msgspec.structs.replace(XX, clauses=says, duties=duties, digest=repr((rows, clauses)))
    return terms_of(changed, "centre")


def shown(number: str = "G-1", start: int = -5, until: int = 20, **says: object) -> Guarantee:
    days = {"start": DAY + timedelta(days=start), "until": DAY + timedelta(days=until)}
    return Guarantee(**{"number": number, "acts": ("scan",), **days, **says})  # type: ignore[arg-type]


def used(number: str = "G-1", quantity: int = 1, eligible: int = 500, claim: str = "c-1") -> PastLine:
    return PastLine(
        claim, "P", "", "F", DAY - timedelta(days=2), "scan", "imaging", quantity, eligible, guarantee=number
    )


def asked(
    row: GuaranteeRule, *guarantees: Guarantee, act: Act = SCAN, quantity: int = 1, emergency: bool = False,
    earlier: tuple[CareLine, ...] = (), past: tuple[PastLine, ...] = (), clauses: dict[str, object] | None = None,
    rows: tuple[GuaranteeRule, ...] = (),
) -> list[Finding]:  # fmt: skip
    line = CareLine("line", act.code, quantity, 500)
    visit = Visit(
        "v", "facility", DAY, Beneficiary("P", "Awa"), (*earlier, line), at="10:00", emergency=emergency,
        guarantees=guarantees,
    )  # fmt: skip
    told = Past(History(past), visit)
    return list(guaranteed(terms(*rows, **(clauses or {})), visit, line, act, row, list(earlier), told))


def but(**says: object) -> GuaranteeRule:
    return msgspec.structs.replace(ROW, **says)


LETTER = but(kind="letter", without="unchecked")
LONG = but(kind="long-term", without="nothing", clause="")
GRANTED = note("guarantee-used", "11.1", act="scan", number="G-1")
EARLIER = CareLine("before", "scan", 2, 500)


def not_granted(weight: str = "refuse", **says: object) -> Finding:
    made = {"code": "guarantee-not-granted", "weight": weight, "clause": "11.1"}
    made |= {"evidence": {"act": "scan", "number": "G-1"}, "borne_by": "facility" if weight == "refuse" else ""}
    return Finding(**{**made, **says})  # type: ignore[arg-type]


def expired(start: int, until: int, weight: str = "refuse", **says: object) -> Finding:
    days = {name: (DAY + timedelta(days=day)).isoformat() for name, day in (("start", start), ("until", until))}
    found = not_granted(weight, code="guarantee-expired", **says)
    return msgspec.structs.replace(found, evidence={**found.evidence, **days})


ABSENT = {
    "an approval is missing": (ROW, {}, [refuse("prior-approval-missing", "11.1", "facility", act="scan")]),
    "the act's own clause": (but(clause=""), {}, [refuse("prior-approval-missing", "5.1", "facility", act="scan")]),
    "the member bears it": (
        but(borne_by="member"), {}, [refuse("prior-approval-missing", "11.1", "member", act="scan")],
    ),
    "an act under approval is refused whatever the row says": (
        but(without="nothing"), {}, [refuse("prior-approval-missing", "11.1", "facility", act="scan")],
    ),
    "another act under that row is not": (but(without="nothing"), {"act": USUAL}, []),
    "a letter asks for a person": (
        LETTER, {}, [unchecked("guarantee-missing", "11.1", "fact", "guarantee", review=True, act="scan")],
    ),
    "a letter that refuses": (
        but(kind="letter"), {}, [refuse("guarantee-missing", "11.1", "facility", act="scan")],
    ),
    "no clause at all: the kind": (
        but(kind="letter", clause=""), {"act": USUAL}, [refuse("guarantee-missing", "letter", "facility", act="usual")],
    ),
    "nothing is asked": (LONG, {}, []),
    "an emergency is put right": (
        ROW, {"emergency": True}, [note("prior-approval-missing", "11.1", review=True, act="scan")],
    ),
    "an emergency by the general clause": (
        but(emergency_hours="unknown"), {"emergency": True},
        [note("prior-approval-missing", "emergency_days", review=True, act="scan")],
    ),
    "an emergency under a row without clause": (
        but(clause=""), {"emergency": True},
        [note("prior-approval-missing", "emergency_days", review=True, act="scan")],
    ),
    "an emergency whose delay is open": (
        but(emergency_hours="unknown"), {"emergency": True, "clauses": {"emergency_days": "unknown"}},
        [unchecked("prior-approval-missing", "emergency_days", "clause", "emergency_days", act="scan")],
    ),
    "an emergency whose delay the row says": (
        ROW, {"emergency": True, "clauses": {"emergency_days": "unknown"}},
        [note("prior-approval-missing", "11.1", review=True, act="scan")],
    ),
    "up to so many none is needed": (but(above=2), {"quantity": 2}, []),
    "beyond so many it is": (
        but(above=2), {"quantity": 3}, [refuse("prior-approval-missing", "11.1", "facility", act="scan")],
    ),
    "an extension asks nothing of its own": (but(kind="extension"), {}, []),
}  # fmt: skip


@pytest.mark.parametrize(("row", "facts", "found"), ABSENT.values(), ids=ABSENT.keys())
def test_without_a_guarantee(row: GuaranteeRule, facts: dict[str, object], found: list[Finding]) -> None:
    assert asked(row, **facts) == found  # type: ignore[arg-type]


MISSING = [refuse("prior-approval-missing", "11.1", "facility", act="scan")]
NOBODY = [unchecked("guarantee-missing", "11.1", "fact", "guarantee", review=True, act="scan")]


@pytest.mark.parametrize(
    ("row", "guarantee", "found"),
    [
        (ROW, shown(), [GRANTED]),
        (ROW, shown(acts=("other", "imaging")), [GRANTED]),
        (ROW, shown(acts=("other",)), MISSING),
        (ROW, shown(kind="approval"), [GRANTED]),
        (ROW, shown(kind="letter"), MISSING),
        (ROW, shown(acts=()), MISSING),
        (LETTER, shown(acts=()), [GRANTED]),
        (LETTER, shown(acts=(), kind="letter"), [GRANTED]),
        (LETTER, shown(acts=(), kind="approval"), NOBODY),
        (LONG, shown(), []),
        (LONG, shown(kind="long-term"), [note("guarantee-used", "5.1", act="scan", number="G-1")]),
    ],
)
def test_which_care_a_guarantee_is_about(row: GuaranteeRule, guarantee: Guarantee, found: list[Finding]) -> None:
    assert asked(row, guarantee) == found


@pytest.mark.parametrize(
    ("row", "guarantee", "facts", "found"),
    [
        (ROW, shown(start=0, until=0), {}, [GRANTED]),
        (ROW, shown(start=-1, until=-1), {}, [expired(-1, -1)]),
        (ROW, shown(start=-30, until=9), {}, [GRANTED]),
        (ROW, shown(start=-31, until=9), {}, [expired(-31, 9)]),
        (but(validity_days="unknown"), shown(start=-31, until=9), {}, [GRANTED]),
        (ROW, shown(start=1, until=9), {}, [expired(1, 9)]),
        (ROW, shown(start=2, until=9), {"emergency": True}, [GRANTED]),
        (ROW, shown(start=3, until=9), {"emergency": True}, [expired(3, 9, "note", review=True)]),
        (but(emergency_hours="unknown"), shown(start=3, until=9), {"emergency": True}, [GRANTED]),
        (but(emergency_hours="unknown"), shown(start=4, until=9), {"emergency": True},
         [expired(4, 9, "note", review=True)]),
        (but(emergency_hours="unknown"), shown(start=1, until=9),
         {"emergency": True, "clauses": {"emergency_days": "unknown"}}, [expired(1, 9, "note", review=True)]),
        (LETTER, shown(start=-9, until=-1), {},
         [expired(-9, -1, "unchecked", cause="fact", missing="guarantee", review=True)]),
        (but(clause=""), shown(start=-9, until=-1), {}, [expired(-9, -1, clause="5.1")]),
        (but(borne_by="member"), shown(start=-9, until=-1), {}, [expired(-9, -1, borne_by="member")]),
    ],
)  # fmt: skip
def test_its_days(row: GuaranteeRule, guarantee: Guarantee, facts: dict[str, object], found: list[Finding]) -> None:
    assert asked(row, guarantee, **facts) == found  # type: ignore[arg-type]


def waiting(days: int | None, **says: object) -> Guarantee:
    return shown(state="asked", asked_on=None if days is None else DAY - timedelta(days=days), **says)


OPEN = {"borne_by": "", "cause": "clause"}


@pytest.mark.parametrize(
    ("row", "guarantee", "facts", "found"),
    [
        (ROW, shown(state="refused"), {}, [not_granted()]),
        (ROW, waiting(2), {}, [not_granted()]),
        (ROW, waiting(3), {}, [GRANTED]),
        (but(answer_hours=49), waiting(3), {}, [not_granted()]),
        (but(answer_hours=49), waiting(4), {}, [GRANTED]),
        (but(hours_unit="working"), waiting(3), {}, [not_granted()]),  # from Friday to Tuesday
        (but(hours_unit="working"), waiting(5), {}, [GRANTED]),
        (but(silence="refused"), waiting(40), {}, [not_granted()]),
        (ROW, waiting(None), {}, [not_granted()]),
        (but(silence="unknown"), waiting(3), {}, [not_granted("unchecked", missing="silence", **OPEN)]),
        (but(answer_hours="unknown"), waiting(3), {}, [not_granted("unchecked", missing="answer_hours", **OPEN)]),
        (ROW, waiting(2), {"emergency": True}, [not_granted("note", review=True)]),
        (LETTER, waiting(2), {},
         [not_granted("unchecked", borne_by="", cause="fact", missing="guarantee", review=True)]),
    ],
)  # fmt: skip
def test_what_silence_means(
    row: GuaranteeRule, guarantee: Guarantee, facts: dict[str, object], found: list[Finding]
) -> None:
    assert asked(row, guarantee, clauses={"rest_days": ("saturday", "sunday")}, **facts) == found  # type: ignore[arg-type]


def used_up(quantity: int, allowed: int, number: str = "G-1") -> dict[str, str | int]:
    return {"act": "scan", "number": number, "quantity": quantity, "allowed": allowed}


ONCE = but(reuse="once")
ROOM = shown(quantity=3)


@pytest.mark.parametrize(
    ("row", "guarantees", "facts", "found"),
    [
        (ONCE, [shown()], {"past": (used("other"),)}, [GRANTED]),
        (ONCE, [shown()], {"past": (used(eligible=0),)}, [GRANTED]),
        (ONCE, [shown()], {"past": (used(),)}, [refuse("guarantee-used-up", "11.1", "facility", **used_up(1, 1))]),
        (ONCE, [shown()], {"past": (used(), used(), used(claim="c-2"))},
         [refuse("guarantee-used-up", "11.1", "facility", **used_up(2, 1))]),
        (but(reuse="once", borne_by="member"), [shown()], {"past": (used(),)},
         [refuse("guarantee-used-up", "11.1", "member", **used_up(1, 1))]),
        (but(reuse="unknown"), [shown()], {"past": (used(),)},
         [Finding("guarantee-used-up", "unchecked", "11.1", cause="clause", missing="reuse", evidence=used_up(1, 1))]),
        (ROW, [shown()], {"past": (used(),)}, [GRANTED]),
        (ONCE, [shown(), shown("G-2")], {"past": (used(),)},
         [note("guarantee-used", "11.1", act="scan", number="G-2")]),
        (ROW, [ROOM], {"quantity": 3}, [GRANTED]),
        (ROW, [ROOM], {"quantity": 4},
         [GRANTED, reduce("guarantee-used-up", "11.1", "facility", 500, **used_up(4, 3))]),
        (ROW, [ROOM], {"quantity": 3, "past": (used(quantity=2),)},
         [GRANTED, reduce("guarantee-used-up", "11.1", "facility", 1000, **used_up(3, 1))]),
        (ROW, [ROOM], {"quantity": 3, "earlier": (EARLIER,)},
         [GRANTED, reduce("guarantee-used-up", "11.1", "facility", 1000, **used_up(3, 1))]),
        (ROW, [ROOM], {"quantity": 3, "earlier": (CareLine("before", "usual", 2, 500),)}, [GRANTED]),
        (ROW, [ROOM], {"quantity": 3, "past": (used(quantity=3),)},
         [refuse("guarantee-used-up", "11.1", "facility", **used_up(3, 0))]),
        (ROW, [ROOM], {"quantity": 3, "past": (used(quantity=9),)},
         [refuse("guarantee-used-up", "11.1", "facility", **used_up(3, 0))]),
        (but(borne_by="member"), [ROOM], {"quantity": 3, "past": (used(quantity=3),)},
         [refuse("guarantee-used-up", "11.1", "member", **used_up(3, 0))]),
        (ROW, [ROOM, shown("G-2", quantity=2)], {"quantity": 5, "past": (used(quantity=1),)},
         [GRANTED, reduce("guarantee-used-up", "11.1", "facility", 500, **used_up(5, 4))]),
        (ROW, [ROOM, shown("G-2")], {"quantity": 50}, [GRANTED]),
        (ROW, [ROOM, shown("G-2", start=-9, until=-1)], {"quantity": 4},
         [GRANTED, reduce("guarantee-used-up", "11.1", "facility", 500, **used_up(4, 3))]),
        (ROW, [shown("G-2", start=-9, until=-1), shown(start=-8, until=-2)], {}, [expired(-8, -2)]),
        (but(clause=""), [ROOM], {"quantity": 4},
         [note("guarantee-used", "5.1", act="scan", number="G-1"),
          reduce("guarantee-used-up", "5.1", "facility", 500, **used_up(4, 3))]),
    ],
)  # fmt: skip
def test_what_is_left_of_it(
    row: GuaranteeRule, guarantees: list[Guarantee], facts: dict[str, object], found: list[Finding]
) -> None:
    assert asked(row, *guarantees, **facts) == found  # type: ignore[arg-type]


STAY = but(code="stay", acts=("bed",), silence="refused", clause="")
EXTENSION = but(code="more", kind="extension", acts=("bed",), answer_hours=24, clause="")
MORE = note("guarantee-used", "approval", act="bed", number="G-1")


@pytest.mark.parametrize(
    ("quantity", "rows", "clauses", "found"),
    [
        (2, (EXTENSION,), {}, [MORE]),
        (3, (EXTENSION,), {}, [MORE, reduce("guarantee-used-up", "approval", "facility", 500, act="bed", number="G-1",
                                            quantity=3, allowed=2)]),
        (9, (EXTENSION,), {"silence_days": "unknown"}, [MORE]),
        (2, (), {}, [refuse("guarantee-not-granted", "approval", "facility", act="bed", number="G-1")]),
    ],
)  # fmt: skip
def test_days_of_a_stay_that_silence_grants(
    quantity: int, rows: tuple[GuaranteeRule, ...], clauses: dict[str, object], found: list[Finding]
) -> None:
    """The row of extensions says by when the payer answers; the clause says how many days its silence gives."""
    guarantee = shown(acts=("bed",), state="asked", asked_on=DAY - timedelta(days=2))
    assert asked(STAY, guarantee, act=BED, quantity=quantity, rows=rows, clauses=clauses) == found
