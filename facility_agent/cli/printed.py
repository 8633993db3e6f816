"""Prints `docs/commands.md` and `docs/states.md` from the code, so that commands, moves and documents cannot disagree.

python -m facility_agent.cli.printed commands > docs/commands.md
python -m facility_agent.cli.printed states > docs/states.md
"""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from typer import Typer
from typer.models import OptionInfo

from facility_agent.cli.main import app
from facility_agent.cli.states import states_page
from facility_agent.words.printed import main

NAME: Final = "facility-agent"

_HEAD: Final = """\
# Commands

Every command says what it does with `--help`. This page is printed from the commands themselves; do not edit it, run
`python -m facility_agent.cli.printed commands > docs/commands.md`.

What a command prints is for people, in French or in English; `--json` prints the same for programs. Nothing is asked
for but the passphrase of keys that belong to people and the password of a first account, which are never arguments.

## Exit status

| status | meaning |
| --- | --- |
| 0 | nothing to report |
| 1 | something was reduced or refused, or is not as it should be |
| 2 | input that cannot be used; a sentence says why, and nothing was changed |
| 70 | a bug; one line names it |

## Environment

| variable | meaning |
| --- | --- |
| `FACILITY_AGENT_LANG` | `en` for English, anything else for French; without it `LC_ALL` counts, then `LANG` |
| `FACILITY_AGENT_DEBUG` | set to anything: a bug shows its whole trace instead of one line |
"""

#: What people are told to type for an option that takes a value.
_VALUES: Final = {int: "NUMBER", str: "TEXT", Path: "PATH", datetime: "DAY"}


class Parameter(NamedTuple):
    """An argument or option as people write it: its forms, its value, its default, what it is."""

    written: str
    value: str
    default: str
    says: str
    needed: bool
    positional: bool


def commands(group: Typer = app, before: str = NAME) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every command with its whole name, groups opened."""
    for entry in group.registered_commands:
        if entry.callback is not None:
            yield f"{before} {entry.name or entry.callback.__name__}", entry.callback
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            yield from commands(inner.typer_instance, f"{before} {inner.name}")


def parameters(callback: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The arguments of a command, then its options."""
    kinds = typing.get_type_hints(callback, include_extras=True)
    found = [_parameter(each, kinds[each.name]) for each in inspect.signature(callback).parameters.values()]
    return tuple(sorted(found, key=lambda each: not each.positional))


def commands_page() -> str:
    """The text of `docs/commands.md`."""
    parts = [_HEAD]
    for name, callback in commands():
        given = parameters(callback)
        parts += [f"## {name}\n", inspect.cleandoc(callback.__doc__ or "") + "\n"]
        parts += [f"```text\n{_usage(name, given)}\n```\n"]
        lines = ["| | value | default | |", "| --- | --- | --- | --- |"]
        for each in given:
            cells = (f"`{each.written}`", each.value, f"`{each.default}`" if each.default else "", each.says)
            lines.append("|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|")
        parts += ["\n".join([*lines, ""])]
    return "\n".join(parts)


def _usage(name: str, given: Sequence[Parameter]) -> str:
    """The command as it is typed: what it needs, then what it may be given."""
    needed = [f"{each.written} {each.value}" for each in given if each.needed and not each.positional]
    places = [each.written if each.needed else f"[{each.written}]" for each in given if each.positional]
    optional = ["[OPTIONS]"] if any(not each.needed and not each.positional for each in given) else []
    return " ".join([name, *places, *needed, *optional])


def _parameter(given: inspect.Parameter, kind: Any) -> Parameter:
    """One parameter, from its type, its default and what it says of itself."""
    value, info = typing.get_args(kind)
    inside = next(part for part in typing.get_args(value) or (value,) if part is not type(None))
    default = "" if given.default in (inspect.Parameter.empty, None, "", False) else str(given.default)
    needed = given.default is inspect.Parameter.empty
    if not isinstance(info, OptionInfo):
        several = "..." if typing.get_origin(value) is list else ""
        return Parameter(given.name.upper() + several, "", default, info.help or "", needed, True)
    # Typer takes the first form where a default would stand.
    forms = [form for form in (info.default, *(info.param_decls or ())) if isinstance(form, str)]
    name = f"--{given.name.replace('_', '-')}"
    written = " ".join(forms) or (f"{name}/--no-{name[2:]}" if inside is bool else name)
    says = info.help or {"--json": "Print JSON, for programs."}.get(written, "")
    chosen = {"True": written.split("/")[0]}.get(default, default)
    return Parameter(written, _VALUES.get(inside, ""), chosen, says, needed, False)


PAGES: Final[dict[str, Callable[[], str]]] = {"commands": commands_page, "states": states_page}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], PAGES))
