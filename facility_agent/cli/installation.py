"""Installations from the shell: make one, serve it, take in a sealed file, and the demonstration."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from facility_agent.cli.output import language, print_json, progress, words
from facility_agent.vocabulary.errors import InputError

Folder = Annotated[Path, typer.Option("--folder", help="The installation's folder.")]


def init(
    folder: Folder,
    role: Annotated[str, typer.Option(help="facility, mutual or centre")],
    code: Annotated[str, typer.Option(help="The code by which others know this party.")],
    name: Annotated[str, typer.Option(help="Its full name.")],
    country: Annotated[str, typer.Option(help="ISO 3166 code, such as BF.")],
    zone: Annotated[str, typer.Option(help="IANA time zone.")] = "UTC",
    level: Annotated[str, typer.Option(help="Level of care (facility).")] = "",
    ownership: Annotated[str, typer.Option(help="public, private, confessional (facility).")] = "",
    region: Annotated[str, typer.Option(help="Region (facility).")] = "",
    scheme: Annotated[str, typer.Option(help="Scheme of the arrangement (payer).")] = "",
    member_pattern: Annotated[str, typer.Option(help="Form of member numbers, # for a digit (payer).")] = "",
    database: Annotated[str, typer.Option(help="File in the folder, or a PostgreSQL address.")] = "data.sqlite3",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    manager: Annotated[str, typer.Option(help="Login of the first account.")] = "responsable",
) -> None:
    """Make an installation: configuration, keys, database and the first account."""
    import msgspec

    from facility_agent.config import Config, Role
    from facility_agent.workflows.accounts import check_password
    from facility_agent.workflows.installing import install

    try:
        kind = msgspec.convert(role, Role)
    except msgspec.ValidationError as error:
        raise InputError("role-unknown", roles=role, known="facility, mutual, centre") from error
    config = Config(
        role=kind, code=code, name=name, country=country.upper(), zone=zone, level=level, ownership=ownership,
        region=region, scheme=scheme, member_pattern=member_pattern, database=database, port=port,
    )  # fmt: skip
    say = words()
    passphrase = typer.prompt(say("cli.passphrase"), hide_input=True, confirmation_prompt=True)
    password = typer.prompt(say("cli.password", login=manager), hide_input=True, confirmation_prompt=True)
    check_password(password)
    asyncio.run(_init(folder, config, passphrase, manager, password, install))
    print(say("cli.installed", folder=str(folder)))


async def _init(folder: Path, config, passphrase: str, login: str, password: str, install) -> None:  # type: ignore[no-untyped-def]
    from facility_agent.workflows.accounts import ROLES, add_account
    from facility_agent.workflows.site import open_site

    await install(folder, config, passphrase)
    async with open_site(folder) as site:
        await add_account(site, login, login, password, ROLES[config.role])


def serve(
    folder: Folder,
    port: Annotated[int | None, typer.Option(help="Another port.")] = None,
    host: Annotated[str, typer.Option(help="Another address; 0.0.0.0 for the centre's whole network.")] = "",
    tls: Annotated[bool, typer.Option("--tls", help="For phones too, with a certificate of the site's own.")] = False,
) -> None:
    """Serve an installation's pages, on this machine unless told otherwise, until Ctrl-C."""
    from facility_agent.web.serve import serve_forever

    asyncio.run(serve_forever([(folder, port)], host=host, tls=tls))


def receive(
    file: Annotated[Path, typer.Argument(help="A sealed file (.fae).")],
    folder: Folder,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Take in a sealed file: a register, a batch, an answer. The same file twice counts once."""
    from facility_agent.workflows.exchange import receive as take
    from facility_agent.workflows.site import open_site

    async def work():  # type: ignore[no-untyped-def]
        async with open_site(folder) as site:
            return await take(site, _bytes(file), "cli", file.name)

    received = asyncio.run(work())
    if json:
        print_json(received)
        return
    say = words()
    key = "cli.received-again" if received.again else "cli.received"
    print(say(key, kind=say(f"kind.{received.kind}"), sender=received.sender, about=received.about))
    if received.gaps:
        print(say("cli.gaps", sender=received.sender, numbers=", ".join(map(str, received.gaps))))


def intake(
    source: Annotated[Path, typer.Argument(help="A folder of sealed files.")],
    folder: Folder,
    audit: Annotated[bool, typer.Option("--audit", help="Recompute the new batches afterwards.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Take in every sealed file of a folder; what cannot be used is named, changes nothing and stops nobody."""
    from facility_agent.workflows.intake import take_folder
    from facility_agent.workflows.site import open_site

    async def work():  # type: ignore[no-untyped-def]
        async with open_site(folder) as site:
            with progress(words()("cli.intake")) as bar:
                return await take_folder(site, source, "cli", bar, audit=audit)

    taken = asyncio.run(work())
    if json:
        print_json(taken)
    say = words()
    for each in () if json else taken:
        if each.error:
            print(f"{each.file}: {say(f'error.{each.error}', **each.fields)}")
            continue
        key = "cli.received-again" if each.again else "cli.received"
        print(f"{each.file}: {say(key, kind=say(f'kind.{each.kind}'), sender=each.sender, about=each.about)}")
        if each.gaps:
            print(say("cli.gaps", sender=each.sender, numbers=", ".join(map(str, each.gaps))))
    raise typer.Exit(1 if any(each.error for each in taken) else 0)


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where to make the two installations.")] = Path("demo-data"),
    seed: Annotated[int, typer.Option(help="Another month of invented visits.")] = 1,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve both sites afterwards.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Show the whole promise: a month from the card to the payment, on invented people and real public prices."""
    from facility_agent.demo.run import run_demo
    from facility_agent.demo.show import show_summary

    summary = asyncio.run(run_demo(folder, seed, say=(lambda line: None) if json else print))
    if json:
        print_json(summary)
    else:
        show_summary(summary, language())
    if summary.faults:
        raise typer.Exit(1)
    if serve:
        from facility_agent.demo.serve import serve_both

        asyncio.run(serve_both(folder))


def exercise(
    folder: Annotated[Path, typer.Option("--folder", help="Where to make the exercise.")] = Path("exercise-data"),
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8090,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it afterwards.")] = True,
) -> None:
    """Ten cases to practise at the desk, with invented people and cards, apart from everything real."""
    from facility_agent.demo.exercise import make_exercise
    from facility_agent.workflows.exercise import LOGIN, PASSWORD

    post = asyncio.run(make_exercise(folder))
    print(words()("cli.exercise", login=LOGIN, password=PASSWORD))
    if serve:
        from facility_agent.web.serve import serve_forever

        asyncio.run(serve_forever([(post, port)]))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("file-missing", name=str(path)) from error
