"""A small health centre and a small mutual that know each other: thirty members with cards, an agreement in force.

Made anew from a seed on SQLite or PostgreSQL, or copied from a pair that was made before, which is much quicker.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec

from facility_agent.arrangements.agreement import Annex
from facility_agent.demo.sites import FACILITY, MUTUAL, PASSPHRASE, Pair
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.randomness import seeded
from facility_agent.exchange.spreadsheets import COLUMNS
from facility_agent.vocabulary.records import Beneficiary, CareLine, Visit
from facility_agent.workflows import exchange, membership
from facility_agent.workflows.cards import IssuedCard, issue_cards
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.installing import install
from facility_agent.workflows.lost_cards import revoke
from facility_agent.workflows.site import Site, open_site

#: The clock of a pair that is ready, and the last day of its cards.
READY = datetime(2026, 3, 2, 8, tzinfo=UTC)
EXPIRES = date(2026, 12, 31)
QUICK = Cost(8192, 1, 1)

#: What a unit of care costs under the agreement, in francs.
PRICES = {"consultation-nurse": 100, "malaria-rapid-test": 500, "paracetamol": 10, "artemether-lumefantrine": 50}

#: Whose card says something else than the others: who left, who joined in February, whose card was lost.
LAPSED, WAITING, LOST = "MLT-000009-01", "MLT-000010-01", "MLT-000008-03"
#: Whose card ended before the month began.
LATE = "MLT-000008-02"


class Places:
    """Both installations, the clock that they share, and the members' cards."""

    def __init__(self, pair: Pair, cards: dict[str, IssuedCard]) -> None:
        self.pair = pair
        self.facility: Site = pair.facility
        self.mutual: Site = pair.mutual
        self.cards = cards

    def at(self, day: date, hour: str = "17:00") -> None:
        """Set the clock; the local time of Ouagadougou is UTC."""
        self.pair.clock.set(datetime.combine(day, time.fromisoformat(hour), UTC))

    def visit(self, member: str, day: date, *care: tuple[str, int], at: str = "08:30", **more: object) -> Visit:
        """A visit of a member with a card, at the agreed prices unless `prices` says otherwise."""
        prices = {**PRICES, **more.pop("prices", {})}  # type: ignore[dict-item]
        lines = tuple(
            CareLine(str(place), act, quantity, prices.get(act, 100), role="nurse")
            for place, (act, quantity) in enumerate(care or (("consultation-nurse", 1),), 1)
        )
        card = self.cards[member].card
        made = Visit(
            id=self.facility.new_id(),
            facility=self.facility.config.code,
            day=day,
            beneficiary=Beneficiary(member, card.name, card.sex, None, card.birth_year, card.household),
            lines=lines,
            register_number=f"{day.day}{member[-4:].replace('-', '')}",
            at=at,
            identified="card",
            card_serial=card.serial,
            card_expires=card.expires,
            card_revoked=False,
        )
        return msgspec.structs.replace(made, **more)


def members_file(rows: Sequence[dict[str, str]] | None = None) -> bytes:
    """Thirty invented people in ten households, as a mutual's spreadsheet gives them."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [names[0] for names in COLUMNS.values()], delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(people() if rows is None else rows)
    return out.getvalue().encode("utf-8-sig")


def people() -> list[dict[str, str]]:
    """The rows of the members' file: a mother, a father and a child in each household."""
    rows = []
    for household in range(1, 11):
        for place, (given, sex, born) in enumerate(
            (("Awa", "F", 1988), ("Issa", "M", 1979), ("Léa", "F", 2019)), start=1
        ):
            number = f"MLT-{household:06d}-{place:02d}"
            rows.append(
                {
                    "numero": number,
                    "menage": f"MLT-{household:06d}",
                    "nom": f"Inventé{household} {given}",
                    "sexe": sex,
                    "naissance": f"{born}-0{place}-1{household % 10}",
                    "adherent": "oui" if place == 1 else "non",
                    "telephone": "",
                    "village": "Nabraogo (inventé)",
                    "depuis": "2026-02-15" if number == WAITING else "2024-06-01",
                    "paye_jusqu_au": "2025-10-31" if number == LAPSED else "2026-12-31",
                }
            )
    return rows


@asynccontextmanager
async def new_places(
    folder: Path, seed: str = "1", databases: Sequence[str] = ("", ""), local: Annex | None = None
) -> AsyncIterator[Places]:
    """Make and open both installations, ready for the first patient of March 2026."""
    clock = SetClock(datetime(2026, 2, 20, 8, tzinfo=UTC))
    for config, database in zip((FACILITY, MUTUAL), databases, strict=True):
        config = msgspec.structs.replace(config, database=database or config.database)
        randomness = seeded(f"{seed}-keys-{config.code}")
        await install(folder / config.code, config, PASSPHRASE, clock, randomness, QUICK)
    async with opened(folder, seed, clock) as pair:
        places = await acquainted(pair, local)
        clock.set(READY)
        yield places


async def acquainted(pair: Pair, local: Annex | None = None) -> Places:
    """The two know each other: keys, an agreement, members with cards, their lists at the health centre."""
    await pair.facility.store.put_public_keys(pair.mutual.own_keys())
    await pair.mutual.store.put_public_keys(pair.facility.own_keys())
    await pair.sign_agreement(local)
    code = pair.mutual.config.code
    rows = [{name: _own(value, code) for name, value in row.items()} for row in people()]
    await membership.import_members(pair.mutual, members_file(rows))
    places = Places(pair, await _cards(pair))
    await carry_lists(places)
    return places


def _own(number: str, code: str) -> str:
    """The same person's number at another mutual."""
    return number.replace(MUTUAL.code, code)


@asynccontextmanager
async def copied_places(
    ready: Path, folder: Path, cards: dict[str, IssuedCard], now: datetime
) -> AsyncIterator[Places]:
    """A copy of a pair that is closed, opened at an hour of its clock; what it draws is drawn nowhere else."""
    shutil.copytree(ready, folder, dirs_exist_ok=True)
    async with opened(folder, f"copy-{folder.name}", SetClock(now)) as pair:
        yield Places(pair, cards)


@asynccontextmanager
async def opened(folder: Path, seed: str, clock: SetClock) -> AsyncIterator[Pair]:
    """Both installations in `folder`, open."""
    async with (
        open_site(folder / FACILITY.code, clock, seeded(f"{seed}-{FACILITY.code}")) as facility,
        open_site(folder / MUTUAL.code, clock, seeded(f"{seed}-{MUTUAL.code}")) as mutual,
    ):
        yield Pair(facility, mutual, clock)


async def carry_lists(places: Places) -> None:
    """The register and the list of revoked cards, carried to the health centre."""
    for publish in (membership.publish_register, membership.publish_revocations):
        letter = await publish(places.mutual, places.facility.config.code)
        await exchange.receive(places.facility, letter.read_bytes(), "comptable", letter.name)


async def _cards(pair: Pair) -> dict[str, IssuedCard]:
    """A card for everybody, one of them already ended, one of them lost."""
    code = pair.mutual.config.code
    everybody = await pair.mutual.store.all_coverages(code)
    on_time = [entry for entry in everybody if entry.beneficiary.number != _own(LATE, code)]
    late = [entry for entry in everybody if entry.beneficiary.number == _own(LATE, code)]
    issued = [
        *await issue_cards(pair.mutual, on_time, EXPIRES, PASSPHRASE),
        *await issue_cards(pair.mutual, late, date(2026, 2, 28), PASSPHRASE),
    ]
    cards = {entry.card.member: entry for entry in issued}
    await revoke(pair.mutual, [cards[_own(LOST, code)].card.serial])
    return cards
