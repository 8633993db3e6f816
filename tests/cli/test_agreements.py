"""A district's agreement from the shell: drafted, signed by five, joined by a sixth, amended; the law as a pack."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pypdf
import pytest

from facility_agent.arrangements.agreement import Agreement, signed_terms
from facility_agent.demo.sites import PASSPHRASE
from facility_agent.vocabulary.identifiers import digest
from tests.cli.typed import Ran, Shell
from tests.workflows.district import CENTRES, LATE, MINISTRY, MUTUALS, NAMES, make
from tests.workflows.nothing import files

ALL = (*CENTRES, *MUTUALS, LATE, MINISTRY)
ANNEX = """
annex = { invented = true, note = "Annexe inventée." }
rate = [{ scheme = "mutual", rate = 70, evidence = "invented" }]

[clause]
rounding = { value = "down", evidence = "invented" }
rounding_step = { value = 1, evidence = "invented" }
"""


@pytest.fixture(scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("district")
    await make(folder, ALL)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, shell: Shell) -> Path:
    """Copies of the installations, and the files that somebody prepared in a spreadsheet."""
    place = Path(shutil.copytree(made, tmp_path / "district"))
    shell.on(date(2026, 2, 20))
    lines = ["nom;code;role;niveau;statut;region"]
    lines += [f"{NAMES[code]};{code};formation;csps;public;Est" for code in CENTRES]
    lines += [f"{NAMES[code]};{code};mutuelle;;;" for code in MUTUALS]
    (tmp_path / "parties.csv").write_bytes("\n".join(lines).encode("cp1252", errors="replace"))
    (tmp_path / "annex.toml").write_text(ANNEX, encoding="utf-8")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Acte", "Prix", "Niveau", "Régime", "Preuve"], ["malaria-rapid-test", 500, "csps", "", "invented"],
                ["consultation-nurse", "1 000", "csps", "gratuite", "invented"]):  # fmt: skip
        sheet.append(row)
    book.save(tmp_path / "tarifs.xlsx")
    return place


def drafted(shell: Shell, folder: Path) -> Ran:
    place = folder.parent
    return shell("agreement", "draft", "--folder", folder / MUTUALS[0], "--parties", place / "parties.csv",
                 "--annex", place / "annex.toml", "--tariffs", place / "tarifs.xlsx",
                 "--start", "2026-03-01")  # fmt: skip


def shown(shell: Shell, folder: Path, code: str, id: str) -> Agreement:
    import msgspec

    ran = shell("agreement", "show", "--folder", folder / code, id, "--json")
    assert ran.status == 0, ran.err
    return msgspec.json.decode(ran.out, type=Agreement)


def sent(shell: Shell, folder: Path, code: str, id: str, *to: str) -> list[Path]:
    options = [word for party in to for word in ("--to", party)]
    ran = shell("agreement", "send", "--folder", folder / code, id, *options)
    assert ran.status == 0, ran.err
    return [Path(line.split(" : ")[-1].split("\u00a0: ")[-1]) for line in ran.out.splitlines() if line.endswith(".fae")]


def carried(shell: Shell, folder: Path, paths: list[Path]) -> None:
    """Each letter to the one to whom it is addressed; every one twice."""
    for path in paths:
        for _ in range(2):
            to = next(
                code for code in ALL if path.stem.endswith(code) or f"-{code}-" in path.stem.split("agreement")[-1][12:]
            )
            ran = shell("receive", "--folder", folder / to, path)
            assert ran.status == 0, (path.name, ran.err)


def signs(shell: Shell, folder: Path, code: str, id: str) -> Ran:
    return shell("agreement", "sign", "--folder", folder / code, id, "--by", f"Chef de {code}", "--capacity", "ICP",
                 answers=[PASSPHRASE])  # fmt: skip


def test_three_centres_and_two_mutuals_end_with_the_same_terms(shell: Shell, folder: Path, tmp_path: Path) -> None:
    ran = drafted(shell, folder)
    assert ran.status == 0, ran.err
    id = ran.out.split()[1]
    assert "projet" in ran.out
    carried(shell, folder, sent(shell, folder, MUTUALS[0], id))
    for code in (*CENTRES, *MUTUALS):
        assert signs(shell, folder, code, id).status == 0
        carried(shell, folder, sent(shell, folder, code, id))
    copies = {code: shown(shell, folder, code, id) for code in (*CENTRES, *MUTUALS)}
    terms = {signed_terms(copy) for copy in copies.values()}
    assert len(terms) == 1 and {copy.digest for copy in copies.values()} == {digest(terms.pop())}
    for copy in copies.values():
        assert copy.state == "in force" and {entry.party for entry in copy.signatures} == {*CENTRES, *MUTUALS}
    assert len({copy.signatures for copy in copies.values()}) == 1
    prices = {(row.act, row.price, row.scheme) for row in copies["CSPS-1"].annex.tariffs}
    assert prices == {("malaria-rapid-test", 500, ""), ("consultation-nurse", 1000, "gratuite")}
    # A sixth reads what one of them sends, joins by one page, and everybody hears of it.
    (invitation,) = sent(shell, folder, MUTUALS[1], id, LATE)
    carried(shell, folder, [invitation])
    nobody = shell("agreement", "join", "--folder", folder / LATE, id, "--by", "C", "--capacity", "ICP", "--start",
                   "2026-04-01", "--parent", "NOBODY", answers=[PASSPHRASE])  # fmt: skip
    assert nobody.status == 2 and "NOBODY" in nobody.err and shown(shell, folder, LATE, id).party(LATE) is None
    joined = shell("agreement", "join", "--folder", folder / LATE, id, "--by", "Cheffe", "--capacity", "ICP",
                   "--start", "2026-04-01", answers=[PASSPHRASE])  # fmt: skip
    assert joined.status == 0, joined.err
    carried(shell, folder, sent(shell, folder, LATE, id))
    for code in (*CENTRES, *MUTUALS, LATE):
        copy = shown(shell, folder, code, id)
        assert [page.party.code for page in copy.adhesions] == [LATE] and copy.digest == copies["CSPS-1"].digest
    # An amendment adds a post that bills through a centre, and keeps the annex where no other is given.
    (tmp_path / "changes.csv").write_text(
        "nom;code;role;niveau;rattachement;depuis\nPoste;PS-1;formation;csps;CSPS-2;01/08/2026\n", encoding="utf-8"
    )
    amended = shell("agreement", "amend", "--folder", folder / MUTUALS[0], id, "--start", "2026-07-01",
                    "--parties", tmp_path / "changes.csv")  # fmt: skip
    assert amended.status == 0, amended.err
    later = shown(shell, folder, MUTUALS[0], amended.out.split()[1])
    post = later.party("PS-1")
    assert post is not None and (post.parent, str(post.start)) == ("CSPS-2", "2026-08-01")
    assert later.annex == copies["CSPS-1"].annex and len(later.parties) == 7
    assert (
        shell("agreement", "annex", "--folder", folder / MUTUALS[0], later.id, "--out", tmp_path / "a.toml").status == 0
    )
    assert "[[rate]]" in (tmp_path / "a.toml").read_text(encoding="utf-8")
    assert shell("agreement", "withdraw", "--folder", folder / MUTUALS[0], later.id).status == 0
    out = tmp_path / "adhesion.pdf"
    assert shell("agreement", "print", "--folder", folder / "CSPS-2", id, "--adhesion", LATE, "--out", out).status == 0
    assert len(pypdf.PdfReader(out).pages) == 1
    # One centre leaves; the others go on.
    left = shell("agreement", "end", "--folder", folder / "CSPS-3", id, "--last", "2026-06-30")
    assert left.status == 0 and "en vigueur" in left.out
    carried(shell, folder, sent(shell, folder, "CSPS-3", id))
    assert shown(shell, folder, "MUT-A", id).state_for("CSPS-3") == "ended"
    assert shown(shell, folder, "MUT-A", id).state_for("CSPS-1") == "in force"
    undone = shell("agreement", "undo", "--folder", folder / "MUT-A", id)
    assert undone.status == 2 and "nouvelle décision" in undone.err
    listed = shell("agreement", "list", "--folder", folder / "CSPS-3")
    assert listed.status == 0 and "terminée" in listed.out


def test_a_draft_is_corrected_and_taken_away_and_one_with_open_money_is_not_signed(shell: Shell, folder: Path) -> None:
    (folder.parent / "annex.toml").write_text("annex = { invented = true }\n", encoding="utf-8")
    id = drafted(shell, folder).out.split()[1]
    show = shell("agreement", "show", "--folder", folder / MUTUALS[0], id)
    assert "Clause d’argent ouverte" in show.out and "taux du régime Mutuelle de santé (rate:mutual)" in show.out
    refused = signs(shell, folder, MUTUALS[0], id)
    assert refused.status == 2 and "Complétez l'annexe" in refused.err
    taken = shell("agreement", "withdraw", "--folder", folder / MUTUALS[0], id)
    assert taken.status == 0 and id in taken.out
    assert shell("agreement", "show", "--folder", folder / MUTUALS[0], id).status == 2


WRONG = {
    "an unknown scheme": ('rate = [{ scheme = "nobody", rate = 70 }]\n', "annex.toml:1: rate.scheme"),
    "a settled clause": (
        "[clause]\nrounding = { value = \"down\" }\nfollow_up_days = { value = { \"*\" = 9 } }\n",
        "annex.toml:3: clause.follow_up_days",
    ),
    "a typo in a key": ('[[rate]]\nscheme = "mutual"\nrat = 70\n', "annex.toml:3: rate.rat"),
    "no TOML": ("rate = [", "annex.toml:1"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_an_annex_is_read_against_its_arrangement(what: str, shell: Shell, folder: Path) -> None:
    text, place = WRONG[what]
    (folder.parent / "annex.toml").write_text(text, encoding="utf-8")
    before = files(folder)
    ran = drafted(shell, folder)
    assert ran.status == 2 and place in ran.err, ran.err
    assert "Rien n’a été gardé" in ran.err and files(folder) == before


def test_all_mistakes_of_the_lists_are_named_with_their_lines(shell: Shell, folder: Path) -> None:
    (folder.parent / "parties.csv").write_text("nom,code,role\nA,,formation\nB,2,voisin\n", encoding="utf-8")
    ran = drafted(shell, folder)
    assert ran.status == 2 and "parties.csv:2" in ran.err and "parties.csv:3" in ran.err
    (folder.parent / "parties.csv").write_text("nom,sigle,role\n", encoding="utf-8")
    assert "sigle" in drafted(shell, folder).err
    (folder.parent / "parties.csv").write_text("nom,code,role,depuis\nA,1,formation,demain\n", encoding="utf-8")
    ran = drafted(shell, folder)
    assert ran.status == 2 and "parties.csv:2" in ran.err and "« demain » n’est pas un jour" in ran.err


def test_a_pack_is_signed_carried_and_shown_with_its_signer(shell: Shell, folder: Path, tmp_path: Path) -> None:
    pack = shell("contracts", "pack", "--folder", folder / MINISTRY, "bf/2016-04-02", "bf/2026-02-01",
                 "--by", "La ministre", "--capacity", "ministre", "--to", "CSPS-1", answers=[PASSPHRASE])  # fmt: skip
    assert pack.status == 0, pack.err
    plain, sealed = [
        Path(line.split("\u00a0: ")[-1].split(" : ")[-1]) for line in pack.out.splitlines() if ".fa" in line
    ]
    before = shell("contracts", "show", "bf", "--folder", folder / "CSPS-1")
    assert "Livré avec le programme" in before.out
    first = shell("contracts", "receive", "--folder", folder / "CSPS-1", sealed)
    assert first.status == 0 and "bf/2026-02-01" in first.out, first.err
    again = shell("receive", "--folder", folder / "CSPS-1", plain)
    assert again.status == 0 and "Rien n’a été compté deux fois" in again.out
    after = shell("contracts", "show", "bf", "--folder", folder / "CSPS-1")
    assert "Paquet n°" in after.out and "La ministre, ministre" in after.out
    as_json = shell("contracts", "receive", "--folder", folder / "MUT-A", plain, "--json")
    assert as_json.json["kind"] == "arrangements" and as_json.json["sender"] == MINISTRY
    forged = tmp_path / "forged.fap"
    forged.write_bytes(plain.read_bytes().replace(b'"signature":"', b'"signature":"0', 1))
    shell.language = "en"
    refused = shell("contracts", "receive", "--folder", folder / "CSPS-2", forged)
    assert refused.status == 2 and "Ask them for the pack again" in refused.err


@pytest.fixture(scope="module")
async def strangers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("strangers")
    await make(folder, ("CSPS-1", MINISTRY), known=False)
    return folder


def test_an_authority_is_named_when_its_keys_are_compared(shell: Shell, strangers: Path) -> None:
    site, keys = strangers / "CSPS-1", strangers / f"{MINISTRY}.keys"
    made = shell("contracts", "pack", "--folder", strangers / MINISTRY, "bf/2026-02-01", "--by", "La ministre",
                 "--capacity", "ministre", answers=[PASSPHRASE])  # fmt: skip
    assert made.status == 0, made.err
    (pack,) = (strangers / MINISTRY / "outbox").glob("*.fap")
    unknown = shell("contracts", "receive", "--folder", site, pack)
    assert unknown.status == 2 and "comparez les empreintes" in unknown.err
    plain = shell("keys", "trust", "--folder", site, keys)
    assert plain.status == 0 and "paquets d’arrangements" not in plain.out
    known = shell("contracts", "receive", "--folder", site, pack)
    assert known.status == 2 and "pas comme autorité" in known.err
    named = shell("keys", "trust", "--folder", site, keys, "--authority")
    assert named.status == 0 and "aquets d’arrangements" in named.out
    assert shell("contracts", "receive", "--folder", site, pack).status == 0
