"""How many people one server receives per second: from the scan to the page with the verdict, over HTTP.

Every request is signed in and brings the form's token, is looked up in a register, and is recorded before
it is answered. Half of the requests are member numbers, half are the texts of signed cards. The time of a verdict
runs from the form to the last byte of the page, which a browser with its script gets as the answer to the form.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from PIL import Image

from facility_agent.bench.browser import Browsers, form, upload
from facility_agent.bench.measure import calibration, commits, percentiles_ms, turns_per_cpu_second
from facility_agent.bench.place import NOON, Place, make_place
from facility_agent.bench.serving import HOST, running
from facility_agent.cards.degrade import jpeg
from facility_agent.cards.draw import draw_symbol
from facility_agent.web.guard import COOKIE
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.site import open_site

#: After so many seconds no further request is begun.
LONGEST = 60.0
#: Requests of each connection before the clock runs: the server has its pages and terms ready then.
WARM = 5
#: Twenty megapixels.
LARGE = (5472, 3648)


async def run(members: int, requests: int, connections: int, database: str = "") -> dict[str, object]:
    """The figures of `requests` verdicts asked for over `connections` at once, fewer when a minute is over.

    `database` is the address of an empty PostgreSQL database; without one everything lies in a file.
    """
    with tempfile.TemporaryDirectory(prefix="facility-agent-bench-") as name:
        place = await make_place(Path(name) / "site", members, database)
        async with running(place.folder) as server:
            questions = _questions(place, server.port)
            browsers = Browsers(HOST, server.port, connections, b'class="verdict ')
            warm = browsers.ask(islice(questions, WARM * connections), LONGEST)
            warm += browsers.ask(iter([_photo(place, server.port)]), LONGEST)
            # What is asked is made beforehand: the browsers share the machine with the server.
            asked = iter(list(islice(questions, requests)))
            before, used = calibration(), server.cpu_seconds()
            start = time.perf_counter()
            taken = browsers.ask(asked, LONGEST)
            seconds = time.perf_counter() - start
            used = server.cpu_seconds() - used
            turns = (before + calibration()) / 2
            cost = used * turns_per_cpu_second()
            memory, peak = server.memory_mb("VmRSS"), server.memory_mb("VmHWM")
            browsers.close()
        disk = percentiles_ms(commits(Path(name)))
        await _check_recorded(place.folder, len(warm) + len(taken))
    speed = len(taken) / seconds
    return {
        "verdicts_per_s": round(speed, 1),
        **percentiles_ms(taken),
        "ratio_to_calibration": round(speed / turns, 4),
        "server_cpu_ms": round(1000 * used / len(taken), 3),
        "server_turns": round(cost / len(taken), 2),
        "disk_commit_p50_ms": disk["p50_ms"],
        "disk_commit_p99_ms": disk["p99_ms"],
        "requests": len(taken),
        "members": members,
        "connections": connections,
        "resident_memory_mb": memory,
        "peak_memory_mb": peak,
    }


def _questions(place: Place, port: int) -> Iterator[bytes]:
    """The forms, without end."""
    for text in _texts(place):
        fields = {"text": text, "csrf": place.csrf, "direct": "1"}
        yield form(HOST, port, f"{COOKIE}={place.cookie}", "/desk/scan", **fields)


def _photo(place: Place, port: int) -> bytes:
    """A card on a photo of 20 megapixels, as a telephone sends it: what it needs of memory counts in the figures."""
    image = Image.new("L", LARGE, 190)
    image.paste(draw_symbol(place.cards[0]).resize((1800, 1800)), (1500, 900))
    fields = {"csrf": place.csrf, "direct": "1"}
    return upload(HOST, port, f"{COOKIE}={place.cookie}", "/desk/photo", "photo", jpeg(image), **fields)


def _texts(place: Place) -> Iterator[str]:
    """Numbers and cards by turns, without end; neighbours are strangers to each other."""
    turn = 0
    while True:
        yield place.numbers[turn * 7919 % len(place.numbers)]
        yield place.cards[turn * 104_729 % len(place.cards)]
        turn += 1


async def _check_recorded(folder: Path, count: int) -> None:
    """Every verdict that was answered is on the disk."""
    async with open_site(folder, SetClock(NOON)) as site:
        recorded = sum((await site.store.colours()).values())
    if recorded != count:
        raise RuntimeError(f"{count} verdicts were answered and {recorded} recorded")
