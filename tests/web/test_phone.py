"""Telephones on the centre's network: photos over plain HTTP, and the live camera behind the site's own certificate."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, TCPConnector, web
from playwright.async_api import Error
from playwright.async_api import Page as Tab

from facility_agent.cards.degrade import jpeg
from facility_agent.cards.read import read_picture
from facility_agent.demo.sites import PASSWORD
from facility_agent.exchange.certificates import fingerprint
from facility_agent.web.app import create_app
from facility_agent.web.guard import COOKIE, SECURE_COOKIE
from facility_agent.web.keys import Doors
from facility_agent.web.network import addresses, names
from facility_agent.web.secure import SecureDoor
from tests.services.browser import ARGUMENTS, running_browser
from tests.services.trust import trusting_home
from tests.web.conftest import Visit
from tests.web.test_browser import AWA
from tests.web.test_camera import COUNT, FAKE, film, held_up, nothing
from tests.web.visitor import Page
from tests.web.world import World


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("", 0))
        return int(door.getsockname()[1])


@pytest.fixture
def own() -> str:
    """An address of this machine that is not loopback, as a telephone would use it."""
    found = addresses()
    assert found, "these tests need a network card with an address"
    return found[0]


@asynccontextmanager
async def served(world: World, tls: bool) -> AsyncIterator[tuple[Doors, SecureDoor | None]]:
    """The health centre, served to its whole network."""
    secure = SecureDoor(world.facility) if tls else None
    doors = Doors("0.0.0.0", free_port(), free_port() if secure else None, secure.authority if secure else b"")
    runner = web.AppRunner(create_app(world.facility, doors))
    await runner.setup()
    try:
        await web.TCPSite(runner, doors.host, doors.port).start()
        if secure is not None:
            await web.TCPSite(runner, doors.host, doors.tls_port, ssl_context=secure.context).start()
        yield doors, secure
    finally:
        await runner.cleanup()


def reaching(own: str) -> str:
    """The browser of the tests sees this machine under one address more."""
    (rule,) = [argument for argument in ARGUMENTS if argument.startswith("--host-resolver-rules")]
    return f"{rule}, EXCLUDE {own}"


async def signed_in(page: Tab) -> None:
    await page.fill("#login", "accueil")
    await page.fill("#password", PASSWORD)
    await page.click(".primary")
    await page.locator("#text").wait_for()


@pytest.mark.browser
async def test_a_telephone_sends_a_photo_over_plain_http_at_once(world: World, own: str, tmp_path: Path) -> None:
    async with served(world, tls=False) as (doors, _), running_browser(reaching(own), *FAKE) as browser:
        page = await browser.new_page(locale="fr", viewport={"width": 360, "height": 740})
        await page.goto(f"http://{own}:{doors.port}/desk")
        await signed_in(page)
        assert await page.evaluate("window.isSecureContext") is False
        assert not await page.locator("[data-camera]").is_visible()
        photo = jpeg(held_up(world.cards[AWA]))
        async with page.expect_navigation():
            await page.set_input_files("#photo", {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo})
        assert "Droits ouverts" in await page.inner_text(".verdict")
        await page.goto(f"http://{own}:{doors.port}/phone")
        assert f"http://{own}:{doors.port}/desk" in await page.inner_text("main")
        assert "n’est pas chiffrée" in await page.inner_text("main")


@pytest.mark.browser
async def test_a_telephone_that_trusts_the_site_reads_cards_live(world: World, own: str, tmp_path: Path) -> None:
    camera = film(tmp_path / "film.mjpeg", (nothing(), 15), (held_up(world.cards[AWA]), 60))
    async with served(world, tls=True) as (doors, secure):
        assert secure is not None
        async with running_browser(reaching(own)) as browser:
            stranger = await browser.new_page()
            with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
                await stranger.goto(f"https://{own}:{doors.tls_port}/desk")
        home = trusting_home(tmp_path / "home", secure.authority)
        async with running_browser(reaching(own), *FAKE, camera, home=home) as browser:
            page = await browser.new_page(locale="fr")
            await page.add_init_script(COUNT)
            await page.goto(f"http://{own}:{doors.port}/desk")
            assert page.url.startswith(f"https://{own}:{doors.tls_port}/"), "a password does not cross in clear"
            await signed_in(page)
            assert await page.evaluate("window.isSecureContext") is True
            await page.evaluate("sessionStorage.clear()")
            await page.click("[data-camera-start]")
            await page.locator(".verdict").wait_for()
            assert "Droits ouverts" in await page.inner_text(".verdict")
            assert await page.evaluate("sessionStorage.getItem('acts')") == "1"
            kept = {cookie["name"]: cookie["secure"] for cookie in await page.context.cookies()}
            assert kept[SECURE_COOKIE] is True and COOKIE not in kept


async def test_a_handshake_holds_for_every_name_of_the_machine_and_no_other(world: World, own: str) -> None:
    async with served(world, tls=True) as (doors, secure):
        assert secure is not None
        trusting = ssl.create_default_context(cadata=secure.authority.decode())
        for name in ("127.0.0.1", "localhost", own, *names()):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", doors.tls_port, ssl=trusting, server_hostname=name
            )
            writer.write(b"GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b"200 OK" in await reader.readline()
            writer.close()
        for context, name in ((ssl.create_default_context(), own), (trusting, "mutuelle.example")):
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncio.open_connection("127.0.0.1", doors.tls_port, ssl=context, server_hostname=name)


async def test_a_connection_after_the_renewal_sees_the_new_certificate(world: World) -> None:
    clock = world.pair.clock
    before = clock.now()
    async with served(world, tls=True) as (doors, secure):
        assert secure is not None

        async def shown() -> bytes:
            context = ssl.create_default_context(cadata=secure.authority.decode())
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            _, writer = await asyncio.open_connection("127.0.0.1", doors.tls_port, ssl=context)
            certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.close()
            return certificate

        first = await shown()
        assert secure.refresh() is False and await shown() == first
        try:
            clock.set(before + timedelta(days=800))
            assert secure.refresh() is True
        finally:
            clock.set(before)
        assert secure.refresh() is True, "the clock went back: the certificate would not be valid yet"
        assert await shown() != first


async def test_other_machines_are_sent_to_the_secure_door_and_letters_are_not(world: World, own: str) -> None:
    async with served(world, tls=True) as (doors, _), ClientSession() as browser:
        plain, secure = f"http://{own}:{doors.port}", f"https://{own}:{doors.tls_port}"

        async def goes(method: str, path: str) -> tuple[int, str]:
            async with browser.request(method, plain + path, allow_redirects=False) as answer:
                return answer.status, answer.headers.get("Location", "")

        assert await goes("GET", "/visits?day=02/04/2026") == (303, f"{secure}/visits?day=02/04/2026")
        assert await goes("POST", "/sign-in") == (303, f"{secure}/")
        for path in ("/phone", "/phone/authority.crt", "/static/pages.css", "/api/health"):
            assert await goes("GET", path) == (200, ""), path
        async with browser.get(f"http://127.0.0.1:{doors.port}/sign-in", allow_redirects=False) as answer:
            assert answer.status == 200, "this machine needs no certificate"


async def test_the_page_leads_a_telephone_step_by_step(world: World, own: str) -> None:
    async with served(world, tls=True) as (doors, secure), ClientSession() as browser:
        assert secure is not None
        for host in ("127.0.0.1", own):
            place = f"http://{host}:{doors.port}"
            async with browser.get(f"{place}/phone", headers={"Accept-Language": "fr"}) as answer:
                page = Page(answer.status, "/phone", await answer.text())
            assert page.faults == []
            assert fingerprint(secure.authority) in page.text
            assert "Android" in page.text and "iPhone" in page.text
            trust, desk = f"http://{own}:{doors.port}/phone", f"https://{own}:{doors.tls_port}/desk"
            assert {trust, desk} <= {link["href"] for link in page.every("a")}
            for name, goal in (("trust", trust), ("desk", desk)):
                async with browser.get(f"{place}/phone/codes/{name}.png") as answer:
                    assert read_picture(await answer.read()) == goal
            async with browser.get(f"{place}/phone/authority.crt") as answer:
                assert await answer.read() == secure.authority
                assert answer.content_type == "application/x-x509-ca-cert"
                assert b"PRIVATE" not in await answer.read()


async def test_without_a_network_the_page_says_how_to_open_it(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility)
    page = await visitor.get("/phone")
    assert page.status == 200 and "facility-agent serve --tls" in page.text
    for path in ("/phone/authority.crt", "/phone/codes/desk.png", "/phone/codes/other.png"):
        assert (await visitor.get(path)).status == 404


async def test_both_doors_of_one_machine_keep_their_sign_ins_apart(world: World) -> None:
    async with served(world, tls=True) as (doors, secure):
        assert secure is not None
        context = ssl.create_default_context(cadata=secure.authority.decode())
        jar = CookieJar(unsafe=True)
        async with ClientSession(connector=TCPConnector(ssl=context), cookie_jar=jar) as browser:
            for place in (f"https://127.0.0.1:{doors.tls_port}", f"http://127.0.0.1:{doors.port}"):
                form = {"login": "accueil", "password": PASSWORD}
                async with browser.post(f"{place}/sign-in", data=form, headers={"Origin": place}) as answer:
                    assert answer.status == 200 and answer.url.path == "/desk"
            assert {cookie.key for cookie in jar} >= {COOKIE, SECURE_COOKIE}
