"""The month's work from the shell: close and export at the facility."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from facility_agent.cli.installation import Folder
from facility_agent.cli.output import print_json, print_table, words


def month_end(
    month: Annotated[str, typer.Argument(help="The month, such as 2026-03.")],
    folder: Folder,
    close: Annotated[bool, typer.Option("--close", help="Close all batches of the month for good.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What each payer owes for a month; with --close, the batches are closed, printed and sealed."""
    from facility_agent.workflows import month_end as work
    from facility_agent.workflows.site import open_site

    async def run():  # type: ignore[no-untyped-def]
        files: list[Path] = []
        async with open_site(folder) as site:
            if close:
                for row in await work.preview(site, month):
                    batch = row.closed or await work.close(site, month, row.payer, row.scheme, "cli", row.kind)
                    exported = await work.export(site, batch.id, "cli")
                    files += [path for path in (exported.pdf, exported.xlsx, exported.csv, exported.sealed) if path]
            return await work.preview(site, month), files

    rows, files = asyncio.run(run())
    if json:
        print_json({"batches": rows, "files": [str(path) for path in files]})
        return
    say = words()
    columns = [say(f"column.{key}") for key in ("payer", "scheme", "claims", "submitted", "due", "state")]
    print_table(
        say.month(month),
        columns,
        [
            [row.payer, row.scheme, str(row.claims), say.amount(row.submitted, row.currency),
             say.amount(row.due, row.currency), say.state("batch", row.state)]
            for row in rows
        ],
        right=(2, 3, 4),
    )  # fmt: skip
    for path in files:
        print(path)


def send(
    letter: Annotated[Path, typer.Argument(help="A sealed file of the outbox.")],
    folder: Folder,
    to: Annotated[str, typer.Option("--to", help="Address of the recipient's server.")],
) -> None:
    """Bring a sealed file to the other side's server; interrupted, it goes on at its byte."""
    from facility_agent.cli.output import progress
    from facility_agent.workflows import uploads
    from facility_agent.workflows.site import open_site

    async def run() -> bool:
        async with open_site(folder) as site:
            with progress("cli.letter-sending") as heard:
                return await uploads.send(site, letter, to, heard)

    new = asyncio.run(run())
    print(words()("cli.letter-sent" if new else "cli.letter-known", name=letter.name))
