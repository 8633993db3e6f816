"""A Chromium without a window, driven by Playwright's async API; it sees this machine and nothing else."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

ARGUMENTS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # A health centre may have no internet: a page that asks for anything outside must fail in the tests.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def find_chromium() -> str:
    """The path of the browser; LookupError with a sentence when there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise LookupError("no Chromium on this machine: install it with « apt-get install chromium »")


@asynccontextmanager
async def running_browser(*more: str, home: Path | None = None) -> AsyncIterator[Browser]:
    """A browser that runs inside the block; `more` are further arguments, e.g. a film for the camera.

    `home` is another home, e.g. one whose browser trusts more (`trust.trusting_home`).
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(),
            args=[*ARGUMENTS, *more],
            # Root and containers have no sandbox to offer; the only pages it meets are our own.
            chromium_sandbox=False,
            env={**os.environ, "HOME": str(home)} if home else None,
        )
        try:
            yield browser
        finally:
            await browser.close()


async def onward(page: Page, selector: str) -> None:
    """Press what leads to another page, and wait until that page is whole."""
    async with page.expect_navigation():
        await page.click(selector)
