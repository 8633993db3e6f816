"""Care protocols from the shell: show or print their sheets, check their files, try their worked examples."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_agent.cli.output import print_json, print_table, words
from facility_agent.vocabulary.errors import InputError

if TYPE_CHECKING:
    from facility_agent.arrangements.model import Arrangement
    from facility_agent.documents.protocol_sheet import Sheet

app = typer.Typer(help="Care protocols.", no_args_is_help=True, rich_markup_mode=None)
Folder = Annotated[Path | None, typer.Option("--contracts", help="Another folder of contracts.")]


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Country, country/day, or shared set, such as bf or who/2026-11-22.")],
    protocol: Annotated[str, typer.Option(help="One protocol by its code; without it all of them.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write the sheets as one HTML page.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the sheets as PDF, each on its page.")] = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day printed on the sheets.")] = None,
    contracts: Folder = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show protocols in words, with the source and weight of each rule and its two sentences."""
    from facility_agent.documents.protocol_print import protocol_html, protocol_pdf
    from facility_agent.documents.protocol_sheet import sheets
    from facility_agent.storage.files import write_whole

    say = words()
    every = sheets(_named(name, contracts), say)
    chosen = [sheet for sheet in every if not protocol or sheet.code == protocol]
    if not chosen:
        raise InputError("protocol-unknown", name=protocol or name, known=", ".join(sheet.code for sheet in every))
    if html is not None:
        write_whole(html, protocol_html(chosen, say).encode())
    if pdf is not None:
        write_whole(pdf, protocol_pdf(chosen, say, (day or datetime.now()).date()))
    if json:
        print_json(chosen)
    elif html is None and pdf is None:
        for sheet in chosen:
            _print(sheet)


@app.command("check")
def check(
    contracts: Annotated[Path | None, typer.Argument(help="Folder of contracts; without it the shipped ones.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Check the protocols of a folder: mistakes with file, line and key, too few examples, rules that are idle.

    An idle rule names nothing of the package: it can find nothing there. That is told and is no mistake.
    """
    from facility_agent.arrangements.library import shipped_folder
    from facility_agent.workflows.examples import sentence
    from facility_agent.workflows.protocol_check import check_protocols

    say = words()
    report = check_protocols(contracts or shipped_folder())
    if json:
        print_json(report)
    else:
        for mistake in report.mistakes:
            print(sentence(mistake, say.language))
        for code, number in report.few:
            print(say("protocol.few", protocol=code, number=number, fewest=report.fewest))
        columns = [say(f"column.{key}") for key in ("name", "rules", "sourced", "idle")]
        rows = [[row.name, str(row.rules), str(row.sourced), str(len(row.idle))] for row in report.sets]
        print_table("", columns, rows)
    if report.mistakes or report.few:
        raise typer.Exit(1)


@app.command("test")
def test(
    contracts: Annotated[Path | None, typer.Argument(help="Folder of contracts; without it the shipped ones.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Try the worked examples of every protocol and say where an answer is not the one that was expected."""
    from facility_agent.arrangements.library import shipped_folder
    from facility_agent.workflows.examples import sentence
    from facility_agent.workflows.protocol_examples import try_folder

    say = words()
    trial = try_folder(contracts or shipped_folder(), say.language)
    if json:
        print_json(trial)
    else:
        for mistake in trial.mistakes:
            print(sentence(mistake, say.language))
        for each in trial.failed:
            print(f"{each.file}:{each.line}: {each.name}: {' '.join(each.differences)}")
        print(say("protocol.tried", number=len(trial.tried), failed=len(trial.failed)))
    if trial.mistakes or trial.failed:
        raise typer.Exit(1)


def _print(sheet: Sheet) -> None:
    say = words()
    print(f"\n{sheet.title} · {sheet.code}\n{sheet.set_name}")
    for label, text in sheet.facts:
        print(f"  {label} : {text}")
    for sign in sheet.signs:
        print(f"  ! {sign}")
    columns = [say(f"protocol.column.{key}") for key in ("rule", "says", "source")]
    rows = [
        [
            "\n".join((rule.name, *rule.details)),
            f"{rule.clinical}\n{rule.neutral}",
            "\n".join(part for part in (f"{rule.weight} · {rule.evidence}", rule.source) if part),
        ]
        for rule in sheet.rules
    ]
    print_table("", columns, rows)


def _named(name: str, contracts: Path | None) -> Arrangement:
    """`bf` or `bf/2026-02-01` is an arrangement, `who/2026-11-22` a shared set; InputError `arrangement-unknown`."""
    from facility_agent.arrangements.library import SHARED, shared_sets, shipped_folder
    from facility_agent.cli.contracts import _named as arrangement
    from facility_agent.workflows.protocol_examples import trial_package

    if name.split("/")[0] != SHARED:
        return arrangement(name, contracts)
    known = shared_sets(contracts or shipped_folder())
    for place in reversed(known):
        if name in (SHARED, f"{SHARED}/{place.name}") and (made := trial_package(place)) is not None:
            return made
    raise InputError("arrangement-unknown", name=name, known=", ".join(f"{SHARED}/{place.name}" for place in known))
