"""Everything that a person can reach: from the first page, by links alone."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.web.visitor import Page, Visitor

#: Links that are not pages: files to keep, the other language, pictures.
_NOT_PAGES = ("/language/", "/static/", "/envelopes/", "/phone/")


def is_page(link: str) -> bool:
    """Whether a link leads to a page to be read."""
    paper = link.startswith("/agreements/") and {"print", "adhesion", "annex", "scans"} & set(
        urlsplit(link).path.split("/")
    )
    return not link.startswith(_NOT_PAGES) and not {"files", "scans"} & set(link.split("/")) and not paper


async def crawl(visitor: Visitor, *starts: str, most: int = 160) -> dict[str, Page]:
    """The pages by path and query, breadth first; one day of each list stands for all days."""
    found: dict[str, Page] = {}
    waiting = ["/", *starts]
    while waiting and len(found) < most:
        path = waiting.pop(0)
        if path in found or (sum("?day=" in known for known in found) > 3 and "?day=" in path):
            continue
        page = await visitor.get(path)
        if page.kind != "text/html":
            assert page.status == 200, path
            continue
        found[path] = page
        links = sorted(page.links | {link["href"] for link in page.every("a") if link["href"].startswith("?")})
        waiting += [link.split("#")[0] for link in links if is_page(link)]
    return found


def route(path: str) -> str:
    """The path of a page without its query."""
    return urlsplit(path).path
