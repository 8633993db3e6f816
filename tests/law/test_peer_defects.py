"""What the nearest peer gets wrong in claim valuation, each as an example of what is right here."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import Agreement, Party, Signature, with_digest
from facility_agent.arrangements.model import (
    Act,
    Arrangement,
    Clauses,
    Deductible,
    Family,
    Level,
    Limit,
    RateRow,
    Scheme,
    Tariff,
    Text,
    Waiting,
)
from facility_agent.arrangements.moves import Move
from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing.clocks import submitted_late
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.records import (
    Adjudication,
    Beneficiary,
    CareLine,
    Coverage,
    History,
    PastLine,
    Share,
    Visit,
)

NAME, DAY, PERSON = Text("nom", "name"), date(2026, 3, 10), Beneficiary("N1", "Awa", "F", date(1990, 1, 1), 1990, "H1")
CARE = (
    CareLine("1", "item-a", 1, 100),
    CareLine("2", "item-b", 1, 100),
    CareLine("3", "service-a", 1, 100),
    CareLine("4", "service-b", 1, 100),
    CareLine("5", "service-c", 1, 100),
)


def arrangement(**changes: object) -> Arrangement:
    codes = ("item-a", "item-b", "service-a", "service-b", "service-c")
    made = Arrangement(
        country="XX",
        title=NAME,
        currency="XTS",
        zone="UTC",
        start=date(2020, 1, 1),
        clauses=Clauses(rounding="down", rounding_step=1, arrears_grace_days=0),
        levels=(Level(code="low", rank=1, name=NAME),),
        schemes=(
            Scheme(code="mutual", name=NAME, kind="mutual", order=1),
            Scheme(code="second", name=NAME, kind="mutual", order=2),
        ),
        families=(Family(code="item", name=NAME), Family(code="service", name=NAME)),
        acts=tuple(Act(code=code, name=NAME, family=code.split("-")[0]) for code in codes),
        tariffs=tuple(Tariff(act=code, price=100) for code in codes),
        rates=(RateRow(scheme="mutual", rate=100), RateRow(scheme="second", rate=100)),
    )
    made = msgspec.structs.replace(made, **changes)
    return msgspec.structs.replace(made, digest=digest(canonical(made)))


def agreement() -> Agreement:
    signed = tuple(Signature(party=code, by="x", capacity="y", on=date(2020, 1, 1)) for code in "FMS")
    parties = (
        Party(code="F", name="F", role="facility", level="low"),
        Party(code="M", name="M", role="payer"),
        Party(code="S", name="S", role="payer"),
    )
    start = date(2020, 1, 1)
    return with_digest(
        Agreement(id="a", country="XX", arrangement=start, start=start, parties=parties, signatures=signed)
    )


def cover(scheme: str = "mutual", payer: str = "M", since: date = date(2024, 1, 1)) -> Coverage:
    return Coverage(PERSON, payer, scheme, since, paid_until=date(2026, 12, 31))


def judge(
    law: Arrangement, *lines: CareLine, history: History | None = None, coverage=None, **visit: object
) -> Adjudication:
    asked = Visit("v", "F", DAY, PERSON, lines or CARE, identified="card", card_revoked=False)
    asked = msgspec.structs.replace(asked, **visit)
    return adjudicate(law, agreement(), coverage or (cover(),), history or History(), asked)


def past(act: str, day: date, amount: int = 100, claim: str = "c", deductible: int = 0) -> PastLine:
    return PastLine(
        claim,
        "N1",
        "H1",
        "F",
        day,
        act,
        act.split("-")[0],
        1,
        amount,
        shares=(Share("M", "mutual", amount),),
        deductible=deductible,
    )


def paid(answer: Adjudication) -> int:
    return sum(share.amount for share in answer.shares)


def test_two_items_and_three_services_of_100_are_500_and_not_1200() -> None:
    answer = judge(arrangement())
    assert (answer.submitted, answer.eligible, paid(answer)) == (500, 500, 500)


def test_the_sum_leaves_refused_lines_out() -> None:
    answer = judge(arrangement(), CARE[0], CareLine("9", "unknown-act", 1, 100))
    assert (answer.submitted, answer.eligible, paid(answer), answer.member_pays) == (200, 100, 100, 100)


def test_a_line_fully_inside_the_deductible_is_not_paid() -> None:
    law = arrangement(deductibles=(Deductible(code="d", scheme="mutual", amount=150, per="year"),))
    answer = judge(law, CARE[0], CARE[1])
    assert [sum(share.amount for share in line.shares) for line in answer.lines] == [0, 50]
    assert answer.member_pays == 150


def test_a_deductible_already_borne_this_year_is_not_borne_again_however_often_the_claim_was_corrected() -> None:
    law = arrangement(deductibles=(Deductible(code="d", scheme="mutual", amount=150, per="year"),))
    earlier = History((past("item-a", date(2026, 1, 5), 0, deductible=150),))
    assert paid(judge(law, CARE[0], history=earlier)) == 100


def test_a_ceiling_counts_history_once_and_all_earlier_claims() -> None:
    law = arrangement(limits=(Limit(code="year", scheme="mutual", per="year", amount=250),))
    two = History((past("item-a", date(2026, 1, 5), claim="c1"), past("item-b", date(2026, 2, 5), claim="c2")))
    answer = judge(law, CARE[2], history=two)
    assert paid(answer) == 50 and answer.member_pays == 50


def test_a_replaced_claim_no_longer_uses_a_ceiling() -> None:
    law = arrangement(limits=(Limit(code="year", scheme="mutual", per="year", amount=100),))
    assert (
        paid(judge(law, CARE[0], history=History((past("item-a", date(2026, 1, 5), claim="old"),)), replaces="old"))
        == 100
    )


def test_two_covers_of_one_person_never_count_a_line_twice() -> None:
    law = arrangement(rates=(RateRow(scheme="mutual", rate=70), RateRow(scheme="second", rate=100)))
    answer = judge(law, CARE[0], coverage=(cover(), cover("second", "S")))
    assert [(share.payer, share.amount) for share in answer.shares] == [("M", 70), ("S", 30)]


def test_a_quantity_of_zero_is_an_error_and_not_the_quantity_that_was_given() -> None:
    answer = judge(arrangement(), CareLine("1", "item-a", 0, 100))
    assert paid(answer) == 0 and answer.lines[0].findings[0].code == "amount-impossible"


def test_nothing_is_cut_to_whole_units_in_silence() -> None:
    law = arrangement(rates=(RateRow(scheme="mutual", rate="1/3"),))
    answer = judge(law, CARE[0])
    assert (paid(answer), answer.member_pays) == (33, 67)


def test_a_count_of_zero_blocks_the_first_one_too() -> None:
    law = arrangement(limits=(Limit(code="none", scheme="mutual", acts=("item-a",), per="year", count=0),))
    assert paid(judge(law, CARE[0])) == 0


def test_care_that_comes_later_never_closes_the_door_on_an_earlier_visit() -> None:
    law = arrangement(limits=(Limit(code="gap", scheme="mutual", acts=("item-a",), interval=30),))
    assert paid(judge(law, CARE[0], history=History((past("item-a", date(2026, 3, 20)),)))) == 100
    assert paid(judge(law, CARE[0], history=History((past("item-a", date(2026, 3, 1)),)))) == 0


def test_a_waiting_period_holds_for_somebody_without_any_earlier_claim() -> None:
    law = arrangement(waitings=(Waiting(code="w", scheme="mutual", months=3),))
    answer = judge(law, CARE[0], coverage=(cover(since=date(2026, 1, 15)),))
    assert paid(answer) == 0 and "waiting-period" in {finding.code for finding in answer.all_findings}


def test_a_duplicate_is_seen_and_every_reason_is_told_not_the_first_one() -> None:
    law = arrangement(
        acts=tuple(msgspec.structs.replace(act, sex="M", maximum_age_months=12) for act in arrangement().acts)
    )
    answer = judge(law, CARE[0], CareLine("2", "item-a", 1, 100), history=History((past("item-a", DAY),)))
    codes = {finding.code for finding in answer.lines[1].findings}
    assert codes == {"sex-incompatible", "age-incompatible", "duplicate-line", "duplicate-claim"}


def test_contract_dates_are_read() -> None:
    ended = msgspec.structs.replace(agreement(), moves=(Move(number=1, kind="end", on=date(2026, 3, 9)),))
    visit = Visit("v", "F", DAY, PERSON, CARE, identified="card", card_revoked=False)
    answer = adjudicate(arrangement(), ended, (cover(),), History(), visit)
    assert paid(answer) == 0 and "agreement-not-in-force" in {finding.code for finding in answer.findings}


def test_the_price_of_the_day_of_care_counts_and_a_dearer_one_is_cut_with_its_reason() -> None:
    answer = judge(arrangement(), CareLine("1", "item-a", 2, 150))
    line = answer.lines[0]
    assert (line.submitted, line.eligible, line.facility_bears) == (300, 200, 100)
    assert [(finding.code, finding.amount, finding.borne_by) for finding in line.findings] == [
        ("price-above-tariff", 100, "facility")
    ]


def test_what_no_ceiling_concerns_is_paid_and_stands_in_the_sums() -> None:
    law = arrangement(limits=(Limit(code="items", scheme="mutual", families=("item",), per="year", amount=100),))
    answer = judge(law, *CARE)
    assert (paid(answer), answer.member_pays) == (400, 100)


def test_a_child_and_an_adult_have_the_ceiling_that_their_scheme_says() -> None:
    law = arrangement(limits=(Limit(code="year", scheme="mutual", per="year", amount=50),))
    for born in (date(1990, 1, 1), date(2024, 1, 1)):
        person = msgspec.structs.replace(PERSON, birth_date=born)
        visit = Visit("v", "F", DAY, person, CARE[:1], identified="card", card_revoked=False)
        assert paid(adjudicate(law, agreement(), (cover(),), History(), visit)) == 50


def test_a_ceiling_of_the_coverage_year_counts_that_year_only() -> None:
    law = arrangement(limits=(Limit(code="c", scheme="mutual", per="coverage", amount=100),))
    mine = cover(since=date(2024, 3, 1))
    assert paid(judge(law, CARE[0], coverage=(mine,), history=History((past("item-a", date(2026, 2, 28)),)))) == 100
    assert paid(judge(law, CARE[0], coverage=(mine,), history=History((past("item-a", date(2026, 3, 1)),)))) == 0


def test_a_refused_claim_leaves_nothing_in_the_next_ones_answer() -> None:
    law = arrangement()
    clean = judge(law, CARE[0])
    assert judge(law, CareLine("1", "unheard-of", 1, 100), CareLine("2", "item-a", 0, 100)).lines[0].findings
    again = judge(law, CARE[0])
    assert again == clean and again.all_findings == ()


def test_a_claim_refused_as_a_whole_says_why_on_the_claim() -> None:
    answer = judge(arrangement(start=date(2026, 4, 1)), *CARE)
    assert paid(answer) == 0 and answer.eligible == 0
    assert [(finding.code, finding.weight) for finding in answer.findings] == [("arrangement-not-in-force", "refuse")]


@pytest.mark.parametrize("quantity", [1, 3, 7])
def test_a_price_counts_as_often_as_it_was_given(quantity: int) -> None:
    assert paid(judge(arrangement(), CareLine("1", "item-a", quantity, 100))) == quantity * 100


def test_a_line_lost_below_a_limit_is_told_and_never_trimmed_in_silence() -> None:
    law = arrangement(
        acts=tuple(msgspec.structs.replace(act, maximum_quantity=2) for act in arrangement().acts),
    )
    line = judge(law, CareLine("1", "item-a", 5, 100)).lines[0]
    assert [(each.code, each.amount, each.borne_by) for each in line.findings] == [
        ("quantity-over-maximum", 300, "facility")
    ]
    assert (line.submitted, line.eligible, line.facility_bears) == (500, 200, 300)


def test_two_rules_that_cut_the_same_units_cut_them_once() -> None:
    law = arrangement(
        acts=tuple(msgspec.structs.replace(act, maximum_quantity=2) for act in arrangement().acts),
    )
    line = judge(law, CareLine("1", "item-a", 5, 100, prescribed=2)).lines[0]
    assert sorted(each.amount for each in line.findings) == [0, 300] and line.facility_bears == 300


# What the peer has no rule for at all.


def test_above_the_first_level_a_referral_is_asked_for() -> None:
    law = arrangement(
        clauses=Clauses(rounding="down", rounding_step=1, referral_from_rank=2),
        levels=(Level(code="low", rank=2, name=NAME),),
    )
    assert "referral-missing" in {finding.code for finding in judge(law, CARE[0]).findings}


def test_a_prescription_has_its_days_and_no_more_is_given_than_was_prescribed() -> None:
    law = arrangement(clauses=Clauses(rounding="down", rounding_step=1, prescription_days=7))
    old = judge(law, CareLine("1", "item-a", 1, 100, prescribed_on=date(2026, 3, 1)))
    more = judge(law, CareLine("1", "item-a", 3, 100, prescribed=1))
    assert {finding.code for finding in old.all_findings} == {"prescription-expired"} and paid(old) == 0
    assert {finding.code for finding in more.all_findings} == {"dispensed-over-prescribed"} and paid(more) == 100


def test_a_month_sent_too_late_is_refused_and_says_until_when() -> None:
    law = arrangement(clauses=Clauses(rounding="down", rounding_step=1, invoice_day=10, late_refused_after_days=60))
    found = submitted_late(Terms(law, agreement(), "F"), "2026-01", date(2026, 4, 2))
    assert found is not None
    assert (found.weight, found.evidence["deadline"]) == ("refuse", "2026-04-01")


def test_the_same_act_twice_on_one_day_needs_two_stated_hours() -> None:
    earlier = msgspec.structs.replace(past("item-a", DAY), at="08:00")
    for at, weights in (("", {"refuse"}), ("08:00", {"refuse"}), ("14:00", set())):
        answer = judge(arrangement(), CareLine("1", "item-a", 1, 100, at), history=History((earlier,)))
        assert {finding.weight for finding in answer.all_findings} == weights, at
