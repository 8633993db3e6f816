"""Large audits from the shell: a country's load made up, with planted faults and their truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facility_agent.cli.output import print_json, progress, words
from facility_agent.vocabulary.errors import InputError


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
