"""Agreements from the shell: draft, sign, on paper, send, join, amend, suspend, end, undo."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from facility_agent.arrangements.agreement import Agreement
from facility_agent.cli.administration import _run
from facility_agent.cli.installation import Folder, _bytes
from facility_agent.cli.output import print_json, print_table, words

app = typer.Typer(help="Agreements.", no_args_is_help=True, rich_markup_mode=None)
Id = Annotated[str, typer.Argument(help="The agreement's id, or its beginning.")]
Start = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day on which it counts.")]
On = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day from which it counts, or of the page.")]
Last = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day, which still counts.")]
By = Annotated[str, typer.Option(help="Who signs or decides.")]
Capacity = Annotated[str, typer.Option(help="In which capacity.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; without it, no end.")]
AnnexFile = Annotated[Path | None, typer.Option(help="Annex as TOML.")]
Tariffs = Annotated[Path | None, typer.Option(help="Tariffs of the annex, CSV or XLSX.")]
Scan = Annotated[Path, typer.Option(help="The scanned page.")]


@app.command("list")
def list_agreements(folder: Folder, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the agreements that are kept here, with their state for this installation."""

    async def work(site: Any) -> tuple[str, tuple[Agreement, ...]]:
        return site.config.code, await site.store.agreements()

    own, found = _run(folder, work)
    if json:
        print_json(found)
        return
    say = words()
    columns = [say(f"column.{key}") for key in ("agreement", "from", "until", "parties", "state")]
    rows = [
        [entry.id, say.day(entry.start), say.day(entry.until), str(len(entry.everybody)), _state(entry, own)]
        for entry in found
    ]
    print_table("", columns, rows)


@app.command("draft")
def draft(
    folder: Folder,
    parties: Annotated[
        Path,
        typer.Option(help="Parties, JSON, CSV or XLSX: code, name, role, type, level, ownership, region, parent."),
    ],
    start: Start,
    annex: AnnexFile = None,
    tariffs: Tariffs = None,
    until: Until = None,
) -> None:
    """Draft an agreement under the arrangement in force on its first day."""
    from facility_agent.workflows import contracting, drafting

    async def work(site: Any) -> Agreement:
        listed = drafting.read_parties(_bytes(parties), parties.name)
        made = _annex(site.arrangement(start.date()), annex, tariffs)
        drafted = contracting.draft(site, start.date(), _day(until), listed, made)
        return await contracting.save_draft(site, drafted, "cli")

    _said(_run(folder, work))


@app.command("withdraw")
def withdraw(folder: Folder, agreement: Id) -> None:
    """Take a draft away that nobody has signed."""
    from facility_agent.workflows import agreements, contracting

    async def work(site: Any) -> str:
        found = await agreements.find(site, agreement)
        await contracting.withdraw(site, found.id)
        return found.id

    print(words()("cli.agreement-withdrawn", agreement=_run(folder, work)))


@app.command("sign")
def sign(folder: Folder, agreement: Id, by: By, capacity: Capacity) -> None:
    """Sign with this installation's agreement key."""
    from facility_agent.workflows import agreements, contracting

    passphrase = typer.prompt(words()("cli.passphrase"), hide_input=True)

    async def work(site: Any) -> Agreement:
        return await contracting.sign(site, await agreements.find(site, agreement), by, capacity, passphrase)

    _said(_run(folder, work))


@app.command("enter-paper")
def enter_paper(
    folder: Folder,
    agreement: Id,
    party: Annotated[str, typer.Option(help="Code of the party that signed.")],
    by: By,
    capacity: Capacity,
    on: On,
    scan: Scan,
) -> None:
    """Enter a signature that was given on paper; the scan is kept."""
    from facility_agent.workflows import agreements

    async def work(site: Any) -> Agreement:
        found = await agreements.find(site, agreement)
        return await agreements.enter_paper(site, found, by, capacity, on.date(), _bytes(scan), party, "cli")

    _said(_run(folder, work))


@app.command("send")
def send(
    folder: Folder,
    agreement: Id,
    to: Annotated[list[str] | None, typer.Option(help="Code of a party; without it, all whose keys are known.")] = None,
) -> None:
    """Seal the agreement, with the signatures it has, to the other sides, or to somebody who may join."""
    from facility_agent.workflows import agreements, contracting

    async def work(site: Any) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        found = await agreements.find(site, agreement)
        if to:
            return tuple([await contracting.send(site, found, code) for code in to]), ()
        return await contracting.send_to_all(site, found)

    paths, unknown = _run(folder, work)
    for path in paths:
        print(words()("cli.letter-written", path=str(path)))
    if unknown:
        print(words()("cli.agreement-keys-unknown", parties=", ".join(unknown)))


@app.command("join")
def join(
    folder: Folder,
    agreement: Id,
    by: By,
    capacity: Capacity,
    start: Start,
    party: Annotated[Path | None, typer.Option(help="Who joins on paper, as a list of one party.")] = None,
    scan: Annotated[Path | None, typer.Option(help="The scanned page; without it, our key signs.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the page on paper.")] = None,
    parent: Annotated[str, typer.Option(help="Code of the facility of the agreement through which ours bills.")] = "",
) -> None:
    """Join an agreement in force by a one-page adhesion: with our key, or a page on paper that is entered here."""
    from facility_agent.workflows import agreements, drafting

    passphrase = "" if scan else typer.prompt(words()("cli.passphrase"), hide_input=True)

    async def work(site: Any) -> Agreement:
        found = await agreements.find(site, agreement)
        if scan is None:
            return await agreements.join(site, found, start.date(), by, capacity, passphrase, parent)
        listed = drafting.read_parties(_bytes(party), party.name) if party else (agreements.own_party(site),)
        who = msgspec.structs.replace(listed[0], parent=parent or listed[0].parent)
        signed, page = (on or start).date(), _bytes(scan)
        return await agreements.join_on_paper(site, found, who, start.date(), by, capacity, signed, page, "cli")

    _said(_run(folder, work))


@app.command("amend")
def amend(
    folder: Folder,
    agreement: Id,
    start: Start,
    annex: AnnexFile = None,
    tariffs: Tariffs = None,
    until: Until = None,
    parties: Annotated[
        Path | None,
        typer.Option(help="Parties that it adds, changes or ends: the columns of a draft, and from, until."),
    ] = None,
) -> None:
    """Draft the amendment that follows an agreement from a day on."""
    from facility_agent.workflows import agreements, drafting

    async def work(site: Any) -> Agreement:
        found = await agreements.find(site, agreement)
        made = _annex(site.arrangement(start.date()), annex, tariffs, found.annex)
        rows = drafting.read_parties(_bytes(parties), parties.name) if parties else ()
        return await agreements.amend(site, found, start.date(), made, "cli", _day(until), rows)

    _said(_run(folder, work))


@app.command("suspend")
def suspend(folder: Folder, agreement: Id, on: On) -> None:
    """Suspend an agreement from a day on, for this installation's party."""
    _moved(folder, agreement, "suspend", on.date())


@app.command("resume")
def resume(folder: Folder, agreement: Id, on: On) -> None:
    """Lift our suspension from a day on."""
    _moved(folder, agreement, "resume", on.date())


@app.command("end")
def end(folder: Folder, agreement: Id, last: Last) -> None:
    """End an agreement on a last day, which still counts, for this installation's party."""
    _moved(folder, agreement, "end", last.date())


@app.command("undo")
def undo(folder: Folder, agreement: Id) -> None:
    """Take back the suspension, resumption or end that we wrote last."""
    _moved(folder, agreement, "undo")


def _moved(folder: Path, name: str, move: str, *days: date) -> None:
    from facility_agent.workflows import agreements

    async def work(site: Any) -> Agreement:
        return await getattr(agreements, move)(site, await agreements.find(site, name), *days, "cli")

    _said(_run(folder, work))


def _annex(arrangement: Any, annex: Path | None, tariffs: Path | None, base: Any = None) -> Any:
    """The annex of the files, read against the arrangement; without a file the one that there was."""
    from facility_agent.workflows import drafting

    text = drafting.decoded_annex(_bytes(annex), annex.name) if annex else ""
    return drafting.make_annex(arrangement, text, (tariffs.name, _bytes(tariffs)) if tariffs else None, base=base)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _state(agreement: Agreement, own: str) -> str:
    return words().state("agreement", agreement.state_for(own))


def _said(agreement: Agreement) -> None:
    say = words()
    print(say("cli.agreement-kept", agreement=agreement.id, state=say.state("agreement", agreement.state)))
