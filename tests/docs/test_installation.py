"""The first day of two installations goes as the document says: its own lines are run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from facility_agent.config import Config
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.randomness import seeded
from facility_agent.workflows.clock import SystemClock
from facility_agent.workflows.exchange import receive
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import open_site
from tests.docs.pages import blocks, command_lines, text_of

TEXT = text_of("docs/installation.md")
PASSPHRASE = "une phrase pour les essais"

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


async def _installed() -> None:
    for folder, config in (("centre", CENTRE), ("mutuelle", MUTUAL)):
        clock, chance = SystemClock(), seeded(f"docs-{folder}")
        await install(Path(folder), config, PASSPHRASE, clock, chance, Cost(8192, 1, 1))


async def _take_in(folder: str, letter: Path) -> None:
    async with open_site(Path(folder)) as site:
        await receive(site, letter.read_bytes(), "responsable", letter.name)


async def _what_stands(folder: str) -> tuple[list[str], int, set[str]]:
    """States of the agreements, number of members in the register, and the logins."""
    async with open_site(Path(folder)) as site:
        register = await site.store.register_state("MUT-EX")
        agreements = [agreement.state for agreement in await site.store.agreements()]
        logins = {account.login for account in await site.store.accounts()}
        return agreements, register.members if register else 0, logins


def test_the_lines_of_the_document_make_two_installations_that_work_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSPHRASE)
    asyncio.run(_installed())
    (tmp_path / "annex.toml").write_text(blocks(TEXT, "toml")[0], encoding="utf-8")
    (tmp_path / "membres.csv").write_text(MEMBERS, encoding="utf-8")
    names: dict[str, object] = {"__name__": "document"}
    # The commands between the blocks take letters in and print cards; the first is done here by its workflow.
    taken_in = [line for line in command_lines(TEXT) if line.startswith("facility-agent receive")]
    for block in blocks(TEXT, "python"):
        exec(compile(block, "docs/installation.md", "exec"), names)
        if "sign_second(Path" in block:
            asyncio.run(_take_in("centre", Path(taken_in[0].split()[-1])))
    for kind in ("register", "revocations"):
        asyncio.run(_take_in("centre", Path(f"mutuelle/outbox/{kind}-000001-CSPS-EX.fae")))
    assert asyncio.run(_what_stands("centre")) == (["in force"], 2, {"accueil"})
    assert asyncio.run(_what_stands("mutuelle")) == (["in force"], 2, {"agent"})
