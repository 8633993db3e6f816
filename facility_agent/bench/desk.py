"""How many people one server receives per second: from the scan to the page with the verdict, over HTTP.

Every request is signed in and brings the form's token, is looked up in a register on SQLite, and is recorded before
it is answered. Half of the requests are member numbers, half are the texts of signed cards. The time of a verdict
runs from the form to the last byte of the page, the redirect between them included.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from facility_agent.bench.browser import Browser
from facility_agent.bench.measure import calibration, percentiles_ms
from facility_agent.bench.place import Place, make_place
from facility_agent.bench.serving import HOST, running
from facility_agent.web.guard import COOKIE

#: After so many seconds no further request is begun.
LONGEST = 60.0
#: Requests of each connection before the clock runs: the server has its pages and terms ready then.
WARM = 5


async def run(members: int, requests: int, connections: int) -> dict[str, object]:
    """The figures of `requests` verdicts asked for over `connections` at once, fewer when a minute is over."""
    with tempfile.TemporaryDirectory(prefix="facility-agent-bench-") as name:
        place = await make_place(Path(name) / "site", members)
        async with running(place.folder) as server:
            texts = _texts(place)
            browsers = [Browser(HOST, server.port, f"{COOKIE}={place.cookie}") for _ in range(connections)]
            warm = await _asked(browsers, place, texts, WARM * connections)
            before = calibration()
            start = time.perf_counter()
            taken = await _asked(browsers, place, texts, requests)
            seconds = time.perf_counter() - start
            turns = (before + calibration()) / 2
            memory = server.resident_memory_mb()
            for browser in browsers:
                await browser.close()
        _check_recorded(place.folder / "data.sqlite3", len(warm) + len(taken))
    speed = len(taken) / seconds
    return {
        "verdicts_per_s": round(speed, 1),
        **percentiles_ms(taken),
        "ratio_to_calibration": round(speed / turns, 4),
        "requests": len(taken),
        "members": members,
        "connections": connections,
        "resident_memory_mb": memory,
    }


def _texts(place: Place) -> Iterator[str]:
    """Numbers and cards by turns, without end; neighbours are strangers to each other."""
    turn = 0
    while True:
        yield place.numbers[turn * 7919 % len(place.numbers)]
        yield place.cards[turn * 104_729 % len(place.cards)]
        turn += 1


async def _asked(browsers: list[Browser], place: Place, texts: Iterator[str], count: int) -> list[float]:
    """Seconds of each of `count` verdicts, shared out among the browsers."""
    todo, taken, until = islice(texts, count), [], time.perf_counter() + LONGEST

    async def ask(browser: Browser) -> None:
        for text in todo:
            if (start := time.perf_counter()) > until:
                return
            await _verdict(browser, text, place.csrf)
            taken.append(time.perf_counter() - start)

    await asyncio.gather(*(ask(browser) for browser in browsers))
    return taken


async def _verdict(browser: Browser, text: str, csrf: str) -> None:
    sent = await browser.post("/desk/scan", text=text, csrf=csrf)
    page = await browser.get(sent.location) if sent.status == 303 else sent
    if page.status != 200 or b'class="verdict ' not in page.body:
        raise RuntimeError(f"no verdict but status {page.status} for {text[:12]}…")


def _check_recorded(path: Path, count: int) -> None:
    """Every verdict that was answered is on the disk."""
    with closing(sqlite3.connect(path)) as database:
        (recorded,) = database.execute("SELECT COUNT(*) FROM desk_lookup").fetchone()
    if recorded != count:
        raise RuntimeError(f"{count} verdicts were answered and {recorded} recorded")
