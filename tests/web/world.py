"""Two installations with a month behind them: an invented health centre and an invented mutual, carried through.

February is paid and reconciled, March is with the mutual and undecided, April has begun: one visit waits for the
close of its day. Everything goes through the real workflows; the people are made up.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from facility_agent.demo.sites import FACILITY, MUTUAL, PASSPHRASE, Pair, open_pair
from facility_agent.exchange.randomness import seeded
from facility_agent.vocabulary.records import Beneficiary, CareLine, Coverage, Visit
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows import audit_desk, exchange, membership, month_end, visits
from facility_agent.workflows.cards import IssuedCard, issue_cards
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.lost_cards import revoke
from facility_agent.workflows.site import open_site

TODAY = date(2026, 4, 3)
SINCE = date(2025, 6, 1)

#: A name that would be a script if any page forgot to escape it.
HOSTILE = '<script>alert("x")</script> O’Brien & Fils'

PEOPLE = (
    ("MLT-000001-01", "OUEDRAOGO Awa", "F", date(1988, 5, 12), "Nabraogo centre", date(2026, 12, 31)),
    ("MLT-000001-02", "OUEDRAOGO Issa", "M", date(2023, 9, 2), "Nabraogo centre", date(2026, 12, 31)),
    ("MLT-000002-01", "SAWADOGO Boukary", "M", date(1961, 1, 1), "Tanghin", date(2026, 12, 31)),
    ("MLT-000003-01", "KABORE Mariam", "F", date(1994, 3, 30), "Nabraogo est", date(2025, 12, 31)),
    ("MLT-000004-01", "ZONGO Salif", "M", date(1979, 7, 7), "Tanghin", date(2026, 12, 31)),
    ("MLT-000005-01", HOSTILE, "F", date(1990, 2, 2), HOSTILE, date(2026, 12, 31)),
)


class World:
    """What tests need of the two installations."""

    def __init__(self, pair: Pair, cards: dict[str, IssuedCard], february: Batch, march: Batch) -> None:
        self.pair = pair
        self.facility, self.mutual, self.clock = pair.facility, pair.mutual, pair.clock
        self.cards, self.february, self.march = cards, february, march


class Made(NamedTuple):
    """Both installations as they were left, closed, and what is known of them."""

    folder: TemporaryDirectory[str]
    cards: dict[str, IssuedCard]
    february: Batch
    march: Batch
    now: datetime


#: Made once in a process; every test works on a copy.
_MADE: list[Made] = []


@asynccontextmanager
async def open_world(folder: Path) -> AsyncIterator[World]:
    """Both installations on 3 April 2026, with what happened before, in a folder of their own."""
    if not _MADE:
        _MADE.append(await _make())
    (made,) = _MADE
    shutil.copytree(made.folder.name, folder, dirs_exist_ok=True)
    clock = SetClock(made.now)
    async with (
        open_site(folder / FACILITY.code, clock, seeded("copy-facility")) as facility,
        open_site(folder / MUTUAL.code, clock, seeded("copy-mutual")) as mutual,
    ):
        yield World(Pair(facility, mutual, clock), made.cards, made.february, made.march)


async def _make() -> Made:
    folder = TemporaryDirectory(prefix="world-")
    async with open_pair(Path(folder.name), 7) as pair:
        await pair.sign_agreement()
        await membership.replace_members(pair.mutual, tuple(_coverage(*row) for row in PEOPLE))
        issued = await issue_cards(pair.mutual, [_coverage(*row) for row in PEOPLE], date(2026, 12, 31), PASSPHRASE)
        await revoke(pair.mutual, [issued[4].card.serial])
        await _carry_lists(pair)
        cards = {entry.card.member: entry for entry in issued}
        for day in (9, 10, 24):
            await _care(pair, date(2026, 2, day))
        february = await _batch(pair, "2026-02", datetime(2026, 3, 2, 8, tzinfo=UTC))
        await _answered(pair, february)
        for day in (3, 12, 19, 27):
            await _care(pair, date(2026, 3, day))
        await _dear(pair, date(2026, 3, 20))
        await _carry_lists(pair)
        march = await _batch(pair, "2026-03", datetime(2026, 4, 2, 8, tzinfo=UTC))
        pair.clock.set(datetime(2026, 4, 3, 9, 20, tzinfo=UTC))
        await visits.record(pair.facility, _visit(pair, 2, TODAY, "09:05", ("consultation-nurse", 1)), "soins")
        return Made(folder, cards, february, march, pair.clock.now())


def _coverage(number: str, name: str, sex: str, born: date, village: str, paid: date) -> Coverage:
    person = Beneficiary(number, name, sex, born, None, number[:10], number.endswith("01"), village=village)  # type: ignore[arg-type]
    return Coverage(person, "MLT", "mutual", SINCE, paid_until=paid)


async def _carry_lists(pair: Pair) -> None:
    """The register and the list of revoked cards, carried to the health centre."""
    await membership.replace_members(pair.mutual, tuple(_coverage(*row) for row in PEOPLE))
    for publish in (membership.publish_register, membership.publish_revocations):
        path = await publish(pair.mutual, pair.facility.config.code)
        await exchange.receive(pair.facility, path.read_bytes(), "comptable", path.name)


def _visit(pair: Pair, who: int, day: date, at: str, *care: tuple[str, int], price: int | None = None) -> Visit:
    number, name, sex, born, village, _ = PEOPLE[who]
    prices = {"consultation-nurse": 100, "malaria-rapid-test": 500, "paracetamol": 10, "artemether-lumefantrine": 60}
    lines = tuple(
        CareLine(str(place), act, quantity, prices[act] if price is None else price, role="nurse")
        for place, (act, quantity) in enumerate(care, 1)
    )
    return Visit(
        id=pair.facility.new_id(),
        facility=pair.facility.config.code,
        day=day,
        beneficiary=Beneficiary(number, name, sex, born, None, number[:10], village=village),  # type: ignore[arg-type]
        lines=lines,
        register_number=f"{day.month}{day.day:02}{who}",
        at=at,
        identified="card",
        card_serial=who + 1,
        card_expires=date(2026, 12, 31),
        card_revoked=False,
        condition_text="paludisme simple",
    )


async def _care(pair: Pair, day: date) -> None:
    """A day of ordinary care, closed in the evening."""
    pair.clock.set(datetime(day.year, day.month, day.day, 17, tzinfo=UTC))
    tablets = (("consultation-nurse", 1), ("malaria-rapid-test", 1), ("paracetamol", 12))
    await visits.record(pair.facility, _visit(pair, 0, day, "08:10", *tablets), "soins")
    await visits.record(pair.facility, _visit(pair, 2, day, "08:40", ("consultation-nurse", 1)), "soins")
    await visits.record(pair.facility, _visit(pair, 5, day, "10:30", *tablets[1:]), "soins")
    await visits.close_day(pair.facility, day, "soins")


async def _dear(pair: Pair, day: date) -> None:
    """A visit billed at several times the tariff, for the auditors."""
    pair.clock.set(datetime(day.year, day.month, day.day, 17, tzinfo=UTC))
    dear = _visit(pair, 4, day, "11:00", ("consultation-nurse", 1), ("malaria-rapid-test", 1), price=2500)
    await visits.record(pair.facility, dear, "soins")
    await visits.close_day(pair.facility, day, "soins")


async def _batch(pair: Pair, month: str, closed: datetime) -> Batch:
    """The month closed, exported, and carried to the mutual; the receipt carried back."""
    pair.clock.set(closed)
    batch = await month_end.close(pair.facility, month, "MLT", "mutual", "comptable")
    exported = await month_end.export(pair.facility, batch.id, "comptable")
    assert exported.sealed is not None
    received = await exchange.receive(pair.mutual, exported.sealed.read_bytes(), "agent")
    await _back(pair, received.reply)
    return batch


async def _answered(pair: Pair, batch: Batch) -> None:
    """The batch decided and paid, and both letters carried to the health centre."""
    pair.clock.set(datetime(2026, 3, 16, 10, tzinfo=UTC))
    await audit_desk.decide(pair.mutual, batch.id, {}, "agent")
    await _back(pair, f"decision-{batch.number}.fae")
    await audit_desk.pay(pair.mutual, batch.id, "VIR-2026-0031", date(2026, 3, 16), "tresorier")
    await _back(pair, f"remittance-{batch.number}.fae")


async def _back(pair: Pair, name: str) -> None:
    data = (pair.mutual.folder / "outbox" / name).read_bytes()
    await exchange.receive(pair.facility, data, "comptable", name)
