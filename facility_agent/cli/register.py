"""The register from the shell: sent, fetched and looked at; printed lists and care sheets for hours without power."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_agent.cli.administration import _run
from facility_agent.cli.installation import Folder
from facility_agent.cli.output import print_json, print_table, words
from facility_agent.vocabulary.errors import InputError

if TYPE_CHECKING:
    from facility_agent.workflows.registers import Progress
    from facility_agent.workflows.site import Site

app = typer.Typer(
    help="The register of beneficiaries, sealed to facilities and held there.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@contextmanager
def progress(word: str) -> Iterator[Progress]:
    """A bar on the error stream; what a program reads is left alone."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(words()(word)), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@app.command("send")
def send(
    folder: Folder,
    facility: Annotated[
        str, typer.Argument(help="The facility's code; without it, all that we have agreements with.")
    ] = "",
    changes: Annotated[bool, typer.Option("--changes", help="Only what changed since the last one sent.")] = False,
    pictures: Annotated[bool, typer.Option("--pictures/--no-pictures", help="With the members' pictures.")] = True,
    to: Annotated[str, typer.Option("--to", help="Address of the facility's server, to bring it there.")] = "",
) -> None:
    """Seal the register and the list of revoked cards to a facility, and bring it there if an address is given."""
    from facility_agent.workflows import carrying, membership, registers

    async def work(site: Site) -> list[Path]:
        written = []
        for code in [facility] if facility else await registers.facilities(site):
            with progress("cli.register-writing") as heard:
                written.append(await registers.send(site, code, changes=changes, pictures=pictures, progress=heard))
            written.append(await membership.publish_revocations(site, code))
        return written

    for path in _run(folder, work):
        print(words()("cli.letter-written", path=str(path)))
        if to and not path.name.startswith("revocations-"):
            with progress("cli.register-carrying") as heard:
                new = asyncio.run(carrying.bring(to, path, heard))
            print(words()("cli.register-brought" if new else "cli.register-known", address=to))


@app.command("fetch")
def fetch(
    folder: Folder,
    address: Annotated[str, typer.Argument(help="Address of the mutual's server, such as http://10.0.0.2:8081.")],
    payer: Annotated[str, typer.Option(help="The mutual's code.")],
) -> None:
    """Fetch the registers that wait for this facility, and take them in; interrupted, it goes on where it was."""
    from facility_agent.workflows import carrying

    async def work(site: Site) -> int:
        with progress("cli.register-carrying") as heard, progress("cli.register-taking") as taking:
            return len(await carrying.fetch(site, address, payer, "cli", heard, taking))

    print(words()("cli.register-fetched", count=_run(folder, work), payer=payer))


@app.command("show")
def show(
    folder: Folder, json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False
) -> None:
    """The registers held: which versions are kept, of which day, and which one counts."""
    from facility_agent.storage.store.registers import RegisterState

    async def work(site: Site) -> list[tuple[RegisterState, bool, int]]:
        rows = []
        for payer in await site.store.registers_held():
            held = await site.store.held_sequence(payer)
            for state in await site.store.register_states(payer):
                rows.append((state, state.sequence == held, (site.today() - state.as_of).days))
        return rows

    rows, say = _run(folder, work), words()
    if json:
        print_json([{"payer": row.payer, "sequence": row.sequence, "as_of": row.as_of, "members": row.members,
                     "counts": counts, "days": days} for row, counts, days in rows])  # fmt: skip
        return
    columns = [say(f"cli.register.{name}") for name in ("payer", "sequence", "as-of", "days", "members", "counts")]
    print_table("", columns, [
        (row.payer, str(row.sequence), say.day(row.as_of), str(days), say.number(row.members), "✓" if counts else "")
        for row, counts, days in rows
    ], right=(1, 3, 4))  # fmt: skip


@app.command("use")
def use(
    folder: Folder,
    payer: Annotated[str, typer.Argument(help="The payer's code.")],
    sequence: Annotated[int, typer.Argument(help="A version that is kept; see `register show`.")],
) -> None:
    """Go back to an earlier version of a register that is kept, or forward again."""

    async def work(site: Site) -> None:
        await site.store.use_register(payer, sequence)

    _run(folder, work)
    print(words()("cli.register-used", payer=payer, sequence=sequence))


@app.command("find")
def find(
    folder: Folder,
    text: Annotated[str, typer.Argument(help="A number, household, telephone or name.")] = "",
    year: Annotated[int | None, typer.Option(help="Birth year, one more or less counts too.")] = None,
    village: Annotated[str, typer.Option(help="Village.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Look for somebody without a card; spelling matters little. That it was asked is written down."""
    from facility_agent.storage.store.searching import Found, Sought
    from facility_agent.workflows import finding

    async def work(site: Site) -> Found:
        return await finding.seek(site, Sought(text, year, village), "cli")

    found, say = _run(folder, work), words()
    if json:
        print_json(found)
        return
    rows = []
    for coverage in found.people:
        person = coverage.beneficiary
        born = person.birth_date.year if person.birth_date else person.birth_year
        rows.append((person.name, person.number, str(born or "—"), person.village or "—", coverage.payer))
    print_table("", [say(f"cli.find.{name}") for name in ("name", "number", "born", "village", "payer")], rows)
    if found.more:
        print(say("page.members.more"))
    raise typer.Exit(0 if found.people else 1)


@app.command("list")
def print_list(
    folder: Folder,
    payer: Annotated[str, typer.Argument(help="Whose register to print.")],
    by: Annotated[str, typer.Option(help="village or household")] = "village",
    village: Annotated[str, typer.Option(help="Only this village.")] = "",
) -> None:
    """Print the register for hours without power, by village or by household."""
    from facility_agent.workflows import paper

    if by not in ("village", "household"):
        raise InputError("list-by", given=by)

    async def work(site: Site) -> tuple[int, Path]:
        return await paper.print_list(site, payer, "cli", by, village)  # type: ignore[arg-type]

    number, path = _run(folder, work)
    print(words()("cli.list-printed", number=number, path=str(path)))


@app.command("sheets")
def print_sheets(
    folder: Folder,
    count: Annotated[int, typer.Argument(help="How many, two to a page.")] = 20,
    list: Annotated[int | None, typer.Option("--list", help="The list that lies beside them; the newest.")] = None,
) -> None:
    """Print numbered care sheets to fill in by hand; each is entered once, and judged on its list."""
    from facility_agent.workflows import paper

    async def work(site: Site) -> tuple[range, Path]:
        return await paper.print_sheets(site, count, "cli", list)

    numbers, path = _run(folder, work)
    print(words()("cli.sheets-printed", first=numbers[0], last=numbers[-1], path=str(path)))
