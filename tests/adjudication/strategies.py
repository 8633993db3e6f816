"""Arrangements, agreements, histories and visits made up by hypothesis: small, odd, and always well formed."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

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

NAME = Text("nom", "name")
ACTS = ("visit", "test", "tablet", "stay", "birth")
FAMILIES = ("consultation", "laboratory", "medicine")
DAY = date(2026, 2, 28)

rates = st.sampled_from([0, 30, 50, 70, 80, 100, "1/3", "2/3"])
amounts = st.integers(0, 5_000)


LIMITS = st.lists(
    st.builds(
        Limit,
        code=st.sampled_from(["a", "b"]),
        scheme=st.sampled_from(["mutual", "insurer", ""]),
        families=st.sampled_from([(), ("medicine",)]),
        scope=st.sampled_from(["person", "household"]),
        per=st.sampled_from(["line", "visit", "stay", "day", "month", "year", "coverage"]),
        amount=st.none() | st.integers(0, 4_000) | st.just("unknown"),
        approvable=st.booleans(),
        count=st.none() | st.integers(0, 9) | st.just("unknown"),
        interval=st.none() | st.integers(1, 40) | st.just("unknown"),
        borne_by=st.sampled_from(["member", "facility"]),
    ),
    max_size=2,
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
            status=draw(st.sampled_from(["eligible", "eligible", "eligible", "excluded", "approval"])),
            levels=draw(st.sampled_from([(), ("low",), ("high",)])),
            sex=draw(st.sampled_from(["", "", "F"])),
            maximum_quantity=draw(st.none() | st.integers(1, 6)),
            follow_up=code == "visit",
            prescribers=draw(st.sampled_from([(), (), ("doctor",)])),
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
            *(Tariff(act=code, price=draw(amounts)) for code in ACTS[:3]),
            *draw(st.sampled_from([(), (FLAT,), (msgspec.structs.replace(FLAT, episode_days="unknown"),)])),
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


FLAT = Tariff(act="stay", price=2_000, basis="flat", includes=("medicine",), episode_days=10)

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
    if draw(st.integers(0, 9)) == 0:
        return None
    signers = draw(st.sampled_from([("F", "M", "I"), ("F", "M", "I"), ("F",)]))
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
                    level=draw(st.sampled_from(["low", "high"])),
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
    return Beneficiary("N1", "N'Do Élise", draw(st.sampled_from(["F", "M", ""])), born, household="H1")


@st.composite
def coverages(draw: st.DrawFn, person: Beneficiary) -> tuple[Coverage, ...]:
    """None, one or two entitlements."""
    since = draw(st.sampled_from([date(2024, 2, 29), DAY - timedelta(days=20)]))
    paid = draw(st.sampled_from([None, DAY, DAY - timedelta(days=5), date(2026, 12, 31)]))
    both = (
        Coverage(person, "I", "insurer", since, paid_until=paid),
        Coverage(person, "M", "mutual", since, paid_until=paid),
    )
    return draw(st.sampled_from([(), both[:1], both[1:], both]))


@cache
def lines() -> st.SearchStrategy[tuple[CareLine, ...]]:
    """Up to six lines, unknown acts and doubles among them."""
    one = st.builds(
        lambda act, quantity, price, at, prescribed, prescriber: CareLine(
            "", act, quantity, price, at, prescribed=prescribed, prescriber=prescriber
        ),
        st.sampled_from(ACTS),
        st.integers(1, 8),
        amounts,
        st.sampled_from(["", "08:00", "20:30"]),
        st.none() | st.integers(0, 6),
        st.sampled_from(["", "doctor", "nurse"]),
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
        emergency=draw(st.booleans()),
        identified=draw(st.sampled_from(["card", "none"])),
        card_revoked=draw(st.sampled_from([None, False, True])),
        admissions=draw(st.sampled_from([(), (Admission("free", "booklet", "12"),)])),
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
