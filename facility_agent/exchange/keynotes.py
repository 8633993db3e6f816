"""What happened to one's own keys, made, retired or compromised: beside the key files, which never change.

The file `keys/states.json` is a list that only grows, and its length is the sequence of the list of public keys that
others are sent. It holds nothing secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final, Literal

import msgspec

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Record

FILE: Final = "states.json"


class KeyNote(Record, frozen=True, forbid_unknown_fields=True):
    """One event of a key. `day`: made on, last day of signing, or first day on which somebody else may have signed.

    `voucher` and `signature`: for a key that was made later, the agreement key that vouches for it.
    """

    key: str
    what: Literal["made", "retired", "compromised"]
    day: date
    by: str
    reason: str = ""
    voucher: str = ""
    signature: str = ""


def read_notes(folder: Path) -> tuple[KeyNote, ...]:
    """All events in order; InputError `key-file-unreadable`."""
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[KeyNote, ...])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise InputError("key-file-unreadable", name=FILE) from None


def notes_with(notes: Iterable[KeyNote], more: Iterable[KeyNote]) -> bytes:
    """The file with some more events."""
    return canonical((*notes, *more)) + b"\n"


def out_of_use(notes: Iterable[KeyNote]) -> frozenset[str]:
    """The keys that sign no more."""
    return frozenset(note.key for note in notes if note.what != "made")
