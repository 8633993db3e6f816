"""A register comes in part by part: seen when it is whole, resumed where it stopped, kept in two versions."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import OperationalError

from facility_agent.exchange.registers import Entry, Rows, added
from facility_agent.storage.store import Store, open_store, staging
from facility_agent.storage.store.arrivals import people
from facility_agent.storage.store.paper import PrintedList
from facility_agent.storage.store.searching import Sought, phone_of
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Counter, Coverage
from tests.builders import MUTUAL, STATE, beneficiary, coverage
from tests.registers import entry

FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 8), date(2026, 3, 15)
AWA = coverage(beneficiary("K-001-01", name="Awa Ouédraogo", village="Koulba", birth_date=date(1996, 2, 29)))
ISSA = coverage(beneficiary("K-001-02", name="Issa Ouédraogo", household="K-001-01"[:10], village="Koulba"))
ZOE = coverage(beneficiary("K-002-01", name="Zoé N'Do-Kéré", phone="+226 70 44 55 66", village="Tanghin"))
PAID = coverage(AWA.beneficiary, paid_until=date(2027, 12, 31))


def rows(*entitled: Coverage | Entry, gone: tuple[tuple[str, str], ...] = ()) -> Rows:
    entries = tuple(row if isinstance(row, Entry) else entry(row) for row in entitled)
    return Rows(entries, tuple(row.coverage for row in entries), gone)


def content(*entitled: Coverage) -> int:
    return added(0, [entry(row) for row in entitled])


@pytest.fixture
async def held(store: Store) -> Store:
    await store.replace_register(MUTUAL, 1, FIRST, "one", [ZOE, AWA, ISSA])
    return store


async def test_parts_are_seen_by_nobody_before_the_register_is_whole(held: Store) -> None:
    begun = await held.begin_register(MUTUAL, 2, "two")
    begun = await held.stage(begun, rows(PAID))
    assert await held.coverage_of("K-001-01") == (AWA,)
    assert await held.search("awa ouedraogo") == (AWA,)
    begun = await held.stage(begun, rows(ISSA))
    await held.finish_register(begun, SECOND, 2, content(PAID, ISSA))
    assert await held.all_coverages(MUTUAL) == (PAID, ISSA)
    assert await held.coverage_of("K-002-01") == ()
    assert await held.search("zoe") == ()


async def test_a_register_goes_on_where_it_stopped_also_in_another_process(store_location: str, held: Store) -> None:
    begun = await held.stage(await held.begin_register(MUTUAL, 2, "two"), rows(PAID))
    again = await held.begin_register(MUTUAL, 2, "two")
    assert again == begun and again.parts == 1
    async with open_store(store_location) as other:
        begun = await other.stage(await other.begin_register(MUTUAL, 2, "two"), rows(ISSA, ZOE))
        await other.finish_register(begun, SECOND, 3, content(PAID, ISSA, ZOE))
    assert await held.all_coverages(MUTUAL) == (PAID, ISSA, ZOE)


@pytest.mark.parametrize("base", [None, 1])
@pytest.mark.parametrize("portion", [1, 2, 3])
async def test_a_part_that_broke_off_in_its_middle_is_written_again(
    portion: int, base: int | None, held: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "AT_ONCE", 1)
    begun = await held.begin_register(MUTUAL, 2, "two", base=base)
    other = coverage(beneficiary("K-003-01", name="Rasmata Kaboré"))
    part = rows(PAID, other, gone=(("K-001-02", ISSA.scheme), ("K-002-01", ZOE.scheme)) if base else ())
    written = 0
    write = staging.Staging._write

    async def breaking(self: staging.Staging, begun: staging.Arriving, some: staging.Portion) -> None:
        nonlocal written
        written += 1
        await write(self, begun, some)
        if written == portion:
            raise OSError("the power went")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="the power went"):
        broken.setattr(staging.Staging, "_write", breaking)
        await held.stage(begun, part)
    assert await held.all_coverages(MUTUAL) == (AWA, ISSA, ZOE)
    assert await held.begin_register(MUTUAL, 2, "two", base=base) == begun
    begun = await held.stage(begun, part)
    await held.finish_register(begun, SECOND, 2, content(PAID, other))
    assert await held.all_coverages(MUTUAL) == (PAID, other)
    assert await held.search("rasmata kabore") == (other,)


async def test_an_unfinished_register_gives_way_to_another_one(held: Store) -> None:
    await held.stage(await held.begin_register(MUTUAL, 2, "two"), rows(PAID))
    begun = await held.stage(await held.begin_register(MUTUAL, 3, "three"), rows(ISSA, ZOE))
    await held.finish_register(begun, THIRD, 2, content(ISSA, ZOE))
    assert await held.all_coverages(MUTUAL) == (ISSA, ZOE)
    assert [row["n"] for row in await held.database.rows("SELECT COUNT(*) AS n FROM beneficiary WHERE said = 2")] == [0]


async def test_a_change_says_only_what_is_other(held: Store) -> None:
    begun = await held.begin_register(MUTUAL, 2, "two", base=1)
    begun = await held.stage(begun, rows(PAID, gone=(("K-002-01", ZOE.scheme),)))
    await held.finish_register(begun, SECOND, 2, content(PAID, ISSA))
    assert await held.all_coverages(MUTUAL) == (PAID, ISSA)
    assert [found async for found in held.entries(MUTUAL, 2, after=1)] == [[entry(PAID)]]
    assert await held.gone(MUTUAL, 1, 2) == (("K-002-01", ZOE.scheme),)


@pytest.mark.parametrize("base", [2, 7])
async def test_a_change_of_a_register_that_is_not_held_is_refused(held: Store, base: int) -> None:
    with pytest.raises(InputError, match="register-base"):
        await held.begin_register(MUTUAL, 8, "eight", base=base)
    assert await held.arriving(MUTUAL) is None


async def test_a_register_that_does_not_add_up_leaves_the_old_one(held: Store) -> None:
    begun = await held.stage(await held.begin_register(MUTUAL, 2, "two"), rows(PAID))
    with pytest.raises(InputError, match="register-inconsistent"):
        await held.finish_register(begun, SECOND, 3, content(PAID))
    await held.drop_register(MUTUAL)
    assert await held.all_coverages(MUTUAL) == (AWA, ISSA, ZOE)
    assert await held.arriving(MUTUAL) is None


@pytest.mark.parametrize("part", [(ISSA, AWA), (AWA, AWA), (AWA, coverage(ISSA.beneficiary, payer=STATE))])
async def test_a_part_out_of_order_or_of_another_payer_writes_nothing(held: Store, part: tuple[Coverage, ...]) -> None:
    begun = await held.begin_register(MUTUAL, 2, "two")
    with pytest.raises(InputError, match=r"register-number-twice|register-of-another"):
        await held.stage(begun, rows(*part))
    assert await held.arriving(MUTUAL) == begun


async def test_the_last_two_versions_are_kept_and_one_can_go_back(held: Store) -> None:
    await held.replace_register(MUTUAL, 2, SECOND, "two", [PAID, ISSA])
    await held.replace_register(MUTUAL, 3, THIRD, "three", [PAID])
    assert [state.sequence for state in await held.register_states(MUTUAL)] == [2, 3]
    assert await held.coverage_then("K-001-02", MUTUAL, 2) == (ISSA,)
    assert await held.coverage_then("K-001-02", MUTUAL, 3) == ()
    assert await held.coverage_then("K-001-02", MUTUAL, 1) is None
    await held.use_register(MUTUAL, 2)
    assert await held.all_coverages(MUTUAL) == (PAID, ISSA)
    with pytest.raises(InputError, match="register-not-kept"):
        await held.use_register(MUTUAL, 1)
    await held.use_register(MUTUAL, 3)
    assert await held.all_coverages(MUTUAL) == (PAID,)


async def test_after_going_back_the_next_register_builds_on_what_counts(held: Store) -> None:
    await held.replace_register(MUTUAL, 2, SECOND, "two", [PAID])
    await held.use_register(MUTUAL, 1)
    await held.replace_register(MUTUAL, 3, THIRD, "three", [AWA, ZOE])
    assert await held.all_coverages(MUTUAL) == (AWA, ZOE)
    assert [state.sequence for state in await held.register_states(MUTUAL)] == [1, 3]
    assert await held.coverage_then("K-001-02", MUTUAL, 1) == (ISSA,)


async def test_a_printed_list_keeps_its_version(held: Store) -> None:
    await held.put_list(PrintedList(1, MUTUAL, 1, FIRST, FIRST, "awa", 3))
    for sequence, day in ((2, SECOND), (3, THIRD), (4, date(2026, 3, 22))):
        await held.replace_register(MUTUAL, sequence, day, f"v{sequence}", [PAID])
    assert await held.coverage_then("K-002-01", MUTUAL, 1) == (ZOE,)
    await held.replace_register(MUTUAL, 5, date(2026, 9, 1), "v5", [PAID])
    assert await held.coverage_then("K-002-01", MUTUAL, 1) is None


async def test_what_is_forgotten_is_found_under_no_name(held: Store) -> None:
    renamed = coverage(beneficiary("K-002-01", name="Zoé Kaboré"))
    for sequence, day in ((2, SECOND), (3, THIRD)):
        await held.replace_register(MUTUAL, sequence, day, f"v{sequence}", [renamed])
    names = await held.database.rows("SELECT DISTINCT number FROM name_pair")
    assert [row["number"] for row in names] == ["K-002-01"]
    assert await held.search("zoe kabore") == (renamed,)
    assert await held.search("zoe ndo") == ()


async def test_two_payers_registers_stand_side_by_side_and_a_person_in_both(held: Store) -> None:
    state = coverage(AWA.beneficiary, payer=STATE, scheme="free-care")
    await held.replace_register(STATE, 1, SECOND, "s", [state])
    assert await held.coverage_of("K-001-01") == (AWA, state)
    await held.replace_register(MUTUAL, 2, SECOND, "two", [ISSA])
    assert await held.coverage_of("K-001-01") == (state,)
    assert await held.registers_held() == (MUTUAL, STATE)


async def test_pictures_and_counters_come_with_their_person(held: Store) -> None:
    counted = entry(AWA, (Counter("year", date(2026, 1, 1), 4_000, 2),), b"\x01\x02")
    begun = await held.stage(await held.begin_register(MUTUAL, 2, "two"), rows(counted))
    await held.finish_register(begun, SECOND, 1, added(0, [counted]))
    assert await held.pictures(MUTUAL, ["K-001-01"]) == {"K-001-01": (counted.photo, b"\x01\x02")}
    (found,) = await held.counted("K-001-01")
    assert (found.scheme, found.as_of) == (AWA.scheme, SECOND)
    assert found.counters == (Counter("year", date(2026, 1, 1), 4_000, 2),)
    for sequence in (3, 4):
        await held.replace_register(MUTUAL, sequence, THIRD, f"v{sequence}", [ISSA])
    assert await held.pictures(MUTUAL, ["K-001-01"]) == {}


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (Sought("Wedraogo Awa"), (AWA,)),
        (Sought("awa ouedrogo"), (AWA,)),
        (Sought("Ouédraogo"), (AWA, ISSA)),
        (Sought("Ouédraogo", 1996), (AWA, ISSA)),
        (Sought("Ouédraogo", 1950), ()),
        (Sought("ndo kere zoe"), (ZOE,)),
        (Sought("N Do"), (ZOE,)),
        (Sought("70 44 55 66"), (ZOE,)),
        (Sought("k-002-01"), (ZOE,)),
        (Sought("", None, "koulba"), (AWA, ISSA)),
        (Sought("", 1996, "Kulba"), (AWA, ISSA)),
        (Sought("Ouédraogo", None, "Tanghin"), ()),
        (Sought("", 1996), ()),
        (Sought("\x00"), ()),
    ],
)
async def test_people_without_a_card_are_found(held: Store, sought: Sought, found: tuple[Coverage, ...]) -> None:
    assert set((await held.seek(sought)).people) == set(found)


async def test_the_one_spelled_as_asked_comes_first(store: Store) -> None:
    names = ["Awa Diallo", "Hawa Jallow", "Awa Jallow", "Awa Diallo Barry"]
    known = [coverage(beneficiary(f"K-{place:03d}-01", name=name)) for place, name in enumerate(names)]
    await store.replace_register(MUTUAL, 1, FIRST, "one", known)
    found = (await store.seek(Sought("Awa Diallo"))).people
    assert [row.beneficiary.name for row in found] == ["Awa Diallo", "Awa Diallo Barry", "Awa Jallow", "Hawa Jallow"]


async def test_a_register_of_thousands_is_split_between_people_and_comes_back(store: Store) -> None:
    long = "Marie-Thérèse Wendpanga Noëlie Aminata Ouédraogo-Kiendrébéogo"[:60]
    known = [
        coverage(beneficiary(f"K-{place:05d}-01", name=long if place % 7 == 0 else f"N'Do {place}"), scheme=scheme)
        for place in range(700)
        for scheme in ("a", "b")
    ]
    numbers = [{row.beneficiary.number for row in some} for some in people(known)]
    assert [len(some) for some in numbers] == [250, 250, 200]
    await store.replace_register(MUTUAL, 1, FIRST, "one", known)
    back = [row.coverage async for some in store.entries(MUTUAL, 1) for row in some]
    assert back == known


async def test_a_full_disk_leaves_the_old_register_and_the_rest_goes_on_later(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite3"
    async with open_store(path) as store:
        await store.replace_register(MUTUAL, 1, FIRST, "one", [AWA])
        known = [coverage(beneficiary(f"K-{place:05d}-01", name=f"Nom {place} N'Do")) for place in range(3_000)]
        pages = (await store.database.rows("PRAGMA page_count"))[0]["page_count"]
        await store.database.rows(f"PRAGMA max_page_count={pages + 120}")
        with pytest.raises(OperationalError):
            await store.replace_register(MUTUAL, 2, SECOND, "two", known)
        assert await store.all_coverages(MUTUAL) == (AWA,)
        assert (await store.arriving(MUTUAL)) is not None
        await store.database.rows("PRAGMA max_page_count=1073741823")
        await store.replace_register(MUTUAL, 2, SECOND, "two", known)
        assert len(await store.all_coverages(MUTUAL)) == 3_000
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_rows_are_read_in_order_without_sorting(tmp_path: Path) -> None:
    async with open_store(tmp_path / "site.sqlite3") as store:
        asked, plain = [], store.database.rows

        async def listening(statement: str, *values: Any) -> list[dict[str, Any]]:
            asked.append(statement)
            return await plain(statement, *values)

        store.database.rows = listening  # type: ignore[method-assign]
        assert [some async for some in store.entries(MUTUAL, 1)] == []
        await store.replace_register(MUTUAL, 1, FIRST, "one", [AWA])
        read = [each for each in asked if each.startswith(("SELECT number, document", "SELECT number, scheme, name"))]
        plans = [await plain(f"EXPLAIN QUERY PLAN {each}", *sorted(set(re.findall(r"\$\d", each)))) for each in read]
    # Within one person's few rows their schemes are put in order.
    steps = [step["detail"] for plan in plans for step in plan if "RIGHT PART OF ORDER BY" not in step["detail"]]
    assert len(read) == 2
    assert all("sqlite_autoindex_beneficiary_1" in step and "number>" in step for step in steps), steps


@pytest.mark.parametrize(
    ("typed", "kept"), [("+226 70-11-22-33", "70112233"), ("0022670112233", "70112233"), ("7", "")]
)
def test_a_telephone_is_its_last_eight_digits(typed: str, kept: str) -> None:
    assert phone_of(typed) == kept
