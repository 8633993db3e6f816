"""A browser that does no more than it must, so that the server is measured and not the browser.

One kept connection, one request at a time; redirects are followed by hand, as `Location` says.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from urllib.parse import urlencode


class Answer(NamedTuple):
    """An answer: its status, where it sends us, and its body."""

    status: int
    location: str
    body: bytes


class Browser:
    """One connection to a server, with the cookie of a sign-in."""

    def __init__(self, host: str, port: int, cookie: str) -> None:
        self._address = (host, port)
        self._common = f"Host: {host}:{port}\r\nCookie: {cookie}\r\nAccept-Language: fr\r\n"
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> Answer:
        """A page."""
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self._common}\r\n".encode())

    async def post(self, path: str, **fields: str) -> Answer:
        """A form, sent from a page of this server."""
        body = urlencode(fields)
        head = (
            f"POST {path} HTTP/1.1\r\n{self._common}Sec-Fetch-Site: same-origin\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return await self._ask((head + body).encode())

    async def close(self) -> None:
        """End the connection."""
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()
            self._writer = None

    async def _ask(self, request: bytes) -> Answer:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(*self._address)
        assert self._reader is not None
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return Answer(int(status.split()[1]), headers.get("location", ""), body)
