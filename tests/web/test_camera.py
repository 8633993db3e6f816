"""The live camera in a real browser that believes a film to be its camera: a card held up, the verdict on the screen.

The decoder comes from our own server; whatever is asked of any other host fails the test.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
import qrcode
from PIL import Image
from playwright.async_api import Page, Request

from facility_agent.cards.degrade import FRAME, blur, jpeg, photograph, rotation
from facility_agent.cards.draw import draw_card, draw_symbol
from facility_agent.web import app
from facility_agent.workflows.cards import IssuedCard
from tests.services.browser import running_browser
from tests.web.test_browser import AWA, SALIF, opened
from tests.web.world import World

pytestmark = pytest.mark.browser

FAKE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")

#: Counts what a person does on the pages: presses of a key, a finger or a button, from page to page.
COUNT = """for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, event => {
  if (event.isTrusted) sessionStorage.setItem("acts", Number(sessionStorage.getItem("acts") ?? 0) + 1);
}, true);"""


def film(path: Path, *parts: tuple[Image.Image, int]) -> str:
    """A film for the camera: every picture for so many frames, 30 in a second, as JPEGs one after the other."""
    path.write_bytes(b"".join(jpeg(picture) * frames for picture, frames in parts))
    return f"--use-file-for-fake-video-capture={path}"


def held_up(issued: IssuedCard, seed: int = 1) -> Image.Image:
    """A card before a webcam: a little turned, a little out of focus."""
    chance = Random(seed)
    scene = photograph(draw_card(issued.card, issued.text, payer="Mutuelle inventée"), chance, share=0.75)
    return blur(rotation(scene, 0.08, chance), 0.2, chance)


def nothing() -> Image.Image:
    return Image.effect_noise(FRAME, 30)


@asynccontextmanager
async def at_the_desk(world: World, *arguments: str, script: str = "") -> AsyncIterator[tuple[Page, list[str]]]:
    """A clerk's browser on the page of the desk, and every address that it asks for from then on."""
    async with running_browser(*arguments) as browser, opened(browser, world.facility, "accueil") as page:
        asked: list[str] = []

        def note(request: Request) -> None:
            asked.append(request.url)

        page.on("request", note)
        await page.add_init_script(COUNT + script)
        await page.goto("/desk")
        yield page, asked


async def says(page: Page, text: str) -> None:
    await page.locator("[data-camera-says]", has_text=text).wait_for()


async def acts(page: Page) -> int:
    return int(await page.evaluate("Number(sessionStorage.getItem('acts'))"))


async def test_a_card_held_up_gives_the_verdict_after_one_act(world: World, tmp_path: Path) -> None:
    camera = film(tmp_path / "film.mjpeg", (nothing(), 30), (held_up(world.cards[AWA]), 60))
    async with at_the_desk(world, *FAKE, camera) as (page, asked):
        await page.click("[data-camera-start]")
        await page.locator(".verdict").wait_for()
        assert "Droits ouverts" in await page.inner_text(".verdict")
        assert await acts(page) == 1
        assert "OUEDRAOGO Awa" in await page.inner_text(".person")
        origin = re.match(r"http://[^/]+", page.url)
        assert origin is not None
        assert all(url.startswith(f"{origin[0]}/") for url in asked), asked
        assert f"{origin[0]}/vendor/zxing-wasm/zxing_reader.wasm" in asked


async def test_the_camera_stops_when_the_card_is_found(world: World, tmp_path: Path) -> None:
    hold = """const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async wanted => {
        window.wanted = wanted; return window.given = await ask(wanted); };
      HTMLFormElement.prototype.requestSubmit = function () { window.sent = new FormData(this).get("text"); };"""
    camera = film(tmp_path / "film.mjpeg", (held_up(world.cards[SALIF], 2), 30))
    async with at_the_desk(world, *FAKE, camera, script=hold) as (page, _):
        await page.click("[data-camera-start]")
        await says(page, "Carte lue")
        assert await page.evaluate("window.sent") == world.cards[SALIF].text
        assert await page.evaluate("window.given.getTracks().map(track => track.readyState)") == ["ended"]
        assert await page.evaluate("window.wanted.video.facingMode.ideal") == "environment"
        assert not await page.locator("video").is_visible()


async def test_two_cards_at_once_are_said_and_none_is_sent(world: World, tmp_path: Path) -> None:
    both = Image.new("L", FRAME, 160)
    for place, number in enumerate((AWA, SALIF)):
        both.paste(draw_symbol(world.cards[number].text).resize((400, 400)), (80 + 640 * place, 100))
    async with at_the_desk(world, *FAKE, film(tmp_path / "film.mjpeg", (both, 30))) as (page, _):
        await page.click("[data-camera-start]")
        await says(page, "plusieurs codes")
        assert page.url.endswith("/desk")
        await page.click("[data-camera-stop]")
        await says(page, "dès qu’elle la voit")
        assert await page.locator("[data-camera-start]").is_visible()


async def test_a_code_of_somebody_else_that_stays_is_answered_with_its_name(world: World, tmp_path: Path) -> None:
    symbol = qrcode.make("https://example.org/menu", border=4, box_size=8).get_image().convert("L")
    scene = Image.new("L", FRAME, 160)
    scene.paste(symbol, (400, 200))
    async with at_the_desk(world, *FAKE, film(tmp_path / "film.mjpeg", (scene, 30))) as (page, _):
        await page.click("[data-camera-start]")
        await page.get_by_text("Ce code mène au site example.org").wait_for()


BUSY = """navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotReadableError"); };"""
DENIED = """navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError"); };"""


@pytest.mark.parametrize(
    ("arguments", "script", "sentence"),
    [
        (("--use-fake-device-for-media-stream", "--deny-permission-prompts"), "", "Le navigateur refuse la caméra"),
        ((), DENIED, "Le navigateur refuse la caméra"),
        (("--use-fake-ui-for-media-stream",), "", "Aucune caméra sur cet appareil"),
        (FAKE, BUSY, "Un autre programme tient la caméra"),
    ],
)
async def test_a_camera_that_does_not_open_says_why_and_what_to_do(
    arguments: tuple[str, ...], script: str, sentence: str, world: World
) -> None:
    async with at_the_desk(world, *arguments, script=script) as (page, _):
        await page.click("[data-camera-start]")
        await says(page, sentence)
        assert await page.locator("[data-camera-start]").is_enabled()
        assert await page.locator("#photo").is_visible(), "a photo remains"


async def test_a_camera_that_is_pulled_out_says_so(world: World, tmp_path: Path) -> None:
    hold = """const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async wanted => window.given = await ask(wanted);"""
    async with at_the_desk(world, *FAKE, film(tmp_path / "film.mjpeg", (nothing(), 30)), script=hold) as (page, _):
        await page.click("[data-camera-start]")
        await says(page, "Tenez le code")
        await page.evaluate("window.given.getTracks()[0].dispatchEvent(new Event('ended'))")
        await says(page, "La caméra s’est arrêtée")


async def test_without_a_script_or_a_secure_context_the_photo_form_stands_alone(browser: Any, world: World) -> None:
    async with opened(browser, world.facility, "accueil", java_script_enabled=False) as page:
        await page.goto("/desk")
        assert not await page.locator("[data-camera]").is_visible()
        assert await page.locator("#photo").is_visible()


def test_what_others_wrote_is_there_unmodified() -> None:
    said = (app.VENDOR / "README.md").read_text("utf-8")
    told = dict(re.findall(r"^\| ([\w.]+) \|.*\| ([0-9a-f]{64}) \|$", said, re.MULTILINE))
    assert set(told) == {path.name for path in app.VENDOR.iterdir()} - {"README.md"}
    assert {name: sha256((app.VENDOR / name).read_bytes()).hexdigest() for name in told} == told
