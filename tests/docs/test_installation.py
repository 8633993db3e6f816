"""The first day of two installations goes as the document says: its own lines are run."""

from __future__ import annotations

import asyncio
import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from facility_agent.config import Config
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.randomness import seeded
from facility_agent.workflows.clock import SystemClock
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import open_site
from tests.cli.typed import Shell
from tests.docs.pages import blocks, text_of

TEXT = text_of("docs/installation.md")
PASSPHRASE = "une phrase pour les essais"
PASSWORD = "un mot pour les essais"

MEMBERS = """\
numero;menage;nom;depuis;paye_jusqu_au;sexe;naissance
EX-000001-01;EX-000001;OUEDRAOGO Awa (inventée);01/02/2025;31/12/2026;F;12/05/1990
EX-000001-02;EX-000001;OUEDRAOGO Issa (inventé);01/02/2025;31/12/2026;M;02/09/2023
"""

PLACE = {"country": "BF", "zone": "Africa/Ouagadougou"}
CENTRE = Config(
    role="facility", code="CSPS-EX", name="CSPS de l'exemple", type="CSPS", level="csps", ownership="public",
    region="Kadiogo", **PLACE,
)  # fmt: skip
MUTUAL = Config(
    role="mutual", code="MUT-EX", name="Mutuelle de l'exemple", scheme="mutual", member_pattern="EX-######-##", **PLACE
)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    opened = Shell(monkeypatch)
    opened.on(date(2026, 2, 2))
    return opened


MINISTRY = Config(role="centre", code="MIN-EX", name="Ministère de l'exemple", **PLACE)


async def _installed() -> None:
    for folder, config in (("centre", CENTRE), ("mutuelle", MUTUAL), ("ministere", MINISTRY)):
        clock, chance = SystemClock(), seeded(f"docs-{folder}")
        await install(Path(folder), config, PASSPHRASE, clock, chance, Cost(8192, 1, 1))


async def _what_stands(folder: str) -> tuple[list[str], int, set[str]]:
    """States of the agreements, number of members in the register, and the logins."""
    async with open_site(Path(folder)) as site:
        register = await site.store.register_state("MUT-EX")
        agreements = [agreement.state for agreement in await site.store.agreements()]
        logins = {account.login for account in await site.store.accounts()}
        return agreements, register.members if register else 0, logins


async def _only_agreement() -> str:
    async with open_site(Path("centre")) as site:
        (agreement,) = await site.store.agreements()
        return agreement.id


def _answers(line: str) -> tuple[str, ...]:
    """What somebody types when the command asks."""
    if " account add " in line:
        return (PASSWORD, PASSWORD)
    if " init " in line:
        return (PASSPHRASE, PASSPHRASE, PASSWORD, PASSWORD)
    asked = (" agreement sign ", " card issue ", " card lost ", " contracts pack ")
    return (PASSPHRASE,) if any(words in line for words in asked) else ()


def _named(text: str) -> str:
    """The text with the agreement's identifier where the document says `ID`."""
    return re.sub(r"\bID\b", asyncio.run(_only_agreement()), text) if re.search(r"\bID\b", text) else text


def test_the_lines_of_the_document_make_two_installations_that_work_together(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asyncio.run(_installed())
    Path("annex.toml").write_text(blocks(TEXT, "toml")[0], encoding="utf-8")
    Path("parties.json").write_text(blocks(TEXT, "json")[0], encoding="utf-8")
    Path("membres.csv").write_text(MEMBERS, encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            ran = shell(*shlex.split(_named(line))[1:], answers=_answers(line))
            assert ran.status == 0, (line, ran.out, ran.err)
    assert asyncio.run(_what_stands("centre")) == (["in force"], 2, {"accueil"})
    assert asyncio.run(_what_stands("mutuelle")) == (["in force"], 2, {"agent"})
    copies = ("sauvegardes/centre.sqlite3", "sauvegardes/mutuelle.sqlite3")
    for made in ("convention.pdf", "cartes.pdf", "certificat.pdf", *copies):
        assert Path(made).stat().st_size > 0
