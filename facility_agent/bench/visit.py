"""How many visits one server keeps per second: six lines read, judged by the rules, and on the disk, over HTTP.

Every request is signed in and brings the form's token; the visit is checked against tariff, rights, ceilings and
protocols, and is answered once SQLite has it with `synchronous=FULL`. The people were received at the desk before the
clock runs. The time of a visit runs from the form to the last byte of its answer.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from facility_agent.bench.browser import Browsers, form
from facility_agent.bench.care import DAY
from facility_agent.bench.measure import calibration, percentiles_ms, turns_per_cpu_second
from facility_agent.bench.place import LOGIN, NOON, Place, make_place
from facility_agent.bench.serving import HOST, running
from facility_agent.exchange.randomness import seeded
from facility_agent.web.guard import COOKIE
from facility_agent.workflows import desk
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.site import open_site

#: After so many seconds no further visit is begun.
LONGEST: Final = 60.0
#: Visits of each connection before the clock runs.
WARM: Final = 5
#: A consultation, two tests, three medicines: what is typed and how many.
CARE: Final = (
    ("consultation", 1), ("malaria-test", 1), ("blood-count", 1), ("antimalarial", 12), ("antibiotic", 10),
    ("iron", 30),
)  # fmt: skip


class Savers(Browsers):
    """Browsers that are sent on once their visit is kept."""

    def _whole(self, answer: bytearray) -> bool:
        """Whether the answer has come whole; RuntimeError when the visit was not kept."""
        if b"\r\n\r\n" not in answer:
            return False
        if not answer.startswith(b"HTTP/1.1 303") or self._shows not in answer:
            raise RuntimeError(f"a visit was not kept: {bytes(answer[:200])!r}")
        return True


async def run(members: int, visits: int, connections: int) -> dict[str, object]:
    """The figures of `visits` saved over `connections` at once, fewer when a minute is over."""
    with tempfile.TemporaryDirectory(prefix="facility-agent-bench-") as name:
        place = await make_place(Path(name) / "site", members)
        received = await _received(place, WARM * connections + visits)
        async with running(place.folder) as server:
            forms = iter([_form(place, server.port, turn, visit) for turn, visit in enumerate(received)])
            savers = Savers(HOST, server.port, connections, b"done=visit-recorded")
            warm = savers.ask(islice(forms, WARM * connections), LONGEST)
            before, used = calibration(), server.cpu_seconds()
            start = time.perf_counter()
            taken = savers.ask(forms, LONGEST)
            seconds = time.perf_counter() - start
            used = server.cpu_seconds() - used
            turns = (before + calibration()) / 2
            cost = used * turns_per_cpu_second()
            memory = server.memory_mb("VmRSS")
            savers.close()
        _check_saved(place.folder / "data.sqlite3", len(warm) + len(taken))
    speed = len(taken) / seconds
    return {
        "visits_per_s": round(speed, 1),
        **percentiles_ms(taken),
        "ratio_to_calibration": round(speed / turns, 4),
        "server_cpu_ms": round(1000 * used / len(taken), 3),
        "server_turns": round(cost / len(taken), 2),
        "visits": len(taken),
        "lines": len(CARE),
        "members": members,
        "connections": connections,
        "resident_memory_mb": memory,
    }


async def _received(place: Place, many: int) -> list[str]:
    """The visits of so many people whom the desk has received."""
    async with open_site(place.folder, SetClock(NOON), seeded("bench-visit")) as site:
        numbers = place.numbers
        answers = [await desk.verify_text(site, numbers[turn % len(numbers)], LOGIN) for turn in range(many)]
    return [answer.visit.id for answer in answers]


def _form(place: Place, port: int, turn: int, visit: str) -> bytes:
    """The form of a visit as a browser sends it."""
    fields = {
        "csrf": place.csrf, "visit": visit, "do": "save", "register_number": str(turn + 1), "day": DAY.isoformat(),
        "rows": "6", "at": f"{8 + turn // 60 % 8:02d}:{turn % 60:02d}",
    }  # fmt: skip
    for row, (act, quantity) in enumerate(CARE, 1):
        fields |= {f"act-{row}": act, f"quantity-{row}": str(quantity), f"role-{row}": "nurse"}
    return form(HOST, port, f"{COOKIE}={place.cookie}", "/visits/new", **fields)


def _check_saved(path: Path, count: int) -> None:
    """Every visit that was answered is on the disk, with its event."""
    with closing(sqlite3.connect(path)) as database:
        (visits,) = database.execute("SELECT COUNT(*) FROM visit WHERE state = 'recorded'").fetchone()
        (events,) = database.execute("SELECT COUNT(*) FROM visit_event").fetchone()
    if visits != count or events != count:
        raise RuntimeError(f"{count} visits were answered, {visits} kept with {events} events")
