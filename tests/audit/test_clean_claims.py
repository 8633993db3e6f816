"""Claims that the rules themselves judged come through the audit untouched, whatever they hold."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.audit.decide import decision_of, needs_person, propose
from facility_agent.audit.edits import Bars, Month, run
from facility_agent.audit.recompute import Recomputed, recompute
from facility_agent.audit.reconcile import reconcile
from facility_agent.audit.report import report
from facility_agent.vocabulary.records import Admission, Beneficiary, CareLine, Claim, Coverage, History
from tests.builders import (
    FACILITY,
    HOSPITAL,
    MUTUAL,
    OTHER_FACILITY,
    PRICES,
    PROGRAMME,
    SCHEME,
    STATE,
    agreement,
    arrangement,
    batch,
    beneficiary,
    care,
    claim,
    coverage,
    past_lines,
    visit,
)

RULES, AGREED = arrangement(), agreement()
PEOPLE: tuple[Beneficiary, ...] = (
    beneficiary("KDG-000001-01"),
    beneficiary("KDG-000001-02", sex="M", birth_date=date(1990, 7, 1)),
    beneficiary("KDG-000001-03", birth_date=date(2023, 9, 9)),
    beneficiary("KDG-000002-01", birth_date=None),
)
Register = dict[str, tuple[Coverage, ...]]
REGISTER: Register = {
    person.number: (coverage(person, paid_until=paid),)
    for person, paid in zip(PEOPLE, (date(2026, 12, 31), date(2026, 3, 15), None, date(2025, 1, 1)), strict=True)
}


@st.composite
def lines(draw: st.DrawFn) -> tuple[CareLine, ...]:
    acts = draw(st.lists(st.sampled_from([*PRICES, "massage"]), min_size=1, max_size=4))
    made = []
    for number, act in enumerate(acts):
        changes: dict[str, Any] = {"id": f"{number}", "role": draw(st.sampled_from(["", "nurse"]))}
        if draw(st.booleans()):
            changes["price"] = draw(st.integers(-5, 9000))
        if draw(st.booleans()):
            changes["prescribed"] = draw(st.integers(0, 30))
        made.append(care(act, draw(st.integers(0, 70)), **changes))
    return tuple(made)


@st.composite
def months(draw: st.DrawFn) -> list[Claim]:
    """The claims of a month in the order in which they are minted: one visit of a person a day, some entered late."""
    who = draw(
        st.lists(
            st.tuples(st.sampled_from(PEOPLE), st.integers(0, 27)), unique_by=lambda pair: (pair[0].number, pair[1]),
            min_size=1, max_size=8,
        )
    )  # fmt: skip
    claims: list[Claim] = []
    for number, (person, day) in enumerate(who, start=1):
        entry = visit(
            *draw(lines()),
            beneficiary=person,
            day=date(2026, 3, 1) + timedelta(days=day),
            at=draw(st.sampled_from(["", "07:30", "16:45"])),
            facility=draw(st.sampled_from([FACILITY, OTHER_FACILITY, HOSPITAL])),
            emergency=draw(st.booleans()),
            condition=draw(st.sampled_from(["", "malaria", "wound"])),
            card_revoked=draw(st.sampled_from([None, False, True])),
            admissions=draw(st.sampled_from([(), (Admission(PROGRAMME, "birth-record"),)])),
        )
        known = History(past_lines(*claims))
        claims.append(claim(number, entry, held=REGISTER[person.number], known=known, under=RULES, agreed=AGREED))
    return claims


def audited(claims: list[Claim], register: Register, payer: str, scheme: str) -> list[Recomputed]:
    everything = History(past_lines(*claims))
    return [
        recompute(
            RULES, AGREED, register.get(entry.visit.beneficiary.number, ()), everything, entry,
            payer=payer, scheme=scheme,
        )
        for entry in claims
    ]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(months(), st.sampled_from([(MUTUAL, SCHEME), (STATE, PROGRAMME)]))
def test_claims_that_the_rules_judged_show_no_difference(claims: list[Claim], who: tuple[str, str]) -> None:
    payer, scheme = who
    register = REGISTER if payer == MUTUAL else {}
    answers = audited(claims, register, payer, scheme)
    assert [answer.all_findings for answer in answers] == [()] * len(claims)
    sent = batch(claims, payer, scheme)
    flags = run(Month(claims, RULES, AGREED, payer=payer, scheme=scheme, batch=sent, past=past_lines(*claims)))
    assert [flag for flag in flags if flag.finding.weight in ("refuse", "reduce")] == []
    proposals = [propose(answer, flags) for answer in answers]
    decision = decision_of(sent, proposals, {}, id="D", by="issa", on=date(2026, 4, 20))
    state = reconcile(sent, decision)
    assert state.claimed == state.accepted + state.pending == sent.due
    found = report(sent, answers, flags, proposals)
    assert found.cut == 0 and found.claimed == sent.due
    assert found.without_person == sum(not needs_person(answer, flags) for answer in answers)


@st.composite
def moved(draw: st.DrawFn) -> Register:
    """A register that has moved on since the facility read it."""
    register = {}
    for person in PEOPLE:
        days = st.none() | st.dates(date(2026, 2, 1), date(2026, 4, 30))
        changed = msgspec.structs.replace(
            REGISTER[person.number][0], paid_until=draw(days), suspended_on=draw(days), until=draw(days)
        )
        register[person.number] = draw(st.sampled_from([(changed,), ()]))
    return register


@settings(deadline=None, max_examples=150)
@given(months(), moved())
def test_every_cut_has_a_reason_and_a_bearer_and_nothing_is_paid_beyond_the_claim(
    claims: list[Claim], register: Register
) -> None:
    sent = batch(claims)
    flags = run(Month(claims, RULES, AGREED, payer=MUTUAL, scheme=SCHEME, batch=sent, bars=Bars(outlier_lines=3)))
    answers = audited(claims, register, MUTUAL, SCHEME)
    proposals = [propose(answer, flags) for answer in answers]
    for answer, proposal in zip(answers, proposals, strict=True):
        for line in proposal.lines:
            assert 0 <= line.amount <= line.claimed
            if line.outcome in ("reduced", "refused"):
                strict = [finding for finding in line.findings if finding.weight in ("refuse", "reduce")]
                assert strict and all(finding.borne_by for finding in strict)
        if answer.computed < answer.claimed:
            assert needs_person(answer, flags)
    found = report(sent, answers, flags, proposals)
    assert found.claimed == found.accepted + found.cut + found.pending == sent.due
    assert sum(row.cut for row in found.codes) == found.cut
    assert all(entry.at_risk <= entry.claimed for entry in found.look_at)
