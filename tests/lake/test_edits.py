"""DuckDB sees what the pure edits see: every worked case, and months that chance makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from facility_agent.audit.edits import Bars, Month
from facility_agent.audit.month import Shown
from facility_agent.audit.shared import shown
from facility_agent.lake.engine import opened
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Claim, Stay
from tests.audit import test_edits as first
from tests.audit import test_more_edits as second
from tests.audit.test_more_edits import on
from tests.builders import (
    FACILITY,
    HOSPITAL,
    MUTUAL,
    OTHER_FACILITY,
    SCHEME,
    agreement,
    arrangement,
    beneficiary,
    care,
    claim,
    new_id,
    past_lines,
    visit,
)
from tests.lake.oracle import NAMES, by_engine, by_rules

RULES, AGREED = arrangement(), agreement()
BARS = Bars(deliveries=frozenset({"delivery", "caesarean"}), outlier_lines=5)
CASES = [*first.CASES, *second.CASES]


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Any]:
    with opened() as connection:
        yield connection


def month(claims: Iterable[Claim], **known: Any) -> Month:
    return Month(claims, RULES, AGREED, payer=MUTUAL, scheme=SCHEME, **{"bars": BARS, **known})


def apart(claims: Iterable[Claim], case: int) -> Iterator[Claim]:
    """The claims of a case with people, places, cards and ids of their own, so that all cases share one month."""

    def own(name: str) -> str:
        return f"{case:03d}-{name}" if name else ""

    for entry in claims:
        person = entry.visit.beneficiary
        who = replace(person, number=own(person.number), household=own(person.household), phone=own(person.phone))
        serial = entry.visit.card_serial
        seen = replace(
            entry.visit,
            beneficiary=who,
            facility=own(entry.visit.facility),
            card_serial=None if serial is None else 1000 * case + serial,
        )
        yield replace(entry, id=own(entry.id), replaces=own(entry.replaces), visit=seen)


def everything() -> list[Claim]:
    """The claims of all worked cases."""
    return [entry for number, row in enumerate(CASES) for entry in apart(row[3](), number)]


def beside() -> tuple[list[Claim], list[Shown]]:
    """The worked cases between mutuals: our claims and what others show, each case with a place of its own."""
    ours: list[Claim] = []
    theirs: list[Shown] = []
    for number, (_, fields, _) in enumerate(second.BESIDE, len(CASES)):
        cases = (claim(1, visit(*second.PAIR, **second.OWN)), claim(2, visit(*second.PAIR, **fields)))
        own, other = apart(cases, number)
        ours.append(replace(own, visit=replace(own.visit, day=own.visit.day + timedelta(days=2 * number))))
        later = replace(other, visit=replace(other.visit, day=other.visit.day + timedelta(days=2 * number)))
        theirs += shown("MLB", [later])
    return ours, theirs


def whole() -> Month:
    """All worked cases in one month."""
    ours, theirs = beside()
    return month([*everything(), *ours], theirs=theirs)


def test_every_worked_case_is_seen_alike(duckdb: Any, tmp_path: Path) -> None:
    seen = whole()
    flags = by_engine(duckdb, seen, tmp_path)
    assert flags == by_rules(seen)
    assert {flag.code.replace("-", "_").replace("_impossible", "") for flag in flags} == NAMES
    assert len(seen.claims) > 400


TEXTS = (
    "Fièvre depuis trois jours, toux sèche, pas de vomissement.",
    "Plaie du pied droit, propre, sans fièvre, ancienne.",
)
PLACES = (FACILITY, OTHER_FACILITY, HOSPITAL)


def of_chance(chance: Random, count: int) -> list[Claim]:
    """Few people, few days, few acts: claims that meet each other in every way."""
    made = []
    for number in range(1, count + 1):
        acts = chance.sample(["consultation", "paracetamol", "delivery", "dressing"], chance.randint(1, 3))
        lines = [care(act, chance.choice([1, 2, 90]), role=chance.choice(["", "nurse"])) for act in acts]
        day = on(chance.randint(0, 12) * chance.choice([1, 1, 20]))
        stay = Stay(day, day + timedelta(days=chance.choice([1, 5]))) if chance.randrange(4) == 0 else None
        seen = visit(
            *lines,
            day=day,
            at=chance.choice(["", "08:00", "08:30", "15:10"]),
            beneficiary=beneficiary(
                f"KDG-00000{(who := chance.randint(1, 4))}-0{chance.choice([1, 1, 2])}",
                household=chance.choice([f"KDG-00000{who}", "KDG-000001", ""]),
                phone=chance.choice(["", "70000001", "70000002"]),
            ),
            card_serial=chance.choice([None, chance.randint(1, 12)]),
            reason=chance.choice(["", "", *TEXTS]),
            entered_on=chance.choice([None, day, day + timedelta(days=9)]),
            facility=chance.choice(PLACES),
            condition=chance.choice(["", "", "malaria", "wound"]),
            register_number=chance.choice(["", "", "1", "2"]),
            referred_from=chance.choice(["", "", "", "CSPS-9"]),
            emergency=chance.randrange(10) == 0,
            stay=stay,
        )
        made.append(claim(number, seen, replaces=new_id(number - 3) if number > 3 and chance.randrange(6) == 0 else ""))
    return made


@pytest.mark.parametrize("seed", range(4))
def test_months_of_chance_are_seen_alike(seed: int, duckdb: Any, tmp_path: Path) -> None:
    chance = Random(seed)
    # What is remembered of earlier months has its own ids.
    past = tuple(replace(line, claim=f"P{line.claim}") for line in past_lines(*of_chance(chance, 30)))
    claims = of_chance(chance, 120)
    theirs = shown("MLB", [replace(entry, id=f"B{entry.id}") for entry in of_chance(chance, 60)])
    low = replace(BARS, copies=2, card_run=2, phone_households=2, burst_persons=2, burst_days=9)
    seen = month(claims[20:], others=claims[:20], past=past, bars=low, theirs=theirs)
    assert by_engine(duckdb, seen, tmp_path) == by_rules(seen)


def test_duckdb_fetches_nothing(duckdb: Any) -> None:
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
        ((value,),) = duckdb.raw_sql(f"SELECT current_setting('{setting}')").fetchall()
        assert value is False
    with pytest.raises(Exception, match=r"(?i)extension"):
        duckdb.raw_sql("SELECT * FROM sqlite_scan('nowhere.db', 'claims')")


def test_an_engine_that_nobody_knows_is_named() -> None:
    with pytest.raises(InputError) as error, opened("oracle"):
        pass
    assert (error.value.code, error.value.fields["engine"]) == ("engine-unknown", "oracle")
