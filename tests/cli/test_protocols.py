"""Protocols from the shell: shown, printed, checked, tried."""

from __future__ import annotations

import json
from pathlib import Path

from facility_agent.arrangements.library import shipped_folder
from tests.cli.typed import Shell


def copy(to: Path, change: tuple[str, str] = ("", "")) -> Path:
    """The shared set alone, with one text of its protocols changed."""
    place = to / "who" / "2026-11-22"
    place.mkdir(parents=True)
    for file in (shipped_folder() / "who" / "2026-11-22").iterdir():
        place.joinpath(file.name).write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    return to


def test_a_sheet_says_its_rules_with_weight_source_and_both_sentences(shell: Shell) -> None:
    shown = shell("protocols", "show", "bf", "--protocol", "malaria-uncomplicated", "--json")
    (sheet,) = json.loads(shown.out)
    assert shown.status == 0 and sheet["code"] == "malaria-uncomplicated"
    for rule in sheet["rules"]:
        assert rule["neutral"] != rule["clinical"] and "{" not in rule["neutral"] + rule["clinical"]
        assert "aludisme" not in rule["neutral"] and "malaria" not in rule["neutral"].casefold().replace(
            "antimalarial", ""
        )
        assert rule["weight"] and rule["evidence"]
    bands = next(rule for rule in sheet["rules"] if rule["code"] == "artemether-lumefantrine-quantity")
    assert any("→ 6" in detail and "→ 24" in detail for detail in bands["details"])


def test_a_shared_set_is_shown_by_its_day_and_an_unknown_name_is_told(shell: Shell) -> None:
    assert len(json.loads(shell("protocols", "show", "who/2026-11-22", "--json").out)) == 15
    for wrong in (("who/1999-01-01",), ("zz",), ("bf", "--protocol", "nothing")):
        told = shell("protocols", "show", *wrong)
        assert told.status == 2 and told.err.strip(), wrong


def test_sheets_are_written_as_html_and_pdf_and_nothing_is_printed_then(shell: Shell, tmp_path: Path) -> None:
    html, pdf = tmp_path / "sheets.html", tmp_path / "sheets.pdf"
    told = shell("protocols", "show", "tg", "--html", str(html), "--pdf", str(pdf), "--day", "2026-11-24")
    assert told.status == 0 and told.out == ""
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_the_shipped_protocols_are_in_order(shell: Shell) -> None:
    found = json.loads(shell("protocols", "check", "--json").out)
    assert found["mistakes"] == found["few"] == []
    names = {row["name"]: row for row in found["sets"]}
    assert names["who/2026-11-22"]["idle"] == [] and names["who/2026-11-22"]["rules"] > 50
    assert shell("protocols", "check").status == 0
    assert shell("protocols", "test").status == 0


def test_a_wrong_quantity_breaks_its_examples_and_says_which(shell: Shell, tmp_path: Path) -> None:
    folder = copy(tmp_path, ("{ quantity = 6, from_grams = 5000", "{ quantity = 9, from_grams = 5000"))
    told = shell("protocols", "test", str(folder))
    assert told.status == 1
    assert "who/2026-11-22/protocol-examples.toml:6: " in told.out


def test_too_few_examples_are_told(shell: Shell, tmp_path: Path) -> None:
    folder = copy(tmp_path)
    examples = folder / "who" / "2026-11-22" / "protocol-examples.toml"
    kept = [line for line in examples.read_text(encoding="utf-8").splitlines() if '"iptp"' not in line]
    examples.write_text("\n".join(kept), encoding="utf-8")
    told = shell("protocols", "check", str(folder))
    assert told.status == 1 and "iptp" in told.out
