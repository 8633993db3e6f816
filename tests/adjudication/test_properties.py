"""What holds for every arrangement, history and visit."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.model import Arrangement, Clauses, Limit
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.records import History
from tests.adjudication.strategies import agreements, arrangements, coverages, histories, people, visits


@st.composite
def cases(draw: st.DrawFn, plain: bool = False):
    person = draw(people())
    return (
        draw(arrangements(plain=plain)),
        draw(agreements()),
        draw(coverages(person)),
        draw(histories()),
        draw(visits(person)),
    )


@settings(max_examples=250, deadline=None)
@given(cases())
def test_the_parts_always_add_up_to_what_was_submitted(case) -> None:
    answer = adjudicate(*case)
    for line in answer.lines:
        assert line.submitted == sum(share.amount for share in line.shares) + line.member_pays + line.facility_bears
        assert 0 <= line.eligible <= line.submitted
        assert line.member_pays >= 0 and line.facility_bears >= 0
        assert all(share.amount > 0 for share in line.shares)
    assert answer.submitted == sum(share.amount for share in answer.shares) + answer.member_pays + answer.facility_bears


@settings(max_examples=250, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_entry_changes_nothing_and_judging_twice_gives_the_same_bytes(case, chance: random.Random) -> None:
    arrangement, agreement, coverage, history, visit = case
    lines, past = list(visit.lines), list(history.lines)
    chance.shuffle(lines)
    chance.shuffle(past)
    shuffled = msgspec.structs.replace(visit, lines=tuple(lines))
    first = canonical(adjudicate(*case))
    assert first == canonical(adjudicate(arrangement, agreement, coverage, history, visit))
    assert first == canonical(adjudicate(arrangement, agreement, coverage, History(tuple(past)), shuffled))


@settings(max_examples=250, deadline=None)
@given(cases(plain=True))
def test_more_history_never_raises_what_the_payers_pay(case) -> None:
    """Where no deductible, prerequisite or referral is in play, nor a co-payment that earlier visits have paid."""
    arrangement, agreement, coverage, history, visit = case
    paid = [
        sum(share.amount for share in adjudicate(arrangement, agreement, coverage, known, visit).shares)
        for known in (History(history.lines[:place]) for place in range(len(history.lines) + 1))
    ]
    assert paid == sorted(paid, reverse=True)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_a_ceiling_with_room_for_all_that_is_billed_changes_nothing(case) -> None:
    arrangement, *facts, visit = case
    billed = sum(line.submitted for line in adjudicate(*case).lines)
    room = tuple(
        Limit(code=f"{scheme.code}-far", scheme=scheme.code, per="visit", amount=billed)
        for scheme in arrangement.schemes
    )
    made = msgspec.structs.replace(arrangement, limits=(*arrangement.limits, *room), digest="")
    roomy = msgspec.structs.replace(made, digest=digest(canonical(made)))
    assert adjudicate(roomy, *facts, visit).lines == adjudicate(*case).lines


@settings(max_examples=250, deadline=None)
@given(cases())
def test_every_cut_names_its_bearer_and_no_unknown_clause_refuses(case) -> None:
    answer = adjudicate(*case)
    for finding in answer.all_findings:
        if finding.weight in ("reduce", "refuse"):
            assert finding.borne_by in ("member", "facility"), finding
            assert "unknown" not in finding.evidence.values(), finding
        if finding.weight == "unchecked":
            assert finding.cause and finding.missing, finding
    for line in answer.lines:
        if line.facility_bears:
            own = [*line.findings, *answer.findings]
            assert any(finding.borne_by == "facility" for finding in own), line


@settings(max_examples=250, deadline=None)
@given(cases(), st.integers(0, 5), st.integers(1, 400))
def test_a_lower_price_never_raises_what_the_member_pays_by_more_than_a_step(case, place: int, less: int) -> None:
    arrangement, agreement, coverage, history, visit = case
    if place >= len(visit.lines):
        return
    cheaper = [
        msgspec.structs.replace(line, price=max(0, line.price - less)) if at == place else line
        for at, line in enumerate(visit.lines)
    ]
    before = adjudicate(*case).member_pays
    after = adjudicate(
        arrangement, agreement, coverage, history, msgspec.structs.replace(visit, lines=tuple(cheaper))
    ).member_pays
    step = arrangement.clauses.rounding_step
    assert isinstance(step, int)
    assert after <= before + step


@settings(max_examples=250, deadline=None)
@given(cases())
def test_what_is_open_refuses_nobody(case) -> None:
    """Every clause and every value of a row that may be unknown is opened, and none of them is why care is refused."""
    arrangement, agreement, coverage, history, visit = case
    answer = adjudicate(opened(arrangement), agreement, coverage, history, visit)
    for finding in answer.all_findings:
        # The days of grace are a mercy on a right that has ended; without them it has ended.
        if finding.weight in ("reduce", "refuse") and finding.code != "contributions-unpaid":
            assert finding.clause not in Clauses.__struct_fields__, finding
            assert finding.code not in ("waiting-period", "count-reached", "interval-too-short", "ceiling-reached")


def opened(arrangement: Arrangement) -> Arrangement:
    """The arrangement with everything that may be unknown left unknown, but its money clauses, prices and rates."""

    def row(each: Any) -> Any:
        fields = msgspec.structs.fields(type(each))
        may = [field.name for field in fields if "unknown" in str(field.type) and getattr(each, field.name) is not None]
        return msgspec.structs.replace(each, **dict.fromkeys(may, "unknown"))

    clauses = Clauses(rounding=arrangement.clauses.rounding, rounding_step=arrangement.clauses.rounding_step)
    duties = msgspec.structs.replace(arrangement.duties, guarantees=tuple(map(row, arrangement.duties.guarantees)))
    tables = {name: tuple(map(row, getattr(arrangement, name))) for name in ("waitings", "limits", "deductibles")}
    made = msgspec.structs.replace(arrangement, clauses=clauses, duties=duties, digest="", **tables)
    return msgspec.structs.replace(made, digest=digest(canonical(made)))


@settings(max_examples=60, deadline=None)
@given(st.lists(cases(), min_size=2, max_size=4))
def test_the_parts_of_many_claims_add_up_per_payer_as_they_do_per_line(made) -> None:
    answers = [adjudicate(*case) for case in made]
    payers: Counter[str] = Counter()
    for answer in answers:
        for share in answer.shares:
            payers[share.payer] += share.amount
    rest = sum(answer.member_pays + answer.facility_bears for answer in answers)
    assert sum(answer.submitted for answer in answers) == sum(payers.values()) + rest
    assert payers.total() == sum(share.amount for answer in answers for line in answer.lines for share in line.shares)
