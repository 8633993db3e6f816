"""A full disk is not a bug: it is said in a sentence, and what was there before stays."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from facility_agent.vocabulary.errors import InputError

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
#: How the databases say it.
_SAID: Final = ("database or disk is full", "no space left on device")


@contextmanager
def needing_room() -> Iterator[None]:
    """Inside, a disk that fills raises InputError `disk-full`."""
    try:
        yield
    except Exception as error:
        if is_full(error):
            raise InputError("disk-full") from error
        raise


def is_full(error: BaseException) -> bool:
    """Whether this error, or one that caused it, says that the disk is full.

    >>> is_full(OSError(errno.ENOSPC, "No space left on device")), is_full(ValueError("x"))
    (True, False)
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FULL:
            return True
        if any(said in str(seen).lower() for said in _SAID):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
