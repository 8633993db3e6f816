"""Whatever is sent to an address or in a form is answered with a page or a sentence: nothing breaks the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import pytest

from tests.web.conftest import Visit
from tests.web.crawl import crawl
from tests.web.visitor import Page, Visitor
from tests.web.world import World

#: What a slip of the finger, another program or somebody who tries may send in the place of a value.
NONSENSE: Final = (
    "", "-1", "99999999999999999999", "1e9", "NaN", "é" * 300, "\x00", "'\"><script>", "31/02/2026", "9999-12-31",
    "../../etc/passwd", "١٢", "𝟙", "=1+1", "a\nb", "0198d000-0000-7000-8000-000000000000", "csps", "[]",
)  # fmt: skip
_LEAVES: Final = ("/sign-out", "/sign-in", "/language/")


class Form(dict[str, str]):
    """The fields of a form with what stands in them, and where it is sent."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


def forms_of(path: str, page: Page) -> Iterator[Form]:
    """The forms of a page that change something."""
    form: Form | None = None
    for tag, attributes in page.elements:
        if tag == "form":
            form = Form(attributes.get("action") or path) if attributes.get("method") == "post" else None
            if form is not None:
                yield form
        elif form is not None and tag in ("input", "select", "textarea", "button") and attributes.get("name"):
            form[attributes["name"]] = attributes.get("value", "")


async def status(visitor: Visitor, method: str, path: str, fields: dict[str, str]) -> int:
    """How it is answered."""
    sent = {"params": fields} if method == "GET" else {"data": {**fields, "csrf": visitor.csrf}}
    async with visitor.client.request(method, path, allow_redirects=False, **sent) as answer:
        await answer.read()
        return answer.status


async def tried(visitor: Visitor) -> list[str]:
    """Nonsense in every address and in every field of every form that somebody can reach: what broke the program."""
    pages = await crawl(visitor)
    known = re.findall(r"/([0-9a-f]{8}-[0-9a-f-]{27})", " ".join(page.html for page in pages.values())) or ["x"]
    forms = {(form.action, *form): form for path, page in pages.items() for form in list(forms_of(path, page))}
    names = sorted({name for form in forms.values() for name in form if name != "csrf"})
    asked: list[tuple[str, str, dict[str, str]]] = []
    for place, (method, route) in enumerate(sorted(routes(visitor))):
        for turn in (0, 7, 11):
            value = NONSENSE[(place + turn) % len(NONSENSE)]
            named = known[place % len(known)] if turn == 7 else value or "x"
            path = re.sub(r"\{[^}]+\}", quote(named, safe=""), route)
            asked.append((method, path, {name: value for name in names[place % 5 :: 5]}))
    for place, form in enumerate(forms.values()):
        for turn, name in enumerate(sorted(form)):
            value = NONSENSE[(place + turn) % len(NONSENSE)]
            without = {key: kept for key, kept in form.items() if key != name}
            asked += [("POST", form.action, {**form, name: value}), ("POST", form.action, without)]
    assert len(forms) > 3 and len(asked) > 100
    return [f"{method} {path} {fields}" for method, path, fields in asked
            if await status(visitor, method, path, fields) >= 500]  # fmt: skip


@pytest.mark.parametrize(("side", "login"), [("facility", "responsable"), ("mutual", "medecin")])
async def test_nothing_that_is_sent_breaks_the_program(side: str, login: str, world: World, visit: Visit) -> None:
    assert await tried(await visit(getattr(world, side), login)) == []


def routes(visitor: Visitor) -> set[tuple[str, str]]:
    """Every method and address that is served, but for the door itself and files."""
    assert visitor.client.app is not None
    return {
        (route.method, route.resource.canonical)
        for route in visitor.client.app.router.routes()
        if route.resource is not None and route.method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if not route.resource.canonical.startswith((*_LEAVES, "/static", "/vendor"))
    }
