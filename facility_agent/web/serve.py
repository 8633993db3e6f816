"""Serve installations on this machine until somebody stops them; what is under way is finished first."""

from __future__ import annotations

import asyncio
import gc
import resource
import signal
import ssl
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from aiohttp import web

from facility_agent.storage.writing import SWITCH
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.app import create_app
from facility_agent.web.centre import create_centre_app
from facility_agent.web.keys import Doors
from facility_agent.web.network import addresses, is_loopback
from facility_agent.web.secure import secure_door
from facility_agent.workflows import books, care_help
from facility_agent.workflows.centre import Centre, mutual_folders, open_centre
from facility_agent.workflows.clock import Clock
from facility_agent.workflows.site import Site, open_site

#: All network cards of the machine.
EVERYWHERE: Final = "0.0.0.0"

#: Objects that are new before they are looked through for circles: some ten answers of the desk, which leave none.
_YOUNG = 20_000


async def serve_forever(
    folders: Sequence[tuple[Path, int | None]], clock: Clock | None = None, *, host: str = "", tls: bool = False
) -> None:
    """Open each installation, listen where its configuration says (or on the given port and host), wait for a signal.

    With `tls` a secure door is opened beside the plain one, both for the centre's whole network when the
    configuration names this machine alone.
    """
    # What is written to the disk is written in a thread: when it is done, it must not wait long to say so.
    sys.setswitchinterval(SWITCH)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        sites = []
        for folder, port in folders:
            site = await stack.enter_async_context(open_site(folder, clock))
            # A centre of another kind, such as a ministry, has no mutuals and the pages of a payer.
            works = site.config.role == "centre" and mutual_folders(folder)
            if works:
                _may_open_many_files()
            centre = await stack.enter_async_context(open_centre(site, clock)) if works else None
            await _open_doors(stack, site, centre, host or site.config.host, port or site.config.port, tls)
            sites.append(site)
        # Laws, words and templates stay as long as the program: they need not be looked through again and again.
        gc.collect()
        gc.freeze()
        # At its end the program takes everything apart: zxing-cpp counts what was kept from that as lost.
        stack.callback(gc.unfreeze)
        gc.set_threshold(_YOUNG, 10, 10)
        stack.callback(asyncio.create_task(_make_ready(sites)).cancel)
        await stop.wait()


async def _make_ready(sites: Sequence[Site]) -> None:
    """What only some pages need is made while people already work."""
    for site in sites:
        if site.config.role == "facility":
            await care_help.made_ready(site)
            await books.made_ready(site)
    gc.freeze()


def _may_open_many_files() -> None:
    """Each mutual of a centre keeps nine files open: as many as the system lets this program have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _open_doors(
    stack: AsyncExitStack, site: Site, centre: Centre | None, host: str, port: int, tls: bool
) -> None:
    """Serve a site until the stack is left, and say where."""
    doors, secure = Doors(host, port), None
    if tls:
        host = EVERYWHERE if is_loopback(host) else host
        secure = await stack.enter_async_context(secure_door(site))
        doors = Doors(host, port, site.config.tls_port, secure.authority)
    app = create_centre_app(centre, doors) if centre else create_app(site, doors)
    runner = web.AppRunner(app, shutdown_timeout=10)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await _listen(runner, host, port, None)
    if secure is not None:
        await _listen(runner, host, site.config.tls_port, secure.context)
    for place in _places(doors):
        print(f"{site.config.name} : {place}", flush=True)


async def _listen(runner: web.AppRunner, host: str, port: int, context: ssl.SSLContext | None) -> None:
    """Listen there; InputError `port-unusable` where another program listens, or where there is no such address."""
    try:
        await web.TCPSite(runner, host, port, ssl_context=context).start()
    except OSError as error:
        raise InputError("port-unusable", place=f"{host}:{port}", reason=str(error)) from error


def _places(doors: Doors) -> list[str]:
    """The addresses at which the pages are, for people: this machine first, then the others' way."""
    if doors.host != EVERYWHERE:
        places = [f"http://{doors.host}:{doors.port}"]
    else:
        places = [f"http://{address}:{doors.port}" for address in ("127.0.0.1", *addresses())]
    if doors.tls_port is not None:
        others = addresses() if doors.host == EVERYWHERE else (doors.host,)
        places[1:] = [f"https://{address}:{doors.tls_port}" for address in others]
    return places
