"""The documents as tests read them: their texts, headings, links, pictures and fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

#: Every document of the project; what others wrote stands unmodified under `vendor`.
DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


class Link(NamedTuple):
    """A link or a picture: what it says and where it leads."""

    picture: bool
    text: str
    target: str


def text_of(name: str) -> str:
    """The text of a document, named from the top of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return [body for kind, body in _FENCE.findall(text) if kind == language]


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", text)


def links(text: str) -> list[Link]:
    """Links and pictures outside fenced blocks."""
    return [Link(bool(mark), said, target) for mark, said, target in _LINK.findall(prose(text))]


def headings(text: str) -> list[tuple[int, str]]:
    """Level and text of every heading."""
    return [(len(marks), said.strip()) for marks, said in re.findall(r"^(#+) (.+)$", prose(text), re.MULTILINE)]


def anchors(text: str) -> set[str]:
    """What a link may name after `#`: the headings in small letters, spaces as hyphens, other signs left out."""
    return {re.sub(r"[^\w\- ]", "", said.lower()).replace(" ", "-") for _, said in headings(text)}


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of the same or a higher level."""
    found = re.search(rf"^(#+) {re.escape(title)}\n", text, re.MULTILINE)
    assert found is not None, f"no heading {title!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> Iterator[list[str]]:
    """The rows of all tables of a text, without heads."""
    lines = text.splitlines()
    for place, line in enumerate(lines):
        head = place + 1 < len(lines) and lines[place + 1].startswith(("| ---", "|---", "|:"))
        if line.startswith("|") and not line.startswith(("| ---", "|---", "|:")) and not head:
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def command_lines(text: str) -> list[str]:
    """The lines of shell blocks that call the program."""
    return [line for block in blocks(text, "sh") for line in block.splitlines() if line.startswith("facility-agent ")]
