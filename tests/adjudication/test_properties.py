"""What holds for every arrangement, history and visit."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.adjudication import adjudicate
from facility_agent.vocabulary.identifiers import canonical
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


@settings(max_examples=400, deadline=None)
@given(cases())
def test_the_parts_always_add_up_to_what_was_submitted(case) -> None:
    answer = adjudicate(*case)
    for line in answer.lines:
        assert line.submitted == sum(share.amount for share in line.shares) + line.member_pays + line.facility_bears
        assert 0 <= line.eligible <= line.submitted
        assert line.member_pays >= 0 and line.facility_bears >= 0
        assert all(share.amount > 0 for share in line.shares)
    assert answer.submitted == sum(share.amount for share in answer.shares) + answer.member_pays + answer.facility_bears


@settings(max_examples=200, deadline=None)
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


@settings(max_examples=200, deadline=None)
@given(cases(plain=True))
def test_more_history_never_raises_a_payers_share(case) -> None:
    arrangement, agreement, coverage, history, visit = case
    with_history = adjudicate(arrangement, agreement, coverage, history, visit)
    without = adjudicate(arrangement, agreement, coverage, History(), visit)
    total = sum(share.amount for share in with_history.shares)
    assert total <= sum(share.amount for share in without.shares)


@settings(max_examples=300, deadline=None)
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


@settings(max_examples=200, deadline=None)
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
    assert after <= before + step * 3 * len(visit.lines)
