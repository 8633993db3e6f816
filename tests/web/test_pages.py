"""All pages in both languages: reachable by links, sound HTML, named fields, one heading, nothing written inside."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from aiohttp import web

from facility_agent.web import app
from facility_agent.web.app import create_app
from facility_agent.words import LANGUAGES
from tests.web.conftest import Visit, visiting
from tests.web.crawl import crawl, is_page, route
from tests.web.visitor import Page, Visitor
from tests.web.world import HOSTILE, World

STATIC = Path(app.__file__).parent / "static"

#: Pages that only an act opens, never a link alone; what is only there where telephones come in (test_phone), in the
#: exercise (tests/demo/test_exercise), or for an agreement that we have not signed, or that was signed
#: on paper (test_agreements).
BY_A_FORM = (
    *("/audit/{batch}/pay", "/desk/portraits/{number}", "/sheets/{sheet}", "/till/counts/{count}"),
    "/visits/{visit}/shortage",
    "/payments/journal",
    # What only an arrangement that pays per head has (test_head_counts).
    "/head-counts/files/{other}/{day}.pdf",
    # What only a hand between facility and payer has (test_month).
    "/endorsements/files/{month}.pdf",
    # What only a month that can be closed, or a decision with refused lines, leads to (test_month).
    *("/months/{month}/check", "/months/{month}/files/preview.pdf"),
    # What only an arrangement that wants every claim reviewed first has (test_first_review).
    "/months/{month}/review",
    *("/batches/{batch}/contest", "/audit/{batch}/contest", "/audit/{batch}/files/contests/{contest}/{name}"),
    *("/exercise", "/exercise/{code}.png", "/phone/authority.crt", "/phone/codes/{goal}.png"),
    *("/agreements/{agreement}/sign", "/agreements/{agreement}/scans/{digest}"),
    *("/guarantees/{guarantee}", "/refunds/{refund}", "/paper-batches/{batch}/scans/{digest}"),
)


async def every_page(world: World, visit: Visit, language: str) -> dict[str, Page]:
    """What one can reach at the health centre and at the mutual, somebody having been received at the desk."""
    clerk = await visit(world.facility, "responsable", language)
    await clerk.post("/desk/scan", text="MLT-000005-01", emergency="1")
    answer = await clerk.post("/desk/scan", text="MLT-000001-01")
    pages = await crawl(clerk, "/members?text=script", "/members?text=nobody", "/visits?day=03/03/2026", "/nowhere")
    pages[answer.url] = answer
    pages["/desk/scan"] = await clerk.post("/desk/scan", text="???")
    officer = await visit(world.mutual, "medecin", language)
    return pages | {f"mutual:{path}": page for path, page in (await crawl(officer)).items()}


@pytest.fixture(scope="module", params=LANGUAGES)
async def pages(request: pytest.FixtureRequest, world: World) -> dict[str, Page]:
    async with visiting() as visit:
        return await every_page(world, visit, request.param)


def handlers(site: object) -> set[str]:
    """The addresses that the application opens to a browser."""
    routes = create_app(site).router.routes()  # type: ignore[arg-type]
    plain = (r for r in routes if r.method == "GET" and not isinstance(r.resource, web.StaticResource))
    return {r.resource.canonical for r in plain if r.resource is not None}


def test_every_page_can_be_reached_by_links(world: World, pages: dict[str, Page]) -> None:
    wanted = handlers(world.facility) | handlers(world.mutual)
    apart = ("/api/", "/fhir/", "/language/", "/sign-in")
    kept = {path for path in wanted if not path.startswith(apart) and path != "/"}
    seen = [route(path.removeprefix("mutual:")) for path in pages]
    files = {route(link) for page in pages.values() for link in page.links if not is_page(link)}
    for pattern in sorted(kept - set(BY_A_FORM)):
        expression = re.compile(re.sub(r"\{\w+\}", "[^/]+", pattern))
        assert any(expression.fullmatch(path) for path in (*seen, *files)), pattern


def test_every_link_leads_somewhere(pages: dict[str, Page]) -> None:
    wrong = {path: page.status for path, page in pages.items() if page.status != 200}
    assert set(wrong) == {"/nowhere", "/desk/scan"}


def test_every_page_is_sound(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert page.faults == [], (path, page.faults[:3])
        assert page.html.startswith("<!doctype html>"), path
        assert len(page.every("h1")) == 1 and len(page.every("main")) == 1, path
        assert page.every("html")[0]["lang"] in LANGUAGES
        ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
        assert [name for name, count in ids.items() if count > 1] == [], path


def test_every_field_has_a_label_and_every_form_its_token(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        named = {label["for"] for label in page.every("label") if "for" in label}
        wrapped = page.html.count('<label class="tick">')
        fields = [
            field
            for tag in ("input", "select", "textarea")
            for field in page.every(tag)
            if field.get("type") not in ("hidden",)
        ]
        bare = [field for field in fields if field.get("id") not in named and "aria-label" not in field]
        assert len(bare) == wrapped, (path, bare)
        posts = [form for form in page.every("form") if form.get("method") == "post"]
        tokens = [field for field in page.every("input") if field.get("name") == "csrf"]
        assert len(tokens) == len(posts), path


def test_nothing_is_written_inside_a_page(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert "<style" not in page.html and "javascript:" not in page.html, path
        entry = ["/static/entry.js"] if 'id="entry-state"' in page.html else []
        blank = ["/static/blank.js"] if 'class="blanker"' in page.html else []
        scripts = ["/static/pages.js", *blank, *entry, *(["/static/camera.js"] if "data-camera" in page.html else [])]
        assert [script.get("src") for script in page.every("script")] == scripts, path
        for tag, attributes in page.elements:
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (path, tag)
        outside = re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*"', page.html)
        assert outside == [], path


def test_a_hostile_name_is_only_text(pages: dict[str, Page]) -> None:
    named = [page for page in pages.values() if "alert(" in page.text]
    assert len(named) >= 3
    for page in named:
        assert "<script>alert" not in page.html and HOSTILE in page.text


def test_no_page_shows_a_key_instead_of_a_word(pages: dict[str, Page]) -> None:
    keys = re.compile(r"\b(?:page|action|field|error|finding|doc|state|verdict|fact|clause)\.[a-z]+[\w.-]*")
    for path, page in pages.items():
        assert keys.findall(page.text) == [], path
        assert not re.search(r"\{[a-z_]+\}", page.text), path


def test_every_page_shows_where_who_and_when(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert "03/04/2026" in page.text and "(exemple)" in page.text, path
        assert ("EXEMPLE INVENTÉ" in page.text) or ("INVENTED EXAMPLE" in page.text), path
        assert len([button for _, button in page.elements if "primary" in button.get("class", "").split()]) <= 1, path


async def test_the_health_centre_sees_the_age_of_its_register_and_what_waits(clerk: Visitor) -> None:
    page = await clerk.get("/desk")
    assert "Fichier des bénéficiaires\u00a0: 14 j" in page.html
    assert "3 envois en attente" in page.text and "/envelopes" in page.links


def test_what_a_browser_loads_is_small_and_comes_from_here() -> None:
    assert (STATIC / "pages.css").stat().st_size < 20 * 1024
    assert (STATIC / "pages.js").stat().st_size < 4 * 1024
    assert (STATIC / "camera.js").stat().st_size < 6 * 1024
    for file in STATIC.iterdir():
        assert not re.search(r"(?:https?:)?//(?!www\.w3\.org)[\w-]+\.\w", file.read_text(encoding="utf-8")), file.name
