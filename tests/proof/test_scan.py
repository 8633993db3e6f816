"""Cards read from photos at length, and the memory of a server that has read ten thousand of them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from facility_agent.bench import desk
from facility_agent.bench.browser import Browsers
from facility_agent.bench.place import make_place
from facility_agent.bench.scan import ALWAYS, CASCADE, FIRST, degraded, faults, run
from facility_agent.bench.serving import HOST, running
from tests.proof.conftest import Figures

EACH = 40
SCANS = 10_000
MOST_MB = 150
#: Seconds for the scans, on a slow machine too.
LONGEST = 1_800.0


def test_cards_are_read_from_photos(figures: Figures) -> None:
    found: dict[str, Any] = run(degraded(EACH, seed=1), EACH * len(faults()))
    rates, readers = found["kinds"], found["readers"]
    assert (found["photos"], found["lost"], found["wrong"]) == (EACH * len(faults()), 0, 0)
    assert all(rates[kind][CASCADE] == 100 for kind in ALWAYS)
    assert all(rates[kind][CASCADE] >= rates[kind][FIRST] for kind in rates)
    figures.note(
        f"`bench scan`: {found['photos']} photos of 1280 × 720, {EACH} of each fault, by reader",
        ", ".join(f"{name} {reader['rate']} %" for name, reader in readers.items())
        + f"; against zxing-cpp alone {found['gained']} gained, 0 lost; no wrong text",
    )
    figures.note("always read, of all severities", ", ".join(ALWAYS))
    others = [kind for kind in rates if kind not in ALWAYS]
    shown = ", ".join(f"{kind} {rates[kind][FIRST]} → {rates[kind][CASCADE]} %" for kind in others)
    figures.note("the other faults up to hopeless, zxing-cpp alone → cascade", shown)
    figures.note(
        "from the JPEG to the text, photos that were read, p50 / p95 / p99",
        "; ".join(f"{name} {reader['p50_ms']:.0f} / {reader['p95_ms']:.0f} / {reader['p99_ms']:.0f} ms, "
                  f"p95 {reader['p95_ms'] / readers[FIRST]['p95_ms']:.2f} × zxing-cpp, "
                  f"{reader['processor_p95_ms']:.0f} ms of processor" for name, reader in readers.items()),
    )  # fmt: skip


async def test_memory_stays_bounded_after_ten_thousand_scans(figures: Figures, tmp_path: Path) -> None:
    place = await make_place(tmp_path / "site", 20_000)
    async with running(place.folder) as server:
        questions = desk._questions(place, server.port)
        browsers = Browsers(HOST, server.port, 8, b'class="verdict ')
        taken = browsers.ask(islice(questions, SCANS // 2), LONGEST)
        before = server.memory_mb("VmRSS")
        taken += browsers.ask(iter([desk._photo(place, server.port)]), LONGEST)
        after = server.memory_mb("VmRSS")
        taken += browsers.ask(islice(questions, SCANS // 2), LONGEST)
        memory, peak = server.memory_mb("VmRSS"), server.memory_mb("VmHWM")
        browsers.close()
    assert len(taken) == SCANS + 1 and memory <= MOST_MB
    figures.note(
        f"resident memory of a server, {SCANS:,} scans, a JPEG of 20 megapixels in the middle",
        f"{before} MB before the photo, {after} MB after it, {memory} MB at the end (at most {MOST_MB}), "
        f"{peak} MB at the most",
    )
