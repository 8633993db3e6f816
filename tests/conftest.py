"""What many tests share: a PostgreSQL server and a browser, each started once, by the first test that asks.

Under `pytest -n` every worker starts its own. All async tests and fixtures of a worker share one event loop
(see `asyncio_default_*_loop_scope` in pyproject.toml), because a browser answers only in the loop that opened it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser

from tests.services.browser import running_browser
from tests.services.postgres import fresh_database, running_postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server, for asyncpg and Tortoise; most tests want `postgres_database`."""
    with running_postgres() as url:
        yield url


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[str]:
    """The URL of an empty PostgreSQL database, for this test alone."""
    async with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A running Chromium; a test opens its own `browser.new_context()` and closes it."""
    async with running_browser() as running:
        yield running
