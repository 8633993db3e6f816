"""Made-up cases: small arrangements with every kind of row, agreements, people, histories and visits, drawn by dice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from facility_agent.arrangements.agreement import Agreement, Annex, Party, Signature, with_digest
from facility_agent.arrangements.model import (
    Act,
    Arrangement,
    Clauses,
    Deductible,
    Family,
    Level,
    Limit,
    RateRow,
    Requirement,
    Scheme,
    Tariff,
    Text,
    Waiting,
)
from facility_agent.arrangements.moves import Move
from facility_agent.arrangements.protocols import Band, Condition, Rule
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.records import (
    Admission,
    Beneficiary,
    CareLine,
    Coverage,
    Guarantee,
    History,
    PastLine,
    Share,
    Stay,
    Visit,
)
from tests.golden.dice import Dice

NAME = Text("nom", "name")
DAY = date(2026, 2, 28)
START = date(2020, 1, 1)
FAMILIES = ("consultation", "laboratory", "medicine")
ACTS = ("visit", "test", "tablet", "syrup", "stay", "birth")
OPEN = "unknown"


class Case(NamedTuple):
    """The arguments of `adjudicate`."""

    arrangement: Arrangement
    agreement: Agreement | None
    coverage: tuple[Coverage, ...]
    history: History
    visit: Visit


def cases(number: int, seed: str = "golden") -> Iterator[Case]:
    """So many cases, always the same ones."""
    for place in range(number):
        dice = Dice(f"{seed}-{place}")
        person = _person(dice)
        yield Case(_arrangement(dice), _agreement(dice), _coverage(dice, person), _history(dice), _visit(dice, person))


def _arrangement(dice: Dice) -> Arrangement:
    made = Arrangement(
        country="XX", title=NAME, currency="XTS", zone="UTC", start=START,
        clauses=Clauses(
            rounding=dice.pick(("down", "up", "nearest")),
            rounding_step=dice.pick((1, 5, 25)),
            follow_up_days=dice.pick(({}, {"*": 14}, {"public": OPEN})),
            prescription_days=dice.pick((10, OPEN)),
            arrears_grace_days=dice.pick((0, 10, OPEN)),
            arrears_suspend=dice.pick((True, False, OPEN)),
            emergency_days=dice.pick((2, OPEN)),
            referral_from_rank=dice.pick((2, OPEN)),
            late_refused_after_days=dice.pick((2, 30, OPEN)),
            medical_adviser=dice.mostly(True, OPEN),
        ),
        levels=(Level(code="low", rank=1, name=NAME), Level(code="high", rank=2, name=NAME)),
        schemes=(
            Scheme(
                code="free", name=NAME, kind="state", order=1, payer="state", programme=True, under_months=60,
                pregnant=True, proofs=("booklet",), agreement=False, tariff=dice.pick(("general", "own")),
            ),
            Scheme(code="insurer", name=NAME, kind="insurer", order=2, card=dice.pick(("required", "expected"))),
            Scheme(code="mutual", name=NAME, kind="mutual", order=3, ownership=dice.mostly((), ("public",))),
        ),
        families=tuple(Family(code=code, name=NAME, prescribed=code == "medicine") for code in FAMILIES),
        acts=tuple(_act(dice, code) for code in ACTS),
        tariffs=_tariffs(dice),
        rates=_rates(dice),
        waitings=dice.some((
            Waiting(code="w", scheme="mutual", months=dice.pick((3, OPEN))),
            Waiting(code="m", scheme="insurer", months=9, acts=("birth",)),
        ), 2),
        limits=tuple(_limit(dice, code) for code in "abc")[: dice.number(0, 3)],
        deductibles=dice.some((Deductible(
            code="d", scheme=dice.pick(("insurer", "mutual")), amount=dice.pick((0, 700, OPEN)),
            scope=dice.pick(("person", "household")), per=dice.pick(("visit", "year")),
        ),), 1),
        requirements=dice.some((
            Requirement(code="paper", kind="document", scheme="mutual", refuses=dice.pick((True, False))),
            Requirement(code="condition", kind="fact", families=("medicine",)),
        ), 2),
        conditions=(Condition(code="fever", name=NAME, icd10=("R50",)), Condition(code="cough", name=NAME)),
        rules=dice.some((
            _rule("t", "test-first", acts=("tablet",), others=("test",), weight="refuse", days=3, positive=True),
            _rule("b", "band", acts=("syrup",), weight="reduce",
                  bands=(Band(1, 0, 10_000, 0, 36), Band(2, 10_000, None, 36, None))),
            _rule("i", "incompatible", acts=("birth",), others=("visit",)),
            _rule("p", "prerequisite", acts=("stay",), others=("visit",), days=5),
            _rule("f", "forbidden", acts=("syrup",), conditions=("cough",), weight="refuse"),
            _rule("e", "expected", acts=("test",), conditions=("fever",), days=3),
            _rule("w", "for-whom", acts=("birth",), sex="F", from_week=20, weight="refuse"),
            _rule("r", "repeat", acts=("tablet",), maximum=2, per="month"),
            _rule("s", "refer", conditions=("fever",), until_rank=1),
            _rule("d", "days-at-once", acts=("tablet",), maximum=7, weight="reduce"),
            _rule("x", "fact", fact="weight", conditions=("fever",)),
            _rule("l", "where", acts=("birth",), from_rank=2, roles=("nurse",)),
        ), 8),
    )  # fmt: skip
    return msgspec.structs.replace(made, digest=digest(canonical(made)))


def _rule(code: str, kind: str, **says: object) -> Rule:
    """A rule with a source, so that it may cut."""
    row = {"code": code, "kind": kind, "name": NAME, "source": "—", "evidence": "invented", **says}
    return msgspec.convert(row, Rule, from_attributes=True)


def _act(dice: Dice, code: str) -> Act:
    return Act(
        code=code,
        name=NAME,
        family=dice.pick(FAMILIES),
        status=dice.mostly("eligible", "excluded", "approval"),
        levels=dice.mostly((), ("low",), ("high",)),
        roles=dice.mostly((), ("nurse",)),
        sex="F" if code == "birth" else "",
        minimum_age_months=dice.mostly(None, 60),
        maximum_quantity=dice.mostly(None, dice.number(1, 6)),
        follow_up=code == "visit",
        test=code == "test",
    )


def _tariffs(dice: Dice) -> tuple[Tariff, ...]:
    found = [Tariff(act=code, price=dice.number(500, 4_000)) for code in ACTS[:4]]
    found.append(Tariff(act="stay", price=dice.pick((900, OPEN)), basis=dice.pick(("tariff", "actual", "capitation"))))
    found.append(Tariff(act="birth", price=4_500, minimum=4_000, maximum=5_000))
    found += dice.some(
        (Tariff(act="visit", price=250, scheme="mutual"), Tariff(act="test", price=700, level="high")), 2
    )
    return tuple(found)


def _rates(dice: Dice) -> tuple[RateRow, ...]:
    rates = (0, 30, 50, 70, 80, 100, "1/3", "2/3")
    plain = tuple(RateRow(scheme=code, rate=dice.pick(rates)) for code in ("free", "insurer", "mutual"))
    return plain + dice.some((
        RateRow(scheme="mutual", copay=200, family="medicine"),
        RateRow(scheme="insurer", rate=100, act="birth"),
        RateRow(scheme="mutual", rate=OPEN, family="laboratory"),
    ), 2)  # fmt: skip


def _limit(dice: Dice, code: str) -> Limit:
    amount, count, interval = dice.pick((
        (dice.number(0, 4_000), None, None),
        (None, dice.number(0, 9), None),
        (None, None, dice.number(30, 400)),
        (OPEN, None, None),
        (None, OPEN, None),
    ))  # fmt: skip
    return Limit(
        code=code,
        scheme=dice.pick(("mutual", "insurer", "")),
        families=dice.pick(((), ("medicine",))),
        acts=dice.pick(((), ("visit", "tablet"))),
        scope=dice.pick(("person", "household")),
        per=dice.pick(("line", "visit", "day", "month", "year", "coverage")),
        amount=amount,
        count=count,
        interval=interval,
        months=dice.pick((None, 6)),
        borne_by=dice.pick(("member", "facility")),
    )


def _agreement(dice: Dice) -> Agreement | None:
    if not dice.number(0, 9):
        return None
    on = date(2025, 12, 1)
    level, ownership = dice.pick(("low", "high")), dice.mostly("public", "private")
    annex = Annex(tariffs=(Tariff(act="stay", price=1_200),), rates=(RateRow(scheme="mutual", rate=60),))
    return with_digest(
        Agreement(
            id="g", country="XX", arrangement=START, start=on, until=dice.mostly(None, DAY, DAY - timedelta(days=1)),
            parties=(
                Party(code="F", name="F", role="facility", level=level, ownership=ownership),
                Party(code="M", name="M", role="payer"),
                Party(code="I", name="I", role="payer"),
            ),
            annex=dice.pick((Annex(), annex)),
            moves=tuple(
                Move(number=1, kind="suspend", on=day) for day in (dice.mostly(None, DAY),) if day is not None
            ),
            signatures=tuple(
                Signature(party=code, by="x", capacity="y", on=on)
                for code in dice.mostly(("F", "M", "I"), ("F",))
            ),
        )
    )  # fmt: skip


def _person(dice: Dice) -> Beneficiary:
    born = dice.pick((None, date(1990, 5, 5), date(2024, 2, 29), date(2021, 2, 28), date(2021, 3, 1)))
    died = dice.mostly(None, DAY - timedelta(days=2))
    return Beneficiary("N1", "N'Do Élise", dice.pick(("F", "M", "")), born, household="H1", deceased_on=died)


def _coverage(dice: Dice, person: Beneficiary) -> tuple[Coverage, ...]:
    since = dice.pick((date(2024, 2, 29), DAY - timedelta(days=20), DAY + timedelta(days=1)))
    paid = dice.mostly(date(2026, 12, 31), None, DAY, DAY - timedelta(days=5))
    stopped = dice.mostly(None, DAY - timedelta(days=1))
    both = (
        Coverage(person, "I", "insurer", since, paid_until=paid),
        Coverage(person, "M", "mutual", since, paid_until=paid, suspended_on=stopped),
    )
    return dice.mostly(both, (), both[:1], both[1:])


def _history(dice: Dice) -> History:
    return History(tuple(_past(dice, f"c{place}") for place in range(dice.number(0, 8))))


def _past(dice: Dice, claim: str) -> PastLine:
    return PastLine(
        claim,
        dice.pick(("N1", "N1", "N2")),
        "H1",
        dice.pick(("F", "G")),
        DAY - timedelta(days=dice.mostly(dice.number(0, 400), 0)),
        dice.pick(ACTS),
        dice.pick(FAMILIES),
        dice.number(1, 3),
        300,
        dice.pick(("", "08:00")),
        (Share("M", "mutual", dice.number(0, 900)), Share("I", "insurer", dice.number(0, 900))),
        dice.number(0, 400),
        dice.pick(("", "malaria")),
    )


def _visit(dice: Dice, person: Beneficiary) -> Visit:
    return Visit(
        "v", "F", DAY, person,
        tuple(_line(dice, str(place)) for place in range(1, dice.number(1, 6) + 1)),
        register_number=dice.pick(("", "7")),
        at=dice.pick(("", "09:15")),
        emergency=not dice.number(0, 4),
        identified=dice.mostly("card", "number", "none"),
        card_expires=dice.mostly(DAY, None, DAY - timedelta(days=1)),
        card_revoked=dice.mostly(False, None, True),
        admissions=dice.pick(((), (Admission("free", "booklet", "12"),), (Admission("free", "word"),))),
        guarantees=dice.pick(((), (Guarantee("G1", ("stay",), DAY, DAY, 2),))),
        documents=dice.pick(((), ("paper", "prescription"))),
        stay=dice.pick((None, None, Stay(DAY - timedelta(days=3), DAY))),
        pregnant=dice.pick((None, True, False)),
        weight_grams=dice.pick((None, 8_000, 14_000)),
        condition=dice.pick(("", "malaria", "cough", "R50.9")),
        gestation_weeks=dice.pick((None, 12, 30)),
        referred_from=dice.pick(("", "G")),
        referred_to=dice.pick(("", "H")),
        entered_on=dice.pick((None, DAY, DAY + timedelta(days=3))),
        currency=dice.mostly("", "", "", "EUR"),
    )  # fmt: skip


def _line(dice: Dice, name: str) -> CareLine:
    return CareLine(
        name,
        dice.mostly(dice.pick(ACTS), "unheard-of"),
        dice.mostly(dice.number(1, 8), dice.number(1, 8), 200_000),
        dice.number(0, 3_000),
        dice.pick(("", "08:00", "20:30")),
        dice.pick(("", "nurse")),
        dice.pick(("", "positive", "negative")),
        dice.mostly(None, dice.number(0, 6)),
        days=dice.pick((None, 5, 10)),
        justification=dice.mostly("", "no other was left"),
    )
