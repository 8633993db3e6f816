"""Cards read from photos at length, and the memory of a server that has read ten thousand of them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientSession, FormData

from facility_agent.bench import desk
from facility_agent.bench.browser import Browser
from facility_agent.bench.place import make_place
from facility_agent.bench.scan import ALWAYS, CASCADE, FIRST, degraded, faults, run
from facility_agent.bench.serving import HOST, running
from facility_agent.cards.degrade import jpeg, photograph
from facility_agent.cards.draw import draw_symbol
from facility_agent.web.guard import COOKIE
from tests.proof.conftest import Figures

EACH = 40
SCANS = 10_000
MOST_MB = 150


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
    texts = desk._texts(place)
    async with running(place.folder) as server:
        browsers = [Browser(HOST, server.port, f"{COOKIE}={place.cookie}") for _ in range(8)]
        for half in range(2):
            taken = 0
            while taken < SCANS // 2:  # on a slow machine one round ends before all are answered
                taken += len(await desk._asked(browsers, place, texts, SCANS // 2 - taken))
            if half == 0:
                before = server.resident_memory_mb()
                await _send_photo(server.port, place.cookie, place.csrf, place.cards[0])
                after = server.resident_memory_mb()
        memory = server.resident_memory_mb()
        for browser in browsers:
            await browser.close()
    assert memory <= MOST_MB
    figures.note(
        f"resident memory of a server, {SCANS:,} scans, a JPEG of 20 megapixels in the middle",
        f"{before} MB before the photo, {after} MB after it, {memory} MB at the end (at most {MOST_MB})",
    )


async def _send_photo(port: int, cookie: str, csrf: str, text: str) -> None:
    """A card on a photo of 5472 x 3648, through the form."""
    photo = jpeg(photograph(draw_symbol(text), Random(1), frame=(5472, 3648), share=0.4))
    form = FormData({"csrf": csrf})
    form.add_field("photo", photo, filename="IMG_2.jpg", content_type="image/jpeg")
    headers = {"Cookie": f"{COOKIE}={cookie}", "Sec-Fetch-Site": "same-origin"}
    place = f"http://{HOST}:{port}/desk/photo"
    async with ClientSession(headers=headers) as phone, phone.post(place, data=form) as answer:
        assert answer.status == 200 and b'class="verdict ' in await answer.read()
