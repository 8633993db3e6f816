"""Between facility and payer, from the shell: endorse batches and send them on in one go."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from facility_agent.cli.installation import Folder
from facility_agent.cli.output import print_json, print_table, words


def endorse(
    folder: Folder,
    batches: Annotated[list[str] | None, typer.Argument(help="Numbers of batches that wait.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Endorse all that wait.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """The batches on their way through us; with numbers or --all, they are endorsed and sent on, all or none."""
    from facility_agent.vocabulary.errors import InputError
    from facility_agent.workflows import endorsing, gathering
    from facility_agent.workflows.site import open_site

    async def run():  # type: ignore[no-untyped-def]
        async with open_site(folder) as site:
            rows = await gathering.passing(site)
            waiting = {row.held.number: row.held.batch for row in rows if row.held.state == "received"}
            chosen = list(waiting) if every else batches or []
            for number in chosen:
                if number not in waiting:
                    raise InputError("batch-unknown", batch=number)
            letters = await endorsing.endorse(site, [waiting[number] for number in chosen], "cli") if chosen else ()
            return (await gathering.passing(site) if letters else rows), letters

    rows, letters = asyncio.run(run())
    if json:
        shown = [{"number": row.held.number, "facility": row.held.facility, "payer": row.held.payer,
                  "month": row.held.month, "state": row.held.state, "due": row.batch.due} for row in rows]  # fmt: skip
        print_json({"batches": shown, "letters": list(letters)})
        return
    say = words()
    columns = [say(f"column.{key}") for key in ("batch", "facility", "payer", "month", "due", "state")]
    print_table(
        say("page.endorse.title"),
        columns,
        [
            [row.held.number, row.held.facility, row.held.payer, row.held.month,
             say.amount(row.batch.due, row.batch.currency), say(f"page.endorse.state.{row.held.state}")]
            for row in rows
        ],
        right=(4,),
    )  # fmt: skip
    for name in letters:
        print(name)
