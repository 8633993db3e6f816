"""Arrangements from the shell: shown in words, two compared, several side by side; packs signed and received."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_agent.arrangements.model import Arrangement
from facility_agent.cli import packs
from facility_agent.cli.administration import _run
from facility_agent.cli.output import print_json, print_table, words
from facility_agent.vocabulary.errors import InputError

if TYPE_CHECKING:
    from facility_agent.arrangements.library import Library
    from facility_agent.workflows.comparing import Case
    from facility_agent.workflows.packs import Origin
    from facility_agent.workflows.site import Site

app = typer.Typer(help="Arrangements in words.", no_args_is_help=True, rich_markup_mode=None)
app.command("pack")(packs.pack)
app.command("receive")(packs.receive)
Folder = Annotated[Path | None, typer.Option("--contracts", help="Another folder of arrangements.")]
Name = Annotated[str, typer.Argument(help="Country, or country/day, such as bf/2026-02-01.")]


@app.command("show")
def show(
    name: Name,
    contracts: Folder = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="An installation: the version that counts there, and whose it is.")
    ] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print an arrangement in words, clause by clause, with sources, and whether it came from a signed pack."""
    from facility_agent.documents.arrangement_words import shown

    say = words()
    arrangement, origin = _held(name, folder) if folder else (_named(name, contracts), None)
    rows = shown(arrangement, say)
    if json:
        print_json(rows)
        return
    print(f"{arrangement.title.say(say.language)} · {say.day(arrangement.start)} – {say.day(arrangement.until)}")
    if origin is not None:
        print(_said(origin))
    for section in dict.fromkeys(row.section for row in rows):
        columns = [say(f"column.{key}") for key in ("about", "says", "article", "evidence", "source")]
        own = [row for row in rows if row.section == section]
        cells = [[row.about, row.says, row.article, row.evidence, row.source] for row in own]
        print_table(say(f"section.{section}"), columns, cells)


@app.command("diff")
def diff(
    before: Name,
    after: Name,
    contracts: Folder = None,
    on_claims: Annotated[
        Path | None, typer.Option("--on-claims", help="An installation's folder, or one of case files, to try both on.")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write the tables as a spreadsheet too.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What changed between two versions, in words; with --on-claims, in francs on recorded claims."""
    from facility_agent.workflows import comparing

    say = words()
    old, new = _named(before, contracts), _named(after, contracts)
    changes = comparing.diff(old, new, say)
    moved = comparing.on_claims(old, new, _cases(on_claims)) if on_claims else ()
    rows = [[say(f"section.{row.section}"), row.about, row.before, row.after] for row in changes]
    money = [
        [
            say(f"moved.{row.by}"),
            row.name,
            *(say.amount(value, new.currency) for value in (row.before, row.after, row.moved)),
        ]
        for row in moved
    ]
    first = [say(f"column.{key}") for key in ("section", "about", "before", "after")]
    second = [say(f"column.{key}") for key in ("by", "name", "before", "after", "moved")]
    if xlsx is not None:
        _spreadsheet(xlsx, [(say("column.changes"), first, rows), (say("column.francs"), second, money)])
    if json:
        print_json(
            {
                "changes": changes,
                "moved": [{"by": m.by, "name": m.name, "before": m.before, "after": m.after} for m in moved],
            }
        )
        return
    print_table("", first, rows)
    if on_claims:
        print_table("", second, money, right=(2, 3, 4))


@app.command("compare")
def compare(
    names: Annotated[list[str], typer.Argument(help="Two or more arrangements.")],
    contracts: Folder = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write a spreadsheet with comment columns.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Clause × text of several arrangements, for the workshop where one is negotiated."""
    from facility_agent.workflows import comparing

    say = words()
    rows = comparing.compare([_named(name, contracts) for name in names], say)
    columns = [say("column.section"), say("column.about"), *names]
    table = [[say(f"section.{section}"), about, *texts] for section, about, texts in rows]
    if xlsx is not None:
        comments = [say("column.comment", name=name) for name in names]
        _spreadsheet(xlsx, [(say("column.changes"), [*columns, *comments], table)])
    if json:
        print_json(rows)
        return
    print_table("", columns, table)


def _cases(folder: Path) -> tuple[Case, ...]:
    """What an amendment is tried on: the claims of an installation, or the case files of a folder."""
    from facility_agent.config import FILE
    from facility_agent.workflows import comparing, explaining

    return _run(folder, explaining.recorded) if (folder / FILE).is_file() else comparing.read_cases(folder)


def _held(name: str, folder: Path) -> tuple[Arrangement, Origin]:
    """The version that counts in an installation, and where it comes from."""
    from facility_agent.workflows.packs import origin

    async def work(site: Site) -> tuple[Arrangement, Origin]:
        found = _among(site.library, name)
        return found, await origin(site, found)

    return _run(folder, work)


def _said(origin: Origin) -> str:
    """Where a version comes from, in words."""
    if origin.pack is None:
        return words()(f"origin.{origin.kind}")
    pack = origin.pack
    said = {"by": pack.by, "capacity": pack.capacity, "day": pack.made_on, "key": origin.key}
    return words()("origin.pack", number=pack.number, authority=pack.authority, **said)


def _named(name: str, contracts: Path | None) -> Arrangement:
    """A version of a folder, or of those that are shipped."""
    from facility_agent.arrangements.library import load

    return _among(load(contracts) if contracts else load(), name)


def _among(library: Library, name: str) -> Arrangement:
    """`bf` is the newest version, `bf/2026-02-01` the one of that day; InputError `arrangement-unknown`."""
    country, _, day = name.partition("/")
    versions = library.versions(country.upper())
    try:
        found = [version for version in versions if not day or version.start == date.fromisoformat(day)]
    except ValueError:
        found = []
    if not found:
        known = ", ".join(f"{code.lower()}/{row.start}" for code in library.countries for row in library.versions(code))
        raise InputError("arrangement-unknown", name=name, known=known)
    return found[-1]


def _spreadsheet(path: Path, sheets: list[tuple[str, list[str], list[list[str]]]]) -> None:
    from facility_agent.documents.tables_xlsx import tables_xlsx
    from facility_agent.storage.files import write_whole

    write_whole(path, tables_xlsx(sheets))
