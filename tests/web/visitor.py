"""A person at a browser without scripts: follows links, fills in forms, reads what stands on the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from aiohttp.test_utils import TestClient

from facility_agent.demo.sites import PASSWORD


class Page(HTMLParser):
    """What tests ask of a page: its elements with their attributes, its text, its faults as HTML."""

    VOID = frozenset({"input", "meta", "link", "br", "img", "path", "circle", "rect", "hr"})

    def __init__(self, status: int, url: str, html: str, kind: str = "text/html") -> None:
        super().__init__()
        self.status, self.url, self.html, self.kind = status, url, html, kind
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.unclosed: list[str] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.faults += [f"<{tag}> is not closed" for tag in self.unclosed]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def every(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such element."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def links(self) -> set[str]:
        return {link["href"] for link in self.every("a") if link.get("href", "").startswith("/")}

    def value(self, name: str) -> str:
        """What stands in a field."""
        return next(field.get("value", "") for field in self.every("input") if field.get("name") == name)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.unclosed and self.unclosed[-1] == tag:
            self.unclosed.pop()
        else:
            self.faults.append(f"</{tag}> closes nothing at line {self.getpos()[0]}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class Visitor:
    """Somebody with a browser."""

    def __init__(self, client: TestClient[Any, Any], language: str = "fr") -> None:
        self.client = client
        self.language = language

    async def get(self, path: str, **options: Any) -> Page:
        """A page, redirects followed."""
        headers = {"Accept-Language": self.language, **options.pop("headers", {})}
        async with self.client.get(path, headers=headers, **options) as response:
            # A file is read too, as well as it can be: whoever follows links sees by its kind that it is no page.
            said = await response.text(errors="replace")
            return Page(response.status, str(response.url.relative()), said, response.content_type)

    async def post(self, path: str, /, token: bool = True, **fields: Any) -> Page:
        """A form sent with the token of the last sign-in, redirects followed."""
        data = {**({"csrf": self.csrf} if token else {}), **fields}
        async with self.client.post(path, data=data, headers={"Accept-Language": self.language}) as response:
            return Page(response.status, str(response.url.relative()), await response.text())

    async def sign_in(self, login: str, password: str = PASSWORD) -> Page:
        """Through the door; remembers the token that forms must bring."""
        page = await self.post("/sign-in", token=False, login=login, password=password)
        tokens = [field["value"] for field in page.every("input") if field.get("name") == "csrf"]
        self.csrf = tokens[0] if tokens else ""
        return page
