"""The verdict from the shell: who is this, and what is open to them today."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from facility_agent.cli.installation import Folder
from facility_agent.cli.output import print_json, words


def verify(
    folder: Folder,
    text: Annotated[str, typer.Argument(help="A member number, a card's digits, or the path of an image.")],
    member: Annotated[str, typer.Option(help="For a household's card: the member who stands there.")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Who is this, and what is open to them today."""
    from facility_agent.cards.read import read_image
    from facility_agent.workflows import desk
    from facility_agent.workflows.site import open_site

    async def work():  # type: ignore[no-untyped-def]
        async with open_site(folder) as site:
            path = Path(text)
            scanned = await read_image(path.read_bytes()) if len(text) < 200 and path.is_file() else text
            return await desk.verify_text(site, scanned, "cli", member=member)

    answer = asyncio.run(work())
    if json:
        print_json(answer)
    else:
        say = words()
        person = answer.verdict.beneficiary
        print(f"{say('verdict.' + answer.verdict.colour)} — {person.number} {person.name}".rstrip())
        if answer.verdict.colour == "red":
            # A refusal of payment is never a refusal of care.
            print(say("verdict.red.care"))
        for finding in answer.verdict.findings:
            print("-", say.finding(finding))
    raise typer.Exit(1 if answer.verdict.colour == "red" else 0)
