"""The queue: the most money first, people before rules, and what it says of planted money."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from facility_agent.audit.edits import Month, run
from facility_agent.audit.precision import Precision, precision
from facility_agent.audit.queue import Place, place, queue, share_in_front
from facility_agent.audit.recompute import Recomputed, recompute
from facility_agent.vocabulary.records import Claim, History
from tests.builders import (
    MUTUAL,
    SCHEME,
    agreement,
    arrangement,
    beneficiary,
    care,
    claim,
    coverage,
    new_id,
    past_lines,
    visit,
)


def answered(entry: Claim, *earlier: Claim) -> Recomputed:
    held = (coverage(entry.visit.beneficiary),)
    return recompute(
        arrangement(), agreement(), held, History(past_lines(*earlier)), entry, payer=MUTUAL, scheme=SCHEME
    )


def placed(*claims: Claim) -> list[Place]:
    flags = run(Month(claims, arrangement(), agreement(), payer=MUTUAL, scheme=SCHEME))
    return [place(answered(entry), flags) for entry in claims]


def test_a_claim_that_nothing_was_said_of_has_nothing_at_risk() -> None:
    assert placed(claim(1)) == [Place(new_id(1), 0)]


def test_a_duplicate_puts_the_whole_claim_at_risk_and_needs_nobody() -> None:
    first, second = placed(claim(1), claim(2))
    assert (first.at_risk, second.at_risk, second.person, second.codes) == (0, 480, False, ("exact-duplicate",))


def test_what_asks_for_a_look_puts_all_that_it_doubts_at_risk() -> None:
    pair = (care("consultation", role="nurse"), care("paracetamol", 12))
    _, doubted = placed(claim(1, visit(*pair)), claim(2, visit(*pair, day=visit().day.replace(day=11))))
    assert (doubted.at_risk, doubted.person, doubted.codes) == (480 + 84, True, ("near-duplicate",))


def test_an_answer_that_only_differs_puts_the_difference_at_risk() -> None:
    true = claim(1, visit(care("delivery", price=4000, role="midwife"), beneficiary=beneficiary()))
    line = true.adjudication.lines[0]
    (share,) = line.shares
    more = msgspec.structs.replace(
        line, eligible=4000, facility_bears=0, shares=(msgspec.structs.replace(share, amount=share.amount + 500),),
        findings=(),
    )  # fmt: skip
    said = msgspec.structs.replace(true, adjudication=msgspec.structs.replace(true.adjudication, lines=(more,)))
    (found,) = placed(said)
    assert (found.at_risk, found.person) == (500, True)
    assert "price-above-tariff" in found.codes


def test_people_stand_before_rules_and_silence_comes_last() -> None:
    places = [Place("quiet", 0), Place("rule", 70), Place("person", 70, True), Place("large", 90)]
    assert [entry.claim for entry in queue(places)] == ["large", "person", "rule", "quiet"]
    assert queue(reversed(places)) == queue(places)


def test_planted_money_in_front_is_counted_by_place() -> None:
    places = [Place(f"{number:02d}", number) for number in range(40)]
    assert share_in_front(places, {"39": 60, "38": 20, "00": 20}, Fraction(5, 100)) == Fraction(4, 5)
    assert share_in_front(places, {}, Fraction(5, 100)) == 1


def test_an_edit_is_judged_by_what_it_accuses_and_what_it_finds() -> None:
    truth = {"a": "near-duplicate", "b": "near-duplicate", "c": "split-claim"}
    accused = [("near-duplicate", "a"), ("near-duplicate", "a"), ("near-duplicate", "c"), ("near-duplicate", "x")]
    near, split = precision(accused, truth)
    assert near == Precision("near-duplicate", 3, 2, 2, 1)
    assert (near.precision, near.recall) == (Fraction(2, 3), Fraction(1, 2))
    assert (split.accused, split.precision, split.recall) == (0, 1, 0)
