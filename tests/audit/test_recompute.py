"""The mutual asks the same question again: same answer, or a difference that one can point at."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from facility_agent.audit.recompute import Recomputed, known_before, recompute
from facility_agent.vocabulary.records import Beneficiary, Claim, Coverage, History, Share
from tests.builders import (
    DAY,
    HOSPITAL,
    MUTUAL,
    PROGRAMME,
    SCHEME,
    STATE,
    agreement,
    arrangement,
    beneficiary,
    care,
    claim,
    coverage,
    history,
    new_id,
    past_lines,
    visit,
)

CARE = (care("consultation", role="nurse"), care("paracetamol", 12))


def asked(
    entry: Claim,
    register: tuple[Coverage, ...] | None = None,
    known: History | None = None,
    payer: str = MUTUAL,
    scheme: str = SCHEME,
    **changes: Any,
) -> Recomputed:
    held = (coverage(entry.visit.beneficiary),) if register is None else register
    return recompute(
        changes.pop("under", arrangement()), agreement(), held, known or History(), entry, payer=payer, scheme=scheme,
        **changes,
    )  # fmt: skip


def facts(answer: Recomputed) -> dict[str, tuple[str, str]]:
    return {
        str(finding.evidence["fact"]): (str(finding.evidence["ours"]), str(finding.evidence["theirs"]))
        for finding in answer.findings
        if finding.code == "facts-differ"
    }


def test_the_same_facts_give_the_same_answer_and_nothing_to_look_at() -> None:
    answer = asked(claim(visited=visit(*CARE)))
    assert answer.all_findings == ()
    assert answer.claimed == answer.computed == 480 + 84


MOVED: list[tuple[str, dict[str, Any], str, tuple[str, str], str]] = [
    (
        "contributions were not paid up",
        {"paid_until": date(2025, 12, 31)},
        "paid_until",
        ("2025-12-31", "2026-12-31"),
        "contributions-unpaid",
    ),
    ("the coverage was suspended", {"suspended_on": date(2026, 3, 1)}, "suspended_on", ("2026-03-01", ""),
     "coverage-suspended"),
    ("the coverage had ended", {"until": date(2026, 3, 9)}, "until", ("2026-03-09", ""), "coverage-not-open"),
    ("the coverage opens later", {"since": date(2026, 4, 1)}, "since", ("2026-04-01", "2024-01-01"),
     "coverage-not-open"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "change", "fact", "values", "reason"), MOVED, ids=[row[0] for row in MOVED])
def test_another_fact_of_the_register_is_named_with_both_values(
    case: str, change: dict[str, Any], fact: str, values: tuple[str, str], reason: str
) -> None:
    answer = asked(claim(), (coverage(**change),))
    assert facts(answer) == {fact: values}
    assert answer.computed == 0
    assert [finding.code for finding in answer.lines[0].findings] == [reason, "answer-differs"]


def test_another_fact_that_changes_no_amount_is_not_worth_a_word() -> None:
    answer = asked(claim(), (coverage(paid_until=date(2026, 6, 30)),))
    assert answer.all_findings == ()


def test_a_person_whom_the_register_does_not_know_is_named() -> None:
    answer = asked(claim(), ())
    assert facts(answer) == {"register": ("", "KDG-000001-01")}
    assert answer.computed == 0


def test_care_after_death_is_refused_and_the_day_of_death_named() -> None:
    dead = beneficiary(deceased_on=date(2026, 3, 1))
    answer = asked(claim(), (coverage(dead),))
    assert facts(answer) == {"deceased_on": ("2026-03-01", "")}
    assert answer.lines[0].findings[0].code == "beneficiary-deceased"


def test_a_card_that_the_mutual_had_revoked_is_seen_and_one_that_it_had_not_says_nothing() -> None:
    entry = claim(visited=visit(card_revoked=None))
    assert asked(entry, card_revoked=False).all_findings == ()
    assert facts(asked(entry, card_revoked=True)) == {"card_revoked": ("yes", "")}


def test_the_register_knows_the_sex_of_the_person_better_than_the_claim() -> None:
    written = beneficiary(sex="F")
    entry = claim(visited=visit(care("delivery", role="midwife"), beneficiary=written), held=(coverage(written),))
    answer = asked(entry, (coverage(beneficiary(sex="M")),))
    assert facts(answer) == {"sex": ("M", "F")}
    assert answer.lines[0].findings[0].code == "sex-incompatible"


def test_consumption_elsewhere_is_named_with_what_was_used() -> None:
    other = claim(1, visit(care("caesarean"), facility=HOSPITAL, documents=("operation-report",)))
    second = claim(
        2, visit(care("caesarean"), facility=HOSPITAL, day=date(2026, 3, 20), documents=("operation-report",))
    )
    answer = asked(second, known=history(other))
    assert (answer.claimed, answer.computed) == (32_000, 28_000)
    assert facts(answer) == {"ceiling": ("32000", "")}
    assert [finding.code for finding in answer.lines[0].findings] == ["ceiling-reached", "answer-differs"]


def test_a_difference_without_another_fact_is_cut_as_an_answer_that_the_rules_do_not_give() -> None:
    entry = claim()
    line = entry.adjudication.lines[0]
    raised = msgspec.structs.replace(line, shares=(Share(MUTUAL, SCHEME, 600),), member_pays=0, copay=0)
    forged = msgspec.structs.replace(entry.adjudication, lines=(raised,))
    answer = asked(msgspec.structs.replace(entry, adjudication=forged))
    (finding,) = answer.all_findings
    assert (finding.code, finding.weight, finding.amount, finding.review) == ("answer-differs", "reduce", 120, True)
    assert finding.evidence == {"facility_amount": 600, "mutual_amount": 480}


def test_a_line_that_nobody_gave_is_computed_as_nothing() -> None:
    entry = claim()
    ghost = msgspec.structs.replace(entry.adjudication.lines[0], id="ghost")
    more = msgspec.structs.replace(entry.adjudication, lines=(*entry.adjudication.lines, ghost))
    answer = asked(msgspec.structs.replace(entry, adjudication=more))
    assert [(line.line, line.claimed, line.computed) for line in answer.lines] == [
        ("consultation", 480, 480),
        ("ghost", 480, 0),
    ]


def test_a_facility_that_claims_less_is_told_so_and_nobody_is_called() -> None:
    entry = claim(held=(coverage(paid_until=date(2025, 1, 1)),))
    answer = asked(entry)
    assert (answer.claimed, answer.computed) == (0, 480)
    assert [(finding.code, finding.weight) for finding in answer.lines[0].findings] == [("answer-differs", "note")]
    assert not any(finding.review for finding in answer.all_findings)


def test_another_rule_set_is_noted_even_when_the_amounts_agree() -> None:
    older = arrangement(title=arrangement().levels[0].name)
    answer = asked(claim(under=older))
    assert [finding.code for finding in answer.all_findings] == ["rule-set-differs"]
    assert not answer.findings[0].review


def test_a_member_who_was_made_to_pay_too_much_is_seen() -> None:
    entry = claim()
    line = msgspec.structs.replace(entry.adjudication.lines[0], member_pays=320)
    answer = asked(
        msgspec.structs.replace(entry, adjudication=msgspec.structs.replace(entry.adjudication, lines=(line,)))
    )
    assert facts(answer) == {"member_pays": ("120", "320")}


def test_the_state_asks_about_its_own_part_and_needs_no_register() -> None:
    child = beneficiary("KDG-000001-03", birth_date=date(2024, 5, 1))
    entry = claim(visited=visit(beneficiary=child))
    assert asked(entry, (), payer=STATE, scheme=PROGRAMME).claimed == 600
    assert asked(entry, (), payer=STATE, scheme=PROGRAMME).all_findings == ()
    assert asked(entry).claimed == 0


def test_the_rows_of_other_payers_keep_their_place_and_their_content() -> None:
    other = coverage(payer="ALL-1")
    parties = agreement().parties
    second = msgspec.structs.replace(agreement().signatures[-1], party="ALL-1")
    both = agreement(
        parties=(*parties, msgspec.structs.replace(parties[-1], code="ALL-1")),
        signatures=(*agreement().signatures, second),
    )
    entry = claim(held=(other, coverage()), agreed=both)
    assert [share.payer for share in entry.adjudication.shares] == ["ALL-1", MUTUAL]
    answer = recompute(arrangement(), both, (coverage(),), History(), entry, payer=MUTUAL, scheme=SCHEME)
    assert answer.all_findings == ()
    assert answer.claimed == 96


def test_other_payers_keep_their_place_after_this_one_too() -> None:
    other = coverage(payer="MUT-2")
    parties = agreement().parties
    second = msgspec.structs.replace(agreement().signatures[-1], party="MUT-2")
    both = agreement(
        parties=(*parties, msgspec.structs.replace(parties[-1], code="MUT-2")),
        signatures=(*agreement().signatures, second),
    )
    entry = claim(held=(coverage(), other), agreed=both)
    answer = recompute(arrangement(), both, (coverage(),), History(), entry, payer=MUTUAL, scheme=SCHEME)
    assert (answer.claimed, answer.all_findings) == (480, ())
    unpaid = coverage(suspended_on=date(2026, 1, 1))
    moved = recompute(arrangement(), both, (unpaid,), History(), entry, payer=MUTUAL, scheme=SCHEME)
    assert facts(moved) == {"suspended_on": ("2026-01-01", "")}


def test_what_both_sides_cut_is_no_reason_for_their_difference() -> None:
    dear = claim(visited=visit(care("consultation", price=900, role="nurse")))
    assert [finding.code for finding in dear.adjudication.all_findings] == ["price-above-tariff"]
    answer = asked(dear, (coverage(suspended_on=date(2026, 1, 1)),))
    assert [finding.code for finding in answer.lines[0].findings] == ["coverage-suspended", "answer-differs"]


def test_the_register_says_whose_household_it_is_and_an_empty_field_says_nothing() -> None:
    stranger = beneficiary("KDG-000002-01", household="KDG-000001")
    sibling = claim(1, visit(care("caesarean"), facility=HOSPITAL, documents=("operation-report",)))
    more = visit(care("caesarean"), facility=HOSPITAL, documents=("operation-report",), beneficiary=stranger)
    entry = claim(2, more, known=history(sibling))
    assert entry.adjudication.shares[0].amount == 28_000
    apart = coverage(beneficiary("KDG-000002-01", household="KDG-000002"))
    assert asked(entry, (apart,), history(sibling)).computed == 32_000
    silent = coverage(Beneficiary("KDG-000002-01", "Awa Exemple"))
    assert asked(entry, (silent,), history(sibling)).all_findings == ()


def test_a_claim_is_judged_on_what_was_minted_before_it() -> None:
    first, late = claim(1, visit(day=date(2026, 3, 20))), claim(2, visit(day=DAY))
    everything = history(first, late)
    assert {line.claim for line in known_before(everything, first).lines} == set()
    assert {line.claim for line in known_before(everything, late).lines} == {first.id}


def test_claims_of_one_instant_follow_the_hour_of_care() -> None:
    instant = new_id(5)
    morning = claim(5, visit(at="08:00"), id=f"{instant[:14]}7fff{instant[18:]}")
    evening = claim(5, visit(at="17:00"), id=f"{instant[:14]}7000{instant[18:]}")
    everything = History(past_lines(evening, morning))
    assert known_before(everything, morning).lines == ()
    assert {line.claim for line in known_before(everything, evening).lines} == {morning.id}


def test_the_claim_that_is_replaced_does_not_count_against_its_successor() -> None:
    first = claim(1)
    corrected = claim(2, replaces=first.id)
    assert asked(corrected, known=history(first, corrected)).all_findings == ()


def test_a_person_without_a_number_meets_nobody_else() -> None:
    unnamed: Beneficiary = beneficiary("", birth_date=date(2024, 5, 1))
    first, second = (claim(number, visit(beneficiary=unnamed), held=()) for number in (1, 2))
    answer = asked(second, (), history(first), STATE, PROGRAMME)
    assert answer.all_findings == ()
