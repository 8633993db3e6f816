"""Packs of arrangements: made and signed by an authority, received by everybody, checked whole before they count.

A pack with one mistake changes nothing, and so does one that contradicts the versions that are held. Claims that are
decided keep their answer whatever law arrives later; a pack that reaches back to their days is taken only by somebody
who says so, and then what is not decided yet is judged by it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec

from facility_agent.arrangements.library import read_folder, shipped_folder
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.reader import ENTRY, parse
from facility_agent.arrangements.rows import Mistake
from facility_agent.exchange import packs as packing
from facility_agent.exchange.keys import load_signing
from facility_agent.exchange.packs import Pack, SignedPack
from facility_agent.storage.files import write_whole
from facility_agent.vocabulary.errors import InputError, InputErrors
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.workflows import mail, shelf
from facility_agent.workflows.examples import check_folder
from facility_agent.workflows.site import ARRANGEMENTS, KEYS, OUTBOX, Site


class Origin(msgspec.Struct, frozen=True):
    """Where a version comes from: a pack (with who signed it), the installation's own folder, or the program."""

    kind: str
    pack: Pack | None = None
    key: str = ""
    at: str = ""


async def make(
    site: Site, names: Sequence[str], root: Path | None, by: str, capacity: str, passphrase: str
) -> SignedPack:
    """Sign the versions `bf/2026-02-01` … of a folder of arrangements with our agreement key.

    InputErrors `pack-mistakes` when they do not read, or an example of theirs does not hold: nobody signs those.
    """
    files = collected(root or shipped_folder(), names)
    countries = {name.split("/")[0] for name in names}
    if len(countries) != 1:
        raise InputError("pack-one-country", countries=", ".join(sorted(countries)))
    country = countries.pop()
    wrong = await asyncio.to_thread(mistakes_of, files)
    if wrong:
        raise InputErrors("pack-mistakes", wrong)
    key = load_signing(site.folder / KEYS, "agreement", passphrase)
    async with site.store.transaction():
        number = await site.store.next_number(f"pack {country}")
        pack = Pack(country.upper(), number, site.today(), site.config.code, by, capacity, files)
        return packing.sign_pack(pack, key)


def collected(root: Path, names: Sequence[str]) -> dict[str, str]:
    """The files of the versions and what they include, by their names from the root; `arrangement-unknown`."""
    files: dict[str, str] = {}
    for name in names:
        if not (root / name / ENTRY).is_file():
            raise InputError("pack-version-missing", name=name, folder=str(root))
        inside = sorted(path for path in (root / name).iterdir() if path.suffix in (".toml", ".csv"))
        waiting = [f"{name}/{path.name}" for path in inside]
        while waiting:
            _collect(root, name, waiting.pop(), files, waiting)
    return files


def _collect(root: Path, version: str, name: str, files: dict[str, str], waiting: list[str]) -> None:
    """One file, and the names of those that it includes, which are told from the folder of the version.

    What is missing is said when the pack is read.
    """
    place = next((folder / name for folder in (root, shipped_folder()) if (folder / name).is_file()), None)
    if name in files or place is None:
        return
    files[name] = place.read_bytes().decode("utf-8-sig", errors="replace")
    included = parse(name, files[name], []).get("include", []) if name.endswith(".toml") else []
    for entry in included if isinstance(included, list) else []:
        parts = version.split("/")
        for step in str(entry).split("/"):
            parts = parts[:-1] if step == ".." else [*parts, step]
        waiting.append("/".join(parts))


async def write(site: Site, signed: SignedPack, recipients: Sequence[str] = ()) -> tuple[Path, ...]:
    """The plain pack in the outbox, and a sealed letter for each recipient who is named."""
    pack = packing.pack_of(signed)
    name = f"arrangements-{pack.country.lower()}-{pack.number:06d}-{pack.authority}"
    plain = site.folder / OUTBOX / f"{name}{packing.SUFFIX}"
    write_whole(plain, packing.encode_pack(signed))
    sealed = [await mail.send(site, code, "arrangements", signed, f"{name}-{code}") for code in recipients]
    return (plain, *[await mail.lay_out(site, letter) for letter in sealed])


async def examine(site: Site, signed: SignedPack, past: bool) -> Pack:
    """The pack, when it may count here; InputError or InputErrors says why not. Nothing is written."""
    authorities = (site.config.code, *(await site.store.authorities()))
    pack = packing.believed_pack(signed, {party.party: party for party in await site.partners()}, authorities)
    if pack.country != site.config.country:
        raise InputError("pack-other-country", country=pack.country, ours=site.config.country)
    held = await site.store.packs()
    if any(entry.digest == packing.digest_of(signed) for entry in held):
        return pack
    newest = max((e.number for e in held if (e.authority, e.country) == (pack.authority, pack.country)), default=0)
    if pack.number < newest:
        raise InputError("pack-older", authority=pack.authority, number=pack.number, held=newest)
    wrong = await asyncio.to_thread(mistakes_of, pack.files)
    if wrong:
        raise InputErrors("pack-mistakes", wrong)
    site.refresh()
    ours, theirs = site.library.versions(pack.country), versions_of(pack.files)
    succession = check_succession(ours, theirs)
    if not past:
        count, latest = await site.store.decided_days(changed_periods(ours, theirs, succession))
        if count:
            first = min(version.start for version in theirs).isoformat()
            raise InputError("pack-past-decided", start=first, count=count, day=latest)
    return pack


async def take(site: Site, signed: SignedPack, pack: Pack, by: str) -> bool:
    """Keep a pack that was examined; False when it is held already. `lay_out` writes its folder afterwards."""
    document = packing.encode_pack(signed)
    digest = packing.digest_of(signed)
    return await site.store.put_pack(digest, pack.country, pack.authority, pack.number, document, site.now(), by)


async def lay_out(site: Site) -> None:
    """The folders of the packs that are held; from now on they count here."""
    shelf.lay_out(site.folder / ARRANGEMENTS, await site.store.packs())
    site.refresh()


async def origin(site: Site, arrangement: Arrangement) -> Origin:
    """Whose the version is that counts here."""
    version = f"{arrangement.country.lower()}/{arrangement.start.isoformat()}"
    for law in shelf.read_held(await site.store.packs()):
        if version in law.pack.versions:
            return Origin("pack", law.pack, law.signed.key, law.held.at[:10])
    own = site.folder / ARRANGEMENTS / version / ENTRY
    return Origin("own" if own.is_file() else "shipped")


@contextmanager
def _laid_down(files: Mapping[str, str]) -> Iterator[Path]:
    """The files as they would lie on the shelf, for a moment."""
    with tempfile.TemporaryDirectory() as place:
        for name, text in files.items():
            path = Path(place) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        yield Path(place)


def mistakes_of(files: Mapping[str, str]) -> tuple[Mistake, ...]:
    """Every mistake in the files, and every example of theirs that does not hold."""
    with _laid_down(files) as place:
        report = check_folder(place)
    # How the versions follow each other depends on those that are held, too: see `check_succession`.
    wrong = tuple(mistake for mistake in report.mistakes if not mistake.code.startswith("versions-"))
    failed = (Mistake(it.file, it.line, "", "example-fails", {"name": it.name}) for it in report.failures)
    return (*wrong, *failed)


def versions_of(files: Mapping[str, str]) -> tuple[Arrangement, ...]:
    """The versions in the files, which have no mistake."""
    with _laid_down(files) as place:
        found = read_folder(place)[0]
    return tuple(version for country in found.countries for version in found.versions(country))


def check_succession(ours: Sequence[Arrangement], theirs: Sequence[Arrangement]) -> tuple[Arrangement, ...]:
    """The versions one after the other with theirs in place; InputError `pack-overlaps` or `pack-gap`.

    A version of ours that names no end may be followed by one of theirs, never the other way round.
    """
    new = {version.start for version in theirs}
    chosen = {version.start: version for version in (*ours, *theirs)}
    succession = tuple(chosen[start] for start in sorted(chosen))
    for earlier, later in pairwise(succession):
        if not {earlier.start, later.start} & new:
            continue
        fields = {"before": str(earlier.start), "until": str(earlier.until or "…"), "after": str(later.start)}
        followed = earlier.until is None and earlier.start not in new
        if not followed and (earlier.until is None or earlier.until >= later.start):
            raise InputError("pack-overlaps", **fields)
        if earlier.until is not None and later.start - earlier.until > timedelta(days=1):
            raise InputError("pack-gap", **fields)
    return succession


def changed_periods(
    ours: Sequence[Arrangement], theirs: Sequence[Arrangement], succession: Sequence[Arrangement]
) -> tuple[tuple[date, date | None], ...]:
    """The days whose rules a pack changes; a version that only gets its last day is the same."""
    known = {version.start: _rules(version) for version in ours}
    starts = [version.start for version in succession]
    found = []
    for version in theirs:
        if known.get(version.start) == _rules(version):
            continue
        later = [start for start in starts if start > version.start]
        until = version.until or (later[0] - timedelta(days=1) if later else None)
        found.append((version.start, until))
    return tuple(found)


def _rules(version: Arrangement) -> bytes:
    return canonical(msgspec.structs.replace(version, until=None, digest=""))
