"""The report: what the audit found, where the money is, and what a person should look at first."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import msgspec

from facility_agent.audit.decide import propose
from facility_agent.audit.edits import Bars, Flag, Month, run
from facility_agent.audit.facts import FACTS
from facility_agent.audit.recompute import recompute
from facility_agent.audit.report import AuditReport, report
from facility_agent.vocabulary.findings import refuse
from facility_agent.vocabulary.records import Claim, Coverage, History
from facility_agent.words import Words
from tests.builders import (
    HOSPITAL,
    MUTUAL,
    SCHEME,
    agreement,
    arrangement,
    batch,
    beneficiary,
    care,
    claim,
    coverage,
    new_id,
    past_lines,
    visit,
)

WEEKS = [date(2026, 3, day) for day in (2, 9, 16, 23)]


def audit(claims: list[Claim], register: tuple[Coverage, ...] | None = None, bars: Bars | None = None) -> AuditReport:
    sent = batch(claims)
    flags = run(
        Month(claims, arrangement(), agreement(), payer=MUTUAL, scheme=SCHEME, batch=sent,
              bars=bars or Bars(deliveries=frozenset({"maternity"})))
    )  # fmt: skip
    answers = [
        recompute(
            arrangement(), agreement(), (coverage(entry.visit.beneficiary),) if register is None else register,
            History(), entry, payer=MUTUAL, scheme=SCHEME,
        )
        for entry in claims
    ]  # fmt: skip
    return report(sent, answers, flags, [propose(answer, flags) for answer in answers])


def test_a_clean_month_is_decided_without_a_person() -> None:
    found = audit([claim(number, visit(day=day)) for number, day in enumerate(WEEKS, start=1)])
    assert (found.claims, found.lines, found.claimed, found.accepted) == (4, 4, 1920, 1920)
    assert (found.cut, found.pending, found.look_at, found.codes) == (0, 0, (), ())
    assert found.share_without_person == 1


def test_money_stands_under_the_code_that_cut_it() -> None:
    found = audit([claim(1), claim(2), claim(3, visit(day=WEEKS[3]))])
    assert (found.claimed, found.accepted, found.cut) == (1440, 960, 480)
    (row,) = found.codes
    assert (row.code, row.weight, row.claims, row.cut, row.at_risk) == ("exact-duplicate", "refuse", 1, 480, 480)
    assert found.share_without_person == 1, "a duplicate needs nobody"


def test_a_refused_line_stands_under_its_refusal_and_a_reduced_one_under_its_cut() -> None:
    entry = claim(1, visit(care("caesarean"), facility=HOSPITAL, documents=("operation-report",)))
    used = claim(2, visit(care("caesarean"), facility=HOSPITAL, day=WEEKS[0], documents=("operation-report",)))
    answer = recompute(
        arrangement(), agreement(), (coverage(),), History(past_lines(used), None), msgspec.structs.replace(
            entry, id=new_id(3)), payer=MUTUAL, scheme=SCHEME,
    )  # fmt: skip
    sent = batch([msgspec.structs.replace(entry, id=new_id(3))])
    (row,) = (row for row in report(sent, [answer], (), [propose(answer, ())]).codes if row.cut)
    assert (row.code, row.cut) == ("ceiling-reached", 4000)
    twice = Flag((new_id(3),), (), refuse("exact-duplicate", "duplicates", "facility", claim="x", day="y"), 32_000)
    (row,) = (row for row in report(sent, [answer], [twice], [propose(answer, [twice])]).codes if row.cut)
    assert (row.code, row.cut) == ("exact-duplicate", 32_000)


def test_the_claims_to_look_at_come_with_the_most_money_first() -> None:
    pair = (care("consultation", role="nurse"), care("paracetamol", 6))
    small, again = claim(1, visit(*pair)), claim(2, visit(*pair, day=date(2026, 3, 11)))
    large = claim(3, visit(care("caesarean"), facility=HOSPITAL, beneficiary=beneficiary("KDG-000009-01")))
    found = audit([small, again, large])
    assert [(entry.number, entry.at_risk) for entry in found.look_at] == [("F-0003", 32_000), ("F-0002", 522)]
    assert [entry.findings[0].code for entry in found.look_at] == ["document-missing", "near-duplicate"]
    assert (found.pending, found.cut, found.without_person) == (32_000, 0, 1)
    assert found.share_without_person == Fraction(1, 3)


def test_a_line_that_nobody_may_answer_for_is_at_risk_and_its_neighbour_is_not() -> None:
    found = audit([claim(1, visit(care("consultation", role=""), care("paracetamol", 6)))])
    assert [(entry.at_risk, entry.proposed, entry.claimed) for entry in found.look_at] == [(480, 522, 522)]
    assert [finding.code for finding in found.look_at[0].findings] == ["prescriber-not-allowed"]


def test_money_at_risk_is_never_more_than_what_was_claimed() -> None:
    found = audit([claim(number, visit(day=date(2026, 3, number))) for number in range(1, 7)], register=())
    assert all(entry.at_risk == entry.claimed == 480 and entry.proposed == 0 for entry in found.look_at)


def test_what_was_not_checked_is_counted_and_said_apart() -> None:
    found = audit([claim(1, visit(card_revoked=None)), claim(2, visit(day=WEEKS[3]))], bars=Bars())
    assert found.with_unchecked == 1
    assert [finding.code for finding in found.of_month] == ["delivery-twice"]
    assert [(row.code, row.weight) for row in found.codes] == [("revocation-list-missing", "unchecked")]


def test_an_empty_batch_gives_an_empty_report() -> None:
    found = audit([])
    assert (found.claims, found.claimed, found.share_without_person) == (0, 0, 0)


def test_every_fact_that_can_differ_has_a_name_in_both_languages() -> None:
    for language in ("fr", "en"):
        assert [fact for fact in (*FACTS, "member_pays") if not Words(language).has(f"fact.{fact}")] == []
