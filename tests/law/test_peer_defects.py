"""What the nearest peer gets wrong in claim valuation, each as an example of what is right here."""

from __future__ import annotations

from datetime import date

import msgspec

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
