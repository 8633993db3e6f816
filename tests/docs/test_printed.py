"""Commands and states in the documents are those of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import typer

from facility_agent.arrangements import agreement
from facility_agent.cli.main import app
from facility_agent.cli.printed import PAGES, commands, main, parameters
from facility_agent.storage.store.care import VISIT_MOVES
from facility_agent.storage.store.claims import CLAIM_MOVES
from facility_agent.storage.store.guarantees import GUARANTEE_MOVES
from facility_agent.storage.store.settlement import BATCH_MOVES
from tests.docs.pages import DOCS, ROOT, blocks, rows, section, text_of

COMMANDS = text_of("docs/commands.md")
STATES = text_of("docs/states.md")

TABLES: dict[str, Mapping[Any, Sequence[str]]] = {
    "Visit": VISIT_MOVES,
    "Claim": CLAIM_MOVES,
    "Batch": BATCH_MOVES,
    "Guarantee": GUARANTEE_MOVES,
    "Agreement": agreement.MOVES,
}


@pytest.mark.parametrize("page", PAGES)
def test_the_document_is_as_printed(page: str) -> None:
    assert (DOCS / f"{page}.md").read_text(encoding="utf-8") == PAGES[page](), (
        f"run: python -m facility_agent.cli.printed {page} > docs/{page}.md"
    )


def every_command(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The commands as the program itself parses them."""
    inside = getattr(command, "commands", None)
    if inside is None:
        yield name, command
        return
    for word, each in inside.items():
        yield from every_command(each, f"{name} {word}")


PARSED = list(every_command(typer.main.get_command(app), "facility-agent"))


@pytest.mark.parametrize(("name", "command"), PARSED, ids=[name for name, _ in PARSED])
def test_a_command_and_each_of_its_options_are_in_the_documents(name: str, command: Any) -> None:
    said = section(COMMANDS, name)
    for parameter in command.params:
        forms = [*parameter.opts, *parameter.secondary_opts]
        for form in forms if parameter.param_type_name == "option" else [parameter.name.upper()]:
            assert form == "--help" or re.search(rf"^\| `[^|]*{re.escape(form)}\b", said, re.MULTILINE), form


def test_every_option_says_what_it_is() -> None:
    for name, callback in commands():
        assert callback.__doc__, name
        assert [each.written for each in parameters(callback) if not each.says] == [], name


@pytest.mark.parametrize("title", TABLES)
def test_the_diagram_and_the_table_of_states_hold_every_move_and_no_other(title: str) -> None:
    said, moves = section(STATES, title), TABLES[title]
    known = {state.replace(" ", "_"): state for state in moves}
    (diagram,) = blocks(said, "mermaid")
    drawn = {tuple(line.split(" --> ")) for line in diagram.replace("    ", "").splitlines() if "-->" in line}
    begun = {("[*]", next(iter(moves)))} if "" not in moves else set()
    ended = {(state.replace(" ", "_"), "[*]") for state, after in moves.items() if not after}
    wanted = {(state.replace(" ", "_") or "[*]", other.replace(" ", "_")) for state in moves for other in moves[state]}
    assert drawn == wanted | begun | ended
    told = {row[0].strip("`"): re.findall(r"`([^`]+)`", row[3]) for row in rows(said)}
    assert told == {state: list(moves[state]) for state in known.values() if state}


def test_the_events_of_a_claim_are_those_that_the_program_writes() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "facility_agent").rglob("*.py"))
    written = set(re.findall(r'move_claim\([\w.]+, "([\w ]+)"', source))
    written |= set(re.findall(r'store\.mint\([^)]*\(\), by, "(\w+)"\)', source)) | {"minted"}
    told = section(STATES, "Claim").partition("```")[0]
    assert set(re.findall(r"`([\w ]+)`", told)) == written


def test_every_variable_of_the_environment_is_in_the_documents() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "facility_agent").rglob("*.py"))
    for name in set(re.findall(r"\bFACILITY_AGENT_\w+", source)):
        assert f"| `{name}` |" in section(COMMANDS, "Environment")


def test_a_page_is_printed_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["states"], PAGES) == 0
    assert capsys.readouterr().out == STATES
    assert main([], PAGES) == 2
    assert "commands, states" in capsys.readouterr().err
