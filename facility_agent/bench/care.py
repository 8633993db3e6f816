"""Made-up care for the benchmarks: people of several payers, a year behind them, and a visit of six lines.

Most of it is clean; as in life some prices are above the tariff, some follow-ups come too soon, some ceilings are
reached. The same seed makes the same care.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random

import msgspec

from facility_agent.arrangements.agreement import Agreement, Party, Signature, with_digest
from facility_agent.arrangements.model import Arrangement
from facility_agent.vocabulary.records import Beneficiary, CareLine, Coverage, History, PastLine, Share, Visit

COUNTRY, FACILITY, MUTUAL, INSURER, COMPANY = "XX", "F-1", "M-1", "xx-insurer", "xx-company"
DAY = date(2026, 6, 15)
PAID_UNTIL = date(2026, 12, 31)

ACTS = ("malaria-test", "blood-count", "culture", "ultrasound", "scaling", "transport-km")
MEDICINES = ("antimalarial", "antibiotic", "anti-inflammatory", "iron", "anticoagulant")
LINES_PER_VISIT = 4
CONDITIONS = ("malaria", "malaria", "cough", "wound")

#: Who covers a person, by shares of a hundred: a mutual alone, an insurer before it, a company before it.
COVERED = ((60, (("mutual", MUTUAL),)), (85, (("insurer", INSURER), ("mutual", MUTUAL))),
           (100, (("company", COMPANY), ("mutual", MUTUAL))))  # fmt: skip


class Case(msgspec.Struct, frozen=True):
    """One visit with the entitlements and the earlier lines of its person."""

    coverage: tuple[Coverage, ...]
    history: History
    visit: Visit


def agreement_under(arrangement: Arrangement) -> Agreement:
    """A health centre and the three payers of the made-up people, signed by all."""
    payers = (MUTUAL, INSURER, COMPANY)
    facility = Party(code=FACILITY, name="Centre", role="facility", level="centre", ownership="public", region="North")
    return with_digest(
        Agreement(
            id="bench",
            country=arrangement.country,
            arrangement=arrangement.start,
            start=arrangement.start,
            parties=(facility, *(Party(code=code, name=code, role="payer") for code in payers)),
            signatures=tuple(
                Signature(party=code, by="—", capacity="—", on=arrangement.start) for code in (FACILITY, *payers)
            ),
        )
    )


def cases(arrangement: Arrangement, earlier: int, seed: int) -> Iterator[Case]:
    """Cases without end, made one by one as they are asked for."""
    chance = Random(seed)
    prices = _prices(arrangement)
    families = {act.code: act.family for act in arrangement.acts}
    number = 0
    while True:
        number += 1
        person = _person(number, chance)
        covered = next(schemes for below, schemes in COVERED if chance.randrange(100) < below)
        since = date(2020 + chance.randrange(5), chance.randrange(1, 13), chance.randrange(1, 28))
        coverage = tuple(Coverage(person, payer, scheme, since, paid_until=PAID_UNTIL) for scheme, payer in covered)
        history = History(tuple(_past(person, covered, earlier, families, prices, chance)))
        yield Case(coverage, history, _visit(number, person, prices, chance))


def _prices(arrangement: Arrangement) -> dict[str, int]:
    """A price for each act: the first general one that is known."""
    found: dict[str, int] = {}
    for row in arrangement.tariffs:
        if isinstance(row.price, int) and row.level in ("", "centre") and not row.scheme and not row.ownership:
            found.setdefault(row.act, row.price)
    return found


def _person(number: int, chance: Random) -> Beneficiary:
    """A grown-up, in one case of ten an elder, in one of twenty a small child."""
    kind = chance.randrange(20)
    years = 75 if kind < 2 else 3 if kind == 2 else chance.randrange(18, 60)
    born = date(DAY.year - years, chance.randrange(1, 13), chance.randrange(1, 28))
    return Beneficiary(
        f"X-{number:07d}", "Personne inventée", chance.choice(("F", "M")), born, household=f"H-{number:07d}"
    )


def _past(
    person: Beneficiary,
    covered: tuple[tuple[str, str], ...],
    earlier: int,
    families: dict[str, str],
    prices: dict[str, int],
    chance: Random,
) -> Iterator[PastLine]:
    """Earlier visits in order of care, one in three of a relative; the latest one some weeks ago."""
    for place in range(earlier, 0, -1):
        member = person.number if place % 3 else f"{person.number}-R"
        day = DAY - timedelta(28 * place + int(16 * chance.random()) - 4)
        condition = CONDITIONS[int(len(CONDITIONS) * chance.random())]
        claim = f"{person.number}/{place}"
        act, medicine = ACTS[int(len(ACTS) * chance.random())], MEDICINES[int(3 * chance.random())]
        for given in ("consultation", act, medicine, "iron"):
            yield PastLine(
                claim, member, person.household, FACILITY, day, given, families[given], 1, prices[given], "09:00",
                _paid(covered, prices[given]), 0, condition,
            )  # fmt: skip


@cache
def _paid(covered: tuple[tuple[str, str], ...], price: int) -> tuple[Share, ...]:
    """What each payer paid of an earlier line."""
    return tuple(Share(payer, scheme, price * 2 // 5) for scheme, payer in covered)


def _visit(number: int, person: Beneficiary, prices: dict[str, int], chance: Random) -> Visit:
    """A consultation, two more acts and three medicines; now and then above the tariff."""
    medicines = chance.sample(MEDICINES if chance.randrange(10) == 0 else MEDICINES[:4], 3)
    tested = "antimalarial" in medicines and chance.randrange(10) > 0
    acts = ("malaria-test", chance.choice(ACTS[1:])) if tested else chance.sample(ACTS, 2)
    lines = []
    for place, act in enumerate(("consultation", *acts, *medicines)):
        dear = chance.randrange(12) == 0
        lines.append(
            CareLine(
                str(place), act, chance.randrange(4, 20) if act in MEDICINES else 1, prices[act] + 50 * dear,
                role="doctor", result="positive" if act == "malaria-test" else "",
            )
        )  # fmt: skip
    return Visit(
        f"V-{number:07d}", FACILITY, DAY, person, tuple(lines), register_number=str(number), at="10:30",
        identified="card", card_serial=number, card_expires=PAID_UNTIL, card_revoked=False,
        documents=("care-sheet",), referred_from="P-1", condition=chance.choice(CONDITIONS),
        weight_grams=chance.randrange(8, 90) * 1000 if chance.randrange(8) else None, entered_on=DAY, chronic=False,
    )  # fmt: skip
