"""A folder of sealed files taken in one after the other: what became of each, and what is missing between them.

One file that cannot be used stops nobody: it is named with its reason, changes nothing, and the others are taken.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from facility_agent.exchange import envelope
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import exchange, review
from facility_agent.workflows.registers import Progress, unheard
from facility_agent.workflows.site import Site


class Taken(msgspec.Struct, frozen=True):
    """What became of one file: taken (for the first time or again), or refused with an error."""

    file: str
    kind: str = ""
    sender: str = ""
    about: str = ""
    again: bool = False
    gaps: tuple[int, ...] = ()
    error: str = ""
    fields: dict[str, str | int] = {}


async def take_folder(
    site: Site, folder: Path, by: str, progress: Progress = unheard, *, audit: bool = False
) -> tuple[Taken, ...]:
    """Take in every sealed file of a folder, in the order in which each sender numbered its letters.

    `audit` recomputes the new batches afterwards. InputError `intake-folder` when there is no such folder.
    """
    if not folder.is_dir():
        raise InputError("intake-folder", folder=str(folder))
    files = sorted(
        (path for path in folder.iterdir() if path.suffix in (".fae", ".fap") and path.is_file()), key=_order
    )
    taken = []
    for place, path in enumerate(files):
        progress(place, len(files))
        taken.append(await _take(site, path, by))
    progress(len(files), len(files))
    if audit:
        await review.check_new(site)
    return tuple(taken)


async def _take(site: Site, path: Path, by: str) -> Taken:
    try:
        received = await exchange.receive(site, path, by, path.name)
    except InputError as error:
        return Taken(path.name, error=error.code, fields=error.fields)
    return Taken(path.name, received.kind, received.sender, received.about, received.again, received.gaps)


def _order(path: Path) -> tuple[str, str, str]:
    """Files of one sender stand together, in the order of their identifiers, which are those of time."""
    with path.open("rb") as stream:
        try:
            head, _ = envelope.look_at(envelope.read_envelope(stream))
        except InputError:
            return "", "", path.name
    return head.sender, head.id, path.name
