"""The demonstration's summary on one screen, in the reader's language."""

from __future__ import annotations

from facility_agent.demo.summary import Summary
from facility_agent.words import Words


def show_summary(summary: Summary, language: str = "fr") -> None:
    """Print it."""
    from rich.console import Console
    from rich.table import Table

    say, console = Words(language), Console()

    def money(amount: int) -> str:
        return say.amount(amount, summary.currency)

    console.print(f"[bold]{say('demo.title', month=say.month(summary.month))}[/bold] — {say('demo.invented')}")
    colours = ", ".join(f"{say('verdict.' + colour)} : {count}" for colour, count in sorted(summary.verdicts.items()))
    console.print(say("demo.visits", visits=summary.visits) + f" · {colours}")
    amounts = Table(show_header=False, box=None, padding=(0, 2))
    amounts.add_column()
    amounts.add_column(justify="right")
    amounts.add_row(say("column.submitted"), money(summary.submitted))
    for payer, due in summary.payers.items():
        amounts.add_row(f"= {payer}", money(due))
    amounts.add_row(f"+ {say('column.member-pays')}", money(summary.member_pays))
    amounts.add_row(f"+ {say('column.facility-bears')}", money(summary.facility_bears))
    amounts.add_row(say("demo.paid"), money(summary.paid))
    amounts.add_row(say("demo.refused"), money(summary.refused))
    amounts.add_row(say("demo.open"), money(summary.open))
    console.print(amounts)
    for title, found in (("demo.findings", summary.findings), ("demo.audit", summary.audit_findings)):
        console.print(f"[bold]{say(title)}[/bold] " + ", ".join(f"{code} {count}" for code, count in found.items()))
    for fault in summary.faults:
        console.print(f"[red]{say('demo.fault')}[/red] {fault}")
    if not summary.faults:
        console.print(say("demo.well"))
    console.print(say("demo.folder", folder=summary.folder))
