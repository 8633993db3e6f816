"""What the command line says of itself, in the reader's language: its help, and what is wrong with what was typed.

Commands are described in English where they are defined. `help.fr.po` gives the French of each text; what Typer writes
around them stands in `_AROUND`. A mistake at the keyboard becomes an `InputError`, which is said in both languages.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import lru_cache, partial
from importlib import resources
from typing import Any, Final

from facility_agent.cli.output import language
from facility_agent.vocabulary.errors import InputError

#: What Typer writes around the texts of the commands, as it stands in a laid-out page.
_AROUND: Final = (
    (re.compile(r"^Usage: ", re.MULTILINE), "Emploi : "),
    (re.compile(r"^(Options|Arguments):$", re.MULTILINE), r"\1 :"),
    (re.compile(r"^Commands:$", re.MULTILINE), "Commandes :"),
    (re.compile(r"\bCOMMAND \[ARGS\]\.\.\."), "COMMANDE [ARGUMENTS]..."),
    (re.compile(r"Show this message and exit\."), "Afficher cette aide."),
    (re.compile(r"\[required\]"), "[obligatoire]"),
    (re.compile(r"\[default:"), "[sinon :"),
)
_NO_COMMAND: Final = re.compile(r"No such command '(.*)'\.")


@lru_cache(maxsize=1)
def french() -> Mapping[str, str]:
    """The French of every text of the commands, by the English one."""
    from babel.messages.pofile import read_po

    with resources.files(__package__).joinpath("help.fr.po").open("rb") as stream:
        return {str(each.id): str(each.string) for each in read_po(stream, locale="fr") if each.id}


def speak(command: Any) -> None:
    """Let every command of a tree give its help in the reader's language."""
    command.get_help = partial(_help, command)
    for inner in getattr(command, "commands", {}).values():
        speak(inner)


def mistake(error: Any) -> InputError | None:
    """What was typed wrong, as an error of ours; None where Typer only shows the help of a group.

    `error` is what Typer raises with `standalone_mode=False`; its kinds have no public names.
    """
    kind, help_of = type(error).__name__, f"{error.ctx.command_path} --help" if error.ctx else "facility-agent --help"
    if kind == "NoArgsIsHelpError":
        return None
    if kind == "NoSuchOption":
        return InputError("option-unknown", option=error.option_name, help=help_of)
    if kind == "BadOptionUsage":
        return InputError("option-missing", option=f"{error.option_name} …", help=help_of)
    if unknown := _NO_COMMAND.match(error.message):
        return InputError("command-unknown", command=unknown[1], help=help_of)
    if parameter := getattr(error, "param", None):
        named = " / ".join(parameter.opts)
        return InputError(
            "option-missing" if kind == "MissingParameter" else "option-value", option=named, help=help_of
        )  # fmt: skip
    return InputError("command-not-understood", said=error.format_message(), help=help_of)


def _help(command: Any, ctx: Any) -> str:
    """The help of one command: as it is written, or with French texts in the place of the English ones."""
    page = type(command).get_help
    if language() == "en":
        return str(page(command, ctx))
    said = copy.copy(command)
    said.help = french().get(command.help, command.help)
    said.params = [_said(each) for each in command.params]
    if hasattr(command, "commands"):
        said.commands = {name: _said(each) for name, each in command.commands.items()}
    text = str(page(said, ctx))
    for english, instead in _AROUND:
        text = english.sub(instead, text)
    return text


def _said(described: Any) -> Any:
    """The same command or parameter, described in French."""
    said = copy.copy(described)
    said.help = french().get(getattr(described, "help", None) or "", getattr(described, "help", None))
    return said
