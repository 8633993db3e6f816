"""How many visits one server keeps per second: six lines read, judged by the rules, and on the disk, over HTTP.

Every request is signed in and brings the form's token; the visit is checked against tariff, rights, ceilings and
protocols, and is answered once SQLite has it with `synchronous=FULL`. The people were received at the desk before the
clock runs. The time of a visit runs from the form to the last byte of the redirect.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import tempfile
import time
from contextlib import closing
from itertools import count
from pathlib import Path

from facility_agent.bench.browser import Browser
from facility_agent.bench.care import DAY
from facility_agent.bench.measure import calibration, percentiles_ms
from facility_agent.bench.place import Place, make_place
from facility_agent.bench.serving import HOST, running
from facility_agent.web.guard import COOKIE

#: After so many seconds of saving no further people are received.
LONGEST = 60.0
#: So many people wait for their care at once.
WAITING = 300
#: Visits of each connection before the clock runs.
WARM = 5
#: A consultation, two tests, three medicines: what is typed and how many.
CARE = (
    ("consultation", 1), ("malaria-test", 1), ("blood-count", 1), ("antimalarial", 12), ("antibiotic", 10),
    ("iron", 30),
)  # fmt: skip
_FORM = re.compile(rb'href="(/visits/new\?visit=([0-9a-f-]{36}))"')


async def run(members: int, visits: int, connections: int) -> dict[str, object]:
    """The figures of `visits` saved over `connections` at once, fewer when a minute is over."""
    with tempfile.TemporaryDirectory(prefix="facility-agent-bench-") as name:
        place = await make_place(Path(name) / "site", members)
        async with running(place.folder) as server:
            browsers = [Browser(HOST, server.port, f"{COOKIE}={place.cookie}") for _ in range(connections)]
            warm = await _saved(browsers, place, await _received(browsers, place, WARM * connections))
            before, seconds, used, taken = calibration(), 0.0, 0.0, list[float]()
            while len(taken) < visits and seconds < LONGEST:
                forms = await _received(browsers, place, min(WAITING, visits - len(taken)))
                start, processor = time.perf_counter(), server.processor_seconds()
                taken += await _saved(browsers, place, forms)
                seconds += time.perf_counter() - start
                used += server.processor_seconds() - processor
            turns = (before + calibration()) / 2
            memory = server.resident_memory_mb()
            for browser in browsers:
                await browser.close()
        _check_saved(place.folder / "data.sqlite3", len(warm) + len(taken))
    speed = len(taken) / seconds
    return {
        "visits_per_s": round(speed, 1),
        **percentiles_ms(taken),
        "processor_ms_per_visit": round(used / len(taken) * 1000, 2),
        "ratio_to_calibration": round(speed / turns, 4),
        "visits": len(taken),
        "lines": len(CARE),
        "members": members,
        "connections": connections,
        "resident_memory_mb": memory,
    }


_numbers = count()


async def _received(browsers: list[Browser], place: Place, many: int) -> list[str]:
    """The visits that so many different people may have: received at the desk, one after the other."""
    found: list[str] = []
    todo = iter(range(many))
    number = next(_numbers)

    async def receive(browser: Browser) -> None:
        for turn in todo:
            text = place.numbers[(number * WAITING + turn) % len(place.numbers)]
            sent = await browser.post("/desk/scan", text=text, csrf=place.csrf)
            page = await browser.get(sent.location)
            match = _FORM.search(page.body)
            if match is None:
                raise RuntimeError(f"the desk offers no visit: status {page.status}")
            found.append(match[2].decode())

    await asyncio.gather(*(receive(browser) for browser in browsers))
    return found


async def _saved(browsers: list[Browser], place: Place, visits: list[str]) -> list[float]:
    """Seconds of each visit, shared out among the browsers."""
    taken: list[float] = []
    todo = iter(enumerate(visits))

    async def save(browser: Browser) -> None:
        for turn, visit in todo:
            start = time.perf_counter()
            await _save(browser, visit, turn, place.csrf)
            taken.append(time.perf_counter() - start)

    await asyncio.gather(*(save(browser) for browser in browsers))
    return taken


async def _save(browser: Browser, visit: str, turn: int, csrf: str) -> None:
    fields = {
        "csrf": csrf,
        "visit": visit,
        "do": "save",
        "register_number": visit[:18] + visit[-8:],
        "day": DAY.isoformat(),
        "rows": "6",
    }
    fields["at"] = f"{8 + turn // 60 % 8:02d}:{turn % 60:02d}"
    for row, (act, quantity) in enumerate(CARE, 1):
        fields |= {f"act-{row}": act, f"quantity-{row}": str(quantity), f"role-{row}": "nurse"}
    answer = await browser.post("/visits/new", **fields)
    if answer.status != 303 or "visit-recorded" not in answer.location:
        raise RuntimeError(f"a visit was not saved: status {answer.status}")


def _check_saved(path: Path, count: int) -> None:
    """Every visit that was answered is on the disk, with its event."""
    with closing(sqlite3.connect(path)) as database:
        (visits,) = database.execute("SELECT COUNT(*) FROM visit WHERE state = 'recorded'").fetchone()
        (events,) = database.execute("SELECT COUNT(*) FROM visit_event").fetchone()
    if visits != count or events != count:
        raise RuntimeError(f"{count} visits were answered, {visits} kept with {events} events")
