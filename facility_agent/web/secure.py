"""The secure door: TLS with a certificate of the site's own authority, renewed while the server runs.

Beside it the plain door stays open, for this machine, for the other side's letters (they are sealed), and for the page
that shows a telephone how to trust the authority. Whatever else another machine asks there is sent to the secure door.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from aiohttp import web

from facility_agent.exchange import certificates
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.guard import Handler, redirect
from facility_agent.web.keys import DOORS
from facility_agent.web.network import addresses, is_loopback, names
from facility_agent.workflows.site import Site

#: Seconds between two looks at the certificate: names and addresses change, and its end comes.
EVERY: Final = 3600
log = logging.getLogger(__name__)

_OPEN: Final = ("/phone", "/static/", "/api/")


class SecureDoor:
    """The TLS settings of a server, with the site's certificate in them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.refresh()
        self._load()
        self.authority = certificates.authority_certificate(site.folder)

    def refresh(self) -> bool:
        """Whether the certificate had to be made anew; connections from now on see the new one."""
        site = self._site
        made = certificates.serving_files(site.folder, site.config.name, names(), addresses(), site.now())
        if made:
            self._load()
        return made

    def _load(self) -> None:
        self.context.load_cert_chain(self._site.folder / certificates.FOLDER / certificates.SERVER)


@asynccontextmanager
async def secure_door(site: Site) -> AsyncIterator[SecureDoor]:
    """A door whose certificate is looked at every hour, inside the block."""
    door = SecureDoor(site)

    async def keep() -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                door.refresh()
            except InputError as error:  # somebody touched the files; the certificate in use goes on
                log.warning("%s", error)

    keeper = asyncio.create_task(keep())
    try:
        yield door
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


@web.middleware
async def to_the_secure_door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other machines use the secure door where there is one: names and passwords do not cross the network in clear."""
    tls_port = request.app[DOORS].tls_port
    at_home = request.secure or is_loopback(request.remote or "")
    if tls_port is None or at_home or request.path.startswith(_OPEN):
        return await handler(request)
    goal = request.url if request.method == "GET" else request.url.with_path("/")
    return redirect(str(goal.with_scheme("https").with_port(tls_port)))
