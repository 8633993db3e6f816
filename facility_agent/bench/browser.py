"""Browsers that do no more than they must, so that the server is measured and not the browsers.

Each keeps one connection and waits for one answer at a time. What they send is made beforehand; of what comes back
they read the status, the length, and whether it shows what it should.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

_LENGTH: Final = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.IGNORECASE)
_AT_ONCE: Final = 256 * 1024
#: Seconds without any answer after which a server is said to have stopped.
_PATIENCE: Final = 60


def form(host: str, port: int, cookie: str, path: str, **fields: str) -> bytes:
    """A form sent from a page of this server, as bytes."""
    body = urlencode(fields)
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\nAccept-Language: fr\r\n"
        "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def upload(host: str, port: int, cookie: str, path: str, name: str, data: bytes, **fields: str) -> bytes:
    """A form with a file, as bytes."""
    edge = "bench-7d1c5e"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.jpg"\r\n'
    body = b"".join([*parts, head.encode(), b"Content-Type: image/jpeg\r\n\r\n", data, f"\r\n--{edge}--\r\n".encode()])
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\nAccept-Language: fr\r\n"
        f"Sec-Fetch-Site: same-origin\r\nContent-Type: multipart/form-data; boundary={edge}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class Browsers:
    """So many connections to a server, each asking its next question as soon as the last one is answered."""

    def __init__(self, host: str, port: int, connections: int, shows: bytes) -> None:
        self._shows = shows
        self._doors = [socket.create_connection((host, port), _PATIENCE) for _ in range(connections)]
        for door in self._doors:
            door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, questions: Iterator[bytes], longest: float) -> list[float]:
        """Seconds of each answer; after `longest` seconds no other is begun. RuntimeError for a wrong page."""
        taken: list[float] = []
        until = time.perf_counter() + longest
        began: dict[socket.socket, float] = {}
        heard: dict[socket.socket, bytearray] = {}
        with selectors.DefaultSelector() as ready:
            for door in self._doors:
                if self._begin(door, questions, began, heard):
                    ready.register(door, selectors.EVENT_READ)
            while began:
                events = ready.select(_PATIENCE)
                if not events:
                    raise RuntimeError("the server has stopped answering")
                for key, _ in events:
                    heard_at = key.fileobj
                    assert isinstance(heard_at, socket.socket)
                    heard[heard_at] += heard_at.recv(_AT_ONCE)
                    if not self._whole(heard[heard_at]):
                        continue
                    now = time.perf_counter()
                    taken.append(now - began.pop(heard_at))
                    if now > until or not self._begin(heard_at, questions, began, heard):
                        ready.unregister(heard_at)
        return taken

    def close(self) -> None:
        """End all connections."""
        for door in self._doors:
            door.close()

    @staticmethod
    def _begin(
        door: socket.socket,
        questions: Iterator[bytes],
        began: dict[socket.socket, float],
        heard: dict[socket.socket, bytearray],
    ) -> bool:
        question = next(questions, None)
        if question is None:
            return False
        heard[door] = bytearray()
        began[door] = time.perf_counter()
        door.sendall(question)
        return True

    def _whole(self, answer: bytearray) -> bool:
        """Whether the answer has come whole; RuntimeError when it is not what was asked for."""
        end = answer.find(b"\r\n\r\n")
        if end < 0:
            return False
        length = _LENGTH.search(answer, 0, end + 2)
        if length is None or not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"no page but {bytes(answer[:200])!r}")
        if len(answer) < end + 4 + int(length[1]):
            return False
        if self._shows not in answer:
            raise RuntimeError(f"a page without {self._shows!r}")
        return True
