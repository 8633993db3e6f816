"""The two installations, opened anew for the tests of each file, and people who sign in to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from facility_agent.web.app import create_app
from facility_agent.web.exporting import EXPORTING, Exports
from facility_agent.workflows.site import Site
from tests.web.visitor import Visitor
from tests.web.world import World, open_world

Visit = Callable[..., Awaitable[Visitor]]


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@asynccontextmanager
async def visiting() -> AsyncIterator[Visit]:
    """Somebody opens a browser on a site, and signs in when a login is given."""
    opened: list[TestClient[Any, Any]] = []

    async def visit(site: Site, login: str = "", language: str = "fr") -> Visitor:
        app = create_app(site)
        # A busy machine takes its time; only the test of it looks at work that goes on behind the page.
        app[EXPORTING] = Exports(patience=120)
        client: TestClient[Any, Any] = TestClient(TestServer(app))
        await client.start_server()
        opened.append(client)
        visitor = Visitor(client, language)
        if login:
            await visitor.sign_in(login)
        return visitor

    yield visit
    for client in opened:
        await client.close()


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    async with visiting() as visit:
        yield visit


@pytest.fixture
async def clerk(world: World, visit: Visit) -> Visitor:
    """The person who holds every role at the health centre."""
    return await visit(world.facility, "responsable")


@pytest.fixture
async def officer(world: World, visit: Visit) -> Visitor:
    """The medical adviser, who is an officer too."""
    return await visit(world.mutual, "medecin")
