"""The pure engine from the shell: one visit with its facts in, one adjudication out; contracts checked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from facility_agent.arrangements.agreement import Agreement, with_digest
from facility_agent.cli.output import language, print_json, print_table, status_of, words
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Adjudication, Coverage, History, Visit


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One visit with its facts: what `facility-agent check` reads.

    `country` and the visit's day choose the arrangement; `agreement`, `coverage` and `history` are what the
    facility knew.
    """

    country: str
    visit: Visit
    agreement: Agreement | None = None
    coverage: tuple[Coverage, ...] = ()
    history: History = History()


def check(
    case: Annotated[Path, typer.Argument(help="CASE.json: visit, coverage, history, agreement.")],
    json: Annotated[bool, typer.Option("--json", help="Print the adjudication as JSON.")] = False,
    contracts: Annotated[Path | None, typer.Option(help="Another folder of arrangements.")] = None,
) -> None:
    """Judge one visit: who pays what, and why."""
    from facility_agent.adjudication import adjudicate
    from facility_agent.arrangements.library import load

    given = _read(case)
    library = load(contracts) if contracts else load()
    arrangement = library.on(given.country.upper(), given.visit.day)
    if arrangement is None:
        raise InputError("arrangement-missing", country=given.country, day=given.visit.day.isoformat())
    agreement = with_digest(given.agreement) if given.agreement else None
    answer = adjudicate(arrangement, agreement, given.coverage, given.history, given.visit)
    if json:
        print_json(answer)
    else:
        _show(answer, given.visit.day)
    raise typer.Exit(status_of(answer.all_findings))


def schema(
    kind: Annotated[str, typer.Argument(help="case or adjudication")] = "case",
) -> None:
    """Print the JSON Schema of what `check` reads (case) or gives (adjudication)."""
    kinds: dict[str, Any] = {"case": Case, "adjudication": Adjudication}
    if kind not in kinds:
        raise InputError("schema-unknown", kind=kind, known=", ".join(kinds))
    print_json(msgspec.json.schema(kinds[kind]))


def check_contracts(
    folder: Annotated[Path | None, typer.Argument(help="A folder of arrangements; by default those shipped.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Report all mistakes of a folder of arrangements and run its worked examples."""
    from facility_agent.arrangements.library import shipped_folder
    from facility_agent.workflows.examples import check_folder, sentences

    report = check_folder(folder or shipped_folder(), language())
    if not report.versions:
        raise InputError("contracts-none", folder=str(folder or shipped_folder()))
    if json:
        print_json(report)
    else:
        for sentence in sentences(report, language()):
            print(sentence)
        print(words()("cli.contracts-checked", versions=len(report.versions), examples=report.examples))
    raise typer.Exit(1 if report.mistakes or report.failures else 0)


def _read(path: Path) -> Case:
    """The case of a file; a name that is not one of its fields is a typing mistake, and says where it stands."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError("file-missing", name=str(path)) from error
    try:
        case = msgspec.json.decode(data, type=Case)
    except (ValueError, RecursionError) as error:
        raise InputError("case-wrong", name=path.name, reason=str(error)) from error
    place = _stranger(msgspec.json.decode(data), case, "$")
    if place:
        raise InputError("case-wrong", name=path.name, reason=place)
    return case


def _stranger(given: Any, read: Any, place: str) -> str:
    """The first name that the file gives and no record has."""
    parts: list[tuple[str, Any, Any]] = []
    if isinstance(given, dict) and isinstance(read, msgspec.Struct):
        for name, value in given.items():
            if name not in read.__struct_fields__:
                return f"{place}.{name}"
            parts.append((f"{place}.{name}", value, getattr(read, name)))
    elif isinstance(given, list) and isinstance(read, tuple):
        parts = [(f"{place}[{at}]", *pair) for at, pair in enumerate(zip(given, read, strict=True))]
    return next((found for at, value, known in parts if (found := _stranger(value, known, at))), "")


def _show(answer: Adjudication, day: date) -> None:
    say = words()
    payers = [share.payer for share in answer.shares]
    columns = [
        say("column.act"),
        say("column.submitted"),
        *payers,
        say("column.member-pays"),
        say("column.facility-bears"),
    ]
    rows = []
    for line in answer.lines:
        by = {share.payer: share.amount for share in line.shares}
        amounts = [line.submitted, *(by.get(payer, 0) for payer in payers), line.member_pays, line.facility_bears]
        rows.append([line.act, *(say.amount(amount, answer.currency, symbol=False) for amount in amounts)])
    totals = [answer.submitted, *(share.amount for share in answer.shares), answer.member_pays, answer.facility_bears]
    rows.append(["Σ", *(say.amount(amount, answer.currency, symbol=False) for amount in totals)])
    print_table(f"{say.day(day)} · {answer.currency}", columns, rows, right=range(1, len(columns)))
    for finding in answer.findings:
        print(f"- {say('weight.' + finding.weight)} : {say.finding(finding)}")
    for line in answer.lines:
        for finding in line.findings:
            print(f"- {line.act} : {say('weight.' + finding.weight)} : {say.finding(finding)}")
