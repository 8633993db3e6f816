"""Accounts from the shell: made, listed, given another password, closed and opened again."""

from __future__ import annotations

from pathlib import Path

from tests.cli.typed import Shell

SECRET, OTHER = "un premier secret", "un autre secret"


def test_who_forgets_a_password_gets_another_and_who_leaves_opens_nothing(shell: Shell, places: Path) -> None:
    folder = ("--folder", places / "MLT")
    for login, role in (("awa", "officer"), ("safi", "manager")):
        made = shell("account", "add", login, "--role", role, "--name", "N’Dèye Awa", *folder, answers=(SECRET, SECRET))
        assert made.status == 0, made.err
    renewed = shell("account", "password", "awa", *folder, answers=(OTHER, OTHER))
    assert (renewed.status, renewed.err) == (0, "") and "awa a un autre mot de passe" in renewed.out
    short = shell("account", "password", "awa", *folder, answers=("court", "court"))
    assert short.status == 2 and "trop court" in short.err
    unknown = shell("account", "close", "personne", *folder)
    assert unknown.status == 2 and "Il n’y a pas de compte personne" in unknown.err
    assert "n’ouvre plus rien" in shell("account", "close", "awa", *folder).out
    listed = shell("account", "list", *folder).out
    (row,) = [line for line in listed.splitlines() if " awa " in line]
    assert "N’Dèye Awa" in row and "officer" in row and "fermé" in row
    assert "peut à nouveau se connecter" in shell("account", "reopen", "awa", *folder).out
    assert "fermé" not in shell("account", "list", *folder).out
    assert SECRET not in listed and OTHER not in listed
