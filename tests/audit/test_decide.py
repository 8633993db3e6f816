"""Proposals, what calls a person, and the officer's word."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from facility_agent.audit.decide import Override, decision_of, needs_person, propose
from facility_agent.audit.month import Flag
from facility_agent.audit.recompute import Recomputed, recompute
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import FACILITY, note, reduce, refuse
from facility_agent.vocabulary.records import Claim, Coverage, History
from facility_agent.vocabulary.settlement import ClaimDecision, Decision
from facility_agent.words import Words
from tests.builders import (
    HOSPITAL,
    MUTUAL,
    SCHEME,
    agreement,
    arrangement,
    batch,
    care,
    claim,
    coverage,
    new_id,
    visit,
)

ENTRY = claim(1, visit(care("consultation", role="nurse"), care("paracetamol", 12)))
BATCH = batch([ENTRY])
TWICE = refuse("exact-duplicate", "duplicates", FACILITY, claim="x", day="2026-03-10")
LOOK = note("near-duplicate", "duplicates", review=True, claim="x", day="2026-03-10")


def asked(entry: Claim = ENTRY, register: tuple[Coverage, ...] = (coverage(),)) -> Recomputed:
    return recompute(arrangement(), agreement(), register, History(), entry, payer=MUTUAL, scheme=SCHEME)


def flag(finding: Any, *lines: str, claim: str = ENTRY.id) -> Flag:
    return Flag((claim,), lines, finding, 100)


def lines(decision: ClaimDecision) -> list[tuple[str, str, int, int]]:
    return [(line.line, line.outcome, line.claimed, line.amount) for line in decision.lines]


def decided(overrides: dict[tuple[str, str], Override] | None = None, **changes: Any) -> Decision:
    proposals = changes.pop("proposals", [propose(asked(), ())])
    return decision_of(
        changes.pop("batch", BATCH), proposals, overrides or {}, id=new_id(50), by="issa", on=date(2026, 4, 20)
    )


def test_the_same_answer_is_accepted_and_needs_nobody() -> None:
    proposal = propose(asked(), ())
    assert lines(proposal) == [("consultation", "accepted", 480, 480), ("paracetamol", "accepted", 84, 84)]
    assert proposal.findings == () and needs_person(asked(), ()) == ()


def test_a_refusing_flag_on_the_claim_refuses_every_line_with_its_reason() -> None:
    proposal = propose(asked(), [flag(TWICE)])
    assert lines(proposal) == [("consultation", "refused", 480, 0), ("paracetamol", "refused", 84, 0)]
    assert all(TWICE in line.findings for line in proposal.lines)
    assert needs_person(asked(), [flag(TWICE)]) == ()


def test_a_flag_on_one_line_touches_that_line_only() -> None:
    cut = reduce("quantity-over-maximum", "quantities", FACILITY, 30, act="paracetamol", quantity=12, maximum=8)
    assert lines(propose(asked(), [flag(TWICE, "consultation"), flag(cut, "paracetamol")])) == [
        ("consultation", "refused", 480, 0),
        ("paracetamol", "reduced", 84, 54),
    ]


def test_a_cut_never_goes_below_nothing() -> None:
    cut = reduce("quantity-over-maximum", "quantities", FACILITY, 500, act="paracetamol", quantity=12, maximum=8)
    assert lines(propose(asked(), [flag(cut, "paracetamol")]))[1] == ("paracetamol", "refused", 84, 0)


def test_a_flag_that_wants_a_look_leaves_the_amount_and_calls_a_person() -> None:
    proposal = propose(asked(), [flag(LOOK)])
    assert [line.outcome for line in proposal.lines] == ["accepted", "accepted"]
    assert proposal.findings == needs_person(asked(), [flag(LOOK)]) == (LOOK,)


def test_a_flag_about_another_claim_is_passed_over() -> None:
    other = flag(TWICE, claim=new_id(77))
    assert propose(asked(), [other]) == propose(asked(), ())
    assert needs_person(asked(), [flag(LOOK, claim=new_id(77))]) == ()


def test_what_the_payer_computes_lower_is_what_it_pays_and_it_says_why() -> None:
    answer = asked(register=(coverage(paid_until=date(2025, 1, 1)),))
    proposal = propose(answer, ())
    assert [(line.outcome, line.amount) for line in proposal.lines] == [("refused", 0), ("refused", 0)]
    assert [finding.code for finding in proposal.lines[0].findings] == ["contributions-unpaid", "answer-differs"]
    assert [finding.code for finding in proposal.findings] == ["facts-differ"]
    assert {finding.code for finding in needs_person(answer, ())} == {"answer-differs"}


def test_no_more_is_paid_than_was_claimed() -> None:
    entry = claim(1, held=(coverage(paid_until=date(2025, 1, 1)),))
    proposal = propose(asked(entry), ())
    assert lines(proposal) == [("consultation", "accepted", 0, 0)]
    assert needs_person(asked(entry), ()) == ()


def test_a_paper_that_is_missing_holds_the_line_and_calls_a_person() -> None:
    entry = claim(1, visit(care("caesarean"), facility=HOSPITAL))
    answer = asked(entry)
    assert lines(propose(answer, ())) == [("caesarean", "pending", 32_000, 0)]
    assert [finding.code for finding in needs_person(answer, ())] == ["document-missing"]
    with_paper = claim(1, visit(care("caesarean"), facility=HOSPITAL, documents=("operation-report",)))
    assert lines(propose(asked(with_paper), ())) == [("caesarean", "accepted", 32_000, 32_000)]


def test_a_line_that_asks_nothing_of_this_payer_keeps_nobody_busy() -> None:
    unpaid = (coverage(paid_until=date(2025, 1, 1)),)
    nameless = claim(1, visit(care("consultation")), held=unpaid)
    assert [finding.code for finding in nameless.adjudication.all_findings if finding.review] == [
        "prescriber-not-allowed"
    ]
    assert needs_person(asked(nameless, unpaid), [flag(LOOK)]) == ()
    assert [finding.code for finding in needs_person(asked(claim(1, visit(care("consultation")))), ())] == [
        "prescriber-not-allowed"
    ]


def test_a_refused_line_waits_for_no_paper() -> None:
    entry = claim(1, visit(care("caesarean"), facility=HOSPITAL))
    assert lines(propose(asked(entry), [flag(TWICE)])) == [("caesarean", "refused", 32_000, 0)]


WORDS = [
    (Override(480, "seen the register"), "accepted", 480, "note", ""),
    (Override(200, "half a visit"), "reduced", 200, "reduce", "facility"),
    (Override(0, "never came"), "refused", 0, "refuse", "facility"),
    (Override(0, "not hers", borne_by="member"), "refused", 0, "refuse", "member"),
    (Override(480, "bring the sheet", pending=True), "pending", 0, "note", ""),
]


@pytest.mark.parametrize(("word", "outcome", "amount", "weight", "bearer"), WORDS)
def test_the_officer_decides_a_line_with_a_reason(
    word: Override, outcome: str, amount: int, weight: str, bearer: str
) -> None:
    line, other = decided({(ENTRY.id, "consultation"): word}).claims[0].lines
    said = line.findings[-1]
    assert (line.outcome, line.amount, line.claimed) == (outcome, amount, 480)
    assert (said.code, said.weight, said.borne_by) == ("decided-by-person", weight, bearer)
    assert said.evidence == {"reason": word.reason, "by": "issa"}
    assert said.amount == (280 if weight == "reduce" else 0)
    assert other.amount == 84


def test_the_officer_may_pay_what_was_proposed_to_be_refused() -> None:
    refused = propose(asked(register=()), ())
    decision = decided({(ENTRY.id, "consultation"): Override(480, "card was valid")}, proposals=[refused])
    assert decision.amount == 480
    assert decision.claims[0].lines[0].findings[0].code == "member-not-in-register"


MISTAKES: list[tuple[str, dict[tuple[str, str], Override], dict[str, Any]]] = [
    ("override-above-claimed", {(ENTRY.id, "consultation"): Override(481, "more")}, {}),
    ("override-above-claimed", {(ENTRY.id, "consultation"): Override(-1, "less than nothing")}, {}),
    ("override-without-reason", {(ENTRY.id, "consultation"): Override(0, "  ")}, {}),
    ("override-names-nothing", {(ENTRY.id, "injection"): Override(0, "why")}, {}),
    ("override-names-nothing", {(new_id(9), "consultation"): Override(0, "why")}, {}),
    ("decision-without-claim", {}, {"proposals": []}),
    ("decision-of-foreign-claim", {}, {"proposals": [propose(asked(), ()), ClaimDecision(new_id(9), ())]}),
    ("decided-above-invoiced", {}, {"batch": msgspec.structs.replace(
        BATCH, items=(msgspec.structs.replace(BATCH.items[0], due=500),))}),
    ("batch-names-a-claim-twice", {}, {"batch": msgspec.structs.replace(BATCH, items=BATCH.items * 2)}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "overrides", "changes"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_a_decision_that_cannot_stand_is_refused_with_a_sentence(
    code: str, overrides: dict[tuple[str, str], Override], changes: dict[str, Any]
) -> None:
    with pytest.raises(InputError) as caught:
        decided(overrides, **changes)
    assert caught.value.code == code
    for language in ("fr", "en"):
        sentence = Words(language)(f"error.{code}", **caught.value.fields)
        assert "{" not in sentence and len(sentence) > 60


def test_a_decision_names_the_batch_its_day_and_its_author() -> None:
    decision = decided()
    assert (decision.batch, decision.decided_by, decision.decided_on) == (BATCH.id, "issa", date(2026, 4, 20))
    assert decision.amount == BATCH.due == 564
