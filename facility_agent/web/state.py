"""What every page shows of the installation: the day as the program believes it, the register's age, what waits."""

from __future__ import annotations

from datetime import date
from weakref import WeakKeyDictionary

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.terms import terms
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.workflows.site import Site


class State(msgspec.Struct, frozen=True):
    """The visible state. `register_as_of` is that of the oldest register that a desk here relies on."""

    day: date
    arrangement: Arrangement | None
    agreement: Agreement | None
    invented: bool
    exercise: bool = False
    latest: date | None = None
    registers: bool = False
    register_limit: int | None = None
    register_as_of: date | None = None
    waiting: int = 0

    @property
    def register_age(self) -> int | None:
        """The age of the register in days, or None while there is none."""
        return None if self.register_as_of is None else (self.day - self.register_as_of).days

    @property
    def register_is_old(self) -> bool:
        """Whether the register is missing, or older than the contract allows."""
        age = self.register_age
        return age is None or (self.register_limit is not None and age > self.register_limit)

    @property
    def clock_behind(self) -> bool:
        """Whether the computer's clock has run backwards: the desk has seen a later day."""
        return self.latest is not None and self.day < self.latest

    @property
    def shown(self) -> tuple[object, ...]:
        """What a page shows of it."""
        return (self.day, self.latest, self.registers, self.register_age, self.register_is_old, self.waiting)

    @property
    def currency(self) -> str:
        """The currency of the arrangement in force; without one, figures stand alone."""
        return self.arrangement.currency if self.arrangement else "XTS"


async def visible(site: Site) -> State:
    """The state of the installation now; the same object as long as nothing of it can have changed."""
    seen = (site.store.version(), site.today(), site.letters_waiting())
    held = _SEEN.get(site)
    if held is not None and seen[0] is not None and held[0] == seen:
        return held[1]
    state = await _visible(site)
    _SEEN[site] = (seen, state)
    return state


_SEEN: WeakKeyDictionary[Site, tuple[tuple[int | None, date, int], State]] = WeakKeyDictionary()


async def _visible(site: Site) -> State:
    today = site.today()
    try:
        arrangement = site.arrangement(today)
    except InputError:
        # A page that says what is wrong must not fail for the same reason.
        arrangement = None
    desk = site.config.role == "facility"
    agreement = await own_agreement(site, today)
    payers = _payers(agreement) if agreement is not None and desk else ()
    states = [await site.store.register_state(payer) for payer in payers]
    days = [state.as_of for state in states if state is not None]
    return State(
        day=today,
        arrangement=arrangement,
        agreement=agreement,
        invented=site.config.invented
        or bool(arrangement and arrangement.invented)
        or bool(agreement and agreement.annex.invented),
        exercise=site.config.exercise,
        latest=await site.store.latest_day() if desk else None,
        registers=desk,
        register_limit=_limit(arrangement, agreement, site.config.code),
        register_as_of=min(days, default=None),
        waiting=site.letters_waiting(),
    )


def _limit(arrangement: Arrangement | None, agreement: Agreement | None, own: str) -> int | None:
    """How old a register may be, in days, where the contract says."""
    days = UNKNOWN if arrangement is None else terms(arrangement, agreement, own).clause("register_days")
    return None if days == UNKNOWN else int(days)


async def own_agreement(site: Site, day: date) -> Agreement | None:
    """The agreement that binds us that day: as a facility the one in force, as a payer the latest one."""
    own = site.config.code
    if site.config.role == "facility":
        return await site.agreement(own, None, day)
    ours = [entry for entry in await site.store.agreements() if entry.party(own) is not None and entry.start <= day]
    return max(ours, key=lambda entry: entry.start, default=None)


def _payers(agreement: Agreement) -> tuple[str, ...]:
    return tuple(party.code for party in agreement.parties if party.role == "payer")
