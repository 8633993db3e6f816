"""The desk's answer, colour by colour, on Burkina Faso's arrangement with the invented annex."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from facility_agent.arrangements.agreement import Agreement, Party, Signature, with_digest
from facility_agent.arrangements.library import load
from facility_agent.arrangements.model import Arrangement
from facility_agent.demo.sites import annex
from facility_agent.eligibility.verdict import verdict
from facility_agent.vocabulary.findings import refuse
from facility_agent.vocabulary.records import Admission, Beneficiary, Card, Coverage, History, PastLine, Share, Visit
from facility_agent.vocabulary.verdicts import DeskFacts, Verdict

DAY = date(2026, 3, 10)
AWA = Beneficiary("MLT-000001-01", "N'Do Awa", "F", date(1990, 5, 1), 1990, "MLT-000001")
COVER = Coverage(AWA, "MLT", "mutual", date(2024, 1, 1), paid_until=date(2026, 12, 31))
CARD = Card("00", 7, AWA.number, AWA.name, 1990, "F", date(2026, 1, 1), date(2026, 12, 31))
FRESH = DeskFacts(DAY - timedelta(days=3), 4, DAY - timedelta(days=3), False, 0, DAY)
CHILD = Beneficiary("", "Enfant inventé", "M", date(2024, 2, 29), 2024)
BOOKLET = Admission("gratuite", "health-booklet", "123")


@pytest.fixture(scope="module")
def arrangement() -> Arrangement:
    found = load().on("BF", DAY)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    on = date(2026, 2, 1)
    return with_digest(
        Agreement(
            id="a",
            country="BF",
            arrangement=on,
            start=on,
            parties=(
                Party(code="F", name="F", role="facility", level="csps", ownership="public", region="Nord"),
                Party(code="MLT", name="M", role="payer"),
            ),
            annex=annex(),
            signatures=tuple(Signature(party=code, by="x", capacity="y", on=on) for code in ("F", "MLT")),
        )
    )


def probe(person: Beneficiary = AWA, **more: object) -> Visit:
    made = Visit("", "F", DAY, person, (), identified="card", card_serial=7, card_revoked=False)
    return msgspec.structs.replace(made, **more)


def codes(answer: Verdict) -> set[str]:
    return {finding.code for finding in answer.findings}


def ask(arrangement, agreement, *, card=CARD, findings=(), coverage=(COVER,), facts=FRESH, history=None, visit=None):
    return verdict(card, findings, coverage, facts, history or History(), arrangement, agreement, visit or probe())


def test_a_member_in_order_is_green_and_sees_rates_and_what_is_left(arrangement, agreement) -> None:
    past = PastLine("c", AWA.number, AWA.household, "F", date(2026, 1, 5), "paracetamol", "medicine", 10, 1000,
                    shares=(Share("MLT", "mutual", 12_000),))  # fmt: skip
    answer = ask(arrangement, agreement, history=History((past,)))
    assert answer.colour == "green" and answer.binds is None
    assert {benefit.family: benefit.rate for benefit in answer.open}["medicine"] == "75"
    assert [(left.limit, left.left) for left in answer.ceilings] == [(60_000, 48_000)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"coverage": (msgspec.structs.replace(COVER, paid_until=DAY - timedelta(days=90)),)}, "contributions-unpaid"),
        ({"coverage": (msgspec.structs.replace(COVER, suspended_on=DAY),)}, "coverage-suspended"),
        ({"coverage": (msgspec.structs.replace(COVER, until=DAY - timedelta(days=1)),)}, "coverage-not-open"),
        ({"visit": probe(card_revoked=True)}, "card-revoked"),
        ({"findings": (refuse("card-altered", "", "member"),), "card": None, "coverage": ()}, "card-altered"),
        ({"coverage": ()}, "member-not-in-register"),
    ],
)
def test_what_closes_the_rights_is_red_with_its_reason(arrangement, agreement, change, code) -> None:
    answer = ask(arrangement, agreement, **change)
    assert answer.colour == "red" and code in codes(answer) and answer.open == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        # The card reads as ended without a clause, the rights with theirs: one reason.
        (
            {"findings": (refuse("card-expired", "", "member", expires="2026-01-31"),),
             "visit": probe(card_expires=date(2026, 1, 31))},
            [("card-expired", "card")],
        ),
        # Nobody was looked for in a register: it is not said what it holds.
        (
            {"findings": (refuse("card-altered", "", "member"),), "card": None, "coverage": (), "facts": DeskFacts(),
             "visit": probe(Beneficiary("", ""), identified="none", card_serial=None, card_revoked=None)},
            [("card-altered", "")],
        ),
    ],
)  # fmt: skip
def test_each_reason_is_said_once_and_none_that_nobody_knows(arrangement, agreement, change, said) -> None:
    answer = ask(arrangement, agreement, **change)
    refused = [
        (found.code, found.clause) for found in answer.findings if found.weight != "note" and found.cause != "clause"
    ]
    assert answer.colour == "red" and refused == said


def test_without_an_agreement_in_force_the_answer_is_red_and_says_so(arrangement) -> None:
    answer = ask(arrangement, None)
    assert answer.colour == "red" and "agreement-not-in-force" in codes(answer)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (DeskFacts(latest_day=DAY, revoked=False), "register-missing"),
        (msgspec.structs.replace(FRESH, register_as_of=DAY - timedelta(days=400)), "register-old"),
        (msgspec.structs.replace(FRESH, latest_day=DAY + timedelta(days=1)), "clock-behind"),
    ],
)
def test_a_missing_fact_is_amber_and_does_not_bind(arrangement, agreement, facts, code) -> None:
    answer = ask(arrangement, agreement, facts=facts)
    assert answer.colour == "amber" and code in codes(answer) and answer.binds is False


def test_a_card_of_another_person_is_amber(arrangement, agreement) -> None:
    other = msgspec.structs.replace(CARD, sex="M", birth_year=1955)
    answer = ask(arrangement, agreement, card=other)
    assert answer.colour == "amber" and "person-differs" in codes(answer)


def test_a_child_in_no_register_is_green_for_the_programme_on_its_proof(arrangement, agreement) -> None:
    visit = probe(CHILD, admissions=(BOOKLET,), identified="none", card_serial=None, card_revoked=None)
    answer = ask(arrangement, agreement, card=None, coverage=(), facts=DeskFacts(), visit=visit)
    assert answer.colour == "green" and answer.schemes == ("gratuite",)
    assert codes(answer) == {"programme-admitted"}


def test_a_child_whose_parents_are_in_arrears_is_still_green_for_the_programme(arrangement, agreement) -> None:
    lapsed = msgspec.structs.replace(COVER, beneficiary=CHILD, paid_until=date(2025, 1, 1))
    visit = probe(CHILD, admissions=(BOOKLET,))
    answer = ask(arrangement, agreement, coverage=(lapsed,), visit=visit, card=None)
    assert answer.colour == "green" and answer.schemes == ("gratuite",)


@pytest.mark.parametrize(("born", "colour"), [(date(2021, 3, 11), "green"), (date(2021, 3, 10), "red")])
def test_the_programme_ends_on_the_fifth_birthday(arrangement, agreement, born, colour) -> None:
    child = msgspec.structs.replace(CHILD, birth_date=born)
    visit = probe(child, admissions=(BOOKLET,), identified="none")
    assert ask(arrangement, agreement, card=None, coverage=(), facts=DeskFacts(), visit=visit).colour == colour


def test_a_proof_that_the_list_does_not_name_is_amber(arrangement, agreement) -> None:
    visit = probe(CHILD, admissions=(Admission("gratuite", "bus-ticket"),), identified="none")
    answer = ask(arrangement, agreement, card=None, coverage=(), facts=DeskFacts(), visit=visit)
    assert answer.colour == "amber" and "programme-proof-missing" in codes(answer)


def test_an_emergency_is_never_red(arrangement, agreement) -> None:
    stranger = Beneficiary("", "Inconnu")
    answer = ask(arrangement, agreement, card=None, coverage=(), facts=DeskFacts(latest_day=DAY),
                 visit=probe(stranger, identified="none", emergency=True))  # fmt: skip
    assert answer.colour == "amber" and "emergency-opens-care" in codes(answer)
