"""Benchmarks from the shell; each prints JSON with its figures and a ratio to the calibration loop."""

from __future__ import annotations

from typing import Annotated

import typer

from facility_agent.cli.output import print_json, progress

app = typer.Typer(help="Mesures de vitesse. Benchmarks.", no_args_is_help=True, rich_markup_mode=None)


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


@app.command("desk")
def desk(
    members: Annotated[int, typer.Option(help="Beneficiaries in the register.")] = 20_000,
    requests: Annotated[int, typer.Option(help="Verdicts asked for over HTTP.")] = 5_000,
    connections: Annotated[int, typer.Option(help="Connections at once.")] = 16,
) -> None:
    """Verdicts per second over HTTP: sign-in checked, look-up recorded, HTML answered."""
    import asyncio

    from facility_agent.bench.desk import run

    print_json(asyncio.run(run(members, requests, connections)))
