"""The arrangements of an installation: packs received, the newest first, then its own folder, then what is shipped.

A pack lies as a folder in `arrangements/`, for people to read and for the library to load. What counts is the signed
pack in the database: a folder that is missing, or that says something else, is written again from it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.arrangements import library
from facility_agent.arrangements.library import Library
from facility_agent.exchange.packs import Pack, SignedPack, decode_pack, pack_of
from facility_agent.storage.files import write_folder_whole
from facility_agent.storage.store.papers import HeldPack

_PACK: Final = re.compile(r"\d{6}-.+")


class HeldLaw(msgspec.Struct, frozen=True):
    """A pack that is held, as it reads."""

    held: HeldPack
    signed: SignedPack
    pack: Pack


def read_held(packs: Iterable[HeldPack]) -> tuple[HeldLaw, ...]:
    """The packs with what they say, the newest first."""
    found = []
    for held in packs:
        signed = decode_pack(held.document)
        found.append(HeldLaw(held, signed, pack_of(signed)))
    return tuple(reversed(found))


def lay_out(folder: Path, packs: Iterable[HeldPack]) -> None:
    """The folder of every pack, written anew where it is not as the pack says."""
    for law in read_held(packs):
        place = folder / folder_name(law.held)
        wanted = {name: text.encode() for name, text in law.pack.files.items()}
        if _files(place) != wanted:
            write_folder_whole(place, wanted)


def folder_name(held: HeldPack) -> str:
    return f"{held.place:06d}-{held.authority}"


def listing(folder: Path) -> tuple[str, ...]:
    """What lies in the folder: when it changes, the library is read again."""
    return tuple(sorted(os.listdir(folder))) if folder.is_dir() else ()


def load(folder: Path, country: str) -> Library:
    """The versions of one country, by precedence: reading all countries takes longer than most commands."""
    packs = sorted((name for name in listing(folder) if _PACK.fullmatch(name)), reverse=True)
    places = [folder / name / country for name in packs]
    own, shipped = folder / country, library.shipped_folder() / country
    return library.load(*(place for place in places if place.is_dir()), own, shipped)


def _files(folder: Path) -> dict[str, bytes]:
    every = (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else ()
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in every}
