"""What an installation needs now and then: keys exchanged, members imported, registers sent, accounts, backups."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from facility_agent.cli.installation import Folder, _bytes
from facility_agent.cli.output import words

if TYPE_CHECKING:
    from facility_agent.workflows.site import Site

T = TypeVar("T")

keys = typer.Typer(help="Clés publiques. Public keys.", no_args_is_help=True, rich_markup_mode=None)
members = typer.Typer(help="Fichier des bénéficiaires. Members.", no_args_is_help=True, rich_markup_mode=None)
register = typer.Typer(help="Envois aux formations. Registers sent.", no_args_is_help=True, rich_markup_mode=None)
account = typer.Typer(help="Comptes. Accounts.", no_args_is_help=True, rich_markup_mode=None)


@keys.command("export")
def export_keys(folder: Folder, out: Annotated[Path, typer.Argument(help="The small file to hand over.")]) -> None:
    """Write this installation's public keys, and the fingerprint to read to the other side."""
    from facility_agent.exchange.parties import encode_public_keys, fingerprint
    from facility_agent.storage.files import write_whole

    async def work(site: Site) -> str:
        own = site.own_keys()
        write_whole(out, encode_public_keys(own))
        return words()("cli.keys-written", party=own.party, path=str(out), fingerprint=fingerprint(own))

    print(_run(folder, work))


@keys.command("trust")
def trust_keys(folder: Folder, file: Annotated[Path, typer.Argument(help="The other side's file.")]) -> None:
    """Trust the keys of another side, after its fingerprint was compared aloud."""
    from facility_agent.exchange.parties import decode_public_keys, fingerprint

    async def work(site: Site) -> str:
        theirs = decode_public_keys(_bytes(file))
        await site.store.put_public_keys(theirs)
        return words()("cli.keys-trusted", party=theirs.party, fingerprint=fingerprint(theirs))

    print(_run(folder, work))


@members.command("import")
def import_members(folder: Folder, file: Annotated[Path, typer.Argument(help="The members' file, CSV.")]) -> None:
    """Replace the register by a members' file; one mistake changes nothing."""
    from facility_agent.workflows import membership

    async def work(site: Site) -> int:
        return await membership.import_members(site, _bytes(file))

    print(words()("cli.members-imported", count=_run(folder, work)))


@register.command("send")
def send_register(folder: Folder, facility: Annotated[str, typer.Argument(help="The facility's code.")]) -> None:
    """Seal the register and the list of revoked cards to a facility."""
    from facility_agent.workflows import membership

    async def work(site: Site) -> list[Path]:
        return [
            await membership.publish_register(site, facility),
            await membership.publish_revocations(site, facility),
        ]

    for path in _run(folder, work):
        print(words()("cli.letter-written", path=str(path)))


@account.command("add")
def add_account(
    folder: Folder,
    login: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[list[str], typer.Option(help="A role; give the option again for another one.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
) -> None:
    """Make an account; the password is asked for."""
    from facility_agent.workflows import accounts

    password = typer.prompt(words()("cli.password", login=login), hide_input=True, confirmation_prompt=True)

    async def work(site: Site) -> None:
        await accounts.add_account(site, login, name or login, password, tuple(role))

    _run(folder, work)
    print(words()("cli.account-added", login=login))


def backup(folder: Folder, out: Annotated[Path, typer.Argument(help="The copy to write.")]) -> None:
    """Take a checked copy of the database, also while it is served."""
    from facility_agent.config import read_config
    from facility_agent.storage.backup import back_up

    config = read_config(folder)
    back_up(config.database if "://" in config.database else folder / config.database, out)
    print(words()("cli.backed-up", path=str(out)))


def _run(folder: Path, work: Callable[[Site], Awaitable[T]]) -> T:
    from facility_agent.workflows.site import open_site

    async def opened() -> T:
        async with open_site(folder) as site:
            return await work(site)

    return asyncio.run(opened())
