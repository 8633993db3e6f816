"""The README says what is so: its commands exist, both languages say the same, what is missing is still missing."""

from __future__ import annotations

import asyncio
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import with_digest
from facility_agent.arrangements.library import load, shipped_folder
from facility_agent.cli.main import app
from facility_agent.config import Config
from facility_agent.exchange.keys import Cost
from facility_agent.storage.backup import check
from facility_agent.workflows.comparing import read_case
from facility_agent.workflows.installing import install
from tests.cli.typed import Shell
from tests.docs.pages import (
    DOCS,
    DOCUMENTS,
    ROOT,
    blocks,
    command_lines,
    headings,
    links,
    name_of,
    rows,
    section,
    text_of,
)

ENGLISH, FRENCH = text_of("README.md"), text_of("README.fr.md")

LINES = sorted(
    {
        (name_of(document), line)
        for document in DOCUMENTS
        for line in command_lines(document.read_text(encoding="utf-8"))
    }
)


def parsed(line: str) -> dict[str, Any]:
    """What the program understands of a command line; an unknown word or option raises."""
    command: Any = typer.main.get_command(app)
    rest = shlex.split(line)[1:]
    context = command.make_context("facility-agent", list(rest))
    while hasattr(command, "resolve_command"):
        # Some versions keep the first word of what is left apart.
        rest = [*getattr(context, "_protected_args", ()), *context.args]
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, list(rest), parent=context)
    return dict(context.params)


@pytest.mark.parametrize(("document", "line"), LINES, ids=lambda each: each[:40])
def test_a_command_line_of_the_documents_is_understood(document: str, line: str) -> None:
    assert parsed(line), document


@pytest.mark.parametrize("wrong", ["facility-agent serve --folde centre", "facility-agent sreve --folder centre"])
def test_a_wrong_command_line_would_be_seen(wrong: str) -> None:
    with pytest.raises(Exception, match="No such"):
        parsed(wrong)


def test_the_first_two_commands_are_targets_of_the_makefile() -> None:
    for text in (ENGLISH, FRENCH):
        assert blocks(text, "sh")[0].splitlines() == ["make demo", "make test"]
    named = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)))
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert {"demo", "test", "proof", "help", "lock"} <= named & targets
    assert {word for word in named - targets if f"`make {word}`" in ENGLISH + FRENCH} == set()


def test_what_it_is_for_takes_five_sentences() -> None:
    for text in (ENGLISH, FRENCH):
        first = text.split("\n\n")[1]
        assert len(re.findall(r"[.](?=\s|$)", first)) == 5


def test_both_languages_have_the_same_parts_commands_and_pictures() -> None:
    assert [level for level, _ in headings(ENGLISH)] == [level for level, _ in headings(FRENCH)]
    assert blocks(ENGLISH, "sh") == blocks(FRENCH, "sh")
    pictures = [[link.target for link in links(text) if link.picture] for text in (ENGLISH, FRENCH)]
    assert pictures[0] == pictures[1]
    assert [name.split("/")[-1] for name in pictures[0]] == ["desk-green-1366.png", "month-1366.png", "audit-1366.png"]
    for text in (ENGLISH, FRENCH):
        assert len(list(rows(text))) == len(list(rows(ENGLISH)))
    bullets = [[len(re.findall(r"^(?:- |\d\. )", text, re.MULTILINE))] for text in (ENGLISH, FRENCH)]
    assert bullets[0] == bullets[1]


def test_what_is_done_from_the_shell_only_has_its_command() -> None:
    told = section(ENGLISH, "What it does not do yet")
    assert "Passwords are renewed and accounts closed from the shell only" in told
    assert "facility-agent account password" in _commands(), "say so in both READMEs"


def test_a_command_that_is_named_in_passing_exists() -> None:
    """`keys export`, `agreement draft`: two small words in code are a command, and single ones follow their group."""
    known = {title.removeprefix("facility-agent ") for title in _commands()}
    for text in (ENGLISH, FRENCH):
        told = {pair for pair in re.findall(r"`([a-z]+ [a-z]+)`", text) if not pair.startswith("make ")}
        assert {"keys export", "agreement draft", "account add"} <= told <= known


def _commands() -> list[str]:
    return [title for level, title in headings(text_of("docs/commands.md")) if title.startswith("facility-agent ")]


def test_the_case_of_the_readme_is_a_visit_that_the_rules_answer() -> None:
    case = read_case((DOCS / "case.json").read_bytes(), "case.json")
    arrangement = load(shipped_folder()).on(case.country, case.visit.day)
    assert arrangement is not None and case.agreement is not None
    answer = adjudicate(arrangement, with_digest(case.agreement), case.coverage, case.history, case.visit)
    assert {finding.code for finding in answer.all_findings} == {"price-above-tariff"}
    assert case.agreement.annex.invented
    assert all("invented" in party.name for party in case.agreement.parties if party.invented)


def test_the_lines_that_back_up_and_restore_do_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(role="facility", code="CSPS-EX", name="CSPS de l'exemple", country="BF", zone="UTC")
    asyncio.run(install(tmp_path / "centre", config, "une phrase pour les essais", cost=Cost(8192, 1, 1)))
    monkeypatch.chdir(tmp_path)
    lines = [line for block in blocks(ENGLISH, "sh") for line in block.splitlines() if " sauvegardes/" in line]
    assert [line.split()[1] for line in lines] == ["backup", "restore"]
    for line in lines:
        ran = Shell(monkeypatch)(*shlex.split(line)[1:])
        assert (ran.status, ran.err) == (0, "")
    assert "setting" in check(tmp_path / "sauvegardes" / "centre.sqlite3").rows


def test_the_sign_ins_that_are_named_are_those_of_the_demonstration() -> None:
    from facility_agent.demo.sites import AT_FACILITY, AT_MUTUAL, FACILITY, MUTUAL, PASSWORD

    logins = {login for login, _, _ in (*AT_FACILITY, *AT_MUTUAL)}
    for text in (ENGLISH, FRENCH):
        assert {"responsable", "medecin"} <= logins
        assert f"`{PASSWORD}`" in text and "`responsable`" in text and "`medecin`" in text
        for config in (FACILITY, MUTUAL):
            assert f"http://{config.host}:{config.port}>" in text


def test_no_document_knows_a_machine() -> None:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        assert str(ROOT) not in text
        assert re.search(r"(?<![\w.])/(?:home|root|work|tmp|Users)/", text) is None, name_of(document)
