"""A process of its own that issues the cards of a large register and prints some of them; it tells what it took.

`python -m tests.proof.many_cards FOLDER PEOPLE TO_PRINT` prints JSON: people, seconds, and the most memory in MB.
"""

from __future__ import annotations

import asyncio
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

import msgspec

from facility_agent.bench.measure import peak_memory_mb
from facility_agent.cards.draw import draw_card
from facility_agent.cards.sheet import card_sheets
from facility_agent.config import Config
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.spreadsheets import COLUMNS
from facility_agent.storage.files import write_whole
from facility_agent.workflows import cards, membership
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import open_site

PASSPHRASE = "une phrase pour la preuve"
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
DAY, EXPIRES, SINCE = date(2026, 3, 10), date(2027, 12, 31), date(2024, 6, 1)


def members(people: int) -> bytes:
    """A members' file of five persons to a household."""
    wanted = ("number", "household", "name", "since")
    rows = [";".join(COLUMNS[name][0] for name in wanted)]
    rows += [
        f"MUT-{place:06d};MEN-{place // 5:05d};Personne Inventée Numéro {place};{SINCE}"
        for place in range(1, people + 1)
    ]
    return "\r\n".join(rows).encode()


def fill(folder: Path, people: int) -> None:
    """The register, brought in by a process of its own: how it came there is not measured here."""

    async def work() -> None:
        config = Config(
            role="mutual", code="MUT", name="Mutuelle de la preuve (nom inventé)", country="BF", zone="UTC",
            invented=True, scheme="mutual", member_pattern="MUT-######", household_pattern="MEN-#####",
        )  # fmt: skip
        await install(folder, config, PASSPHRASE, SetClock(NOW), cost=Cost(8192, 1, 1))
        async with open_site(folder, SetClock(NOW)) as site:
            assert await membership.import_members(site, members(people)) == people

    asyncio.run(work())


async def issue(folder: Path) -> tuple[float, float]:
    """Seconds of work of this processor, and the most memory, for a card to everybody."""
    async with open_site(folder, SetClock(NOW)) as site:
        start = time.process_time()
        run = await cards.issue_to_all(site, EXPIRES, PASSPHRASE)
        assert run.held == 0, run
        return time.process_time() - start, peak_memory_mb()


async def print_some(folder: Path, wanted: int) -> tuple[float, float]:
    """The same for a number of cards on A4 sheets."""
    async with open_site(folder, SetClock(NOW)) as site:
        start, done = time.process_time(), 0
        async for portion in cards.to_print(site):
            faces = (draw_card(one.card, one.text, payer=site.config.name, invented=True) for one in portion)
            write_whole(folder / "out" / f"{portion[0].card.serial}.pdf", card_sheets(faces, DAY, count=len(portion)))
            await cards.printed(site, portion)
            done += len(portion)
            if done >= wanted:
                break
        return time.process_time() - start, peak_memory_mb()


async def main(folder: Path, people: int, wanted: int) -> None:
    before = peak_memory_mb()
    seconds, memory = await issue(folder)
    print_seconds, print_memory = await print_some(folder, wanted)
    told = {
        "people": people, "before": before, "issue_seconds": seconds, "issue_memory": memory,
        "printed": wanted, "print_seconds": print_seconds, "print_memory": print_memory,
    }  # fmt: skip
    sys.stdout.write(msgspec.json.encode(told).decode() + "\n")


if __name__ == "__main__":
    where, how_many, to_print = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
        child.submit(fill, where, how_many).result()
    asyncio.run(main(where, how_many, to_print))
