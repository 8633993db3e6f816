"""Two small installations in three states, each made once and copied for every test that changes it.

`ready`: nobody has come yet. `sent`: March is closed, sealed and lies in the outbox of the health centre.
`answered`: the mutual has received, decided and paid it, and nothing of that has been carried back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from facility_agent.workflows import audit_desk, exchange, month_end
from facility_agent.workflows.cards import IssuedCard
from facility_agent.workflows.month_end import BatchView
from tests.workflows.march import close_march, live_march
from tests.workflows.places import Places, copied_places, new_places


class Made(NamedTuple):
    """A pair of installations at rest: where they lie, the hour of their clock, and the cards."""

    folder: Path
    now: datetime
    cards: dict[str, IssuedCard]


@pytest.fixture(scope="session")
async def made_ready(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("ready")
    async with new_places(folder) as places:
        return Made(folder, places.pair.clock.now(), places.cards)


@pytest.fixture(scope="session")
async def made_sent(made_ready: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("sent")
    async with copied_places(made_ready.folder, folder, made_ready.cards, made_ready.now) as places:
        await live_march(places)
        await close_march(places)
        return Made(folder, places.pair.clock.now(), places.cards)


@pytest.fixture(scope="session")
async def made_answered(made_sent: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("answered")
    async with copied_places(made_sent.folder, folder, made_sent.cards, made_sent.now) as places:
        (batch,) = await places.facility.store.batches()
        letter = await places.facility.store.sealed(f"batch-{batch.batch.number}.fae")
        assert letter is not None
        await exchange.receive(places.mutual, letter, "agent")
        places.at(date(2026, 4, 10))
        await audit_desk.decide(places.mutual, batch.batch.id, {}, "agent")
        places.at(date(2026, 4, 20))
        await audit_desk.pay(places.mutual, batch.batch.id, "VIR-0001", date(2026, 4, 20), "tresorier")
        return Made(folder, places.pair.clock.now(), places.cards)


@pytest.fixture
async def ready(made_ready: Made, tmp_path: Path) -> AsyncIterator[Places]:
    async with copied_places(made_ready.folder, tmp_path, made_ready.cards, made_ready.now) as places:
        yield places


@pytest.fixture
async def sent(made_sent: Made, tmp_path: Path) -> AsyncIterator[Places]:
    async with copied_places(made_sent.folder, tmp_path, made_sent.cards, made_sent.now) as places:
        yield places


@pytest.fixture
async def answered(made_answered: Made, tmp_path: Path) -> AsyncIterator[Places]:
    async with copied_places(made_answered.folder, tmp_path, made_answered.cards, made_answered.now) as places:
        yield places


@pytest.fixture(scope="module")
async def held(made_answered: Made, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Places]:
    """An answered pair that the tests of one module share, because they change nothing."""
    folder = tmp_path_factory.mktemp("held")
    async with copied_places(made_answered.folder, folder, made_answered.cards, made_answered.now) as places:
        yield places


@pytest.fixture(scope="module")
async def view(held: Places) -> BatchView:
    """The month as the health centre sent it."""
    (found,) = await month_end.batches(held.facility)
    return found


@pytest.fixture(scope="module")
async def unsent(made_sent: Made, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Places]:
    """The pair before the mutual has anything, for batches that it must not take."""
    folder = tmp_path_factory.mktemp("unsent")
    async with copied_places(made_sent.folder, folder, made_sent.cards, made_sent.now) as places:
        yield places
