"""One installation: its configuration, database, keys, arrangements, clock and folder, opened and closed together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from facility_agent.arrangements.agreement import Agreement, in_force
from facility_agent.arrangements.model import Arrangement
from facility_agent.config import Config, read_config
from facility_agent.eligibility.card import Issuer
from facility_agent.exchange.keynotes import FILE as NOTES
from facility_agent.exchange.keynotes import read_notes
from facility_agent.exchange.keys import key_files
from facility_agent.exchange.parties import PublicKeys, issuers, public_keys
from facility_agent.exchange.randomness import SYSTEM, Randomness
from facility_agent.storage.files import held
from facility_agent.storage.store import Store, open_store
from facility_agent.storage.store.desk import at_desk
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import milliseconds_of, uuid7
from facility_agent.workflows import shelf
from facility_agent.workflows.clock import Clock, SystemClock
from facility_agent.workflows.remembered import Listed, Remembered

ARRANGEMENTS, EXPORTS, INBOX, OUTBOX, KEYS = "arrangements", "exports", "inbox", "outbox", "keys"

#: Answers about agreements that are kept: some months of days, for each payer.
_MOST_ANSWERS = 1_000
_MINUTE = timedelta(minutes=1)


class Site:
    """What every workflow needs: who we are, what we keep, what day it is."""

    def __init__(self, folder: Path, config: Config, store: Store, clock: Clock, randomness: Randomness) -> None:
        self.folder = folder
        self.config = config
        self.store = store
        self.clock = clock
        self.randomness = randomness
        self.zone = zone_of(config.zone)
        #: The technical centre that works for us, and the mutuals there with which it lays our claims side by side.
        self.office: Site | None = None
        self.beside: Callable[[], Awaitable[tuple[Site, ...]]] = _nobody
        self._packs = Listed(folder / ARRANGEMENTS)
        self._shelf = self._packs.names()
        self.library = shelf.load(folder / ARRANGEMENTS, config.country.lower())
        self._latest = 0
        self._minute = datetime.min.replace(tzinfo=UTC)
        self._today = date.min
        self._outbox = Listed(folder / OUTBOX)
        self._key_files = Listed(folder / KEYS)
        self._keys = Remembered[PublicKeys]()
        self._arrangements = Remembered[dict[date, Arrangement]]()
        self._issuers = Remembered[dict[str, Issuer]]()
        self._agreement = Remembered[dict[tuple[str, str | None, date], Agreement | None]]()

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """The local day as the program believes it."""
        now = self.now()
        if not self._minute <= now < self._minute + _MINUTE:
            self._minute = now.replace(second=0, microsecond=0)
            self._today = now.astimezone(self.zone).date()
        return self._today

    def new_id(self) -> str:
        """A new UUIDv7. Identifiers go on in order when the clock ran backwards: claims are judged in that order."""
        now = int(self.now().timestamp() * 1000)
        self._latest = now if now >= self._latest else self._latest + 1
        return uuid7(self._latest, self.randomness(10))

    async def go_on(self) -> None:
        """Make identifiers after those that the database holds."""
        self._latest = milliseconds_of(await self.store.latest_id())

    def arrangement(self, day: date) -> Arrangement:
        """The country's arrangement in force on that day; InputError `arrangement-missing`."""
        self.refresh()
        known = self._arrangements.of(self.library, dict)
        found = known.get(day) or self.library.on(self.config.country, day)
        if found is None:
            raise InputError("arrangement-missing", country=self.config.country, day=day.isoformat())
        if len(known) >= _MOST_ANSWERS:
            known.clear()
        known[day] = found
        return found

    def refresh(self) -> None:
        """Read the arrangements again when a pack has come, by whatever door."""
        if (names := self._packs.names()) != self._shelf:
            self._shelf = names
            self.library = shelf.load(self.folder / ARRANGEMENTS, self.config.country.lower())

    async def agreement(self, facility: str, payer: str | None, day: date) -> Agreement | None:
        """The agreement in force between a facility and a payer (or any payer) that day, or None.

        One that was only signed on that day but not yet in force is given when none is, so that the rules can say why.
        """
        every = await self.store.agreements()
        answers = self._agreement.of(every, dict)
        asked = (facility, payer, day)
        if asked not in answers:
            if len(answers) >= _MOST_ANSWERS:
                answers.clear()
            answers[asked] = _agreement(every, facility, payer, day)
        return answers[asked]

    def own_keys(self) -> PublicKeys:
        """Our public keys, to hand to others. A key file never changes: they are read again when one comes or goes, or
        when something was noted of one."""
        names = self._key_files.names()
        noted = (self.folder / KEYS / NOTES).stat() if NOTES in names else None
        seen = (names, noted.st_mtime_ns if noted else 0, noted.st_size if noted else 0)
        return self._keys.of(seen, self._read_own_keys)

    def letters_waiting(self) -> int:
        """How many sealed letters wait to be carried."""
        return sum(name.endswith(".fae") for name in self._outbox.names())

    def _read_own_keys(self) -> PublicKeys:
        files = [file for role in ("card", "agreement", "site-seal", "site-open") for file in self._files(role)]
        config = self.config
        return public_keys(
            config.code, config.name, files, config.member_pattern, config.household_pattern,
            read_notes(self.folder / KEYS),
        )  # fmt: skip

    async def partners(self) -> tuple[PublicKeys, ...]:
        """The public keys of everybody whom we know, ourselves included."""
        return (self.own_keys(), *(await self.store.public_keys()))

    async def partner(self, code: str) -> PublicKeys:
        """The public keys of one party; InputError `party-unknown`."""
        for party in await self.partners():
            if party.party == code:
                return party
        raise InputError("party-unknown", party=code)

    async def names(self) -> dict[str, str]:
        """The names of everybody whom we know, by code."""
        return {party.party: party.name for party in await self.partners()}

    async def issuers(self) -> dict[str, Issuer]:
        """The keys whose cards count here: at a facility those of its agreements and of whom the arrangement names."""
        partners, agreements = await self.partners(), await self.store.agreements()
        if self.config.role != "facility":
            return self._issuers.of(partners, lambda: issuers(partners))
        try:
            arrangement = self.arrangement(self.today())
        except InputError:
            arrangement = None
        own = self.config.code
        return self._issuers.of(
            (partners, agreements, arrangement), lambda: issuers(trusted(own, partners, agreements, arrangement))
        )

    def _files(self, role: str) -> tuple:
        return key_files(self.folder / KEYS, role)  # type: ignore[arg-type]


def trusted(
    facility: str, partners: Iterable[PublicKeys], agreements: Iterable[Agreement], arrangement: Arrangement | None
) -> tuple[PublicKeys, ...]:
    """The parties whose cards a facility reads, and no others.

    They are the payers that signed an agreement with it (one that was suspended or ended says so as the reason, and
    the card is still read), payers that the arrangement names and that pay without an agreement, and the union, centre
    or agency to which the arrangement gives the issuing of cards.
    """
    codes: set[str] = set()
    for agreement in agreements:
        signed = {entry.party for entry in agreement.signatures} | {entry.party.code for entry in agreement.adhesions}
        if facility in signed:
            everybody = (*agreement.parties, *(adhesion.party for adhesion in agreement.adhesions))
            codes |= {party.code for party in everybody if party.role == "payer" and party.code in signed}
            codes |= {row.to for row in agreement.annex.delegations if row.cards}
    if arrangement is not None:
        codes |= {scheme.payer for scheme in arrangement.schemes if scheme.payer and not scheme.agreement}
        codes |= {row.to for row in arrangement.duties.delegations if row.cards}
    return tuple(party for party in partners if party.party in codes)


async def _nobody() -> tuple[Site, ...]:
    return ()


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name; InputError `zone-unknown`."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise InputError("zone-unknown", zone=name) from None


def _agreement(known: Iterable[Agreement], facility: str, payer: str | None, day: date) -> Agreement | None:
    """The agreement of `Site.agreement` among those that are known."""
    known = [entry for entry in known if entry.party(facility) is not None]
    if payer is not None:
        known = [entry for entry in known if entry.party(payer) is not None] or known
    # An amendment that both have signed comes before the agreement that it follows.
    for entry in sorted(known, key=lambda entry: entry.start, reverse=True):
        payers = [payer] if payer else [party.code for party in entry.everybody if party.role == "payer"]
        if any(in_force(entry, facility, code, day) for code in payers):
            return entry
    return known[-1] if known else None


@asynccontextmanager
async def open_site(folder: Path, clock: Clock | None = None, randomness: Randomness = SYSTEM) -> AsyncIterator[Site]:
    """Open the installation in `folder`; InputError says what is missing."""
    config = read_config(folder)
    address = config.database if "://" in config.database else str(folder / config.database)
    with held(folder):
        async with open_store(address) as plain, at_desk(plain) as store:
            shelf.lay_out(folder / ARRANGEMENTS, await store.packs())
            site = Site(folder, config, store, clock or SystemClock(), randomness)
            await site.go_on()
            yield site
