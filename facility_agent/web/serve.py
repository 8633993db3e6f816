"""Serve installations on this machine until somebody stops them; what is under way is finished first."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from facility_agent.web.app import create_app
from facility_agent.workflows.clock import Clock
from facility_agent.workflows.site import open_site

#: Seconds after which a thread that has something to say is heard.
_SWITCH = 0.0005


async def serve_forever(folders: Sequence[tuple[Path, int | None]], clock: Clock | None = None) -> None:
    """Open each installation, listen where its configuration says (or on the given port), wait for a signal."""
    # What is written to the disk is written in a thread: when it is done, it must not wait long to say so.
    sys.setswitchinterval(_SWITCH)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        for folder, port in folders:
            site = await stack.enter_async_context(open_site(folder, clock))
            runner = web.AppRunner(create_app(site), shutdown_timeout=10)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, site.config.host, port or site.config.port).start()
            print(f"{site.config.name} : http://{site.config.host}:{port or site.config.port}", flush=True)
        await stop.wait()
