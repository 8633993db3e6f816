"""Agreements from the shell: draft, sign, on paper, join, amend, suspend, end, show, print."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from facility_agent.arrangements.agreement import Agreement, Annex, Party
from facility_agent.cli.installation import Folder, _bytes
from facility_agent.cli.output import print_json, words
from facility_agent.vocabulary.errors import InputError

app = typer.Typer(help="Conventions. Agreements.", no_args_is_help=True, rich_markup_mode=None)
Id = Annotated[str, typer.Argument(help="The agreement's id, or its beginning.")]
Start = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day on which it counts.")]
On = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day from which it counts, or of the page.")]
Last = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day, which still counts.")]
By = Annotated[str, typer.Option(help="Who signs or decides.")]
Capacity = Annotated[str, typer.Option(help="In which capacity.")]


@app.command("draft")
def draft(
    folder: Folder,
    parties: Annotated[
        Path, typer.Option(help="JSON list of parties: code, name, role, type, level, ownership, region.")
    ],
    annex: Annotated[Path, typer.Option(help="Annex as TOML.")],
    start: Start,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; without it, no end.")] = None,
) -> None:
    """Draft an agreement under the arrangement in force on its first day."""
    from facility_agent.workflows import contracting

    async def work(site: Any) -> Agreement:
        try:
            listed = msgspec.json.decode(_bytes(parties), type=tuple[Party, ...])
        except msgspec.DecodeError as error:
            raise InputError("agreement-file", name=parties.name, reason=str(error)) from error
        last = until.date() if until else None
        made = contracting.draft(site, start.date(), last, listed, _annex(annex))
        async with site.store.transaction():
            await site.store.put_agreement(made, site.now(), "cli")
        return made

    _said(_run(folder, work))


@app.command("sign")
def sign(folder: Folder, agreement: Id, by: By, capacity: Capacity) -> None:
    """Sign with this installation's agreement key."""
    from facility_agent.workflows import agreements, contracting

    passphrase = typer.prompt(words()("cli.passphrase"), hide_input=True)

    async def work(site: Any) -> Agreement:
        signed = await contracting.sign(site, await agreements.find(site, agreement), by, capacity, passphrase)
        await agreements.settle_amendment(site, signed, by)
        return signed

    _said(_run(folder, work))


@app.command("enter-paper")
def enter_paper(
    folder: Folder,
    agreement: Id,
    party: Annotated[str, typer.Option(help="Code of the party that signed.")],
    by: By,
    capacity: Capacity,
    on: On,
    scan: Annotated[Path, typer.Option(help="The scanned page.")],
) -> None:
    """Enter a signature that was given on paper."""
    from facility_agent.workflows import agreements

    async def work(site: Any) -> Agreement:
        found = await agreements.find(site, agreement)
        signed = await agreements.enter_paper(site, found, by, capacity, on.date(), _bytes(scan), party, "cli")
        await agreements.settle_amendment(site, signed, "cli")
        return signed

    _said(_run(folder, work))


@app.command("join")
def join(folder: Folder, agreement: Id, by: By, capacity: Capacity, start: Start) -> None:
    """Join an agreement in force, for this installation, by a one-page adhesion."""
    from facility_agent.workflows import agreements

    passphrase = typer.prompt(words()("cli.passphrase"), hide_input=True)

    async def work(site: Any) -> Agreement:
        own = site.config
        party = Party(
            code=own.code, name=own.name, role="facility" if own.role == "facility" else "payer", type=own.type,
            level=own.level, ownership=own.ownership, region=own.region, invented=own.invented,
        )  # fmt: skip
        found = await agreements.find(site, agreement)
        return await agreements.join(site, found, party, start.date(), by, capacity, passphrase)

    _said(_run(folder, work))


@app.command("amend")
def amend(
    folder: Folder, agreement: Id, start: Start, annex: Annotated[Path, typer.Option(help="Annex as TOML.")]
) -> None:
    """Draft the amendment that follows an agreement from a day on."""
    from facility_agent.workflows import agreements

    async def work(site: Any) -> Agreement:
        found = await agreements.find(site, agreement)
        return await agreements.amend(site, found, start.date(), _annex(annex), "cli")

    _said(_run(folder, work))


@app.command("suspend")
def suspend(folder: Folder, agreement: Id, on: On) -> None:
    """Suspend an agreement from a day on."""
    _moved(folder, agreement, "suspend", on.date())


@app.command("resume")
def resume(folder: Folder, agreement: Id) -> None:
    """Lift a suspension."""
    _moved(folder, agreement, "resume")


@app.command("end")
def end(folder: Folder, agreement: Id, last: Last) -> None:
    """End an agreement on a last day, which still counts."""
    _moved(folder, agreement, "end", last.date())


@app.command("show")
def show(
    folder: Folder,
    agreement: Id,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Show an agreement: parties, state, what is still open."""
    from facility_agent.arrangements.agreement import open_money_clauses
    from facility_agent.workflows import agreements

    async def work(site: Any) -> tuple[Agreement, tuple[str, ...]]:
        found = await agreements.find(site, agreement)
        return found, open_money_clauses(site.arrangement(found.start), found)

    found, still_open = _run(folder, work)
    if json:
        print_json(found)
        return
    _said(found)
    for party in (*found.parties, *(adhesion.party for adhesion in found.adhesions)):
        print(f"- {party.role}: {party.code} · {party.name}")
    if still_open:
        print(words()("error.agreement-open", clauses=", ".join(still_open)))


@app.command("print")
def print_agreement(
    folder: Folder, agreement: Id, out: Annotated[Path, typer.Option(help="The PDF to write.")] = Path("convention.pdf")
) -> None:
    """Write the agreement as a PDF laid out for signature."""
    from facility_agent.documents.agreement_pdf import agreement_pdf
    from facility_agent.storage.files import write_whole
    from facility_agent.workflows import agreements

    async def work(site: Any) -> Agreement:
        found = await agreements.find(site, agreement)
        write_whole(out, agreement_pdf(found, site.arrangement(found.start), made_on=site.today()))
        return found

    found = _run(folder, work)
    print(
        words()(
            "cli.agreement-written", agreement=found.id, state=words().state("agreement", found.state), path=str(out)
        )
    )


def _moved(folder: Path, name: str, move: str, *days: date) -> None:
    from facility_agent.workflows import agreements

    async def work(site: Any) -> Agreement:
        return await getattr(agreements, move)(site, await agreements.find(site, name), *days, "cli")

    _said(_run(folder, work))


def _annex(path: Path) -> Annex:
    from facility_agent.arrangements.annex import read_annex

    found, mistakes = read_annex(_bytes(path).decode("utf-8-sig", errors="replace"))
    if found is None:
        first = mistakes[0]
        raise InputError("annex-wrong", reason=words()(f"mistake.{first.code}", **first.fields))
    return found


def _run(folder: Path, work: Callable[[Any], Awaitable[Any]]) -> Any:
    from facility_agent.workflows.site import open_site

    async def opened() -> Any:
        async with open_site(folder) as site:
            return await work(site)

    return asyncio.run(opened())


def _said(agreement: Agreement) -> None:
    say = words()
    print(say("cli.agreement-kept", agreement=agreement.id, state=say.state("agreement", agreement.state)))
