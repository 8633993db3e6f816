"""A technical centre: one installation that works for many mutuals, each with everything of its own.

Every mutual is an installation in `mutuals/CODE` of the centre's folder: its database, keys, agreements, members,
letters and accounts lie there and nowhere else, so that no query can mix two of them. A person of the centre has one
password, kept by the centre; what they may do for a mutual is an account that this mutual gave to their login.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec

from facility_agent.config import FILE, read_config
from facility_agent.exchange.randomness import SYSTEM, Randomness
from facility_agent.storage.store.people import Account
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import accounts
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
        lay_side_by_side(mutuals.values())
        yield Centre(site, mutuals)


def lay_side_by_side(mutuals: Collection[Site]) -> None:
    """Let each mutual's audit see the claims of those with which it shares: each must name the other."""
    named = {site.config.code: set(site.config.shares_claims_with.split()) for site in mutuals}
    for site in mutuals:
        own = site.config.code
        site.beside = tuple(
            other for other in mutuals if own in named[other.config.code] and other.config.code in named[own] - {own}
        )


def mutual_folders(centre: Path) -> tuple[Path, ...]:
    """The folders of a centre's mutuals, in order of their codes."""
    return tuple(sorted(path.parent for path in (centre / MUTUALS).glob(f"*/{FILE}")))
