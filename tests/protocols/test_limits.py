"""Doubles, windows, counts, intervals and the path of care: every finding whole, at the first and the last day."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from facility_agent.arrangements.agreement import Party
from facility_agent.arrangements.model import Act, Limit, ReferralRule, Text
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols import limits, rulebook
from facility_agent.protocols.referral import referred
from facility_agent.vocabulary.findings import Finding, note, refuse, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import (
    Beneficiary,
    CareLine,
    Coverage,
    Guarantee,
    History,
    PastLine,
    Sheet,
    Stay,
    Visit,
)
from facility_agent.workflows.protocol_examples import terms_of
from tests.protocols.shelf import library

XX = library().versions("XX")[-1]
DAY = date(2026, 6, 15)
VISIT_ACT = Act(code="seen", name=Text("x", "x"), family="consultation", follow_up=True)


def terms(level: str = "centre", **clauses: object) -> Terms:
    says = msgspec.structs.replace(XX.clauses, **clauses)
    return terms_of(msgspec.structs.replace(XX, clauses=says, digest=repr(clauses)), level)


def visit(*lines: CareLine, **says: object) -> Visit:
    facts = {"id": "v", "facility": "F-1", "day": DAY, "beneficiary": Beneficiary("P", "Awa"), "at": "10:00"}
    return Visit(**{**facts, "lines": lines, **says})  # type: ignore[arg-type]


def line(act: str = "seen", quantity: int = 1, **says: object) -> CareLine:
    return CareLine("now", act, quantity, 500, **says)  # type: ignore[arg-type]


def before(days: int = 0, **says: object) -> PastLine:
    facts = {"claim": "c-1", "member": "P", "household": "", "facility": "F-1", "day": DAY - timedelta(days=days)}
    facts |= {"act": "seen", "family": "consultation", "quantity": 1, "eligible": 500}
    return PastLine(**{**facts, **says})  # type: ignore[arg-type]


def past(entry: Visit, *lines: PastLine) -> Past:
    return Past(History(lines), entry)


DOUBLE = refuse("duplicate-line", "duplicates", "facility", act="seen", line="first")


@pytest.mark.parametrize(
    ("earlier", "now", "found"),
    [
        ({}, {}, DOUBLE),
        ({"at": "09:00"}, {}, DOUBLE),
        ({}, {"at": "09:00"}, DOUBLE),
        ({"at": "09:00"}, {"at": "09:00"}, DOUBLE),
        ({"at": "09:00"}, {"at": "09:01"}, None),
        ({"act": "other"}, {}, None),
        ({"day": DAY}, {"day": DAY}, DOUBLE),
        ({"day": DAY}, {"day": DAY + timedelta(days=1)}, None),
    ],
)
def test_the_same_act_twice_in_a_visit(
    earlier: dict[str, object], now: dict[str, object], found: Finding | None
) -> None:
    first = CareLine(**{"id": "first", "act": "seen", "quantity": 1, "price": 500, **earlier})  # type: ignore[arg-type]
    assert limits.duplicate_line([first], line(**now)) == found


TWICE = refuse("duplicate-claim", "duplicates", "facility", act="seen", claim="c-1", day="2026-06-15")


@pytest.mark.parametrize(
    ("other", "now", "found"),
    [
        ({}, {}, TWICE),
        ({"at": "10:00"}, {}, TWICE),
        ({"at": "10:01"}, {}, None),
        ({"at": "10:01"}, {"at": "10:01"}, TWICE),
        ({"act": "other"}, {}, None),
        ({"facility": "F-2"}, {}, None),
        ({"eligible": 0}, {}, None),
    ],
)
def test_the_same_act_in_another_claim(other: dict[str, object], now: dict[str, object], found: Finding | None) -> None:
    entry = visit(line(**now))
    assert limits.duplicate_claim(entry, entry.lines[0], past(entry, before(0, **other))) == found
    beside = [before(0, act="other", claim="c-0"), before(0, facility="F-2", claim="c-0"), before(0, **other)]
    assert limits.duplicate_claim(entry, entry.lines[0], past(entry, *beside)) == found, "those beside hide nothing"


def test_without_an_hour_any_hour_of_the_day_is_the_same() -> None:
    entry = visit(line(), at="")
    assert limits.duplicate_claim(entry, entry.lines[0], past(entry, before(0, at="23:00"))) == TWICE


def free(days: int, clause: str = "follow_up_days", window: int = 15) -> Finding:
    day = (DAY - timedelta(days=days)).isoformat()
    return refuse("follow-up-window", clause, "facility", previous=day, days=window)


def open_window(days: int, missing: str, clause: str = "follow_up_days", window: int = 15) -> Finding:
    day = (DAY - timedelta(days=days)).isoformat()
    return unchecked("follow-up-window", clause, "fact", missing, previous=day, days=window)


ILL = {"condition": "B54"}
CHRONIC = {"follow_up_chronic_days": 30}
LONGER = "follow_up_chronic_days"


@pytest.mark.parametrize(
    ("clauses", "facts", "earlier", "found"),
    [
        ({}, ILL, before(15, **ILL), free(15)),
        ({}, ILL, before(16, **ILL), None),
        ({}, ILL, before(1, condition="A09"), None),
        ({}, {}, before(1, **ILL), open_window(1, "condition")),
        ({}, ILL, before(1), open_window(1, "condition")),
        ({}, ILL, before(1, facility="F-2", **ILL), None),
        ({}, ILL, before(1, act="other", **ILL), None),
        ({"follow_up_days": "unknown"}, ILL, before(1, **ILL),
         unchecked("follow-up-window", "follow_up_days", "clause", "follow_up_days", previous="", days=0)),
        ({"follow_up_days": None}, ILL, before(1, **ILL), None),
        (CHRONIC, {**ILL, "chronic": True}, before(30, **ILL), free(30, LONGER, 30)),
        (CHRONIC, {**ILL, "chronic": True}, before(31, **ILL), None),
        (CHRONIC, {**ILL, "chronic": False}, before(16, **ILL), None),
        (CHRONIC, {**ILL, "chronic": False}, before(15, **ILL), free(15)),
        (CHRONIC, ILL, before(15, **ILL), free(15)),
        (CHRONIC, ILL, before(16, **ILL), open_window(16, "chronic", LONGER, 30)),
        (CHRONIC, {}, before(16), open_window(16, "condition", LONGER, 30)),
        (CHRONIC, ILL, before(31, **ILL), None),
        ({LONGER: "unknown"}, {**ILL, "chronic": True}, before(1, **ILL),
         unchecked("follow-up-window", LONGER, "clause", LONGER, previous="", days=0)),
        ({LONGER: "unknown"}, ILL, before(15, **ILL), free(15)),
        ({LONGER: "unknown"}, ILL, before(16, **ILL), None),
    ],
)  # fmt: skip
def test_the_free_window(
    clauses: dict[str, object], facts: dict[str, object], earlier: PastLine, found: Finding | None
) -> None:
    entry = visit(line(), **facts)
    says = {"follow_up_days": 15, LONGER: None, **clauses}
    held = terms(**{name: {} if days is None else {"*": days} for name, days in says.items()})
    assert limits.follow_up(held, entry, VISIT_ACT, past(entry, earlier)) == found


def test_an_act_without_a_window_has_none() -> None:
    entry = visit(line(), **ILL)
    act = msgspec.structs.replace(VISIT_ACT, follow_up=False)
    assert limits.follow_up(terms(follow_up_days={"*": 15}), entry, act, past(entry, before(1, **ILL))) is None


THREE = Limit(code="three", acts=("seen",), count=3, per="year", clause="9.1")


def reached(count: int, **says: object) -> Finding:
    made = refuse("count-reached", "9.1", "member", act="seen", count=count, maximum=3, months=12)
    return msgspec.structs.replace(made, **says)


def limit(**says: object) -> Limit:
    return msgspec.structs.replace(THREE, **says)


def approval(start: int = -1, until: int = 1, **says: object) -> Guarantee:
    days = {"start": DAY + timedelta(days=start), "until": DAY + timedelta(days=until)}
    return Guarantee(**{"number": "A-1", "acts": ("seen",), **days, **says})  # type: ignore[arg-type]


USED = note("guarantee-used", "9.1", act="seen", number="A-1")
APPROVABLE = limit(approvable=True)
TWO = (before(10), before(20, claim="c-2"))
FOUR = (before(10, quantity=4),)


@pytest.mark.parametrize(
    ("row", "facts", "earlier", "quantity", "now", "found"),
    [
        (THREE, {}, TWO, 1, 0, None),
        (THREE, {}, TWO, 2, 0, reached(2)),
        (THREE, {}, TWO, 1, 1, reached(3)),
        (THREE, {}, (before(10, quantity=2),), 2, 0, reached(2)),
        (THREE, {}, (before(10, act="other", quantity=9),), 3, 0, None),
        (limit(acts=(), families=("consultation",)), {}, TWO, 2, 0, reached(2)),
        (limit(borne_by="facility"), {}, TWO, 2, 0, reached(2, borne_by="facility")),
        (limit(clause=""), {}, TWO, 2, 0, reached(2, clause="limit:three")),
        (limit(count=None), {}, FOUR, 9, 0, None),
        (limit(count="unknown", months=6), {}, TWO, 1, 0,
         unchecked("count-reached", "9.1", "clause", "count", act="seen", count=0, maximum="", months=6)),
        (limit(months=6), {}, TWO, 2, 0,
         refuse("count-reached", "9.1", "member", act="seen", count=2, maximum=3, months=6)),
        (limit(per="stay"), {}, TWO, 9, 0, None),
        (limit(per="stay"), {"stay": Stay(DAY, None)}, TWO, 4, 0, reached(0)),
        (APPROVABLE, {}, TWO, 2, 0, reached(2)),
        (APPROVABLE, {"guarantees": (approval(),)}, TWO, 2, 0, USED),
        (APPROVABLE, {"guarantees": (approval(acts=("consultation",)),)}, TWO, 2, 0, USED),
        (APPROVABLE, {"guarantees": (approval(acts=("other",)),)}, TWO, 2, 0, reached(2)),
        (APPROVABLE, {"guarantees": (approval(state="asked"),)}, TWO, 2, 0, reached(2)),
        (APPROVABLE, {"guarantees": (approval(0, 0),)}, TWO, 2, 0, USED),
        (APPROVABLE, {"guarantees": (approval(1, 2),)}, TWO, 2, 0, reached(2)),
        (APPROVABLE, {"guarantees": (approval(-2, -1),)}, TWO, 2, 0, reached(2)),
        (APPROVABLE, {"emergency": True}, TWO, 2, 0, reached(2, weight="note", borne_by="", review=True)),
        (THREE, {"emergency": True, "guarantees": (approval(),)}, TWO, 2, 0, reached(2)),
    ],
)  # fmt: skip
def test_counts(
    row: Limit, facts: dict[str, object], earlier: tuple[PastLine, ...], quantity: int, now: int, found: Finding | None
) -> None:
    entry = visit(line(quantity=quantity), **facts)
    coverage = Coverage(entry.beneficiary, "M", "scheme", date(2020, 1, 1))
    for each in (coverage, None):
        told = limits.counted(row, entry, entry.lines[0], "consultation", each, past(entry, *earlier), now)
        assert told == found


EVERY = Limit(code="every", acts=("seen",), interval=30, clause="9.2", borne_by="facility")


@pytest.mark.parametrize(
    ("row", "earlier", "found"),
    [
        (EVERY, before(29),
         refuse("interval-too-short", "9.2", "facility", act="seen", previous="2026-05-17", days=30)),
        (EVERY, before(30), None),
        (EVERY, before(1, act="other"), None),
        (msgspec.structs.replace(EVERY, interval=None), before(1), None),
        (msgspec.structs.replace(EVERY, clause="", borne_by="member"), before(1),
         refuse("interval-too-short", "limit:every", "member", act="seen", previous="2026-06-14", days=30)),
        (msgspec.structs.replace(EVERY, interval="unknown"), before(1),
         unchecked("interval-too-short", "9.2", "clause", "interval", act="seen", previous="", days=0)),
    ],
)  # fmt: skip
def test_intervals(row: Limit, earlier: PastLine, found: Finding | None) -> None:
    entry = visit(line())
    coverage = Coverage(entry.beneficiary, "M", "scheme", date(2020, 1, 1))
    for each in (coverage, None):
        assert limits.spaced(row, entry.lines[0], each, past(entry, earlier)) == found


PATH = ReferralRule(code="path", kind="path", sent_from=("post",), document="certificate", clause="8.1")
DIRECT = ReferralRule(code="direct", kind="direct", families=("consultation",))
CHILD = ReferralRule(code="child", kind="direct", under_months=60)
REFUSED = refuse("referral-missing", "referral_from_rank", "member", level="hospital")


def sent(rows: tuple[ReferralRule, ...], level: str, rank: object, **facts: object) -> Finding | None:
    """What is said of a visit at a facility of that level, with a centre and a post that could have sent the person."""
    acts = (*XX.acts, VISIT_ACT)
    says = msgspec.structs.replace(XX.clauses, referral_from_rank=rank)
    changed = msgspec.structs.replace(XX, clauses=says, referrals=rows, acts=acts, digest=repr((rows, rank)))
    held = terms_of(changed, level)
    assert held.agreement is not None
    others = tuple(Party(code=f"the-{kind}", name=kind, role="facility", level=kind) for kind in ("post", "centre"))
    agreement = msgspec.structs.replace(held.agreement, parties=(*held.agreement.parties, *others), digest=repr(rows))
    return referred(Terms(changed, agreement, held.agreement.parties[0].code), visit(line(), **facts))


def crossed(weight: str = "unchecked", sender: str = "centre", **says: object) -> Finding:
    evidence = {"level": "hospital", "sender": sender}
    made = Finding("referral-path", weight, "8.1", evidence=evidence)  # type: ignore[arg-type]
    asked = {"cause": "fact", "missing": "certificate", "review": True} if weight == "unchecked" else {}
    return msgspec.structs.replace(made, **{**asked, **says})


AGE = unchecked("referral-missing", "referral_from_rank", "fact", "birth_date", review=True, level="hospital")


@pytest.mark.parametrize(
    ("rows", "level", "rank", "facts", "found"),
    [
        ((), "hospital", 3, {}, REFUSED),
        ((), "centre", 3, {}, None),
        ((), "centre", 2, {}, msgspec.structs.replace(REFUSED, evidence={"level": "centre"})),
        ((), "post", 1, {}, None),
        ((), "", 1, {}, None),
        ((), "hospital", "unknown", {},
         unchecked("referral-missing", "referral_from_rank", "clause", "referral_from_rank", level="hospital")),
        ((), "post", "unknown", {}, None),
        ((), "hospital", 3, {"referred_from": "anybody"}, None),
        ((), "hospital", 3, {"emergency": True}, note("referral-missing", "referral_from_rank", level="hospital")),
        ((DIRECT,), "hospital", 3, {}, None),
        ((msgspec.structs.replace(DIRECT, families=("other",)),), "hospital", 3, {}, REFUSED),
        ((msgspec.structs.replace(DIRECT, families=(), acts=("seen",)),), "hospital", 3, {}, None),
        ((msgspec.structs.replace(DIRECT, levels=("centre",)),), "hospital", 3, {}, REFUSED),
        ((CHILD,), "hospital", 3, {"beneficiary": Beneficiary("P", "Awa", "F", date(2021, 6, 16))}, None),
        ((CHILD,), "hospital", 3, {"beneficiary": Beneficiary("P", "Awa", "F", date(2021, 6, 15))}, REFUSED),
        ((CHILD,), "hospital", 3, {}, AGE),
        ((CHILD, DIRECT), "hospital", 3, {}, None),
        ((PATH,), "hospital", 3, {"referred_from": "the-post"}, crossed(sender="post")),
        ((PATH,), "hospital", 3, {"referred_from": "the-post", "documents": ("certificate",)}, None),
        ((PATH,), "hospital", 3, {"referred_from": "the-centre"}, crossed()),
        ((PATH,), "hospital", 3, {"referred_from": "the-centre", "documents": ("certificate",)}, crossed()),
        ((PATH,), "hospital", 3, {"referred_from": "far"},
         crossed(sender="far", missing="referred_from")),
        ((PATH, msgspec.structs.replace(PATH, sent_from=("centre",))), "hospital", 3,
         {"referred_from": "the-centre"}, crossed()),
        ((PATH, msgspec.structs.replace(PATH, sent_from=("centre",))), "hospital", 3,
         {"referred_from": "the-centre", "documents": ("certificate",)}, None),
        ((msgspec.structs.replace(PATH, document=""),), "hospital", 3, {"referred_from": "the-post"}, None),
        ((msgspec.structs.replace(PATH, document="", clause=""),), "hospital", 3, {"referred_from": "the-centre"},
         crossed(clause="referral", missing="referral")),
        ((msgspec.structs.replace(PATH, clause=""),), "hospital", 3, {"referred_from": "far"},
         crossed(clause="referral", sender="far", missing="referred_from")),
        ((msgspec.structs.replace(PATH, refuses=True, borne_by="facility"),), "hospital", 3,
         {"referred_from": "the-centre"}, crossed("refuse", borne_by="facility")),
    ],
)  # fmt: skip
def test_the_path_of_care(
    rows: tuple[ReferralRule, ...], level: str, rank: object, facts: dict[str, object], found: Finding | None
) -> None:
    assert sent(rows, level, rank, **facts) == found


SHEET = Sheet(number=7, list=2, payer="M", sequence=4, as_of=date(2026, 6, 1))
SAID = {"sheet": 7, "list": 2, "sequence": 4, "as_of": "2026-06-01"}


@pytest.mark.parametrize(
    ("held", "found"),
    [
        (True, note("entered-from-list", "register_days", **SAID)),  # type: ignore[arg-type]
        (False, unchecked("list-not-kept", "register_days", "fact", "register", **SAID)),  # type: ignore[arg-type]
    ],
)
def test_a_sheet_names_its_list(held: bool, found: Finding) -> None:
    entry = visit(line(), sheet=msgspec.structs.replace(SHEET, held=held))
    assert found in rulebook.of_visit(terms(), entry, past(entry))
