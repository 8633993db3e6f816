"""A technical centre: one installation that works for many mutuals, each with everything of its own.

Every mutual is an installation in `mutuals/CODE` of the centre's folder: its database, keys, agreements, members,
letters and accounts lie there and nowhere else, so that no query can mix two of them. A person of the centre has one
password, kept by the centre; what they may do for a mutual is an account that this mutual gave to their login.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec

from facility_agent.config import FILE, read_config
from facility_agent.exchange.randomness import SYSTEM, Randomness
from facility_agent.storage.store.people import Account
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import accounts, sharing
from facility_agent.workflows.accounts import SignIn
from facility_agent.workflows.clock import Clock
from facility_agent.workflows.site import Site, open_site

MUTUALS = "mutuals"


class Desk(msgspec.Struct, frozen=True):
    """A mutual as somebody of the centre sees it before going there: their account, and what waits."""

    code: str
    name: str
    account: Account
    received: int
    to_review: int
    letters: int


class Centre:
    """The centre's own site, and the sites of its mutuals by their codes."""

    def __init__(self, site: Site, mutuals: dict[str, Site]) -> None:
        self.site = site
        self.mutuals = mutuals

    async def desks(self, login: str) -> tuple[Desk, ...]:
        """The mutuals that gave this person an account, in order of their names."""
        found = []
        for code, site in self.mutuals.items():
            account = await self._account(site, login)
            if account is not None:
                waiting, _ = await site.store.waiting_sums()
                received = await site.store.undecided()
                found.append(Desk(code, site.config.name, account, received, waiting, site.letters_waiting()))
        return tuple(sorted(found, key=lambda desk: (desk.name, desk.code)))

    def mutual(self, code: str) -> Site:
        """One of the mutuals; InputError `mutual-not-served`."""
        if code not in self.mutuals:
            raise InputError("mutual-not-served", mutual=code)
        return self.mutuals[code]

    async def enter(self, code: str, login: str) -> SignIn:
        """Go and work for a mutual: a sign-in there. InputError `mutual-not-yours`, also for one that is not here."""
        site = self.mutuals.get(code)
        account = await self._account(site, login) if site else None
        if site is None or account is None:
            raise InputError("mutual-not-yours")
        return await accounts.opened(site, account)

    async def _account(self, site: Site, login: str) -> Account | None:
        account = await site.store.account(login)
        return account if account and account.active and account.office == self.site.config.code else None


@asynccontextmanager
async def open_centre(site: Site, clock: Clock | None = None, randomness: Randomness = SYSTEM) -> AsyncIterator[Centre]:
    """Open the mutuals of a centre.

    InputError `centre-folder` names a folder that does not hold the mutual it says, `centre-databases` a mutual whose
    database is of another kind than the centre's: one program speaks to one kind.
    """
    mutuals: dict[str, Site] = {}
    async with AsyncExitStack() as stack:
        for folder in mutual_folders(site.folder):
            config = read_config(folder)
            if config.role != "mutual" or config.code != folder.name:
                raise InputError("centre-folder", folder=folder.name, code=config.code)
            if ("://" in config.database) != ("://" in site.config.database):
                raise InputError("centre-databases", mutual=config.code)
            mutuals[folder.name] = await stack.enter_async_context(open_site(folder, clock, randomness))
        centre = Centre(site, mutuals)
        work_for(centre)
        yield centre


def work_for(centre: Centre) -> None:
    """Let each mutual know the centre, and where to find those with which it shares."""
    for code, site in centre.mutuals.items():
        site.office, site.beside = centre.site, partial(sharing.beside, centre.site, centre.mutuals, code)


def mutual_folders(centre: Path) -> tuple[Path, ...]:
    """The folders of a centre's mutuals, in order of their codes."""
    return tuple(sorted(path.parent for path in (centre / MUTUALS).glob(f"*/{FILE}")))
