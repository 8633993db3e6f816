"""Counters and our own later claims say the same as everything that the payer knows, and count nothing twice."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.model import Deductible, Limit
from facility_agent.arrangements.terms import terms
from facility_agent.invoicing.counters import LATE_DAYS, counters
from facility_agent.vocabulary.records import Claim, Counted, Counter, History, PastLine, Share
from tests.builders import (
    FACILITY,
    OTHER_FACILITY,
    SCHEME,
    agreement,
    arrangement,
    beneficiary,
    care,
    claim,
    coverage,
    history,
    past_lines,
    visit,
)

SINCE = date(2024, 2, 29)
AWA = beneficiary()
BROTHER = beneficiary("KDG-000001-02", name="Issa Exemple", sex="M", household=AWA.household)
PLAIN = arrangement()
#: Every way of counting, and nothing that only one facility's own claims can answer (doubles, follow-up, protocols).
LIMITED = arrangement(
    acts=tuple(msgspec.structs.replace(act, follow_up=False, roles=()) for act in PLAIN.acts),
    limits=(
        Limit(code="home", scheme=SCHEME, scope="household", per="year", amount=4_000),
        Limit(code="joined", scheme=SCHEME, per="coverage", amount=2_500),
        Limit(code="month", scheme=SCHEME, families=("consultation",), per="month", amount=900),
        Limit(code="rolling", scheme=SCHEME, acts=("dressing",), months=6, per="year", count=3),
        Limit(code="tests", scheme=SCHEME, acts=("malaria-test",), per="month", count=2),
        Limit(code="any", acts=("amoxicillin",), scope="household", per="year", count=40),
        Limit(code="apart", scheme=SCHEME, acts=("dressing",), per="day", interval=20),
        Limit(code="day", scheme=SCHEME, per="day", amount=700),
    ),
    deductibles=(Deductible(code="first", scheme=SCHEME, amount=800, scope="household"),),
)
AGREED = agreement()
ACTS = ("consultation", "dressing", "malaria-test", "amoxicillin")


@st.composite
def pasts(draw: st.DrawFn) -> tuple[list[Claim], list[bool], date]:
    """Claims of a year at two facilities, which of them the register counts, and the register's day."""
    as_of = date(2026, 3, draw(st.integers(1, 28)))
    made: list[Claim] = []
    included: list[bool] = []
    for number in range(draw(st.integers(0, 9))):
        ours = draw(st.booleans())
        day = as_of - timedelta(days=draw(st.integers(-20 if ours else 0, 300)))
        lines = tuple(
            care(act, draw(st.integers(1, 3)), id=str(place))
            for place, act in enumerate(draw(st.lists(st.sampled_from(ACTS), min_size=1, max_size=3, unique=True)))
        )
        # Of what is sent, the register counts what came in time; of ours, the rest is later.
        counted = day <= as_of and (not ours or draw(st.booleans()))
        before = [entry for entry, _ in zip(made, included, strict=True) if entry.visit.facility == FACILITY]
        replaces = (
            draw(st.sampled_from([entry.id for entry in before])) if ours and before and draw(st.booleans()) else ""
        )
        if replaces in {entry.replaces for entry in made}:
            replaces = ""
        person = draw(st.sampled_from([AWA, BROTHER]))
        if replaces:
            person = next(entry.visit.beneficiary for entry in made if entry.id == replaces)
        seen = visit(
            *lines, beneficiary=person, day=day, at=f"{8 + number:02}:00",
            facility=FACILITY if ours else OTHER_FACILITY, replaces=replaces,
        )  # fmt: skip
        made.append(
            claim(
                number + 1, seen, held=(coverage(person, since=SINCE),),
                known=history(*_counting(made), under=LIMITED), under=LIMITED, agreed=AGREED, replaces=replaces,
            )
        )  # fmt: skip
        included.append(counted)
    return made, included, as_of


def _counting(claims: list[Claim]) -> list[Claim]:
    """Those that no later one replaces."""
    replaced = {entry.replaces for entry in claims}
    return [entry for entry in claims if entry.id not in replaced]


@settings(max_examples=300, deadline=None)
@given(pasts(), st.integers(-LATE_DAYS, 40), st.lists(st.sampled_from(ACTS), min_size=1, max_size=4, unique=True))
def test_counters_and_later_claims_give_the_same_answer_as_the_full_history(
    past: tuple[list[Claim], list[bool], date], days: int, acts: list[str]
) -> None:
    claims, included, as_of = past
    known = terms(LIMITED, AGREED, FACILITY)
    in_register = [entry for entry, counts in zip(claims, included, strict=True) if counts]
    ours = [entry for entry in claims if entry.visit.facility == FACILITY]
    everything = [entry for entry in claims if entry in in_register or entry in ours]
    entitled = coverage(AWA, since=SINCE)
    count = counters([known], entitled, past_lines(*_counting(in_register), under=LIMITED), as_of)
    held = [entry for entry in ours if entry in in_register and entry not in _replaced_within(in_register)]
    withdrawn = [entry for entry in held if entry.id in {other.replaces for other in ours}]
    own = History(
        history(*_counting(ours), under=LIMITED).lines,
        counted=(
            Counted(SCHEME, as_of, count, tuple(entry.id for entry in held), past_lines(*withdrawn, under=LIMITED)),
        ),
    )
    asked = visit(*(care(act, 2, id=act) for act in acts), day=as_of + timedelta(days=days), at="23:00")
    full = adjudicate(LIMITED, AGREED, (entitled,), history(*_counting(everything), under=LIMITED), asked)
    assert adjudicate(LIMITED, AGREED, (entitled,), own, asked) == full


def _replaced_within(claims: list[Claim]) -> list[Claim]:
    """Those whose successor the register counts itself."""
    return [entry for entry in claims if entry.id in {other.replaces for other in claims}]


def test_a_claim_that_the_register_counts_is_not_counted_again_and_one_that_is_replaced_goes_back() -> None:
    dressed = claim(1, visit(care("dressing", 2), day=date(2026, 2, 3), id="v"), under=LIMITED, agreed=AGREED)
    lines = past_lines(dressed, under=LIMITED)
    counted = Counted(SCHEME, date(2026, 3, 1), (Counter("rolling", date(2026, 2, 3), 0, 2),), (dressed.id,))
    asked = visit(care("dressing", 2), day=date(2026, 3, 2))
    (finding,) = [
        found
        for found in adjudicate(
            LIMITED, AGREED, (coverage(since=SINCE),), History(lines, counted=(counted,)), asked
        ).all_findings
        if found.code == "count-reached"
    ]
    assert finding.evidence["count"] == 2
    correcting = msgspec.structs.replace(asked, replaces=dressed.id, day=date(2026, 2, 3))
    again = adjudicate(LIMITED, AGREED, (coverage(since=SINCE),), History(lines, counted=(counted,)), correcting)
    assert "count-reached" not in {found.code for found in again.all_findings}


def test_a_register_names_no_act_but_where_days_must_lie_between() -> None:
    known = terms(LIMITED, AGREED, FACILITY)
    line = PastLine(
        "c", AWA.number, AWA.household, OTHER_FACILITY, date(2026, 3, 1), "malaria-test", "laboratory", 1, 500,
        shares=(Share("MUT", SCHEME, 400),),
    )  # fmt: skip
    dressing = msgspec.structs.replace(line, act="dressing", family="nursing")
    found = counters([known], coverage(AWA, since=SINCE), (line, dressing), date(2026, 3, 10))
    assert {(row.code, row.act) for row in found if row.act} == {("apart", "dressing")}
    assert Counter("joined", date(2026, 2, 28), 800, 2) in found
    assert Counter("tests", date(2026, 3, 1), 400, 1) in found
