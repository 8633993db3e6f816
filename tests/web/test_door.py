"""The door: who comes in, how far, and what every answer carries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from facility_agent.demo.sites import PASSWORD
from facility_agent.web.bucket import TRIES
from facility_agent.web.guard import local_path
from tests.web.conftest import Visit
from tests.web.visitor import Visitor
from tests.web.world import World


async def test_a_wrong_password_is_an_answer_and_the_name_stays(world: World, visit: Visit) -> None:
    page = await (await visit(world.facility)).sign_in("accueil", "wrong")
    assert page.status == 401
    assert page.value("login") == "accueil" and page.value("password") == ""
    assert "error.sign-in-wrong" not in page.text
    assert [box["id"] for box in page.every("div") if box.get("role") == "alert"] == ["trouble"]


async def test_an_unknown_name_gets_the_same_sentence_as_a_wrong_password(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility)
    sentences = [(await visitor.sign_in(login, "wrong")).text for login in ("accueil", "nobody")]
    assert sentences[0] == sentences[1]


async def test_after_too_many_tries_even_the_right_password_waits(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility)
    for _ in range(TRIES):
        assert (await visitor.sign_in("caisse", "wrong")).status == 401
    page = await visitor.sign_in("caisse")
    assert page.status == 429 and "secondes" in page.text
    world.clock.set(world.clock.moment + timedelta(minutes=5))
    assert (await visitor.sign_in("caisse")).status == 200


async def test_an_empty_field_is_named(world: World, visit: Visit) -> None:
    page = await (await visit(world.facility)).sign_in("", "x")
    assert page.status == 422 and "«\u00a0Nom de connexion\u00a0»" in page.html


async def test_without_a_sign_in_every_page_leads_to_the_door_and_back(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility)
    page = await visitor.get("/members?text=awa")
    assert page.url == "/sign-in?next=/members?text%3Dawa" and page.value("next") == "/members?text=awa"
    page = await visitor.post("/sign-in", token=False, login="accueil", password=PASSWORD, next=page.value("next"))
    assert page.url == "/members?text=awa"


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x"])
async def test_the_door_never_leads_to_another_site(path: str, world: World, visit: Visit) -> None:
    assert local_path(path) == "/"
    visitor = await visit(world.facility)
    page = await visitor.post("/sign-in", token=False, login="accueil", password=PASSWORD, next=path)
    assert page.url == "/desk"


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility)
    async with visitor.client.post(
        "/sign-in", data={"login": "accueil", "password": PASSWORD}, allow_redirects=False
    ) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie


async def test_what_was_typed_survives_the_end_of_a_sign_in(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility, "responsable")
    old = visitor.csrf
    await visitor.post("/sign-out")
    fields = {"name": "BARRO <Fatou>", "emergency": "1"}
    page = await visitor.post("/desk/admission", token=False, csrf=old, **fields)
    assert page.status == 401 and "Connectez-vous dans l’autre onglet" in page.text
    await visitor.sign_in("responsable")
    page = await visitor.post("/desk/admission", token=False, csrf=old, **fields)
    assert page.status == 403 and "Envoyer de nouveau" in page.text
    assert (page.value("name"), page.value("emergency"), page.value("csrf")) == ("BARRO <Fatou>", "1", visitor.csrf)
    assert [form["action"] for form in page.every("form") if form.get("id") == "again"] == ["/desk/admission"]
    assert (await visitor.post("/desk/admission", **fields)).url.startswith("/desk/answers/")


async def test_a_sign_out_ends_on_the_server_too(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility, "accueil")
    kept = {cookie.key: cookie.value for cookie in visitor.client.session.cookie_jar}
    assert (await visitor.post("/sign-out")).url == "/sign-in"
    page = await visitor.get("/desk", headers={"Cookie": f"sign-in={kept['sign-in']}"})
    assert page.url.startswith("/sign-in")


FORMS = ["/desk/scan", "/visits/new", "/visits/close", "/months/2026-02/close", "/envelopes", "/sign-out"]


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_without_its_token_changes_nothing(path: str, clerk: Visitor) -> None:
    for fields in ({}, {"csrf": "0" * 32}):
        page = await clerk.post(path, token=False, **fields)
        assert page.status == 403 and "Rien n’a été changé" in page.text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_a_form_from_another_site_changes_nothing(headers: dict[str, str], clerk: Visitor) -> None:
    data = {"csrf": clerk.csrf, "text": "MLT-000001-01"}
    async with clerk.client.post("/desk/scan", data=data, headers=headers) as answer:
        assert answer.status == 403
    async with clerk.client.post("/sign-in", data={"login": "x", "password": "y"}, headers=headers) as answer:
        assert answer.status == 403


async def test_each_person_sees_the_pages_of_their_roles(world: World, visit: Visit) -> None:
    expected = {
        "accueil": ("/desk", {"/desk", "/visits", "/envelopes", "/agreements"}),
        "comptable": ("/visits", {"/visits", "/months", "/envelopes", "/agreements"}),
        "responsable": ("/desk", {"/desk", "/visits", "/months", "/envelopes", "/agreements"}),
    }
    for login, (first, pages) in expected.items():
        visitor = await visit(world.facility, login)
        page = await visitor.get("/")
        assert page.url == first
        assert page.links & {"/desk", "/visits", "/months", "/envelopes", "/agreements"} == pages


@pytest.mark.parametrize(
    ("login", "path"),
    [("accueil", "/months"), ("comptable", "/desk"), ("caisse", "/batches/x"), ("comptable", "/members")],
)
async def test_a_page_of_another_role_says_so_and_shows_nothing(
    login: str, path: str, world: World, visit: Visit
) -> None:
    page = await (await visit(world.facility, login)).get(path)
    assert page.status == 403 and "votre compte" in page.text


async def test_an_officer_decides_and_does_not_pay(world: World, visit: Visit) -> None:
    officer, treasurer = await visit(world.mutual, "agent"), await visit(world.mutual, "tresorier")
    assert (await officer.get(f"/audit/{world.february.id}/pay")).status == 403
    assert (await treasurer.get(f"/audit/{world.february.id}/pay")).status == 200
    assert (await officer.get("/desk")).status == 404


@pytest.mark.parametrize("path", ["/sign-in", "/desk", "/nowhere", "/static/pages.css", "/api/health", "/language/en"])
async def test_every_answer_carries_the_headers_that_protect_it(path: str, clerk: Visitor) -> None:
    async with clerk.client.get(path, allow_redirects=False) as answer:
        policy = answer.headers["Content-Security-Policy"]
        compiles = "; script-src 'self' 'wasm-unsafe-eval'" if path == "/desk" else ""
        assert policy.startswith("default-src 'self'") and "frame-ancestors 'none'" in policy
        assert policy.endswith(compiles) and "unsafe" not in policy.removesuffix(compiles)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")


async def test_the_language_is_the_browsers_until_somebody_chooses(world: World, visit: Visit) -> None:
    visitor = await visit(world.facility, language="de, en-GB;q=0.8, fr;q=0.2")
    page = await visitor.get("/sign-in")
    assert page.every("html")[0]["lang"] == "en" and "/language/fr?back=/sign-in" in page.links
    page = await visitor.get("/language/fr?back=/sign-in")
    assert page.url == "/sign-in" and page.every("html")[0]["lang"] == "fr"
    visitor.language = "en"
    assert (await visitor.get("/sign-in")).every("html")[0]["lang"] == "fr"
    assert (await (await visit(world.facility, language="mos")).get("/sign-in")).every("html")[0]["lang"] == "fr"
