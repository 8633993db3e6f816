"""A small country: its mix, its seed, its plants, and an audit that finds them and leaves honest claims alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest

from facility_agent.audit.precision import precision
from facility_agent.audit.queue import share_in_front
from facility_agent.lake.audit import Audited, audit
from facility_agent.lake.engine import opened
from facility_agent.lake.recompute import claim_of
from facility_agent.lake.simulation.care import MIX, SEASONS, expected
from facility_agent.lake.simulation.catchment import Catchment
from facility_agent.lake.simulation.country import CLAIMS_A_YEAR, FACILITIES, place
from facility_agent.lake.simulation.plants import DETERMINISTIC, PLANTS
from facility_agent.lake.simulation.write import Plan, simulate, truth_of, write_catchment
from facility_agent.vocabulary.identifiers import canonical

#: Posts, centres and hospitals in their proportions, two months, many faults.
PLAN = Plan(facilities=100, months=2, fraction=0.1, faults=0.03, seed=7)


class Made(NamedTuple):
    folder: Path
    claims: int
    kinds: dict[str, str]
    money: dict[str, int]
    found: Audited


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("country")
    steps: list[tuple[int, int]] = []
    count = simulate(PLAN, folder, lambda done, of: steps.append((done, of)))
    assert steps[-1] == (100, 100)
    truth = list(truth_of(folder))
    assert len(truth) == count["planted"]
    with opened() as connection:
        found = audit(folder, connection, lambda done, of: None)
    kinds, money = ({row[0]: row[column] for row in truth} for column in (1, 2))
    yield Made(folder, count["claims"], kinds, money, found)


def test_a_full_country_has_twenty_million_claims_a_year() -> None:
    whole = 12 * sum(place(number).monthly for number in range(FACILITIES))
    assert abs(whole / CLAIMS_A_YEAR - 1) < 0.01
    for level in range(3):
        assert sum(row[level] for row in MIX.values()) == 1000
    for season in SEASONS.values():
        assert abs(sum(season) / 12 - 1) < 0.01


def test_the_mix_follows_level_and_season_within_a_tenth() -> None:
    here = place(70)
    seen: Counter[tuple[int, str]] = Counter()
    for claim, _ in Catchment(here, 0.25, 0.0, 3).months(12):
        seen[claim.visit.day.month, claim.visit.condition] += 1
    for kind in ("malaria", "cough", "check"):
        for quarter in (range(1, 4), range(7, 10)):
            wanted = sum(expected(here.level, kind, month, here.monthly * 0.25) for month in quarter)
            assert abs(sum(seen[month, kind] for month in quarter) / wanted - 1) < 0.1, (kind, quarter)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    plan = Plan(facilities=1, months=1, fraction=0.1, faults=0.1, seed=4)
    files = []
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        for kind in ("documents", "truth", "theirs"):
            (tmp_path / name / kind).mkdir(parents=True)
        write_catchment(Plan(**{**{f: getattr(plan, f) for f in plan.__struct_fields__}, "seed": seed}), 0,
                        tmp_path / name)  # fmt: skip
        files.append((tmp_path / name / "documents" / "0000.parquet").read_bytes())
    assert files[0] == files[1] != files[2]


def test_every_claim_has_its_own_id_and_stands_under_its_own_bytes(made: Made) -> None:
    ids = set()
    for path in (made.folder / "documents").glob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            ids.add(row["claim"])
            claim = claim_of.decode(row["document"])
            assert (claim.id, canonical(claim)) == (row["claim"], row["document"])
    assert len(ids) == made.claims == made.found.claims == len(made.found.queue)
    assert set(made.kinds) <= ids


def test_every_kind_of_fault_is_planted(made: Made) -> None:
    assert len(set(made.kinds.values())) == len(PLANTS)
    assert set(made.kinds.values()) > DETERMINISTIC
    assert all(money > 0 for money in made.money.values())


def test_every_deterministic_edit_finds_all_its_plants_and_accuses_no_honest_claim(made: Made) -> None:
    accused = [(code, entry.claim) for entry in made.found.queue for code in entry.codes]
    found = {row.code: row for row in precision(accused, made.kinds)}
    for code in sorted(DETERMINISTIC):
        assert found[code].planted > 0
        assert (found[code].recall, found[code].precision) == (1, 1), code


def test_the_first_twentieth_of_the_queue_holds_four_fifths_of_the_planted_money(made: Made) -> None:
    assert share_in_front(made.found.queue, made.money, Fraction(1, 20)) >= Fraction(4, 5)


def test_nearly_all_honest_claims_are_decided_without_a_person(made: Made) -> None:
    honest = [entry for entry in made.found.queue if entry.claim not in made.kinds]
    assert Fraction(sum(not entry.person for entry in honest), len(honest)) >= Fraction(95, 100)
