"""How long a register takes to come in, how much memory, whether the desk goes on meanwhile, and how fast people are
found in it afterwards.

The file is made by the mutual's own workflow and taken in by the facility's, in a process of its own, whose peak of
memory is measured. While it comes in, somebody looks a person up every 20 ms and writes that down, as the desk does.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from facility_agent.bench.care import COUNTRY, DAY, FACILITY, MUTUAL, agreement_under
from facility_agent.bench.measure import calibration, peak_memory_mb, percentile, percentiles_ms
from facility_agent.bench.people import register, slipped
from facility_agent.bench.place import NOON
from facility_agent.config import Config
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.randomness import seeded
from facility_agent.storage.store.searching import Sought
from facility_agent.storage.writing import SWITCH
from facility_agent.vocabulary.records import Coverage
from facility_agent.workflows import exchange, registers
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import Site, open_site

#: How often each kind of question is asked.
ASKED = 1_000
#: Seconds between two people at the desk.
_EVERY = 0.02

Make = Callable[[random.Random, Coverage], Sought]


async def run(members: int, databases: tuple[str, str] = ("", "")) -> dict[str, Any]:
    """The figures of a register of `members` people; `databases` are addresses of the mutual's and the facility's."""
    with tempfile.TemporaryDirectory(prefix="facility-agent-bench-") as name:
        mutual, facility = await _install(Path(name), databases)
        start = time.perf_counter()
        async with open_site(mutual, SetClock(NOON), seeded("bench-mutual")) as site:
            await registers.replace(site, register(members, MUTUAL, "mutual"))
            made = time.perf_counter() - start
            path = await registers.send(site, FACILITY)
        found: dict[str, Any] = {"members": members, "made_s": round(made, 1), "file_mb": _megabytes(path)}
        turns = calibration()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, str(facility), str(path), stdout=asyncio.subprocess.PIPE
        )
        answer, _ = await process.communicate()
        taken = msgspec.json.decode(answer)
        found |= {**taken, "ratio_to_calibration": round(members / taken["import_s"] / turns, 2)}
        async with open_site(facility, SetClock(NOON), seeded("bench-facility")) as site:
            found |= await _questions(site, members)
    return found


async def take(folder: Path, path: Path) -> dict[str, float]:
    """Take the file in, with somebody at the desk meanwhile."""
    async with open_site(folder, SetClock(NOON), seeded("bench-facility")) as site:
        waits: list[float] = []
        before, done = peak_memory_mb(), asyncio.Event()
        desk = asyncio.create_task(_desk(site, waits, done))
        start, used = time.perf_counter(), _processor()
        await exchange.receive(site, path, "bench", path.name)
        seconds, busy = time.perf_counter() - start, _processor() - used
        done.set()
        await desk
    return {
        "import_s": round(seconds, 2),
        "import_cpu_s": round(busy, 2),
        "memory_before_mb": before,
        "memory_most_mb": peak_memory_mb(),
        "desk_asked": len(waits),
        "desk_p50_ms": round(percentile(waits, 0.5) * 1000, 1),
        "desk_p99_ms": round(percentile(waits, 0.99) * 1000, 1),
        "desk_most_ms": round(max(waits) * 1000, 1),
    }


async def week(members: int, pictures: bool, databases: tuple[str, str] = ("", "")) -> dict[str, Any]:
    """The size of a whole register and of a week's change after it; the churn is that of `changed`."""
    chance = random.Random("pictures")
    with tempfile.TemporaryDirectory(prefix="facility-agent-bench-") as name:
        mutual, _ = await _install(Path(name), databases)
        async with open_site(mutual, SetClock(NOON), seeded("bench-mutual")) as site:
            people = list(register(members, MUTUAL, "mutual"))
            if pictures:
                await _portraits(site, people, chance)
            await registers.replace(site, people)
            whole = await registers.send(site, FACILITY)
            people, counts = changed(people)
            if pictures:
                newly = people[-counts["joined"] :] + people[: counts["new_pictures"]]
                await _portraits(site, newly, chance)
            await registers.replace(site, people)
            change = await registers.send(site, FACILITY, changes=True)
            return {
                "members": members, "pictures": pictures, **counts,
                "whole_mb": _megabytes(whole), "change_kb": round(change.stat().st_size / 1000, 1),
            }  # fmt: skip


def changed(people: list[Coverage]) -> tuple[list[Coverage], dict[str, int]]:
    """A week later: 4 in 1,000 have joined, 2 have left, 40 have paid on, 2 have moved or have another telephone."""
    count, chance = len(people), random.Random("week")
    order = chance.sample(range(count), count * 46 // 1000)
    left, paid, moved = (
        set(order[: count * 2 // 1000]),
        order[count * 2 // 1000 : -(count * 2 // 1000)],
        order[-(count * 2 // 1000) :],
    )
    rows = dict(enumerate(people))
    for place in paid:
        until = rows[place].paid_until
        assert until is not None
        rows[place] = msgspec.structs.replace(rows[place], paid_until=until.replace(year=until.year + 1))
    for place in moved:
        person = msgspec.structs.replace(rows[place].beneficiary, phone="70000000", village="Secteur 9")
        rows[place] = msgspec.structs.replace(rows[place], beneficiary=person)
    joined = list(register(count + count * 4 // 1000, MUTUAL, "mutual"))[count:]
    counts = {
        "joined": len(joined),
        "left": len(left),
        "paid_on": len(paid),
        "moved": len(moved),
        "new_pictures": count // 1000,
    }
    return [row for place, row in rows.items() if place not in left] + joined, counts


async def _portraits(site: Site, people: list[Coverage], chance: random.Random) -> None:
    """Made bytes that no zlib makes smaller, 3.2 to 4 kB, in the place of pictures."""
    from facility_agent.exchange.registers import photo_name

    for start in range(0, len(people), 500):
        made = [
            (row.beneficiary.number, chance.randbytes(chance.randint(3_200, 4_000)))
            for row in people[start : start + 500]
        ]
        await site.store.put_portraits(MUTUAL, [(number, photo_name(picture), picture) for number, picture in made])


async def _install(folder: Path, databases: tuple[str, str]) -> tuple[Path, Path]:
    """A mutual and a facility that know each other and have an agreement."""
    mutual = Config(
        role="mutual", code=MUTUAL, name="Mutuelle (inventée)", country=COUNTRY, zone="UTC", invented=True,
        scheme="mutual", database=databases[0] or "data.sqlite3",
    )  # fmt: skip
    facility = Config(
        role="facility", code=FACILITY, name="Centre de santé (inventé)", country=COUNTRY, zone="UTC", invented=True,
        level="centre", ownership="public", region="North", database=databases[1] or "data.sqlite3",
    )  # fmt: skip
    for config in (mutual, facility):
        chance = seeded(f"bench-{config.code}")
        await install(folder / config.code, config, chance(16).hex(), SetClock(NOON), chance, Cost(8192, 1, 1))
    keys = {}
    for config in (mutual, facility):
        async with open_site(folder / config.code, SetClock(NOON)) as site:
            keys[config.code] = site.own_keys()
    for config, other in ((mutual, FACILITY), (facility, MUTUAL)):
        async with open_site(folder / config.code, SetClock(NOON)) as site:
            await site.store.put_public_keys(keys[other])
            await site.store.put_agreement(agreement_under(site.arrangement(DAY)), NOON, "bench")
    return folder / MUTUAL, folder / FACILITY


async def _desk(site: Site, waits: list[float], done: asyncio.Event) -> None:
    """Somebody is looked up, and it is written down, again and again until the register is in."""
    number = 0
    while not done.is_set():
        start = time.perf_counter()
        await site.store.coverage_of(f"BEN-{number % 40_000:06d}-01")
        await site.store.note_lookup(
            site.new_id(), at=site.now(), account="bench", member_number="X", colour="amber", how="number", day=DAY
        )
        waits.append(time.perf_counter() - start)
        number += 7919
        await asyncio.sleep(_EVERY)


async def _questions(site: Site, members: int) -> dict[str, Any]:
    """How long people are looked for, by kind of question, and how often the one who is meant is found."""
    chance = random.Random("questions")
    people = list(register(members, MUTUAL, "mutual"))
    kinds: dict[str, Make] = {
        "number": lambda chance, row: Sought(row.beneficiary.number),
        "name": lambda chance, row: Sought(row.beneficiary.name),
        "name_slipped": lambda chance, row: Sought(_slip(row.beneficiary.name, chance)),
        "slipped_year": lambda chance, row: Sought(_slip(row.beneficiary.name, chance), _year(row)),
        "family_village": lambda chance, row: Sought(
            row.beneficiary.name.split()[0], _year(row), row.beneficiary.village
        ),
    }
    found: dict[str, Any] = {}
    for kind, make in kinds.items():
        asked = [chance.choice(people) for _ in range(ASKED)]
        taken, hits, shown = [], 0, 0
        for row in asked:
            sought = make(chance, row)
            start = time.perf_counter()
            answer = await site.store.seek(sought)
            taken.append(time.perf_counter() - start)
            hits += any(one.beneficiary.name == row.beneficiary.name for one in answer.people)
            shown += bool(answer.people) and answer.people[0].beneficiary.name == row.beneficiary.name
        found[f"find_{kind}"] = {**percentiles_ms(taken), "found": hits / ASKED, "first": shown / ASKED}
    taken = []
    for row in chance.sample(people, min(ASKED, len(people))):
        start = time.perf_counter()
        assert await site.store.coverage_of(row.beneficiary.number)
        taken.append(time.perf_counter() - start)
    found["look_up"] = percentiles_ms(taken)
    return found


def _slip(name: str, chance: random.Random) -> str:
    """A name with a slip in one of its words, the words in any order."""
    words = name.split()
    place = chance.randrange(len(words))
    words[place] = slipped(words[place], chance)
    chance.shuffle(words)
    return " ".join(words)


def _year(row: Coverage) -> int | None:
    born = row.beneficiary.birth_date
    return born.year if born else None


def _megabytes(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 2)


def _processor() -> float:
    """Seconds of processor that this process and its threads have used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.setswitchinterval(SWITCH)
    print(msgspec.json.encode(asyncio.run(take(Path(sys.argv[1]), Path(sys.argv[2])))).decode())
