"""This machine on its network: the names and addresses under which telephones of the centre may reach it."""

from __future__ import annotations

import fcntl
import re
import socket
import struct
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

_ASK_ADDRESS: Final = 0x8915  # SIOCGIFADDR of Linux: the IPv4 address of a network card
_NAME: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def addresses() -> tuple[str, ...]:
    """The IPv4 addresses of this machine's network cards, loopback left out; the one that leads outside comes first."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        for _, card in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(door, _ASK_ADDRESS, struct.pack("256s", card.encode()[:15]))
            except OSError:
                continue  # a card without an address
            found.append(socket.inet_ntoa(answer[20:24]))
        try:
            door.connect(("203.0.113.1", 9))  # an example address: nothing is sent, the system only chooses a way
            found.insert(0, door.getsockname()[0])
        except OSError:
            pass  # no way outside: a network of its own
    return tuple(address for address in dict.fromkeys(found) if not is_loopback(address))


def names() -> tuple[str, ...]:
    """The names under which a network may know this machine."""
    host = socket.gethostname().lower()
    short = host.split(".")[0]
    told = dict.fromkeys((host, short, f"{short}.local"))
    return tuple(name for name in told if _NAME.fullmatch(name))


@lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Whether a host, as an address bar or a socket says it, is this machine itself.

    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "192.168.1.10", "centre.lan", "0.0.0.0")]
    [True, True, True, False, False, False]
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
