"""Where random bytes come from: the operating system, or a seed that makes a demonstration repeatable.

Keys, salts and ephemeral keys take a `Randomness` as an argument. `seeded` is for demonstrations and tests only:
who knows the seed knows every key that was made of it, and opens every envelope.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

Randomness = Callable[[int], bytes]

#: The only source for keys and envelopes that protect anybody.
SYSTEM: Randomness = secrets.token_bytes


def seeded(seed: str) -> Randomness:
    """An endless stream of bytes that depends on `seed` alone.

    >>> one, other = seeded("demonstration"), seeded("demonstration")
    >>> one(8) + one(8) == other(16)
    True
    """
    drawn = 0

    def draw(size: int) -> bytes:
        nonlocal drawn
        first, last = drawn // 32, (drawn + size + 31) // 32
        blocks = (hashlib.sha256(f"{number}:{seed}".encode()).digest() for number in range(first, last))
        start = drawn % 32
        drawn += size
        return b"".join(blocks)[start : start + size]

    return draw
