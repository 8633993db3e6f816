"""Audits from the shell: batches received or carried as files, and a country's load made up with planted faults."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_agent.cli.output import print_json, print_table, progress, words
from facility_agent.vocabulary.errors import InputError

if TYPE_CHECKING:
    from facility_agent.arrangements.agreement import Agreement
    from facility_agent.audit.funnel import Unit
    from facility_agent.audit.report import AuditReport
    from facility_agent.vocabulary.settlement import Batch
    from facility_agent.workflows.auditing import FileAudit


def audit(
    batches: Annotated[list[str] | None, typer.Argument(help="Numbers, or files with --register.")] = None,
    folder: Annotated[Path | None, typer.Option("--folder", help="The installation's folder.")] = None,
    register: Annotated[Path | None, typer.Option(help="The members' file, CSV: audit files, store nothing.")] = None,
    agreement: Annotated[Path | None, typer.Option(help="The agreement as JSON; else that of the folder.")] = None,
    contracts: Annotated[Path | None, typer.Option(help="Another folder of arrangements.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the report, neutral sentences: one .html file, or a .pdf.")
    ] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Recompute batches with the mutual's own register, and say what differs and why.

    Batches that the installation received are named by their numbers (none: all). With --register they are files, and
    neither a server nor a database is needed; letters that are sealed need --folder for its keys.
    """
    if report is not None and report.suffix not in (".html", ".pdf"):
        raise InputError("report-kind", name=report.name)
    if register is not None:
        audits = asyncio.run(_of_files(batches or [], folder, register, agreement, contracts))
        found = [(entry.batch, entry.report, entry.rates) for entry in audits]
        if json:
            print_json(audits)
    elif folder is not None:
        found = asyncio.run(_received(batches or [], folder))
        if json:
            print_json([made for _, made, _ in found])
    else:
        raise InputError("audit-needs-folder-or-register")
    if report is not None:
        _write(report, found, asyncio.run(_agreements(folder, agreement)))
    for batch, made, _ in () if json else found:
        _show(batch, made)
    raise typer.Exit(1 if any(made.cut for _, made, _ in found) else 0)


async def _of_files(
    names: list[str], folder: Path | None, register: Path, agreement: Path | None, contracts: Path | None
) -> tuple[FileAudit, ...]:
    from facility_agent.arrangements.library import load
    from facility_agent.workflows.auditing import audit_files, read_agreement, read_batches
    from facility_agent.workflows.site import open_site

    if not names:
        raise InputError("audit-needs-batches")
    async with open_site(folder) if folder else nullcontext() as site:
        messages = await read_batches(map(Path, names), site)
        library = load(contracts) if contracts else site.library if site else load()
        return await audit_files(messages, register, library, read_agreement(agreement) if agreement else None, site)


async def _received(numbers: list[str], folder: Path) -> list[tuple[Batch, AuditReport, dict[str, tuple[Unit, ...]]]]:
    from facility_agent.workflows import audit_desk
    from facility_agent.workflows.claim_numbers import report_by_number
    from facility_agent.workflows.site import open_site

    async with open_site(folder) as site:
        lines = {line.batch.number: line.batch for line in await audit_desk.batches(site)}
        for number in numbers:
            if number not in lines:
                raise InputError("batch-unknown", batch=number)
        views = [await audit_desk.audit(site, lines[number].id) for number in numbers or lines]
        return [
            (view.batch, await report_by_number(site, view.report), await audit_desk.rates_of(site, view))
            for view in views
        ]


async def _agreements(folder: Path | None, agreement: Path | None) -> tuple[Agreement, ...]:
    """The agreements that say who is whose peer."""
    from facility_agent.workflows.auditing import read_agreement
    from facility_agent.workflows.site import open_site

    if agreement is not None:
        return (read_agreement(agreement),)
    async with open_site(folder) if folder else nullcontext() as site:
        return await site.store.agreements() if site else ()


def _write(
    report: Path,
    found: list[tuple[Batch, AuditReport, dict[str, tuple[Unit, ...]]]],
    agreements: tuple[Agreement, ...],
) -> None:
    """The report as the end of its name says."""
    from collections import Counter
    from datetime import date

    from facility_agent.documents.audit_html import audit_html
    from facility_agent.documents.audit_pdf import audit_pdf
    from facility_agent.storage.files import write_whole
    from facility_agent.workflows.outliers import traits_of

    sizes: Counter[str] = Counter()
    for batch, made, _ in found:
        sizes[batch.facility] += made.claims
    traits = traits_of(agreements, sizes)
    paper = report.suffix == ".pdf"
    said = audit_pdf(found, words(), date.today(), traits) if paper else audit_html(found, words(), traits).encode()
    write_whole(report, said)


def _show(batch: Batch, made: AuditReport) -> None:
    say = words()
    rows = [
        [total.code, say(f"weight.{total.weight}"), str(total.claims), say.amount(total.cut, made.currency)]
        for total in made.codes
    ]
    columns = [say(f"column.{key}") for key in ("code", "weight", "claims", "cut")]
    print_table(f"{batch.number} · {say.month(batch.month)}", columns, rows, right=(2, 3))


def simulate(
    folder: Annotated[Path, typer.Argument(help="An empty or new folder for the Parquet files.")],
    facilities: Annotated[int, typer.Option(min=1, max=9_999, help="Facilities of all levels.")] = 1_800,
    months: Annotated[int, typer.Option(min=1, max=24, help="Months from January 2026.")] = 12,
    fraction: Annotated[float, typer.Option(min=0.001, max=1.0, help="Part of a full load.")] = 1.0,
    faults: Annotated[float, typer.Option(min=0.0, max=0.5, help="Part of the visits with a planted fault.")] = 0.02,
    seed: Annotated[int, typer.Option(help="Another country.")] = 1,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes at once.")] = 2,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Make up a country's claims with planted errors and frauds and their truth: 20 million a year at full size."""
    if folder.exists() and any(folder.iterdir()):
        raise InputError("folder-not-empty", folder=str(folder))
    try:
        from facility_agent.lake.simulation.write import Plan
        from facility_agent.lake.simulation.write import simulate as make
    except ImportError as error:
        raise InputError("extra-missing", extra="audit") from error
    say = words()
    with progress(say("cli.simulate.facilities")) as said:
        made = make(Plan(facilities, months, fraction, faults, seed), folder, said, workers)
    if json:
        print_json(made)
    else:
        print(say("cli.simulate.made", folder=str(folder), **made))


def lake(
    folder: Annotated[Path, typer.Argument(help="A folder of claims in Parquet, such as `simulate` writes.")],
    engine: Annotated[str, typer.Option(help="duckdb, spark://host:port, or local[2] for Spark here.")] = "duckdb",
    memory: Annotated[str, typer.Option(help="What the engine may hold before it writes to the disk.")] = "2GB",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes at once.")] = 2,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Audit very many claims: recompute, put the edits to an engine, write `queue.parquet` and `compared.parquet`."""
    if not (folder / "contract.json").is_file():
        raise InputError("lake-folder-missing", folder=str(folder))
    try:
        from facility_agent.lake.audit import audit as work
        from facility_agent.lake.audit import write_compared, write_queue
        from facility_agent.lake.engine import opened
    except ImportError as error:
        raise InputError("extra-missing", extra="audit") from error
    say = words()
    with opened(engine, memory=memory, threads=workers) as connection, progress(say("cli.simulate.facilities")) as said:
        found = work(folder, connection, said, workers)
    write_queue(found.queue, folder / "queue.parquet")
    write_compared(found.compared, folder / "compared.parquet")
    counts: dict[str, int] = {}
    for entry in found.queue:
        for code in entry.codes:
            counts[code] = counts.get(code, 0) + 1
    if json:
        print_json({"claims": found.claims, "persons": found.persons, "codes": counts, "seconds": found.seconds})
    else:
        rows = [[code, str(count)] for code, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]
        print_table(str(folder), [say("column.code"), say("column.claims")], rows, right=(1,))
        print(say("cli.lake.done", claims=found.claims, persons=found.persons))
    raise typer.Exit(1 if any(entry.at_risk for entry in found.queue[:1]) else 0)
