"""Payment per head from the shell: count, send the count, and look at the other side's."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from facility_agent.cli.installation import Folder
from facility_agent.cli.output import print_json, print_table, words


def head_count(
    folder: Folder,
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The day to count on; today without it.")
    ] = None,
    send: Annotated[str, typer.Option("--send", help="The other side's code: seal the count to it.")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What is due per listed person on a day, and where the other side's count differs (status 1 when one does)."""
    from facility_agent.workflows import head_count as work
    from facility_agent.workflows.site import open_site

    async def run():  # type: ignore[no-untyped-def]
        async with open_site(folder) as site:
            on = day.date() if day else site.today()
            letter = await work.send(site, send, on) if send else ""
            return await work.counts(site, on), await work.checked(site), letter, site.arrangement(on).currency

    found, came, letter, currency = asyncio.run(run())
    differs = [entry for entry in came if entry.differences]
    if json:
        parted = [
            {"facility": entry.theirs.facility, "payer": entry.theirs.payer, "day": entry.theirs.counted_on,
             "same": entry.same, "differences": [apart for _, apart in entry.differences]}
            for entry in came
        ]  # fmt: skip
        print_json({"counts": found, "received": parted, "letter": letter})
    else:
        _shown(found, came, letter, currency)
    if differs:
        raise typer.Exit(1)


def _shown(found, came, letter, currency) -> None:  # type: ignore[no-untyped-def]
    say = words()
    columns = [say(f"column.{key}") for key in ("facility", "payer", "scheme", "heads", "due", "print")]
    rows = [
        [count.facility, count.payer, due.scheme, str(due.heads),
         say("doc.count.open") if due.amount is None else say.amount(due.amount, currency), count.fingerprint[:16]]
        for count in found for due in count.dues
    ]  # fmt: skip
    print_table(say("page.count.title"), columns, rows, right=(3, 4))
    for entry in came:
        key = "page.count.same" if entry.same else "page.count.cannot" if entry.error else "page.count.differs"
        print(f"{entry.theirs.facility} · {entry.theirs.payer} · {entry.theirs.counted_on}: {say(key)}")
        for _, apart in entry.differences:
            for word, numbers in (("only-ours", apart.only_ours), ("only-theirs", apart.only_theirs)):
                if numbers:
                    print(f"  {say(f'page.count.{word}', numbers=', '.join(numbers))}")
    if letter:
        print(letter)
