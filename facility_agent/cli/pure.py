"""The pure engine from the shell: one visit with its facts in, one adjudication out; contracts checked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from facility_agent.arrangements.agreement import with_digest
from facility_agent.cli.output import language, print_json, print_table, status_of, words
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Adjudication

if TYPE_CHECKING:
    from facility_agent.documents.way import Step
    from facility_agent.workflows.explaining import Explanation


def check(
    case: Annotated[Path, typer.Argument(help="CASE.json: visit, coverage, history, agreement.")],
    json: Annotated[bool, typer.Option("--json", help="Print the adjudication as JSON.")] = False,
    contracts: Annotated[Path | None, typer.Option(help="Another folder of arrangements.")] = None,
) -> None:
    """Judge one visit: who pays what, and why."""
    from facility_agent.adjudication import adjudicate
    from facility_agent.arrangements.library import load
    from facility_agent.workflows.comparing import read_case

    given = read_case(_bytes(case), case.name)
    library = load(contracts) if contracts else load()
    arrangement = library.on(given.country.upper(), given.visit.day)
    if arrangement is None:
        raise InputError("arrangement-missing", country=given.country, day=given.visit.day.isoformat())
    agreement = with_digest(given.agreement) if given.agreement else None
    answer = adjudicate(arrangement, agreement, given.coverage, given.history, given.visit)
    if json:
        print_json(answer)
    else:
        _table(answer, given.visit.day)
        _findings(answer)
    raise typer.Exit(status_of(answer.all_findings))


def schema(
    kind: Annotated[str, typer.Argument(help="case, adjudication, arrangement, agreement or annex")] = "case",
) -> None:
    """Print the JSON Schema of what `check` reads (case), what it gives, or a contract's records."""
    from facility_agent.arrangements.agreement import Agreement, Annex
    from facility_agent.arrangements.model import Arrangement
    from facility_agent.workflows.comparing import Case

    kinds: dict[str, Any] = {
        "case": Case,
        "adjudication": Adjudication,
        "arrangement": Arrangement,
        "agreement": Agreement,
        "annex": Annex,
    }
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


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("file-missing", name=str(path)) from error


def _table(answer: Adjudication, day: date) -> None:
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


def _findings(answer: Adjudication) -> None:
    say = words()
    for finding in answer.findings:
        print(f"- {say('weight.' + finding.weight)} : {say.finding(finding)}")
    for line in answer.lines:
        for finding in line.findings:
            print(f"- {line.act} : {say('weight.' + finding.weight)} : {say.finding(finding)}")


def explain(
    claim: Annotated[str, typer.Argument(help="A claim's number or id.")],
    folder: Annotated[Path, typer.Option("--folder", help="The installation's folder.")],
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """The way from rule to rule of a recorded claim, with the facts used; asked again where the rules are at hand."""
    import asyncio

    from facility_agent.documents.way import way
    from facility_agent.workflows.explaining import explain as ask
    from facility_agent.workflows.site import open_site

    async def work() -> Explanation:
        async with open_site(folder) as site:
            return await ask(site, claim)

    found = asyncio.run(work())
    say = words()
    steps = way(found.claim, found.arrangement, found.agreement, found.history, say) if found.arrangement else ()
    if json:
        told = {"claim": found.claim, "agreement": found.agreement, "rule_set_at_hand": found.rule_set_at_hand}
        print_json({**told, "again": found.again, "way": steps})
    else:
        _explain(found, steps)
    raise typer.Exit(1 if found.same is False else 0)


def _explain(found: Explanation, steps: tuple[Step, ...]) -> None:
    say, claim = words(), found.claim
    basis = claim.basis
    print(f"{claim.number} · {say.day(claim.visit.day)} {claim.visit.at}".rstrip())
    print(
        say(
            "explain.basis",
            rule_set=basis.rule_set[:18],
            register=basis.register_sequence or "–",
            claims=len(basis.history),
        )
    )
    _table(claim.adjudication, claim.visit.day)
    act = ""
    for step in steps:
        if step.act != act:
            print(act := step.act)
        print(f"  {step.says}" + (f" [{step.origin}]" if step.origin else ""))
    if not steps:
        _findings(claim.adjudication)
    for finding in claim.adjudication.all_findings:
        clause = f" · {say('explain.clause', clause=finding.clause)}" if finding.clause else ""
        facts = ", ".join(f"{key} = {value}" for key, value in finding.evidence.items())
        print(f"  {finding.code} ({say('weight.' + finding.weight)}){clause}: {facts}")
    key = {None: "explain.record-only", True: "explain.same", False: "explain.differs"}[found.same]
    print(say(key))
