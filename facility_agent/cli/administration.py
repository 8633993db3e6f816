"""What an installation needs now and then: members imported, accounts, backups."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from facility_agent.cli.installation import Folder, _bytes
from facility_agent.cli.output import print_table, words

if TYPE_CHECKING:
    from facility_agent.storage.store.people import Account
    from facility_agent.workflows.site import Site

T = TypeVar("T")

Login = Annotated[str, typer.Argument(help="The name to sign in with.")]

members = typer.Typer(help="The members' file of a payer.", no_args_is_help=True, rich_markup_mode=None)
account = typer.Typer(help="Accounts.", no_args_is_help=True, rich_markup_mode=None)


@members.command("import")
def import_members(folder: Folder, file: Annotated[Path, typer.Argument(help="The members' file, CSV.")]) -> None:
    """Replace the register by a members' file; one mistake changes nothing."""
    from facility_agent.workflows import membership

    async def work(site: Site) -> int:
        return await membership.import_members(site, _bytes(file))

    print(words()("cli.members-imported", count=_run(folder, work)))


@members.command("merge")
def merge_members(
    folder: Folder,
    former: Annotated[str, typer.Argument(help="The provisional number of a newborn.")],
    number: Annotated[str, typer.Argument(help="The number that the mutual has given.")],
    by: Annotated[str, typer.Option(help="Who decides; it is written down.")],
) -> None:
    """Give a newborn's permanent number in place of the provisional one; claims under either count as one person's."""
    from facility_agent.workflows import newborns

    async def work(site: Site) -> int:
        return await newborns.merge(site, [(former, number)], by)

    _run(folder, work)
    print(words()("cli.members-merged", former=former, number=number))


@account.command("add")
def add_account(
    folder: Folder,
    login: Login,
    role: Annotated[list[str], typer.Option(help="A role; give the option again for another one.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    office: Annotated[str, typer.Option(help="The technical centre where this person signs in, by its code.")] = "",
) -> None:
    """Make an account; the password is asked for. With --office it is for somebody of a centre that works for us."""
    from facility_agent.workflows import accounts

    if office:
        _run(folder, lambda site: accounts.admit(site, login, name or login, tuple(role), office))
        print(words()("cli.account-added", login=login))
        return
    password = typer.prompt(words()("cli.password", login=login), hide_input=True, confirmation_prompt=True)

    async def work(site: Site) -> None:
        await accounts.add_account(site, login, name or login, password, tuple(role))

    _run(folder, work)
    print(words()("cli.account-added", login=login))


@account.command("password")
def password(folder: Folder, login: Login) -> None:
    """Give somebody another password; it is asked for, and they sign in anew."""
    from facility_agent.workflows import accounts

    new = typer.prompt(words()("cli.password", login=login), hide_input=True, confirmation_prompt=True)
    _run(folder, lambda site: accounts.renew_password(site, login, new))
    print(words()("cli.account-password", login=login))


@account.command("close")
def close_account(folder: Folder, login: Login) -> None:
    """Somebody leaves: their name opens nothing any more, and stays on what they did."""
    from facility_agent.workflows import accounts

    _run(folder, lambda site: accounts.close(site, login))
    print(words()("cli.account-closed", login=login))


@account.command("reopen")
def reopen_account(folder: Folder, login: Login) -> None:
    """Somebody comes back, with the password and the roles that they had."""
    from facility_agent.workflows import accounts

    _run(folder, lambda site: accounts.reopen(site, login))
    print(words()("cli.account-reopened", login=login))


@account.command("list")
def list_accounts(folder: Folder) -> None:
    """Who may sign in, in which roles."""

    async def work(site: Site) -> tuple[Account, ...]:
        return await site.store.accounts()

    say = words()
    rows = [
        (row.login, row.name, ", ".join(row.roles), row.office,
         say("cli.account-open" if row.active else "cli.account-shut"))
        for row in _run(folder, work)
    ]  # fmt: skip
    print_table("", [say(f"column.account.{name}") for name in ("login", "name", "roles", "office", "state")], rows)


@account.command("machine")
def machine(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="What the system is called here.")],
    facility: Annotated[str, typer.Option(help="The facility for which it speaks.")] = "",
    days: Annotated[int, typer.Option(help="For how many days it is let in, at most 730.")] = 365,
    remove: Annotated[bool, typer.Option("--remove", help="Shut the system out.")] = False,
) -> None:
    """Let a facility's own system ask over FHIR: its word is printed once, and kept nowhere. At a payer."""
    from facility_agent.workflows import machines

    async def work(site: Site) -> str:
        if remove:
            await machines.shut_out(site, name)
            return ""
        return await machines.let_in(site, name, facility, days, "cli")

    word = _run(folder, work)
    print(words()("cli.machine-removed", name=name) if remove else word)


def backup(folder: Folder, out: Annotated[Path, typer.Argument(help="The copy to write.")]) -> None:
    """Take a checked copy of the database, also while it is served."""
    from facility_agent.workflows.backups import take

    take(folder, out)
    print(words()("cli.backed-up", path=str(out)))


def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `backup` took.")],
    folder: Annotated[
        Path, typer.Option("--into", "--folder", help="The installation's folder, with its config.toml.")
    ] = Path(),
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of the database that is there, which is kept beside it.")
    ] = False,
) -> None:
    """Put a backup back; the server must be stopped."""
    from facility_agent.workflows.backups import put_back

    done, say = put_back(folder, file, replace=replace), words()
    taken = f"{say.day(done.taken.date())} {done.taken:%H:%M}" if done.taken else "—"
    print(say("cli.restored", name=file.name, taken=taken))
    if done.aside:
        print(say("cli.restored-aside", name=done.aside))


def _run(folder: Path, work: Callable[[Site], Awaitable[T]]) -> T:
    from facility_agent.workflows.site import open_site

    async def opened() -> T:
        async with open_site(folder) as site:
            return await work(site)

    return asyncio.run(opened())
