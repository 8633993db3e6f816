"""Every link inside the project leads somewhere, and every picture is there."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, DOCUMENTS, anchors, links, name_of

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)

#: The pictures of the scenes, and the widths at which they are taken; they are made by the tests of the screens.
SCENES = (
    *("desk", "desk-green", "desk-amber", "desk-red", "visit", "visit-page", "till", "report"),
    *("month", "batch", "audit", "audit-claim", "sign-in", "agreement-draft", "agreement-sign", "agreement"),
    "endorsements",
)
PICTURES = {f"{scene}-{width}.png" for scene, width in product(SCENES, (1366, 360))}
SCREENSHOTS = DOCS / "screenshots"


@every_document
def test_a_relative_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    lost = []
    for link in links(document.read_text(encoding="utf-8")):
        if "://" in link.target:
            continue
        path, _, anchor = link.target.partition("#")
        target = (document.parent / path).resolve() if path else document
        if target.parent == SCREENSHOTS:
            lost += [] if target.name in PICTURES else [link.target]
        elif not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            lost.append(link.target)
    assert lost == []


@every_document
def test_a_picture_says_what_it_shows(document: Path) -> None:
    assert [link.target for link in links(document.read_text(encoding="utf-8")) if link.picture and not link.text] == []
