"""The command line. Exit status: 0 nothing to report, 1 something was reduced, refused or not as it should be,
2 input that cannot be used, 70 a bug.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache

import typer
from typer.exceptions import TyperException

from facility_agent.cli import (
    administration,
    agreement_papers,
    audit,
    bench,
    cards,
    contracts,
    endorsing,
    head_count,
    installation,
    keyring,
    month,
    protocols,
    pure,
    register,
    verdicts,
)

app = typer.Typer(
    name="facility-agent",
    help="Agreements, cards and invoices between health facilities and mutuals.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("check")(pure.check)
app.command("schema")(pure.schema)
app.command("check-contracts")(pure.check_contracts)
app.command("explain")(pure.explain)
app.add_typer(contracts.app, name="contracts")
app.add_typer(protocols.app, name="protocols")
app.add_typer(agreement_papers.app, name="agreement")
app.command("init")(installation.init)
app.command("serve")(installation.serve)
app.command("demo")(installation.demo)
app.command("exercise")(installation.exercise)
app.command("receive")(installation.receive)
app.command("intake")(installation.intake)
app.command("backup")(administration.backup)
app.command("restore")(administration.restore)
app.add_typer(keyring.app, name="keys")
app.add_typer(administration.members, name="members")
app.add_typer(register.app, name="register")
app.add_typer(administration.account, name="account")
app.command("verify")(verdicts.verify)
app.add_typer(cards.app, name="card")
app.command("month-end")(month.month_end)
app.command("endorse")(endorsing.endorse)
app.command("head-count")(head_count.head_count)
app.command("audit")(audit.audit)
app.command("simulate")(audit.simulate)
app.command("send")(month.send)
app.command("lake")(audit.lake)
app.add_typer(bench.app, name="bench")


@cache
def commands() -> Callable[..., int | None]:
    """The tree of commands, built once a process."""
    from facility_agent.cli.speaking import speak

    tree = typer.main.get_command(app)
    speak(tree)
    return tree


def main() -> None:
    """Run the command; bad input gives its sentence and status 2, a bug status 70 and one line."""
    from facility_agent.cli.output import say_error, words
    from facility_agent.cli.speaking import mistake
    from facility_agent.vocabulary.errors import InputError

    try:
        # A command ends with its own status; Typer returns it instead of leaving.
        sys.exit(commands()(prog_name="facility-agent", standalone_mode=False))
    except InputError as error:
        say_error(error)
        sys.exit(2)
    except typer.Abort:
        print(words()("cli.aborted"), file=sys.stderr)
        sys.exit(1)
    except TyperException as error:
        if wrong := mistake(error):
            say_error(wrong)
        else:
            print(error, file=sys.stderr)
        sys.exit(2)
    except Exception as error:
        if os.environ.get("FACILITY_AGENT_DEBUG"):
            raise
        print(f"facility-agent: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(70)
