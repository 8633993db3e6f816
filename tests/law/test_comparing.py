"""Two versions side by side: in words, and in francs on visits already recorded."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import msgspec
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from facility_agent.arrangements.agreement import Agreement, Party, Signature, with_digest
from facility_agent.arrangements.library import load
from facility_agent.arrangements.model import Arrangement, Limit, RateRow
from facility_agent.cli.main import app
from facility_agent.demo.sites import FACILITY, MUTUAL, annex
from facility_agent.documents.arrangement_words import shown
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Beneficiary, CareLine, Coverage, Visit
from facility_agent.words import Words
from facility_agent.workflows import comparing
from facility_agent.workflows.comparing import Case

DAY = date(2026, 3, 10)


def newest(country: str) -> Arrangement:
    return load().versions(country)[-1]


def case(number: int) -> Case:
    person = Beneficiary(
        f"MLT-{number:06d}-01", f"N'Do Élise {number}", "F", date(1990, 5, 1), 1990, f"MLT-{number:06d}"
    )
    parties = (
        Party(code=FACILITY.code, name="F", role="facility", level="csps", ownership="public", region="Nord"),
        Party(code=MUTUAL.code, name="M", role="payer"),
    )
    on = date(2026, 2, 1)
    signed = tuple(Signature(party=party.code, by="x", capacity="y", on=on) for party in parties)
    agreement = with_digest(
        Agreement(id="a", country="BF", arrangement=on, start=on, parties=parties, annex=annex(), signatures=signed)
    )
    cover = Coverage(person, MUTUAL.code, "mutual", date(2024, 1, 1), paid_until=date(2026, 12, 31))
    care = (CareLine("1", "consultation-nurse", 1, 100), CareLine("2", "paracetamol", 10, 10))
    visit = Visit(
        f"v{number}", FACILITY.code, DAY, person, care, identified="card", card_revoked=False, condition="cough"
    )
    return Case("BF", visit, agreement, (cover,))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("country", load().countries)
def test_every_row_of_every_arrangement_has_words(country: str, language: str) -> None:
    words = Words(language)
    for version in load().versions(country):
        for row in shown(version, words):
            said = f"{row.about} {row.says}"
            assert row.about and "doc." not in said and "{" not in said, row
            assert words.has(f"section.{row.section}")


def test_a_version_differs_from_itself_in_nothing_and_from_the_next_in_the_right_clauses() -> None:
    old, new = load().versions("BF")
    words = Words("fr")
    assert comparing.diff(old, old, words) == ()
    changes = comparing.diff(old, new, words)
    assert any(change.section == "schemes" and "RAMU" in change.about and change.before == "" for change in changes)
    back = comparing.diff(new, old, words)
    assert {(row.about, row.after, row.before) for row in back} == {
        (row.about, row.before, row.after) for row in changes
    }


def test_an_amendment_is_told_in_francs_per_payer_act_and_member() -> None:
    old = newest("BF")
    ceiling = Limit(code="line", scheme="mutual", per="line", amount=50, evidence="invented")
    new = msgspec.structs.replace(old, limits=(*old.limits, ceiling), digest="amended")
    moved = {(row.by, row.name): (row.before, row.after) for row in comparing.on_claims(old, new, [case(1), case(2)])}
    assert moved["payer", MUTUAL.code] == (2 * (70 + 75), 2 * (50 + 50))
    assert moved["member", ""] == (2 * (30 + 25), 2 * (50 + 50))
    assert moved["act", "paracetamol"] == (150, 100)
    assert moved["facility", FACILITY.code] == (290, 200)


def test_a_version_of_another_time_is_tried_as_if_it_had_been_in_force() -> None:
    old, new = load().versions("BF")
    for row in comparing.on_claims(old, new, [case(1)]):
        assert row.moved == 0, row


def test_the_commands_show_diff_and_compare(tmp_path: Path) -> None:
    run, folder = CliRunner(), tmp_path / "cases"
    folder.mkdir()
    (folder / "one.json").write_bytes(canonical(case(1)))
    table, sheet = tmp_path / "diff.xlsx", tmp_path / "compare.xlsx"
    result = run.invoke(app, ["contracts", "show", "bf/2026-02-01", "--json"])
    assert result.exit_code == 0 and len(json.loads(result.output)) > 100
    result = run.invoke(
        app,
        [
            "contracts",
            "diff",
            "bf/2016-04-02",
            "bf/2026-02-01",
            "--on-claims",
            str(folder),
            "--xlsx",
            str(table),
            "--json",
        ],
    )
    assert result.exit_code == 0 and json.loads(result.output)["moved"]
    result = run.invoke(app, ["contracts", "compare", "bf", "xx", "--xlsx", str(sheet)])
    assert result.exit_code == 0
    book = load_workbook(io.BytesIO(sheet.read_bytes()))
    heading = [cell.value for cell in book.worksheets[0][1]]
    assert heading[2:4] == ["bf", "xx"] and len(heading) == 6


@pytest.mark.parametrize("name", ["zz", "bf/2001-01-01", "bf/yesterday"])
def test_an_unknown_arrangement_names_the_known_ones(name: str) -> None:
    result = CliRunner().invoke(app, ["contracts", "show", name])
    assert isinstance(result.exception, InputError) and result.exception.code == "arrangement-unknown"
    assert "bf/2026-02-01" in str(result.exception.fields["known"])


def test_a_folder_without_cases_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        comparing.read_cases(tmp_path)
    assert error.value.code == "cases-none"


def test_a_lower_rate_moves_money_to_the_member() -> None:
    given = case(1)
    assert given.agreement is not None
    lower = RateRow(scheme="mutual", rate=50, evidence="invented")
    old = newest("BF")
    kept = (row for row in old.rates if row.scheme != "mutual")
    new = msgspec.structs.replace(old, rates=(*kept, lower), digest="x")
    moved = {row.by: row.moved for row in comparing.on_claims(old, new, [given]) if row.by in ("payer", "member")}
    assert moved["payer"] == -moved["member"] < 0
