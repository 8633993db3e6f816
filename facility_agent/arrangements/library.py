"""The shelf of arrangements: the published folder, read once; each version in force from a day.

The only room below the line that reads files. A signed pack received later precedes what the wheel ships:
folders are given in order of precedence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.reader import ENTRY, read
from facility_agent.arrangements.rows import Mistake, line_of
from facility_agent.vocabulary.periods import Period, gaps_and_overlaps

#: The folder of the sets that arrangements of any country may include by their version.
SHARED = "who"


class Library:
    """All readable versions by country, in order of their first day."""

    def __init__(self, versions: Iterable[Arrangement]) -> None:
        self._versions: dict[str, list[Arrangement]] = {}
        for version in sorted(versions, key=lambda entry: entry.start):
            self._versions.setdefault(version.country, []).append(version)

    @property
    def countries(self) -> tuple[str, ...]:
        return tuple(sorted(self._versions))

    def versions(self, country: str) -> tuple[Arrangement, ...]:
        """The versions of a country, oldest first."""
        return tuple(self._versions.get(country, ()))

    def on(self, country: str, day: date) -> Arrangement | None:
        """The version in force on the day of care, or None: the newest that has begun, while it lasts.

        A pack received later may begin before the end that an earlier version left open.
        """
        begun = [version for version in self._versions.get(country, ()) if version.start <= day]
        newest = begun[-1] if begun else None
        return newest if newest is not None and day in Period(newest.start, newest.until) else None


def shipped_folder() -> Path:
    """The folder `contracts` in the wheel, or in the checkout beside the package."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "contracts"
    return inside if inside.is_dir() else package.parent / "contracts"


def version_folders(folder: Path) -> list[Path]:
    """The version folders (`<country>/<day>`) below `folder`, or `folder` itself when it is one."""
    if (folder / ENTRY).is_file():
        return [folder]
    return sorted(entry.parent for entry in folder.glob(f"*/*/{ENTRY}")) or sorted(
        entry.parent for entry in folder.glob(f"*/{ENTRY}")
    )


def shared_sets(root: Path) -> list[Path]:
    """The versions of what arrangements share (`who/<day>`): beside them, else those that are shipped."""
    beside = sorted(root.glob(f"{SHARED}/*/"))
    return beside or sorted(shipped_folder().glob(f"{SHARED}/*/"))


def read_version(folder: Path) -> tuple[Arrangement | None, tuple[Mistake, ...]]:
    """One version with the files that it may include: its own, those of its country's folder as `../name`, and those
    of a shared set by its version, as `../../who/2026-11-22/name`.

    The folder's names are part of what it says: the first day, and the country.
    """
    files, unreadable = _texts(folder, "")
    shared, also = _texts(folder.parent, "../")
    files |= shared
    for place in shared_sets(folder.parent.parent):
        texts, bad = _texts(place, f"../../{place.parent.name}/{place.name}/")
        files |= texts
        also = also | bad
    result = read(files)
    mistakes: list[Mistake] = []
    for mistake in result.mistakes:
        name = mistake.fields.get("name", "")
        not_text = mistake.code == "file-missing" and name in unreadable | also
        mistakes.append(Mistake(name, 0, "", "not-utf8") if not_text else mistake)
    arrangement = result.arrangement
    if arrangement is not None:
        entry = files[ENTRY]
        if arrangement.start.isoformat() != folder.name:
            fields = {"start": arrangement.start.isoformat(), "folder": folder.name}
            line = line_of(entry, "start")
            mistakes.append(Mistake(ENTRY, line, "arrangement.start", "start-is-not-folder", fields))
        if arrangement.country.lower() != folder.parent.name:
            fields = {"country": arrangement.country, "folder": folder.parent.name}
            line = line_of(entry, "country")
            mistakes.append(Mistake(ENTRY, line, "arrangement.country", "country-is-not-folder", fields))
    return (None if mistakes else arrangement), tuple(mistakes)


def read_folder(folder: Path) -> tuple[Library, tuple[tuple[str, Mistake], ...]]:
    """All versions below `folder`, and all mistakes with the name of the version that holds them."""
    versions: list[Arrangement] = []
    mistakes: list[tuple[str, Mistake]] = []
    entries: dict[str, Path] = {}
    for entry in version_folders(folder):
        arrangement, found = read_version(entry)
        entries[f"{entry.parent.name}/{entry.name}"] = entry / ENTRY
        mistakes += [(f"{entry.parent.name}/{entry.name}", mistake) for mistake in found]
        if arrangement is not None:
            versions.append(arrangement)
    library = Library(versions)
    for country in library.countries:
        succession = [Period(version.start, version.until) for version in library.versions(country)]
        for kind, earlier, later in gaps_and_overlaps(succession):
            fields = {"before": str(earlier.until or "…"), "after": str(later.start)}
            name = f"{country.lower()}/{earlier.start}"
            line = line_of(entries[name].read_text(encoding="utf-8-sig"), "until" if earlier.until else "start")
            mistakes.append((name, Mistake(ENTRY, line, "arrangement.until", f"versions-{kind}", fields)))
    return library, tuple(mistakes)


def load(*folders: Path) -> Library:
    """The library of the given folders; a version of an earlier folder precedes the same day of a later one."""
    chosen: dict[tuple[str, date], Arrangement] = {}
    for folder in folders or (shipped_folder(),):
        found, _ = read_folder(folder)
        for country in found.countries:
            for version in found.versions(country):
                chosen.setdefault((version.country, version.start), version)
    return Library(chosen.values())


def encode(arrangement: Arrangement) -> bytes:
    """The arrangement as canonical bytes, for packs and envelopes."""
    return msgspec.json.encode(arrangement, order="sorted")


def _texts(folder: Path, before: str) -> tuple[dict[str, str], set[str]]:
    """The contract files of a folder by name, and those that are not text; a byte order mark at the head is dropped."""
    found: dict[str, str] = {}
    unreadable: set[str] = set()
    for entry in sorted(folder.iterdir()):
        if entry.suffix in (".toml", ".csv"):
            try:
                found[before + entry.name] = entry.read_bytes().decode("utf-8-sig")
            except UnicodeDecodeError:
                unreadable.add(before + entry.name)
    return found, unreadable
