"""A new installation and its accounts: nothing that exists is overwritten, and a false start leaves nothing behind."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from facility_agent.arrangements.library import shipped_folder
from facility_agent.config import read_config
from facility_agent.demo.sites import FACILITY, MUTUAL, PASSPHRASE
from facility_agent.exchange.randomness import seeded
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import accounts
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import open_site
from tests.workflows.nothing import files, refused, told
from tests.workflows.places import QUICK, Places

CLOCK = SetClock(datetime(2026, 3, 2, 8, tzinfo=UTC))


async def made(folder: Path, passphrase: str = PASSPHRASE, **changes: object) -> None:
    config = msgspec.structs.replace(FACILITY, **changes)
    await install(folder, config, passphrase, CLOCK, seeded("made"), QUICK)


async def test_an_installation_is_made_once(tmp_path: Path) -> None:
    await made(tmp_path)
    before = files(tmp_path)
    assert read_config(tmp_path) == FACILITY
    assert {name.split("-")[0] for name in before if name.startswith("keys/")} == {"keys/agreement", "keys/site"}
    with pytest.raises(InputError) as caught:
        await made(tmp_path)
    told(caught.value, "config-exists")
    assert files(tmp_path) == before
    async with open_site(tmp_path, CLOCK) as site:
        assert await site.store.setting("installed") == "2026-03-02"


FALSE_STARTS: dict[str, tuple[str, dict[str, str]]] = {
    "a short phrase": ("key-passphrase-short", {"passphrase": "trop court"}),
    "a server that is not there": ("database-unreachable", {"database": "postgres://nobody@127.0.0.1:9/none"}),
    "a code that is a path": ("code-malformed", {"code": "../CSPS"}),
    "no code": ("code-malformed", {"code": ""}),
    "a zone that does not exist": ("zone-unknown", {"zone": "Africa/Nulle-Part"}),
}


@pytest.mark.parametrize("what", FALSE_STARTS)
async def test_a_false_start_leaves_nothing_behind(what: str, tmp_path: Path) -> None:
    code, changes = FALSE_STARTS[what]
    folder = tmp_path / "site"
    with pytest.raises(InputError) as caught:
        await made(folder, **changes)
    told(caught.value, code)
    assert files(tmp_path) == {}
    await made(folder)
    assert read_config(folder) == FACILITY


async def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        async with open_site(tmp_path / "nowhere"):
            pass
    told(caught.value, "config-missing")
    await made(tmp_path)
    config = tmp_path / "config.toml"
    good = config.read_text(encoding="utf-8")
    for wrong in (
        good.replace('"facility"', '"hospital"'),
        good + "strange = 1\n",
        good.replace("port = ", "port = x"),
    ):
        config.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            async with open_site(tmp_path):
                pass
        told(caught.value, "config-wrong")
    config.write_text(good.replace("Africa/Ouagadougou", "Africa/Nulle-Part"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        async with open_site(tmp_path):
            pass
    told(caught.value, "zone-unknown")


async def test_two_installations_do_not_share_a_database(tmp_path: Path) -> None:
    shared = str(tmp_path / "shared.sqlite3")
    await made(tmp_path / "one", database=shared)
    before = files(tmp_path)
    with pytest.raises(InputError) as caught:
        await made(tmp_path / "two", database=shared)
    told(caught.value, "database-in-use")
    assert files(tmp_path) == before


async def test_a_name_or_password_that_does_not_hold_opens_nothing(ready: Places) -> None:
    await accounts.add_account(ready.facility, "accueil", "Accueil (exemple)", "demonstration", ("reception",))
    for login, password in (("accueil", "Demonstration"), ("accueil", ""), ("nobody", "demonstration"), ("", "")):
        async with refused("sign-in-wrong", ready.facility):
            await accounts.sign_in(ready.facility, login, password)
    signed_in = await accounts.sign_in(ready.facility, "accueil", "demonstration")
    assert (signed_in.account.login, signed_in.account.roles) == ("accueil", ("reception",))
    assert await accounts.signed_in(ready.facility, signed_in.token) == signed_in
    assert await accounts.signed_in(ready.facility, signed_in.token[:-1] + "x") is None
    assert await accounts.signed_in(ready.facility, "") is None
    await accounts.sign_out(ready.facility, signed_in.token)
    assert await accounts.signed_in(ready.facility, signed_in.token) is None


async def test_a_sign_in_holds_for_a_day_and_no_longer(ready: Places) -> None:
    await accounts.add_account(ready.facility, "accueil", "Accueil (exemple)", "demonstration", ("reception",))
    signed_in = await accounts.sign_in(ready.facility, "accueil", "demonstration")
    ready.pair.clock.set(ready.pair.clock.now() + accounts.HOLDS - timedelta(seconds=1))
    assert await accounts.signed_in(ready.facility, signed_in.token) is not None
    ready.pair.clock.set(ready.pair.clock.now() + timedelta(seconds=2))
    assert await accounts.signed_in(ready.facility, signed_in.token) is None


async def test_an_account_that_cannot_be_made_is_not(ready: Places) -> None:
    site = ready.mutual
    await accounts.add_account(site, "agent", "Agent (exemple)", "demonstration", ("officer",))
    for code, login, password, roles in (
        ("account-exists", "agent", "demonstration", ("officer",)),
        ("password-short", "autre", "court", ("officer",)),
        ("role-unknown", "autre", "demonstration", ("reception",)),
        ("role-unknown", "autre", "demonstration", ()),
    ):
        async with refused(code, site):
            await accounts.add_account(site, login, "Autre", password, roles)


async def test_a_forgotten_password_is_renewed_and_whoever_leaves_opens_nothing(ready: Places) -> None:
    site = ready.mutual
    await accounts.add_account(site, "presidente", "Présidente (exemple)", "demonstration", ("manager",))
    await accounts.add_account(site, "agent", "Agent (exemple)", "demonstration", ("officer",))
    await accounts.admit(site, "zenabo", "Zénabo (exemple)", ("officer", "manager"), "CTG")
    before = await accounts.sign_in(site, "agent", "demonstration")
    await accounts.renew_password(site, "agent", "un autre secret")
    assert await accounts.signed_in(site, before.token) is None, "a sign-in under the old password ends"
    with pytest.raises(InputError, match="sign-in-wrong"):
        await accounts.sign_in(site, "agent", "demonstration")
    after = await accounts.sign_in(site, "agent", "un autre secret")
    await accounts.close(site, "agent")
    assert await accounts.signed_in(site, after.token) is None
    with pytest.raises(InputError, match="sign-in-wrong"):
        await accounts.sign_in(site, "agent", "un autre secret")
    await accounts.reopen(site, "agent")
    assert (await accounts.sign_in(site, "agent", "un autre secret")).account.roles == ("officer",)
    for code, change in (
        ("account-unknown", accounts.renew_password(site, "personne", "un autre secret")),
        ("account-unknown", accounts.close(site, "personne")),
        ("account-unknown", accounts.reopen(site, "personne")),
        ("account-of-office", accounts.renew_password(site, "zenabo", "un autre secret")),
        ("password-short", accounts.renew_password(site, "agent", "court")),
    ):
        async with refused(code, site):
            await change
    await accounts.close(site, "zenabo")
    async with refused("account-last-manager", site):
        await accounts.close(site, "presidente")


async def test_keys_of_a_payer_sign_cards_and_those_of_a_facility_do_not(tmp_path: Path) -> None:
    await made(tmp_path / "facility")
    await install(tmp_path / "mutual", MUTUAL, PASSPHRASE, CLOCK, seeded("mutual"), QUICK)
    kinds = {
        name: {path.name.rsplit("-", 1)[0] for path in (tmp_path / name / "keys").iterdir()}
        for name in ("facility", "mutual")
    }
    assert kinds["mutual"] - kinds["facility"] == {"card"}


async def test_a_received_version_precedes_the_shipped_one_and_other_countries_are_not_read(tmp_path: Path) -> None:
    await made(tmp_path)
    received = tmp_path / "arrangements" / "bf"
    shutil.copytree(shipped_folder() / "bf", received)
    entry = received / "2026-02-01" / "arrangement.toml"
    entry.write_text(entry.read_text(encoding="utf-8").replace("Burkina Faso :", "Reçu :"), encoding="utf-8")
    foreign = tmp_path / "arrangements" / "sn" / "2026-01-01"
    foreign.mkdir(parents=True)
    (foreign / "arrangement.toml").write_text("not even TOML", encoding="utf-8")
    async with open_site(tmp_path, CLOCK) as site:
        assert site.library.countries == ("BF",)
        assert site.arrangement(date(2026, 3, 2)).title.fr.startswith("Reçu")
