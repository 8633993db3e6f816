"""Benchmarks from the shell: figures as JSON or in tables, with ratios to what is measured in the same run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from facility_agent.cli.output import print_json, print_table, progress, words
from facility_agent.vocabulary.errors import InputError

app = typer.Typer(help="Benchmarks.", no_args_is_help=True, rich_markup_mode=None)


@app.command("adjudicate")
def adjudicate(
    claims: Annotated[int, typer.Option(help="Claims of 3 acts and 3 medicines each.")] = 10_000,
    earlier: Annotated[int, typer.Option(help="Earlier visits of 4 lines in each history.")] = 12,
    larger: Annotated[str, typer.Option(help="How many times as many claims are measured next.")] = "10,100",
) -> None:
    """Claims adjudicated per second on one core, history indexed and answers in canonical bytes."""
    from facility_agent.bench.adjudicate import run

    sizes = tuple(int(times) for times in larger.split(",") if times)
    with progress("adjudicate") as said:
        found = run(claims, earlier, larger=sizes, said=said)
    print_json(found)


@app.command("register")
def register(
    members: Annotated[int, typer.Option(help="Beneficiaries in the register.")] = 200_000,
    week: Annotated[bool, typer.Option("--week", help="Only the size of a week's change, without pictures.")] = False,
) -> None:
    """A register taken in while a desk works, its memory, and people looked for in it afterwards."""
    import asyncio

    from facility_agent.bench import register

    print_json(asyncio.run(register.week(members, False) if week else register.run(members)))


@app.command("desk")
def desk(
    members: Annotated[int, typer.Option(help="Beneficiaries in the register.")] = 20_000,
    requests: Annotated[int, typer.Option(help="Verdicts asked for over HTTP.")] = 5_000,
    connections: Annotated[int, typer.Option(help="Connections at once.")] = 16,
    database: Annotated[str, typer.Option(help="An empty PostgreSQL database instead of a file.")] = "",
) -> None:
    """Verdicts per second over HTTP: sign-in checked, look-up recorded, HTML answered."""
    import asyncio

    from facility_agent.bench.desk import run

    print_json(asyncio.run(run(members, requests, connections, database)))


@app.command("scan")
def scan(
    folder: Annotated[Path | None, typer.Argument(help="Photos, each with its text in name.txt, if known.")] = None,
    each: Annotated[int, typer.Option(min=1, help="Without a folder: invented photos of each fault.")] = 30,
    seed: Annotated[int, typer.Option(help="Other invented photos.")] = 1,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Cards read from photos: rate and time of each decoder alone, and of the cascade."""
    from facility_agent.bench.scan import degraded, faults, photos_of, pictures_in, run

    paths = pictures_in(folder) if folder else []
    photos, count = (photos_of(paths), len(paths)) if folder else (degraded(each, seed), each * len(faults()))
    with progress(words()("cli.bench.reading")) as said:
        figures = run(photos, count, said)
    if json:
        print_json(figures)
    else:
        _show_scan(figures)


def _show_scan(figures: dict[str, Any]) -> None:
    """Rates by fault, then times, each beside zxing-cpp alone."""
    from facility_agent.bench.scan import FIRST

    say, readers = words(), figures["readers"]
    rows = [[kind, *(f"{rates[reader]:.1f}" for reader in readers)] for kind, rates in figures["kinds"].items()]
    rows.append([say("cli.bench.all"), *(f"{reader['rate']:.1f}" for reader in readers.values())])
    title = say("cli.bench.rates", count=figures["photos"])
    print_table(title, ["", *readers], rows, right=range(1, len(readers) + 1))
    first, times = readers[FIRST], ("p50_ms", "p95_ms", "p99_ms", "processor_p95_ms")
    speeds = []
    for name, reader in readers.items():
        both = [(reader.get(key), first.get(key)) for key in ("read", "p95_ms")]
        shown = [*map(reader.get, times), *(own / alone if own and alone else None for own, alone in both)]
        speeds.append([name, *("–" if value is None else f"{value:.2f}" for value in shown)])
    ratios = (say(f"cli.bench.{key}") for key in ("processor", "rate-ratio", "p95-ratio"))
    print_table(say("cli.bench.times"), ["", "p50 ms", "p95 ms", "p99 ms", *ratios], speeds, right=range(1, 7))
    print(say("cli.bench.paired", **{key: figures[key] for key in ("lost", "gained", "wrong")}))


@app.command("visit")
def visit(
    members: Annotated[int, typer.Option(help="Beneficiaries in the register.")] = 5_000,
    visits: Annotated[int, typer.Option(help="Visits of 6 lines saved over HTTP.")] = 4_000,
    connections: Annotated[int, typer.Option(help="Connections at once.")] = 8,
) -> None:
    """Visits per second over HTTP: form read, judged, and on the disk with `synchronous=FULL`."""
    import asyncio

    from facility_agent.bench.visit import run

    print_json(asyncio.run(run(members, visits, connections)))


@app.command("month-end")
def month_end(
    claims: Annotated[int, typer.Option(min=1, help="Claims of 6 lines in the month.")] = 4_200,
    larger: Annotated[str, typer.Option(help="How many times as many claims are measured next.")] = "10",
) -> None:
    """A month of claims checked as the mutual does, sealed, and printed as PDF and XLSX in processes of their own."""
    import asyncio

    from facility_agent.bench.month_end import run

    sizes = tuple(int(times) for times in larger.split(",") if times)
    with progress("month-end") as said:
        print_json(asyncio.run(run(claims, larger=sizes, said=said)))


@app.command("audit")
def audit(
    claims: Annotated[int, typer.Option(min=1_000, help="Claims of one month, made up with planted faults.")] = 40_000,
    larger: Annotated[str, typer.Option(help="How many times as many claims are measured next.")] = "",
    lines: Annotated[int, typer.Option(help="Lines for three edits beside hand-written SQL; 0 leaves them out.")] = 0,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes at once.")] = 2,
) -> None:
    """An audit from end to end, what it finds of what was planted, and three edits beside hand-written SQL."""
    from tempfile import TemporaryDirectory

    try:
        from facility_agent.bench import audit as whole
        from facility_agent.bench import sets
    except ImportError as error:
        raise InputError("extra-missing", extra="audit") from error

    found: dict[str, Any] = {"sizes": []}
    for times in (1, *(int(times) for times in larger.split(",") if times)):
        with progress(words()("cli.bench.audit", claims=times * claims)) as said:
            found["sizes"].append(whole.run(times * claims, workers=workers, said=said))
    if lines:
        with TemporaryDirectory(prefix="sets-") as folder, progress(words()("cli.bench.sets", lines=lines)) as said:
            found["sets"] = sets.run(lines, Path(folder), said)
    print_json(found)
