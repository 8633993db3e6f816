"""`check`, `schema`, `check-contracts`: the pure engine from the shell, with its exit status."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from facility_agent.vocabulary.records import Adjudication
from facility_agent.workflows.examples import check_folder, sentences
from tests.cli.typed import Shell

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = Path(__file__).with_name("example_case.json")
IN_DOCS = ROOT / "docs" / "case.json"


def case(**visit: object) -> dict[str, Any]:
    """The example with some fields of its visit changed."""
    given: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    given["visit"] |= visit
    return given


def written(folder: Path, given: object) -> Path:
    path = folder / "case.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
    return path


def test_a_visit_that_is_paid_as_billed_ends_with_0(shell: Shell) -> None:
    ran = shell("check", EXAMPLE)
    assert (ran.status, ran.err) == (0, "")
    assert "consultation-nurse" in ran.out and "900" in ran.out
    assert "Admission sous" in ran.out


def test_a_visit_that_is_cut_ends_with_1_and_says_why(shell: Shell) -> None:
    shell.language = "en"
    ran = shell("check", IN_DOCS)
    assert ran.status == 1
    assert "price 17, tariff 10" in ran.out
    assert "804" in ran.out and "504" in ran.out


def test_a_refused_visit_ends_with_1(shell: Shell, tmp_path: Path) -> None:
    too_old = {**case()["visit"]["beneficiary"], "birth_date": "2015-05-02"}
    ran = shell("check", written(tmp_path, case(beneficiary=too_old, pregnant=False)))
    assert ran.status == 1
    assert "- refus :" in ran.out


@pytest.mark.parametrize("path", [EXAMPLE, IN_DOCS], ids=lambda path: path.name)
def test_the_answer_as_json_is_an_adjudication_that_adds_up(path: Path, shell: Shell) -> None:
    ran = shell("check", path, "--json")
    answer = msgspec.json.decode(ran.out, type=Adjudication)
    for line in answer.lines:
        assert line.submitted == sum(share.amount for share in line.shares) + line.member_pays + line.facility_bears
    jsonschema.validate(ran.json, shell("schema", "adjudication").json)
    assert shell("check", path, "--json") == ran


def test_nothing_is_cut_off_on_a_narrow_terminal(shell: Shell) -> None:
    shell.columns = 44
    ran = shell("check", IN_DOCS)
    assert "…" not in ran.out
    first = "".join(line.split("│")[1].strip() for line in ran.out.splitlines() if "│" in line)
    assert "consultation-nurse" in first and "malaria-rapid-test" in first


BAD: dict[str, tuple[object, str]] = {
    "no JSON": ("{", "n’est pas une visite lisible"),
    "nothing": ("", "n’est pas une visite lisible"),
    "not a case": ([1], "n’est pas une visite lisible"),
    "a day that does not exist": (case(day="2026-02-30"), "n’est pas une visite lisible"),
    "a price in words": (
        case(lines=[{"id": "1", "act": "ors", "quantity": 1, "price": "cent"}]),
        "$.visit.lines[0].price",
    ),
    "a price in parts": (
        case(lines=[{"id": "1", "act": "ors", "quantity": 1, "price": 10.5}]),
        "$.visit.lines[0].price",
    ),
    "a price beyond any number": (
        case(lines=[{"id": "1", "act": "ors", "quantity": 1, "price": 10**30}]),
        "$.visit.lines[0].price",
    ),
    "a name mistyped at the top": ({**case(), "covrage": []}, "covrage"),
    "a name mistyped inside": (case(weigth_grams=9800), "$.visit.weigth_grams"),
    "a name mistyped in a line": (
        case(lines=[{"id": "1", "act": "ors", "quantity": 1, "price": 1, "rôle": "x"}]),
        "rôle",
    ),
    "a list without a bottom": ('{"country": "BF", "visit": {"x": ' + "[" * 100_000, "n’est pas une visite lisible"),
    "a country without an arrangement": ({**case(), "country": "ZZ"}, "Aucun arrangement de ZZ"),
    "a day before any arrangement": (case(day="1999-01-01"), "Aucun arrangement de BF"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_case_that_cannot_be_used_ends_with_2_and_its_sentence(what: str, shell: Shell, tmp_path: Path) -> None:
    given, sentence = BAD[what]
    ran = shell("check", written(tmp_path, given))
    assert (ran.status, ran.out) == (2, "")
    assert sentence in ran.err


def test_a_case_that_is_not_there_ends_with_2(shell: Shell, tmp_path: Path) -> None:
    shell.language = "en"
    for path in (tmp_path / "nowhere.json", tmp_path):
        ran = shell("check", path)
        assert (ran.status, ran.out) == (2, "")
        assert "Check its name and permissions" in ran.err


def test_the_schemas_are_valid_and_fit_the_examples(shell: Shell) -> None:
    for kind in ("case", "adjudication"):
        jsonschema.Draft202012Validator.check_schema(shell("schema", kind).json)
    described = shell("schema").json
    for path in (EXAMPLE, IN_DOCS):
        jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), described)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(case(day=12), described)
    unknown = shell("schema", "invoice")
    assert unknown.status == 2
    assert "case, adjudication" in unknown.err


def test_the_shipped_contracts_are_in_order(shell: Shell) -> None:
    ran = shell("check-contracts")
    assert (ran.status, ran.err) == (0, "")
    report = shell("check-contracts", "--json").json
    assert report["mistakes"] == report["failures"] == []
    assert f"{len(report['versions'])} version" in ran.out
    assert report["examples"] > 30


def broken(folder: Path) -> Path:
    """A copy of the shipped contracts with one mistyped key and one example that expects something else."""
    copy = Path(shutil.copytree(ROOT / "contracts", folder / "contracts"))
    entry = copy / "bf" / "2026-02-01" / "arrangement.toml"
    entry.write_text(entry.read_text(encoding="utf-8").replace("[arrangement]", "[arangement]", 1), encoding="utf-8")
    told = copy / "bf" / "2016-04-02" / "examples.toml"
    text = told.read_text(encoding="utf-8")
    place = text.index("member_pays = ") + len("member_pays = ")
    told.write_text(text[:place] + "9" + text[place:], encoding="utf-8")
    return copy


def test_a_broken_folder_ends_with_1_and_names_every_mistake_with_its_place(shell: Shell, tmp_path: Path) -> None:
    folder = broken(tmp_path)
    shell.language = "en"
    ran = shell("check-contracts", folder)
    assert ran.status == 1
    assert ran.out.splitlines()[:-1] == list(sentences(check_folder(folder, "en"), "en"))
    assert "bf/2026-02-01/arrangement.toml:" in ran.out
    assert "bf/2016-04-02/examples.toml:" in ran.out


def test_a_folder_without_contracts_ends_with_2(shell: Shell, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        ran = shell("check-contracts", folder)
        assert (ran.status, ran.out) == (2, "")
        assert "arrangement.toml" in ran.err


@pytest.mark.parametrize(
    ("path", "status"), [(EXAMPLE, 0), (IN_DOCS, 1), (ROOT / "nowhere.json", 2)], ids=["0", "1", "2"]
)
def test_the_exit_status_reaches_the_shell(path: Path, status: int) -> None:
    command = [sys.executable, "-m", "facility_agent", "check", str(path), "--json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == status
    assert bool(ended.stdout) == (status < 2)
