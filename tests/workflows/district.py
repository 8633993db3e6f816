"""A district: three health centres, two mutuals, a fourth centre that joins later, and the ministry; all invented."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from facility_agent.config import Config
from facility_agent.demo.sites import FACILITY, MUTUAL, PASSPHRASE, PASSWORD
from facility_agent.exchange.parties import encode_public_keys
from facility_agent.exchange.randomness import seeded
from facility_agent.workflows.accounts import ROLES, add_account
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import Site, open_site
from tests.workflows.places import QUICK

NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
START = date(2026, 3, 1)
CENTRES = ("CSPS-1", "CSPS-2", "CSPS-3")
MUTUALS = ("MUT-A", "MUT-B")
LATE, MINISTRY = "CSPS-9", "MIN"
NAMES = {
    "CSPS-1": "CSPS de l’Étoile-du-Nord", "CSPS-2": "CSPS Saint-Joseph de N’Dorola",
    "CSPS-3": "Dispensaire Œuvre de Ŋwã",
    "CSPS-9": "CSPS arrivé plus tard", "MUT-A": "Mutuelle Laafi", "MUT-B": "Union des mutuelles de l’Est",
    "MIN": "Ministère inventé de la Santé",
}  # fmt: skip


def config_of(code: str) -> Config:
    """The settings of one of them."""
    base = FACILITY if code.startswith("CSPS") else MUTUAL
    role = "centre" if code == MINISTRY else base.role
    return msgspec.structs.replace(base, code=code, name=f"{NAMES[code]} (inventé)", role=role, member_pattern="")  # type: ignore[arg-type]


async def make(folder: Path, codes: tuple[str, ...], *, known: bool = True) -> None:
    """The installations, whose keys everybody knows; the ministry is an authority for all."""
    for code in codes:
        await install(folder / code, config_of(code), PASSPHRASE, SetClock(NOW), seeded(f"keys {code}"), QUICK)
    async with opened(folder, codes) as sites:
        for code, site in sites.items():
            login = "responsable"
            await add_account(site, login, "Responsable (exemple)", PASSWORD, ROLES[site.config.role])
            (folder / f"{code}.keys").write_bytes(encode_public_keys(site.own_keys()))
            for other in sites.values() if known else ():
                if other is not site:
                    await site.store.put_public_keys(other.own_keys())
            if known and MINISTRY in codes and code != MINISTRY:
                await site.store.put_authority(MINISTRY, site.now())


@asynccontextmanager
async def opened(folder: Path, codes: tuple[str, ...], clock: SetClock | None = None) -> AsyncIterator[dict[str, Site]]:
    """All of them, open at once, on one clock."""
    async with AsyncExitStack() as stack:
        clock = clock or SetClock(NOW)
        yield {
            code: await stack.enter_async_context(open_site(folder / code, clock, seeded(f"site {code}")))
            for code in codes
        }
