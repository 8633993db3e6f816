"""The database server and the browser that other tests lean on do work, and say what is missing when they cannot."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Error
from tortoise import Tortoise, fields
from tortoise.models import Model

from tests.services import browser as browser_service
from tests.services import postgres as postgres_service
from tests.services.postgres import fresh_database


class Centre(Model):
    id = fields.IntField(primary_key=True)
    name = fields.TextField()


@pytest.mark.postgres
async def test_a_fresh_database_is_empty_and_keeps_what_is_written(postgres_database: str) -> None:
    connection = await asyncpg.connect(postgres_database)
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        await connection.execute("CREATE TABLE mutual (name text)")
        await connection.execute("INSERT INTO mutual VALUES ('Mutuelle de Kédougou')")
        assert await connection.fetchval("SELECT name FROM mutual") == "Mutuelle de Kédougou"
    finally:
        await connection.close()


@pytest.mark.postgres
async def test_two_tests_never_meet_in_one_database(postgres_url: str) -> None:
    async with fresh_database(postgres_url) as one, fresh_database(postgres_url) as other:
        assert one != other
        first = await asyncpg.connect(one)
        await first.execute("CREATE TABLE only_here (id int)")
        second = await asyncpg.connect(other)
        assert await second.fetchval("SELECT to_regclass('only_here') IS NULL")
        await second.close()
    # `first` was left open: the database was dropped all the same.
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(one)


@pytest.mark.postgres
async def test_tortoise_understands_the_url(postgres_database: str) -> None:
    context = await Tortoise.init(db_url=postgres_database, modules={"models": [__name__]})
    try:
        await context.generate_schemas()
        await Centre.create(name="Poste de santé de Bandafassi")
        assert (await Centre.get()).name == "Poste de santé de Bandafassi"
    finally:
        await context.connections.close_all(discard=True)


@pytest.mark.browser
async def test_the_browser_shows_a_page_that_this_machine_serves(browser: Browser) -> None:
    async def greet(request: web.Request) -> web.Response:
        return web.Response(text="<h1>Vérification des droits</h1>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", greet)
    context = await browser.new_context()
    async with TestServer(app) as server:
        page = await context.new_page()
        answer = await page.goto(str(server.make_url("/")))
        assert answer is not None and answer.status == 200
        assert await page.inner_text("h1") == "Vérification des droits"
    await context.close()


@pytest.mark.browser
async def test_the_browser_reaches_nothing_outside_this_machine(browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        await page.goto("http://facility.example/")
    await context.close()


def test_a_missing_browser_is_named_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LookupError, match="apt-get install chromium"):
        browser_service.find_chromium()


def test_a_missing_database_server_is_named_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres_service, "VERSIONS", tmp_path)
    with pytest.raises(LookupError, match="apt-get install postgresql"):
        postgres_service.find_binaries()
