"""A technical centre: one server, many mutuals; what belongs to one never shows while somebody works for another."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser

from facility_agent.config import Config, write_config
from facility_agent.demo.sites import PASSPHRASE, PASSWORD
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.randomness import seeded
from facility_agent.vocabulary.errors import InputError
from facility_agent.web.centre import create_centre_app
from facility_agent.workflows import accounts, centre_people
from facility_agent.workflows.accounts import ROLES
from facility_agent.workflows.centre import MUTUALS, Centre, open_centre
from facility_agent.workflows.centre import work_for as work_for_both
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import Site, open_site
from tests.web.crawl import crawl
from tests.web.test_accessible import faults_of
from tests.web.test_nonsense import tried
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
        await accounts.add_account(site, "cheffe", "Cheffe (exemple)", PASSWORD, ("manager",))
        await accounts.add_account(site, "secretaire2", "Autre (exemple)", PASSWORD, ("officer",))
        for mutual in (world.mutual, opened.mutuals[OTHER.code]):
            await accounts.admit(mutual, "zenabo", "Zénabo (exemple)", ROLES["mutual"], CENTRE.code)
        await accounts.add_account(opened.mutuals[OTHER.code], "secretaire2", "Autre", PASSWORD, ("officer",))
        await accounts.add_account(opened.mutuals[OTHER.code], "secretaire", "Secrétaire", PASSWORD, ("officer",))
        beside = world.mutual.beside
        made = Centre(site, {"MLT": world.mutual, **opened.mutuals})
        work_for_both(made)
        yield made
        # The world goes on without the centre.
        world.mutual.office, world.mutual.beside = None, beside


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


@pytest.fixture
async def head(client: TestClient[Any, Any]) -> Visitor:
    """The manager of the centre."""
    visitor = Visitor(client)
    await visitor.sign_in("cheffe")
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


async def test_the_manager_adds_somebody_and_gives_them_duties(
    centre: Centre, head: Visitor, client: TestClient[Any, Any]
) -> None:  # fmt: skip
    page = await head.post(
        "/people", login="lassina", name="Lassina (exemple)", password=PASSWORD, **{"CTG:officer": "1"}
    )
    assert page.url == "/people/lassina?done=person-added" and "Lassina (exemple)" in page.text
    other = centre.mutuals[OTHER.code]
    duties = {"do": "duties", "CTG:officer": "1", "MLB:officer": "1", "MLB:payer_accountant": "1"}
    page = await head.post("/people/lassina", **duties)
    assert "Elles comptent aussitôt" in page.text and "liquidation, trésorerie" in page.text
    given = await other.store.account("lassina")
    assert given is not None and (given.roles, given.office) == (("officer", "payer_accountant"), "CTG")
    kept = [(change.who, change.what, change.old, change.new) for change in await other.store.changes("lassina")]
    assert kept == [("cheffe", "roles", "", "officer payer_accountant")]
    page = await head.post("/people/lassina", **{**duties, "MLB:officer": ""})
    assert (await other.store.changes("lassina"))[0].new == "payer_accountant"
    await head.post("/people/lassina", **{"do": "duties", "CTG:officer": "1"})
    gone = await other.store.account("lassina")
    assert gone is not None and not gone.active
    # The same again changes nothing more, and is written down as nothing more.
    before = await other.store.changes("lassina")
    await head.post("/people/lassina", **{"do": "duties", "CTG:officer": "1"})
    assert await other.store.changes("lassina") == before


@pytest.mark.parametrize("what", ["close", "password"])
async def test_what_ends_at_the_centre_ends_at_once_where_the_person_works(
    what: str, centre: Centre, head: Visitor, world: World
) -> None:
    server = TestServer(create_centre_app(centre))
    async with TestClient(server) as elsewhere:
        away = Visitor(elsewhere)
        await away.sign_in("zenabo")
        await work_for(away, "MLB")
        assert (await away.get("/review")).url == "/review"
        world.clock.set(world.clock.now() + timedelta(seconds=1))
        page = await head.post("/people/zenabo", do=what, password="un autre secret")
        assert page.status == 200 and "zenabo" in page.text
        assert (await away.get("/review")).url.startswith("/sign-in")
        late = await away.post("/complaints", member="MLB-000001-01", said="x")
        assert late.status == 401
    if what == "close":
        await head.post("/people/zenabo", do="reopen")
    await head.post("/people/zenabo", do="password", password=PASSWORD)
    assert [change.what for _, change in await centre_people.changes(centre, "zenabo")][:1] == ["password"]


@pytest.mark.parametrize(
    ("path", "fields", "says"),
    [
        ("/people", {"login": "paul", "name": "x", "password": PASSWORD, "CTG:officer": "1"}, "existe déjà"),
        ("/people", {"login": "neuf", "name": "x", "password": "court", "CTG:officer": "1"}, "8"),
        ("/people", {"login": "neuf", "name": "x", "password": PASSWORD}, "neuf"),
        ("/people/paul", {"do": "duties", "MLB:officer": "1"}, "fonction"),
        ("/people/cheffe", {"do": "close"}, "cheffe"),
        ("/people/cheffe", {"do": "duties", "CTG:officer": "1"}, "cheffe"),
        ("/people/secretaire", {"do": "close"}, "secretaire"),
        ("/people/secretaire2", {"do": "duties", "CTG:officer": "1", "MLB:officer": "1"}, "appartient ici"),
        ("/served", {"one": "MLT", "other": "MLT"}, "deux fois la même"),
        ("/served", {"one": "MLT", "other": "ailleurs"}, "ailleurs"),
        ("/served", {"one": "MLT", "other": "MLB"}, "avenant"),
    ],
)
async def test_what_cannot_be_changed_is_not(
    path: str, fields: dict[str, str], says: str, centre: Centre, head: Visitor
) -> None:
    async def everything() -> list[object]:
        sites = (centre.site, *centre.mutuals.values())
        return [(await site.store.changes(), await site.store.accounts()) for site in sites]

    before = await everything()
    page = await head.post(path, **fields)
    assert page.status == 422 and says in page.html and PASSWORD not in page.html
    assert await everything() == before


async def test_only_the_manager_of_the_centre_sees_its_people(zenabo: Visitor) -> None:
    for path in ("/people", "/people/zenabo", "/served"):
        assert (await zenabo.get(path)).status == 403
        assert (await zenabo.post(path, do="close")).status == 403


async def test_nothing_is_laid_side_by_side_without_the_word_of_both(centre: Centre, head: Visitor) -> None:
    page = await head.get("/served")
    assert "Mutuelle Basnéré" in page.text and "La mutuelle décide et paie elle-même" in page.text
    assert [await site.beside() for site in centre.mutuals.values()] == [(), ()]


@pytest.mark.browser
@pytest.mark.parametrize(("language", "width"), [("fr", 360), ("en", 1366)])
async def test_the_pages_of_the_centre_have_no_fault(
    browser: Browser, centre: Centre, language: str, width: int
) -> None:
    size, found = {"width": width, "height": 740}, []
    async with TestServer(create_centre_app(centre)) as server:
        context = await browser.new_context(base_url=str(server.make_url("/")), viewport=size, bypass_csp=True)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(f"/language/{language}?back=/sign-in")
        await page.fill("#login", "cheffe")
        await page.fill("#password", PASSWORD)
        async with page.expect_navigation():
            await page.click(".primary")
        for path in ("/mutuals", "/people", "/people/zenabo", "/served"):
            await page.goto(path)
            for details in await page.locator("details > summary").all():
                await details.click()
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            found += await faults_of(page, path, size)
        await context.close()
    assert not found, "\n".join(map(str, found))


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


async def test_nothing_that_is_sent_to_a_centre_breaks_it(head: Visitor) -> None:
    assert await tried(head) == []
