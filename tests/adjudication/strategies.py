"""Arrangements, agreements, histories and visits made up by hypothesis: small, odd, and always well formed."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TypeVar

import msgspec
from hypothesis import strategies as st

from facility_agent.arrangements.agreement import Agreement, Party, Signature, with_digest
from facility_agent.arrangements.duties import Duties, GuaranteeRule, Reason
from facility_agent.arrangements.model import (
    Act,
    Arrangement,
    Clauses,
    Deductible,
    Family,
    Level,
    Limit,
    RateRow,
    ReferralRule,
    Requirement,
    Scheme,
    Tariff,
    Text,
    Waiting,
)
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

T = TypeVar("T")

NAME = Text("nom", "name")
ACTS = ("visit", "test", "tablet", "stay", "birth")
FAMILIES = ("consultation", "laboratory", "medicine")
DAY = date(2026, 2, 28)


def mostly(usual: T, *others: T) -> st.SearchStrategy[T]:
    """The usual value four times out of five, so that most visits are paid for and a rule can be seen to change it."""
    return st.sampled_from([usual] * (4 * len(others)) + list(others))


rates = st.sampled_from([0, 30, 50, 70, 80, 100, "1/3", "2/3"])
amounts = st.integers(0, 5_000)


LIMITS = st.lists(
    st.builds(
        Limit,
        code=st.sampled_from(["a", "b", "c"]),
        scheme=st.sampled_from(["mutual", "insurer", ""]),
        families=mostly((), ("medicine",)),
        scope=st.sampled_from(["person", "household"]),
        per=st.sampled_from(["line", "visit", "stay", "day", "month", "year", "year", "coverage"]),
        amount=st.integers(0, 4_000) | mostly(None, "unknown"),
        approvable=st.booleans(),
        count=mostly(None, 2, 6, "unknown"),
        interval=mostly(None, 7, 40, "unknown"),
        borne_by=st.sampled_from(["member", "facility"]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda row: row.code,
)
DEDUCTIBLES = st.lists(
    st.builds(
        Deductible,
        code=st.sampled_from(["d", "e"]),
        scheme=st.sampled_from(["mutual", "insurer"]),
        amount=st.integers(0, 1_500) | st.just("unknown"),
        families=st.sampled_from([(), ("medicine",)]),
        scope=st.sampled_from(["person", "household"]),
        per=st.sampled_from(["visit", "year"]),
    ),
    max_size=2,
    unique_by=lambda row: row.code,
)


@st.composite
def arrangements(draw: st.DrawFn, *, plain: bool = False) -> Arrangement:
    """A small arrangement; `plain` leaves out what makes more history change a share upwards."""
    acts = tuple(
        Act(
            code=code,
            name=NAME,
            family=draw(st.sampled_from(FAMILIES)),
            status=draw(mostly("eligible", "excluded", "approval")),
            levels=draw(mostly((), ("low",), ("high",))),
            sex=draw(mostly("", "F")),
            maximum_quantity=draw(mostly(None, 1, 4)),
            follow_up=code == "visit",
            prescribers=draw(mostly((), ("doctor",))),
            day_of_stay=code == "stay" and draw(st.booleans()),
            observation=code == "stay" and draw(st.booleans()),
        )
        for code in ACTS[:4]
    )
    limits = draw(LIMITS)
    deductibles = () if plain else tuple(draw(DEDUCTIBLES))
    made = Arrangement(
        country="XX",
        title=NAME,
        currency="XTS",
        zone="UTC",
        start=date(2020, 1, 1),
        clauses=Clauses(
            rounding=draw(st.sampled_from(["down", "up", "nearest"])),
            rounding_step=draw(st.sampled_from([1, 5, 25])),
            follow_up_days=draw(st.sampled_from([{}, {"*": 14}, {"public": "unknown"}])),
            follow_up_chronic_days=draw(st.sampled_from([{}, {"*": 40}])),
            observation_days=draw(st.sampled_from([2, "unknown"])),
            stay_days=draw(st.sampled_from(["entry-to-eve", "both-ends", "unknown"])),
            silence_days=draw(st.sampled_from([2, "unknown"])),
            emergency_days=draw(st.sampled_from([2, "unknown"])),
            arrears_grace_days=draw(st.sampled_from([0, 10, "unknown"])),
            referral_from_rank=draw(st.sampled_from([2, "unknown"])),
        ),
        levels=(Level(code="low", rank=1, name=NAME), Level(code="high", rank=2, name=NAME)),
        schemes=(
            Scheme(
                code="free",
                name=NAME,
                kind="state",
                order=1,
                payer="state",
                programme=True,
                under_months=60,
                pregnant=True,
                proofs=("booklet",),
                agreement=False,
                acts=draw(st.sampled_from([(), ("birth", "stay")])),
            ),
            Scheme(code="insurer", name=NAME, kind="insurer", order=2),
            Scheme(code="mutual", name=NAME, kind="mutual", order=3),
        ),
        families=tuple(Family(code=code, name=NAME) for code in FAMILIES),
        acts=acts,
        tariffs=(
            *(Tariff(act=code, price=draw(amounts)) for code in ACTS[:4]),
            *draw(mostly((), (FLAT,), (msgspec.structs.replace(FLAT, episode_days="unknown"),))),
        ),
        rates=tuple(RateRow(scheme=code, rate=draw(rates)) for code in ("free", "insurer", "mutual"))
        + draw(st.sampled_from(COPAYS[:3] if plain else COPAYS)),
        requirements=draw(st.sampled_from([(), (Requirement(code="letter", kind="document", when="referred"),)])),
        referrals=() if plain else draw(st.sampled_from([(), PATH])),
        duties=Duties(
            guarantees=tuple(draw(GUARANTEE_RULES)),
            reasons=tuple(draw(REASONS)),
        ),
        waitings=draw(st.sampled_from([(), (Waiting(code="w", scheme="mutual", months=3),)])),
        limits=tuple(limits),
        deductibles=deductibles,
    )
    return msgspec.structs.replace(made, digest=digest(canonical(made)))


FLAT = Tariff(act="stay", price=2_000, ownership="public", basis="flat", includes=("medicine",), episode_days=10)

#: Flat co-payments by line, by visit, and (last, since history lowers it) by episode.
COPAYS = [
    (),
    (RateRow(scheme="mutual", copay=200, family="medicine"),),
    (RateRow(scheme="mutual", copay=300, per="visit"),),
    (RateRow(scheme="insurer", copay=300, per="episode", episode_days=20, family="consultation"),),
]

PATH = (
    ReferralRule(code="young", kind="direct", under_months=60),
    ReferralRule(code="tests", kind="direct", acts=("test",)),
    ReferralRule(code="from-low", kind="path", levels=("high",), sent_from=("low",), refuses=True),
)


@cache
def guarantee_rules() -> st.SearchStrategy[GuaranteeRule]:
    return st.builds(
        GuaranteeRule,
        code=st.sampled_from(["g", "h"]),
        kind=st.sampled_from(["approval", "letter", "long-term", "extension"]),
        scheme=st.sampled_from(["", "mutual"]),
        families=st.sampled_from([(), ("medicine",)]),
        above=st.none() | st.integers(0, 4),
        without=st.sampled_from(["nothing", "unchecked", "refuse"]),
        borne_by=st.sampled_from(["member", "facility"]),
        answer_hours=st.sampled_from([24, "unknown"]),
        validity_days=st.sampled_from([30, "unknown"]),
        reuse=st.sampled_from(["once", "until-expiry", "unknown"]),
        silence=st.sampled_from(["granted", "refused", "unknown"]),
        emergency_hours=st.sampled_from([24, "unknown"]),
    )


@cache
def reasons() -> st.SearchStrategy[Reason]:
    """Who bears what, other than the rules say."""
    codes = ["price-above-tariff", "coverage-not-open", "card-revoked", "duplicate-line", "act-excluded",
             "quantity-over-maximum", "ceiling-reached", "waiting-period", "dispensed-over-prescribed"]  # fmt: skip
    return st.builds(
        Reason, code=st.just("r"), name=st.just(NAME), finding=st.sampled_from(codes),
        borne_by=st.sampled_from(["member", "facility"]),
    )  # fmt: skip


GUARANTEE_RULES = st.lists(guarantee_rules(), max_size=2, unique_by=lambda row: row.code)
REASONS = st.lists(reasons(), max_size=2, unique_by=lambda row: row.finding)


@st.composite
def agreements(draw: st.DrawFn) -> Agreement | None:
    """An agreement in force or not yet, or none."""
    if draw(st.integers(0, 19)) == 19:
        return None
    signers = draw(mostly(("F", "M", "I"), ("F",)))
    on = date(2025, 12, 1)
    return with_digest(
        Agreement(
            id="g",
            country="XX",
            arrangement=date(2020, 1, 1),
            start=on,
            parties=(
                Party(
                    code="F",
                    name="F",
                    role="facility",
                    level=draw(mostly("low", "high")),
                    ownership="public",
                ),
                Party(code="M", name="M", role="payer"),
                Party(code="I", name="I", role="payer"),
            ),
            signatures=tuple(Signature(party=code, by="x", capacity="y", on=on) for code in signers),
        )
    )


@st.composite
def people(draw: st.DrawFn) -> Beneficiary:
    """Adults, small children, people born on a leap day, people without a birth date."""
    born = draw(st.sampled_from([None, date(1990, 5, 5), date(2024, 2, 29), date(2021, 2, 28), date(2021, 3, 1)]))
    return Beneficiary("N1", "N'Do Élise", draw(st.sampled_from(["F", "F", "M", ""])), born, household="H1")


@st.composite
def coverages(draw: st.DrawFn, person: Beneficiary) -> tuple[Coverage, ...]:
    """None, one or two entitlements."""
    since = draw(mostly(date(2024, 2, 29), DAY - timedelta(days=20)))
    paid = draw(mostly(date(2026, 12, 31), None, DAY, DAY - timedelta(days=5)))
    both = (
        Coverage(person, "I", "insurer", since, paid_until=paid),
        Coverage(person, "M", "mutual", since, paid_until=paid),
    )
    return draw(mostly(both, (), both[:1], both[1:]))


@cache
def lines() -> st.SearchStrategy[tuple[CareLine, ...]]:
    """Up to six lines, unknown acts and doubles among them."""
    one = st.builds(
        lambda act, quantity, price, at, prescribed, prescriber: CareLine(
            "", act, quantity, price, at, prescribed=prescribed, prescriber=prescriber
        ),
        mostly("visit", *ACTS[1:]) | st.sampled_from(ACTS[:4]),
        st.integers(1, 8),
        amounts,
        st.sampled_from(["", *(f"{hour:02}:30" for hour in range(7, 20))]),
        mostly(None, 0, 3),
        mostly("doctor", "", "nurse"),
    )
    return st.lists(one, min_size=1, max_size=6).map(
        lambda found: tuple(msgspec.structs.replace(line, id=str(place)) for place, line in enumerate(found))
    )


@cache
def guarantees() -> st.SearchStrategy[tuple[Guarantee, ...]]:
    """None, one or two, some of them not in time, not granted, or for some units only."""
    one = st.builds(
        Guarantee,
        number=st.sampled_from(["G-1", "G-2"]),
        acts=st.sampled_from([(), ("tablet",), ("medicine",), ("stay",)]),
        start=st.sampled_from([DAY - timedelta(days=50), DAY - timedelta(days=3), DAY + timedelta(days=1)]),
        until=st.sampled_from([DAY - timedelta(days=1), DAY, DAY + timedelta(days=90)]),
        quantity=st.none() | st.integers(0, 6),
        state=st.sampled_from(["granted", "granted", "asked", "refused"]),
        asked_on=st.sampled_from([None, DAY - timedelta(days=3), DAY]),
    )
    return st.lists(one, max_size=2, unique_by=lambda guarantee: guarantee.number).map(tuple)


@st.composite
def visits(draw: st.DrawFn, person: Beneficiary) -> Visit:
    """A visit on the last day of February."""
    return Visit(
        "v",
        "F",
        DAY,
        person,
        draw(lines()),
        at=draw(st.sampled_from(["", "09:15"])),
        emergency=draw(mostly(False, True)),
        identified=draw(mostly("card", "none")),
        card_revoked=draw(mostly(False, None, True)),
        admissions=draw(mostly((), (Admission("free", "booklet", "12"),))),
        pregnant=draw(st.sampled_from([None, True, False])),
        condition=draw(st.sampled_from(["", "malaria"])),
        referred_from=draw(st.sampled_from(["", "G", "F"])),
        guarantees=draw(guarantees()),
        stay=draw(st.sampled_from([None, None, Stay(DAY - timedelta(days=3), DAY), Stay(DAY - timedelta(days=9))])),
        chronic=draw(st.sampled_from([None, True, False])),
        entered_on=draw(st.sampled_from([None, DAY, DAY + timedelta(days=3)])),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to eight earlier lines of the person and the household."""
    found = []
    for place in range(draw(st.integers(0, 8))):
        found.append(
            PastLine(
                f"c{place}", draw(st.sampled_from(["N1", "N2"])), "H1", draw(st.sampled_from(["F", "G"])),
                DAY - timedelta(days=draw(st.integers(0, 400))), draw(st.sampled_from(ACTS[:4])),
                draw(st.sampled_from(FAMILIES)), draw(st.integers(1, 3)), 300,
                shares=(Share("M", "mutual", draw(amounts)), Share("I", "insurer", draw(amounts))),
                deductible=draw(st.integers(0, 400)), condition=draw(st.sampled_from(["", "malaria"])),
                deductibles=draw(st.sampled_from([(), (("d", 300),), (("d", 100), ("e", 250))])),
                guarantee=draw(st.sampled_from(["", "", "G-1"])),
            )
        )  # fmt: skip
    return History(tuple(found))
