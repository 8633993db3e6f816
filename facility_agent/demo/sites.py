"""The two installations of the demonstration: an invented CSPS of a real type in a real region, and a mutual."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

import aiohttp
from aiohttp import web

from facility_agent.arrangements.agreement import Agreement, Annex, Party
from facility_agent.arrangements.annex import read_annex
from facility_agent.config import FILE, Config
from facility_agent.demo.people import members_csv
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.randomness import seeded
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.app import create_app
from facility_agent.workflows import contracting, exchange
from facility_agent.workflows.accounts import add_account
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import Site, open_site

FIRST = date(2026, 3, 1)
EXPIRES = date(2026, 12, 31)
PASSPHRASE = "exemple de phrase secrete"
PASSWORD = "demonstration"
MARK = "demonstration.txt"

FACILITY = Config(
    role="facility", code="CSPS-EX1", name="CSPS de Nabraogo (nom inventé)", country="BF", zone="Africa/Ouagadougou",
    invented=True, type="CSPS", level="csps", ownership="public", region="Plateau Central", port=8080,
)  # fmt: skip
MUTUAL = Config(
    role="mutual", code="MLT", name="Mutuelle Laafi Tinga (nom inventé)", country="BF", zone="Africa/Ouagadougou",
    invented=True, scheme="mutual", member_pattern="MLT-######-##", household_pattern="MLT-######", port=8081,
)  # fmt: skip
#: Sign-ins of the demonstration: login, name, roles.
AT_FACILITY = (
    ("accueil", "Accueil (exemple)", ("reception",)),
    ("soins", "Soins (exemple)", ("care", "reception")),
    ("caisse", "Caisse (exemple)", ("till", "reception")),
    ("comptable", "Comptable (exemple)", ("accountant",)),
    ("responsable", "Responsable (exemple)", ("reception", "care", "till", "accountant", "manager")),
)
AT_MUTUAL = (
    ("agent", "Agent de liquidation (exemple)", ("officer",)),
    ("medecin", "Médecin-conseil (exemple)", ("adviser", "officer")),
    ("tresorier", "Trésorier (exemple)", ("payer_accountant", "officer")),
    ("presidente", "Présidente (exemple)", ("manager",)),
)


class Pair:
    """Both sites, open on one set clock."""

    def __init__(self, facility: Site, mutual: Site, clock: SetClock) -> None:
        self.facility = facility
        self.mutual = mutual
        self.clock = clock
        self.passphrase = PASSPHRASE

    def members_file(self, seed: int, count: int) -> bytes:
        """The members' file, also left in the mutual's folder."""
        data = members_csv(seed, count, FIRST)
        (self.mutual.folder / "inbox" / "membres-inventes.csv").write_bytes(data)
        return data

    async def sign_agreement(self, local: Annex | None = None) -> Agreement:
        """The health centre signs first, the mutual second; each keeps the other's copy. Without another annex it is
        that of the demonstration."""
        facility, mutual = self.facility.config, self.mutual.config
        parties = (
            Party(code=facility.code, name=facility.name, role="facility", type=facility.type, level=facility.level,
                  ownership=facility.ownership, region=facility.region, invented=True),
            Party(code=mutual.code, name=mutual.name, role="payer", invented=True),
        )  # fmt: skip
        drafted = contracting.draft(self.facility, date(2026, 2, 1), date(2026, 12, 31), parties, local or annex())
        once = await contracting.sign(self.facility, drafted, "La responsable (exemple)", "ICP", PASSPHRASE)
        letter = await contracting.send(self.facility, once, mutual.code)
        await exchange.receive(self.mutual, letter.read_bytes(), "demo", letter.name)
        twice = await contracting.sign(self.mutual, once, "Le président (exemple)", "président", PASSPHRASE)
        answer = await contracting.send(self.mutual, twice, facility.code)
        await exchange.receive(self.facility, answer.read_bytes(), "demo", answer.name)
        return twice

    async def post(self, data: bytes) -> int:
        """Carry a sealed file to the mutual over HTTP, to its real server; returns the status."""
        runner = web.AppRunner(create_app(self.mutual))
        await runner.setup()
        try:
            door = web.TCPSite(runner, "127.0.0.1", 0)
            await door.start()
            port = runner.addresses[0][1]
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"http://127.0.0.1:{port}/api/envelopes", data=data) as response,
            ):
                await response.read()
                return response.status
        finally:
            await runner.cleanup()


def annex() -> Annex:
    """The local annex of the demonstration, every figure of it invented and marked so."""
    text = resources.files("facility_agent.demo").joinpath("data/annex.toml").read_text(encoding="utf-8")
    found, mistakes = read_annex(text)
    if found is None:
        raise InputError("annex-wrong", reason=str(mistakes[0]))
    return found


@asynccontextmanager
async def open_pair(folder: Path, seed: int) -> AsyncIterator[Pair]:
    """Make both installations anew in `folder` and open them; a folder of something else is never emptied."""
    _emptied(folder)
    clock = SetClock(datetime(2026, 2, 20, 8, 0, tzinfo=UTC))
    for config in (FACILITY, MUTUAL):
        await install(
            folder / config.code, config, PASSPHRASE, clock, seeded(f"{seed}-keys-{config.code}"), Cost(8192, 1, 1)
        )
    async with (
        open_site(folder / FACILITY.code, clock, seeded(f"{seed}-{FACILITY.code}")) as facility,
        open_site(folder / MUTUAL.code, clock, seeded(f"{seed}-{MUTUAL.code}")) as mutual,
    ):
        await facility.store.put_public_keys(mutual.own_keys())
        await mutual.store.put_public_keys(facility.own_keys())
        for site, accounts in ((facility, AT_FACILITY), (mutual, AT_MUTUAL)):
            for login, name, roles in accounts:
                await add_account(site, login, name, PASSWORD, roles)
        yield Pair(facility, mutual, clock)


def _emptied(folder: Path) -> None:
    """A fresh folder; only an earlier demonstration is taken away."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise InputError("demo-folder", folder=str(folder))
        for entry in (FACILITY.code, MUTUAL.code):
            if (folder / entry / FILE).is_file():
                shutil.rmtree(folder / entry)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(
        "Démonstration de facility-agent : tout est inventé. All of this is invented.\n", encoding="utf-8"
    )
