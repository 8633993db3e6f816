"""A technical centre of two mutuals that one health centre bills, at rest: March is sealed, once for each of them.

The same few people came with the card of either mutual. By the agreements the centre may decide and pay for both.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from facility_agent.arrangements.agreement import Annex
from facility_agent.arrangements.duties import Delegation
from facility_agent.arrangements.row import Text
from facility_agent.config import Config
from facility_agent.demo.sites import MUTUAL, PASSPHRASE, PASSWORD, Pair, annex
from facility_agent.exchange.randomness import seeded
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows import accounts, visits
from facility_agent.workflows.centre import MUTUALS
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.installing import install
from facility_agent.workflows.powers import Power
from facility_agent.workflows.site import open_site
from tests.workflows.march import MARCH, close_march
from tests.workflows.places import QUICK, Places, acquainted, new_places

OFFICE = Config(role="centre", code="CTG", name="Centre technique (inventé)", country="BF", zone="Africa/Ouagadougou")
OTHER = msgspec.structs.replace(
    MUTUAL, code="MLB", name="Mutuelle Basnéré (inventée)", member_pattern="MLB-######-##",
    household_pattern="MLB-######", port=8082,
)  # fmt: skip
#: Somebody of the centre who works for both mutuals, and who manages the centre.
CLERK, HEAD = "zenabo", "cheffe"
#: When the mutuals take March in.
NOW = datetime(2026, 4, 5, 9, tzinfo=UTC)
POWERS: tuple[Power, ...] = ("decide", "pay", "share")


class Office(NamedTuple):
    """The centre's folder, and what was sealed for each of its mutuals."""

    folder: Path
    sealed: dict[str, tuple[Batch, bytes]]


async def new_office(folder: Path, databases: Sequence[str] = ("", "", "", "")) -> Office:
    """Made anew; `databases` are those of the health centre, both mutuals and the centre."""
    office = folder / OFFICE.code
    sealed = {}
    async with (
        new_places(folder, databases=databases[:2], local=_local()) as one,
        _other_mutual(folder, one, databases[2]) as other,
    ):
        await _march(one, other)
        for places in (one, other):
            batch, file = await close_march(places)
            sealed[batch.payer] = (batch, file.read_bytes())
            await accounts.admit(places.mutual, CLERK, "Zénabo (exemple)", accounts.ROLES["mutual"], OFFICE.code)
        config = msgspec.structs.replace(OFFICE, database=databases[3] or OFFICE.database)
        await install(office, config, PASSPHRASE, SetClock(NOW), seeded("keys-CTG"), QUICK)
        async with open_site(office, SetClock(NOW), seeded("CTG")) as site:
            await accounts.add_account(site, CLERK, "Zénabo (exemple)", PASSWORD, ("officer",))
            await accounts.add_account(site, HEAD, "Cheffe (exemple)", PASSWORD, ("manager",))
    for code in sealed:
        shutil.move(folder / code, office / MUTUALS / code)
    return Office(office, sealed)


@asynccontextmanager
async def _other_mutual(folder: Path, one: Places, database: str) -> AsyncIterator[Places]:
    """A second mutual with an agreement with the same health centre, and members of the same names."""
    clock, config = one.pair.clock, msgspec.structs.replace(OTHER, database=database or OTHER.database)
    await install(folder / OTHER.code, config, PASSPHRASE, clock, seeded("keys-MLB"), QUICK)
    one.at(date(2026, 2, 20), "08:00")
    async with open_site(folder / OTHER.code, clock, seeded("MLB")) as site:
        yield await acquainted(Pair(one.facility, site, clock), _local())


async def _march(one: Places, other: Places) -> None:
    """Everybody comes twice, with one card and with the other, each time with a line of the register."""
    for member, day, at, care in MARCH:
        for places, series in ((one, "1"), (other, "2")):
            places.at(day, at)
            number = member.replace(MUTUAL.code, places.mutual.config.code)
            line = f"{series}{day.day}{member[-4:-3]}{member[-1]}"
            visit = places.visit(number, day, *care, at=at, register_number=f"{line}{member[9]}")
            await visits.record(places.facility, visit, "soins")
    for day in sorted({day for _, day, _, _ in MARCH}):
        one.at(day, "18:00")
        await visits.close_day(one.facility, day, "caisse")


def _local() -> Annex:
    """The annex of both agreements: it gives the centre its powers, without a limit."""
    name = Text("Centre technique (inventé)", "Technical centre (invented)")
    rows = tuple(
        Delegation(code=f"ctg-{power}", to=OFFICE.code, name=name, power=power, evidence="invented") for power in POWERS
    )
    return msgspec.structs.replace(annex(), delegations=rows)
