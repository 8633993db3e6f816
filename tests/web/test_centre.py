"""A technical centre: one server, many mutuals; what belongs to one never shows while somebody works for another."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer

from facility_agent.config import Config, write_config
from facility_agent.demo.sites import PASSPHRASE, PASSWORD
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.randomness import seeded
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.centre import create_centre_app
from facility_agent.workflows import accounts, audit_desk
from facility_agent.workflows.accounts import ROLES
from facility_agent.workflows.centre import MUTUALS, Centre, lay_side_by_side, open_centre
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import Site, open_site
from tests.web.crawl import crawl
from tests.web.visitor import Visitor
from tests.web.world import World
from tests.workflows.nothing import refused, told

CENTRE = Config(role="centre", code="CTG", name="Centre technique (inventé)", country="BF", zone="Africa/Ouagadougou")
OTHER = Config(
    role="mutual", code="MLB", name="Mutuelle Basnéré (inventée)", country="BF", zone="Africa/Ouagadougou",
    scheme="mutual", invented=True,
)  # fmt: skip


@pytest.fixture(scope="module")
async def centre(world: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre that works for the mutual of the world and for another one, in which nothing has happened yet."""
    folder, clock = tmp_path_factory.mktemp("centre"), world.clock
    for at, config in ((folder, CENTRE), (folder / MUTUALS / OTHER.code, OTHER)):
        await install(at, config, PASSPHRASE, clock, seeded(f"keys-{config.code}"), Cost(8192, 1, 1))
    async with open_site(folder, clock, seeded("CTG")) as site, open_centre(site, clock, seeded("MLB")) as opened:
        for login in ("zenabo", "paul"):
            await accounts.add_account(site, login, f"{login} (exemple)", PASSWORD, ("officer",))
        for mutual in (world.mutual, opened.mutuals[OTHER.code]):
            await accounts.admit(mutual, "zenabo", "Zénabo (exemple)", ROLES["mutual"], CENTRE.code)
        await accounts.add_account(opened.mutuals[OTHER.code], "secretaire", "Secrétaire", PASSWORD, ("officer",))
        config = world.mutual.config
        yield Centre(site, {"MLT": world.mutual, **opened.mutuals})
        # The world goes on without the centre.
        world.mutual.config, world.mutual.beside = config, ()


@pytest.fixture
async def client(centre: Centre) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(create_centre_app(centre))) as opened:
        yield opened


@pytest.fixture
async def zenabo(client: TestClient[Any, Any]) -> Visitor:
    """Somebody of the centre, signed in there."""
    visitor = Visitor(client)
    page = await visitor.sign_in("zenabo")
    assert page.url == "/mutuals" and "Mutuelle Basnéré" in page.text and "Laafi Tinga" in page.text
    return visitor


async def work_for(visitor: Visitor, code: str) -> None:
    """Choose a mutual on the centre's page; forms bring the token of the sign-in there."""
    home = await visitor.get("/mutuals")
    page = await visitor.post("/mutuals", csrf=home.value("csrf"), token=False, mutual=code)
    assert page.status == 200
    visitor.csrf = page.value("csrf")


async def test_no_page_shows_what_belongs_to_another_mutual(
    centre: Centre, zenabo: Visitor, world: World
) -> None:  # fmt: skip
    await work_for(zenabo, "MLT")
    there = await crawl(zenabo)
    own = {path: page for path, page in there.items() if page.status == 200}
    assert any(world.march.number in page.html for page in own.values())
    assert any("/claims/" in path for path in own)
    await work_for(zenabo, "MLB")
    telling = re.compile(r"MLT|CSPS-EX1|Laafi|OUEDRAOGO|Nabraogo")
    here = await crawl(zenabo)
    # What is known of the other mutual, asked for by its address, shows nothing either.
    here |= {path: await zenabo.get(path) for path in own if path not in here}
    # The address that was asked stands in the link to the other language.
    seen = {path for path, page in here.items() if telling.search(re.sub(r'href="/language/[^"]*"', "", page.html))}
    assert seen == {"/mutuals"} and len(here) >= len(own) > 40
    assert {page.status for path, page in here.items() if world.march.id in path} <= {404, 422}


async def test_a_form_opened_for_one_mutual_is_refused_at_another(
    centre: Centre, zenabo: Visitor, world: World
) -> None:  # fmt: skip
    await work_for(zenabo, "MLT")
    elsewhere = zenabo.csrf
    await work_for(zenabo, "MLB")
    late = await zenabo.post("/complaints", csrf=elsewhere, token=False, member="MLT-000001-01", said="x")
    assert late.status == 403
    # Nor can it be sent on by one tap, as a form of an earlier sign-in can elsewhere.
    assert "MLT-000001-01" not in late.html
    assert [row.member for row in await centre.mutuals["MLB"].store.complaints()] == []


async def test_who_has_no_account_at_a_mutual_does_not_come_in(centre: Centre, client: TestClient[Any, Any]) -> None:
    paul = Visitor(client)
    page = await paul.sign_in("paul")
    assert "Aucune mutuelle" in page.text
    for code in ("MLT", "MLB", "nowhere", ""):
        page = await paul.post("/mutuals", mutual=code)
        assert page.status == 422
    assert (await paul.get("/audit")).status == 404
    # The account that a mutual gave to somebody of the centre has no password there.
    await paul.get("/at/MLT")
    page = await paul.post("/sign-in", token=False, login="zenabo", password=PASSWORD)
    assert page.status == 401
    assert (await paul.get("/at/nowhere")).status == 404


async def test_a_mutual_s_own_people_sign_in_at_its_address(centre: Centre, client: TestClient[Any, Any]) -> None:
    own = Visitor(client)
    assert (await own.get("/at/MLB")).url == "/sign-in"
    page = await own.sign_in("secretaire")
    assert page.url == "/review" and "Mutuelle Basnéré" in page.text and 'href="/mutuals"' not in page.html
    assert "sign-in" in (await own.get("/mutuals")).url
    await own.post("/sign-out")
    assert (await own.get("/review")).url.startswith("/sign-in")


async def test_signing_out_leaves_the_centre_too(zenabo: Visitor) -> None:
    await work_for(zenabo, "MLB")
    assert 'href="/mutuals"' in (await zenabo.get("/review")).html
    await zenabo.post("/sign-out")
    assert "sign-in" in (await zenabo.get("/mutuals")).url
    assert (await zenabo.get("/review")).status == 404


async def test_letters_come_to_the_mutual_that_their_address_names(
    centre: Centre, client: TestClient[Any, Any], world: World
) -> None:  # fmt: skip
    sealed = await world.facility.store.sealed(f"batch-{world.march.number}.fae")
    for code, status in (("MLT", 200), ("MLB", 422), ("nowhere", 404)):
        async with client.post(f"/at/{code}/api/envelopes", data=sealed) as answer:
            assert answer.status == status
    async with client.get("/at/MLB/api/health") as answer:
        assert (await answer.json())["role"] == "mutual"
    assert await centre.mutuals["MLB"].store.batches() == ()


async def test_beyond_its_powers_the_centre_leaves_the_decision_to_the_mutual(
    centre: Centre, zenabo: Visitor, world: World
) -> None:  # fmt: skip
    await work_for(zenabo, "MLT")
    page = await zenabo.post(f"/audit/{world.march.id}/decide")
    assert page.status == 422 and "dépasse les pouvoirs de votre centre" in page.text
    assert await world.mutual.store.decision(world.march.id) is None


async def test_claims_are_laid_side_by_side_only_where_both_agreed(centre: Centre, world: World) -> None:
    one, other = centre.mutuals["MLT"], centre.mutuals["MLB"]
    (claim, *_) = await one.store.claims(tuple(item.claim for item in world.march.items))
    person = msgspec.structs.replace(claim.visit.beneficiary, number="MLB-000009-01")
    visit = msgspec.structs.replace(claim.visit, id=other.new_id(), beneficiary=person)
    twice = msgspec.structs.replace(claim, id=visit.id, number="CSPS-EX1-2026-999999", visit=visit)
    await other.store.mint(twice, {}, other.now(), "test", "received")
    for names in (("", ""), ("MLB", ""), ("", "MLT"), ("MLB autre", "MLT")):
        sites = [_sharing(site, named) for site, named in zip((one, other), names, strict=True)]
        lay_side_by_side(sites)
        flags = (await audit_desk.audit(one, world.march.id)).flags
        found = {flag.about for flag in flags if flag.code == "billed-to-another"}
        assert found == ({claim.id} if all(names) else set())


def _sharing(site: Site, named: str) -> Site:
    site.config = msgspec.structs.replace(site.config, shares_claims_with=named)
    return site


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("centre-folder", {"code": "MLC"}),
        ("centre-folder", {"role": "facility"}),
        ("centre-databases", {"database": "postgres://db.example/autre"}),
    ],
)
async def test_a_folder_that_is_no_mutual_of_this_kind_is_not_opened(
    code: str, change: dict[str, str], centre: Centre, world: World, tmp_path: Path
) -> None:
    site: Site = centre.site
    moved = msgspec.structs.replace(OTHER, code="autre")
    write_config(tmp_path / MUTUALS / "autre", msgspec.structs.replace(moved, **change))
    with pytest.raises(InputError) as caught:
        async with open_centre(Site(tmp_path, site.config, site.store, site.clock, site.randomness)):
            pass
    told(caught.value, code)


async def test_going_where_one_may_not_changes_nothing(centre: Centre) -> None:
    async with refused("mutual-not-yours", *centre.mutuals.values()):
        await centre.enter("MLT", "paul")
