"""Packs of arrangements from the shell: an authority signs one, everybody takes it in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_agent.cli.administration import _run
from facility_agent.cli.installation import Folder, _bytes
from facility_agent.cli.output import print_json, words

if TYPE_CHECKING:
    from facility_agent.workflows.exchange import Received
    from facility_agent.workflows.site import Site


def pack(
    names: Annotated[list[str], typer.Argument(help="Versions of one country, such as bf/2026-02-01.")],
    folder: Folder,
    by: Annotated[str, typer.Option(help="Who signs.")],
    capacity: Annotated[str, typer.Option(help="In which capacity.")],
    contracts: Annotated[
        Path | None, typer.Option("--contracts", help="The folder of arrangements; by default those shipped.")
    ] = None,
    to: Annotated[list[str] | None, typer.Option(help="Seal it to this party too; give it again for another.")] = None,
) -> None:
    """Sign versions of the law with this installation's agreement key, as one pack for everybody."""
    from facility_agent.workflows import packs

    passphrase = typer.prompt(words()("cli.passphrase"), hide_input=True)

    async def work(site: Site) -> tuple[Path, ...]:
        signed = await packs.make(site, names, contracts, by, capacity, passphrase)
        return await packs.write(site, signed, to or ())

    for path in _run(folder, work):
        print(words()("cli.letter-written", path=str(path)))


def receive(
    file: Annotated[Path, typer.Argument(help="A pack (.fap), or the sealed letter that holds it (.fae).")],
    folder: Folder,
    past: Annotated[
        bool, typer.Option("--past", help="Also one that reaches back to decided claims; they keep their answer.")
    ] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Take in a pack of arrangements; one mistake, a gap or an overlap changes nothing."""
    from facility_agent.workflows import exchange

    async def work(site: Site) -> Received:
        return await exchange.receive(site, _bytes(file), "cli", file.name, past=past)

    received = _run(folder, work)
    if json:
        print_json(received)
        return
    say = words()
    key = "cli.received-again" if received.again else "cli.received"
    print(say(key, kind=say(f"kind.{received.kind}"), sender=received.sender, about=received.about))
