"""Installations from the shell: made, filled, and carried from the card to the audit."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.request import urlopen

import msgspec
import pytest
from PIL import Image

from facility_agent.config import read_config
from facility_agent.demo.sites import PASSPHRASE
from facility_agent.words import Words
from tests.cli.typed import Shell
from tests.workflows.march import DUE
from tests.workflows.nothing import files
from tests.workflows.places import LATE

ROOT = Path(__file__).resolve().parents[2]
WELL = "MLT-000001-01"
INIT = ("init", "--role", "mutual", "--code", "MUT", "--name", "Mutuelle inventée", "--country", "bf",
        "--scheme", "mutual", "--member-pattern", "MUT-####")  # fmt: skip
ANSWERS = (PASSPHRASE, PASSPHRASE, "demonstration", "demonstration")


def test_an_installation_is_made_with_two_secrets_typed_twice(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    ran = shell(*INIT, "--folder", folder, "--zone", "Africa/Ouagadougou", answers=ANSWERS)
    assert (ran.status, ran.err) == (0, "")
    assert PASSPHRASE not in ran.out and "demonstration" not in ran.out
    config = read_config(folder)
    assert (config.code, config.country, config.zone, config.port) == ("MUT", "BF", "Africa/Ouagadougou", 8080)
    kinds = {path.name.rsplit("-", 1)[0] for path in (folder / "keys").iterdir()}
    assert kinds == {"card", "agreement", "site-seal", "site-open"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder / "keys").iterdir())
    before = files(folder)
    again = shell(*INIT, "--folder", folder, answers=ANSWERS)
    assert again.status == 2
    assert "Choisissez un autre dossier" in again.err
    assert files(folder) == before


FALSE_STARTS = {
    "an unknown role": (("--role", "hospital"), ANSWERS, "Rôles :"),
    "an unknown zone": (("--zone", "Nulle/Part"), ANSWERS, "Africa/Ouagadougou"),
    "a code that is a path": (("--code", "../MUT"), ANSWERS, "lettres, chiffres"),
    "a short phrase": ((), ("court", "court", "demonstration", "demonstration"), "Choisissez plusieurs mots"),
    "a short password": ((), (PASSPHRASE, PASSPHRASE, "court", "court"), "Prenez au moins"),
    "a database that is none": (("--database", "mysql://nobody/none"), ANSWERS, "postgres://"),
}


@pytest.mark.parametrize("what", FALSE_STARTS)
def test_a_false_start_ends_with_2_and_leaves_nothing(what: str, shell: Shell, tmp_path: Path) -> None:
    more, answers, sentence = FALSE_STARTS[what]
    folder = tmp_path / "site"
    ran = shell(*INIT, "--folder", folder, *more, answers=answers)
    assert ran.status == 2
    assert sentence in ran.err
    assert files(tmp_path) == {}
    assert shell(*INIT, "--folder", folder, answers=ANSWERS).status == 0


def test_cards_are_issued_printed_read_and_verified(shell: Shell, places: Path, tmp_path: Path) -> None:
    shell.on(date(2026, 3, 5))
    mutual, facility, out = places / "MLT", places / "CSPS-EX1", tmp_path / "out"
    days = ("--expires", "2027-06-30")
    issued = shell("card", "issue", "--folder", mutual, *days, "MLT-000002", WELL, answers=[PASSPHRASE])
    assert (issued.status, issued.err, issued.out.strip().splitlines()[-1].split()[0]) == (0, "", "4")
    again = shell("card", "issue", "--folder", mutual, *days, "MLT-000002", WELL, answers=[PASSPHRASE])
    assert (again.status, "4 personnes ou ménages en avaient déjà" in again.out) == (0, True)
    images = shell("card", "print", "--folder", mutual, "--format", "png", "--out", out, "MLT-000002", WELL)
    assert (images.status, images.err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == [
        f"{WELL}.png", *(f"MLT-000002-0{place}.png" for place in (1, 2, 3))
    ]  # fmt: skip
    for form in ("a4", "cr80"):
        sheet = tmp_path / f"{form}.pdf"
        printed = shell("card", "print", "--folder", mutual, "--format", form, "--out", sheet, "MLT-000002")
        assert printed.status == 0
        assert sheet.read_bytes().startswith(b"%PDF-")
    picture = out / f"{WELL}.png"
    bare = shell("card", "read", picture)
    assert (bare.status, bare.out.strip().isdigit()) == (0, True)
    read = shell("card", "read", picture, "--folder", facility)
    assert (read.status, WELL in read.out) == (0, True)
    assert shell("card", "read", picture, "--folder", facility, "--json").json["card"]["member"] == WELL
    verified = shell("verify", "--folder", facility, picture)
    assert (verified.status, verified.out.startswith("Droits ouverts — " + WELL)) == (0, True)


def test_the_whole_register_is_issued_and_printed_in_files_that_are_not_printed_twice(
    shell: Shell, places: Path, tmp_path: Path
) -> None:
    shell.on(date(2026, 3, 5))
    mutual, out = places / "MLT", tmp_path / "out"
    issued = shell("card", "issue", "--folder", mutual, "--expires", "2027-06-30", answers=[PASSPHRASE])
    assert (issued.status, issued.err, issued.out.strip().splitlines()[-1].split()[0]) == (0, "", "30")
    printed = shell("card", "print", "--folder", mutual, "--out", out)
    assert (printed.status, "30 carte(s)" in printed.out) == (0, True)
    (file,) = out.iterdir()
    assert file.name == "member-000031-000060.pdf"
    assert "0 carte(s)" in shell("card", "print", "--folder", mutual, "--out", out).out
    homes = shell("card", "issue", "--folder", mutual, "--expires", "2027-06-30", "--households", answers=[PASSPHRASE])
    assert homes.out.strip().splitlines()[-1].split()[0] == "10"
    assert "10 carte(s)" in shell("card", "print", "--folder", mutual, "--households", "--out", out).out
    assert sorted(path.name for path in out.iterdir()) == ["household-000061-000070.pdf", file.name]


def test_a_card_is_lost_replaced_and_its_history_told(shell: Shell, places: Path, tmp_path: Path) -> None:
    shell.on(date(2026, 3, 5))
    mutual, paper = places / "MLT", tmp_path / "certificat.pdf"
    who = ("--by", "secrétaire", "--reason", "perdue au marché")
    lost = shell("card", "lost", "--folder", mutual, WELL, "--until", "2026-04-30", *who, "--out", paper,
                 answers=[PASSPHRASE])  # fmt: skip
    assert (lost.status, lost.err, paper.read_bytes()[:5]) == (0, "", b"%PDF-")
    new = shell("card", "reissue", "--folder", mutual, WELL, "--expires", "2026-12-31", *who, answers=[PASSPHRASE])
    assert (new.status, "32" in new.out) == (0, True)
    told = shell("card", "history", "--folder", mutual, WELL)
    assert (told.status, "certificat n° 31" in told.out, "perdue au marché" in told.out) == (0, True, True)
    assert [row["card"]["serial"] for row in shell("card", "history", "--folder", mutual, WELL, "--json").json] == [
        1, 31, 32
    ]  # fmt: skip
    assert shell("card", "revoke", "--folder", mutual, "32", "--by", "président").status == 0
    assert shell("card", "revoke", "--folder", mutual, "99").status == 2
    assert shell("card", "history", "--folder", mutual, "MLT-009999-01").status == 2


def test_a_portrait_is_kept_and_named_by_the_next_card(shell: Shell, places: Path, tmp_path: Path) -> None:
    shell.on(date(2026, 3, 5))
    photo = tmp_path / "photo.png"
    Image.linear_gradient("L").save(photo)
    kept = shell("card", "photo", "--folder", places / "MLT", WELL, photo)
    assert (kept.status, "octets" in kept.out) == (0, True)
    shell("card", "reissue", "--folder", places / "MLT", WELL, "--expires", "2026-12-31", "--by", "secrétaire",
          answers=[PASSPHRASE])  # fmt: skip
    *_, newest = shell("card", "history", "--folder", places / "MLT", WELL, "--json").json
    assert len(newest["card"]["photo"]) == 16
    photo.write_bytes(b"not a photo")
    assert shell("card", "photo", "--folder", places / "MLT", WELL, photo).status == 2


def test_keys_are_shown_renewed_declared_stolen_and_sent(shell: Shell, places: Path) -> None:
    shell.on(date(2026, 3, 5))
    mutual, facility = places / "MLT", places / "CSPS-EX1"
    own = shell("keys", "show", "--folder", mutual, "--json").json
    (card,) = [entry["key"] for entry in own["keys"] if entry["role"] == "card"]
    stolen = shell("keys", "compromised", "--folder", mutual, card, "--since", "2026-03-01", "--by", "président")
    assert (stolen.status, card in stolen.out) == (0, True)
    days = ("--expires", "2026-12-31")
    assert shell("card", "issue", "--folder", mutual, *days, answers=[PASSPHRASE]).status == 2
    made = shell("keys", "rotate", "--folder", mutual, "card", "--by", "président", answers=[PASSPHRASE])
    assert (made.status, "keys send" in made.out) == (0, True)
    sent = shell("keys", "send", "--folder", mutual, "CSPS-EX1")
    taken = shell("receive", "--folder", facility, mutual / "outbox" / "keys-000002-CSPS-EX1.fae")
    assert (sent.status, taken.status, "Clés publiques" in taken.out) == (0, 0, True), taken.err
    again = shell("card", "issue", "--folder", mutual, *days, answers=[PASSPHRASE])
    assert again.out.strip().splitlines()[-1].split()[0] == "30"
    shown = shell("keys", "show", "--folder", mutual)
    assert (shown.status, "01/03/2026" in shown.out, card in shown.out) == (0, True, True)
    phrase = "une toute autre phrase"
    anew = shell("keys", "rotate", "--folder", mutual, "agreement", "--lost", "--by", "président",
                 answers=[phrase, phrase])  # fmt: skip
    assert (anew.status, "keys export" in anew.out) == (0, True)


def test_cards_are_not_issued_to_strangers_or_with_the_wrong_phrase(shell: Shell, places: Path, tmp_path: Path) -> None:
    wrong = {
        "MLT-009999-01": (PASSPHRASE, "2027-12-31", "Vérifiez le numéro"),
        WELL: ("pas la bonne phrase", "2027-12-31", "Tapez-la encore une fois"),
    }
    for number, (phrase, expires, sentence) in wrong.items():
        ran = shell("card", "issue", "--folder", places / "MLT", "--expires", expires, number, answers=[phrase])
        assert ran.status == 2
        assert sentence in ran.err
    late = ("card", "reissue", "--folder", places / "MLT", WELL, "--expires", "2020-12-31", "--by", "secrétaire")
    assert "Corrigez les dates" in shell(*late, answers=[PASSPHRASE]).err
    nothing = shell("card", "print", "--folder", places / "MLT", "--out", tmp_path / "out.pdf", "MLT-009999-01")
    assert (nothing.status, (tmp_path / "out.pdf").exists()) == (2, False)


def test_the_verdict_by_card_and_number(shell: Shell, places: Path, cards: dict[str, str]) -> None:
    facility = places / "CSPS-EX1"
    shell.language = "en"
    shell.on(date(2026, 3, 5))
    assert shell("verify", "--folder", facility, cards[WELL]).status == 0
    by_number = shell("verify", "--folder", facility, WELL)
    assert (by_number.status, Words("en")("verdict.amber") in by_number.out) == (0, True), by_number.out
    late = shell("verify", "--folder", facility, cards[LATE])
    assert (late.status, Words("en")("verdict.red") in late.out) == (1, True)
    assert Words("en")("verdict.red.care") in late.out
    assert shell("verify", "--folder", facility, cards[LATE], "--json").json["verdict"]["colour"] == "red"
    unknown = shell("verify", "--folder", facility, "MLT-009999-01")
    assert (unknown.status, unknown.out) == (2, "")
    assert "Check the number" in unknown.err


def test_a_picture_that_is_not_there_or_shows_nothing_ends_with_2(shell: Shell, places: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "empty.jpg"
    nothing.write_bytes(b"")
    assert shell("card", "read", nothing).status == 2
    assert shell("card", "read", tmp_path / "nowhere.jpg").status == 2
    assert shell("card", "read", tmp_path).status == 2
    assert shell("verify", "--folder", places / "CSPS-EX1", nothing).status == 2


def test_a_month_is_shown_closed_carried_and_audited(shell: Shell, places: Path) -> None:
    facility, mutual = places / "CSPS-EX1", places / "MLT"
    shown = shell("month-end", "2026-03", "--folder", facility)
    assert (shown.status, "3 280" in shown.out.replace("\u202f", " ")) == (0, True)
    assert shell("month-end", "2026-03", "--folder", facility, "--json").json["batches"][0]["state"] == "preview"
    closed = shell("month-end", "2026-03", "--folder", facility, "--close", "--json")
    (batch,) = closed.json["batches"]
    assert (closed.status, batch["state"], batch["due"]) == (0, "sent", DUE)
    paths = [Path(name) for name in closed.json["files"]]
    assert [path.suffix for path in paths] == [".pdf", ".xlsx", ".csv", ".fae"]
    assert all(path.is_file() for path in paths)
    number, sealed = batch["closed"]["number"], paths[3]
    again = shell("month-end", "2026-03", "--folder", facility, "--close")
    assert (again.status, "bordereau" in again.out) == (0, True)
    first = shell("receive", "--folder", mutual, sealed)
    second = shell("receive", "--folder", mutual, sealed)
    assert (first.status, second.status) == (0, 0)
    assert "Rien" not in first.out and "Rien n’a été compté deux fois" in second.out
    assert shell("receive", "--folder", mutual, sealed, "--json").json["again"] is True
    audited = shell("audit", "--folder", mutual, number)
    assert (audited.status, number in audited.out) == (0, True)
    assert shell("audit", "--folder", mutual, "--json").json[0]["batch"]
    receipt = shell("receive", "--folder", facility, mutual / "outbox" / f"receipt-{number}.fae")
    assert (receipt.status, "accusé" in receipt.out) == (0, True)


def test_what_cannot_be_taken_in_ends_with_2(shell: Shell, places: Path, tmp_path: Path) -> None:
    photo = tmp_path / "photo.fae"
    photo.write_bytes(b"\xff\xd8 not an envelope")
    for words, sentence in (
        (("receive", "--folder", places / "MLT", photo), "Choisissez le fichier reçu"),
        (("receive", "--folder", places / "MLT", tmp_path / "nowhere.fae"), "Vérifiez le nom"),
        (("receive", "--folder", tmp_path, photo), "facility-agent init"),
        (("month-end", "mars", "--folder", places / "CSPS-EX1"), "Écrivez-le 2026-03"),
        (("audit", "--folder", places / "MLT", "NOBODY-0001"), "vérifiez auprès de l’expéditeur"),
    ):
        ran = shell(*words)
        assert (ran.status, ran.out) == (2, "")
        assert sentence in ran.err


def test_a_month_that_is_not_over_is_shown_and_not_closed(shell: Shell, places: Path) -> None:
    shell.on(date(2026, 3, 31))
    facility = places / "CSPS-EX1"
    before = files(facility)
    assert shell("month-end", "2026-03", "--folder", facility).status == 0
    ran = shell("month-end", "2026-03", "--folder", facility, "--close")
    assert ran.status == 2
    assert "Revenez le mois suivant" in ran.err
    assert files(facility) == before


def test_a_site_is_served_until_it_is_told_to_stop(places: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "facility_agent",
        "serve",
        "--folder",
        str(places / "CSPS-EX1"),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stderr is not None
        assert server.stdout.readline().rstrip().endswith(f"http://127.0.0.1:{port}")
        with urlopen(f"http://127.0.0.1:{port}/api/health") as answer:
            assert msgspec.json.decode(answer.read())["role"] == "facility"
        server.send_signal(signal.SIGTERM)
        assert (server.wait(30), server.stderr.read()) == (0, "")


def test_a_site_is_served_with_a_certificate_of_its_own(places: Path) -> None:
    folder, ports = places / "CSPS-EX1", []
    with socket.socket() as one, socket.socket() as two:
        for probe in (one, two):
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    config = (folder / "config.toml").read_text("utf-8")
    (folder / "config.toml").write_text(config.replace("tls_port = 8443", f"tls_port = {ports[1]}"), "utf-8")
    command = [
        sys.executable,
        "-m",
        "facility_agent",
        "serve",
        "--tls",
        "--folder",
        str(folder),
        "--port",
        str(ports[0]),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().rstrip().endswith(f"http://127.0.0.1:{ports[0]}")
        with urlopen(f"http://127.0.0.1:{ports[0]}/phone/authority.crt") as answer:
            trusting = ssl.create_default_context(cadata=answer.read().decode())
        with urlopen(f"https://localhost:{ports[1]}/api/health", context=trusting) as answer:
            assert msgspec.json.decode(answer.read())["role"] == "facility"
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder / "tls").iterdir())


def test_a_port_that_is_taken_is_named(shell: Shell, places: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = shell("serve", "--folder", places / "MLT", "--port", port)
    assert (ran.status, ran.out) == (2, "")
    assert f"127.0.0.1:{port}" in ran.err


def test_a_demonstration_never_empties_a_folder_of_something_else(shell: Shell, places: Path) -> None:
    before = files(places)
    ran = shell("demo", "--no-serve", "--folder", places)
    assert ran.status == 2
    assert "Choisissez un autre dossier" in ran.err
    assert files(places) == before
