"""Keys from the shell: shown, handed over, trusted, renewed, declared stolen, and sent in a letter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from facility_agent.cli.installation import Folder, _bytes
from facility_agent.cli.output import print_json, print_table, words

if TYPE_CHECKING:
    from facility_agent.exchange.parties import PublicKeys
    from facility_agent.workflows.site import Site

T = TypeVar("T")
app = typer.Typer(help="Keys.", no_args_is_help=True, rich_markup_mode=None)
By = Annotated[str, typer.Option(help="Who decides; it is written down.")]


@app.command("show")
def show(folder: Folder, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """This installation's keys: what they are for, from when, until when, and whether somebody else may hold them."""

    async def work(site: Site) -> PublicKeys:
        return site.own_keys()

    own, say = _run(folder, work), words()
    if json:
        print_json(own)
        return
    rows = [
        (key.key, say(f"key.role.{key.role}"), say.day(key.start), say.day(key.until), say.day(key.revoked_on))
        for key in own.keys
    ]
    columns = [say(f"cli.keys.{name}") for name in ("key", "role", "start", "until", "compromised")]
    print_table("", columns, rows)


@app.command("export")
def export(folder: Folder, out: Annotated[Path, typer.Argument(help="The small file to hand over.")]) -> None:
    """Write this installation's public keys, and the fingerprint to read to the other side."""
    from facility_agent.exchange.parties import encode_public_keys, fingerprint
    from facility_agent.storage.files import write_whole

    async def work(site: Site) -> str:
        own = site.own_keys()
        write_whole(out, encode_public_keys(own))
        return words()("cli.keys-written", party=own.party, path=str(out), fingerprint=fingerprint(own))

    print(_run(folder, work))


@app.command("trust")
def trust(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The other side's file.")],
    authority: Annotated[
        bool, typer.Option("--authority", help="Its packs of arrangements count here: a ministry, an agency, a union.")
    ] = False,
) -> None:
    """Trust the keys of another side, after its fingerprint was compared aloud."""
    from facility_agent.exchange.parties import decode_public_keys, fingerprint
    from facility_agent.workflows import keyring

    async def work(site: Site) -> str:
        theirs = decode_public_keys(_bytes(file))
        async with site.store.transaction():
            await keyring.trust(site, theirs)
            if authority:
                await site.store.put_authority(theirs.party, site.now())
        said = words()("cli.keys-trusted", party=theirs.party, fingerprint=fingerprint(theirs))
        return f"{said}\n{words()('cli.keys-authority', party=theirs.party)}" if authority else said

    print(_run(folder, work))


@app.command("rotate")
def rotate(
    folder: Folder,
    role: Annotated[Literal["card", "agreement"], typer.Argument(help="The key to renew: card or agreement.")],
    by: By,
    lost: Annotated[
        bool, typer.Option("--lost", help="The agreement key or its passphrase is lost: others trust anew, by hand.")
    ] = False,
) -> None:
    """Make a new key and sign no more with the former one; what was signed before stays good."""
    from facility_agent.workflows import keyring

    say = words()
    question = "cli.passphrase-new" if lost else "cli.passphrase"
    passphrase = typer.prompt(say(question), hide_input=True, confirmation_prompt=lost)

    async def work(site: Site) -> str:
        renew = keyring.start_anew if lost else keyring.rotate
        return renew(site, role, passphrase, by).key

    print(say("cli.key-rotated-lost" if lost else "cli.key-rotated", key=_run(folder, work)))


@app.command("compromised")
def compromised(
    folder: Folder,
    key: Annotated[str, typer.Argument(help="The name of the key, as `keys show` gives it.")],
    since: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="First day on which somebody else may have signed with it.")
    ],
    by: By,
    reason: Annotated[str, typer.Option(help="What happened; it is written down.")] = "",
) -> None:
    """Declare that somebody else may hold a key: it signs no more, and others learn of it with the next list."""
    from facility_agent.workflows import keyring

    async def work(site: Site) -> None:
        keyring.compromised(site, key, since.date(), by, reason)

    _run(folder, work)
    print(words()("cli.key-compromised", key=key, day=since.date()))


@app.command("send")
def send(folder: Folder, party: Annotated[str, typer.Argument(help="Code of the party.")]) -> None:
    """Seal this installation's list of public keys to a party that knows it already."""
    from facility_agent.workflows import keyring

    async def work(site: Site) -> Path:
        return await keyring.send_keys(site, party)

    print(words()("cli.letter-written", path=str(_run(folder, work))))


def _run(folder: Path, work: Callable[[Site], Awaitable[T]]) -> T:
    from facility_agent.workflows.site import open_site

    async def opened() -> T:
        async with open_site(folder) as site:
            return await work(site)

    return asyncio.run(opened())
