"""The guide for reception on paper: four A4 pages made from its text and its pictures.

`python -m tests.screens.guide` prints both languages anew, to `docs/guides/<language>/reception.pdf`.
"""

from __future__ import annotations

import asyncio
import base64
import re
from html import escape
from pathlib import Path
from typing import Final

from playwright.async_api import Browser

from tests.services.browser import running_browser

GUIDES: Final = Path(__file__).parents[2] / "docs" / "guides"
#: The parts with which a new page begins: reading the answer, those without a card, mending.
NEW_PAGE: Final = (3, 4, 7)

STYLE: Final = """
@page { size: A4; margin: 15mm 17mm 16mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
body { font: 10.2pt/1.42 system-ui, "DejaVu Sans", sans-serif; color: #000; margin: 0; }
h1 { font-size: 20pt; margin: 0 0 4mm; }
h2 { font-size: 14pt; margin: 5mm 0 2mm; } h2.new { break-before: page; margin-top: 0; }
p, ul, table { margin: 0 0 2.5mm; } ul { padding-left: 5mm; } li { margin-bottom: 1mm; }
img { display: block; max-width: 100%; max-height: 46mm; margin: 0 auto 2.5mm; border: .3mm solid #999; }
table { border-collapse: collapse; } td { border: .2mm solid #999; padding: 1mm 3mm; } code { font: 9.5pt monospace; }
"""


def page_of(markdown: str, folder: Path, language: str) -> str:
    """The guide as one page of HTML with its pictures inside; it knows what the guides use, and no more."""
    body, part = [], 0
    for block in re.split(r"\n\s*\n", markdown.strip()):
        if block.startswith("# "):
            body.append(f"<h1>{_line(block[2:])}</h1>")
        elif block.startswith("## "):
            part += 1
            body.append(f"<h2{' class=new' if part in NEW_PAGE else ''}>{_line(block[3:])}</h2>")
        elif picture := re.fullmatch(r"!\[(.+?)\]\((.+?)\)", block):
            data = base64.b64encode((folder / picture[2]).read_bytes()).decode()
            body.append(f'<img alt="{escape(picture[1])}" src="data:image/png;base64,{data}">')
        elif block.startswith("|"):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
            shown = [cells for cells in rows if any(cells) and not set("".join(cells)) <= set("-: ")]
            body.append("<table>" + "".join(
                "<tr>" + "".join(f"<td>{_line(cell)}</td>" for cell in cells) + "</tr>" for cells in shown
            ) + "</table>")  # fmt: skip
        elif block.startswith("- "):
            items = re.split(r"\n(?=- )", block)
            body.append("<ul>" + "".join(f"<li>{_line(item[2:])}</li>" for item in items) + "</ul>")
        else:
            body.append(f"<p>{_line(block)}</p>")
    head = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>facility-agent</title>'
    return f"{head}<style>{STYLE}</style>{''.join(body)}"


def _line(text: str) -> str:
    """Bold, slanted and code."""
    text = escape(" ".join(text.split("\n")), quote=False)
    for mark, tag in ((r"\*\*(.+?)\*\*", "strong"), (r"\*(.+?)\*", "em"), (r"`(.+?)`", "code")):
        text = re.sub(mark, rf"<{tag}>\1</{tag}>", text)
    return text


async def printed(browser: Browser, language: str) -> bytes:
    """The guide of a language as a PDF."""
    folder = GUIDES / language
    text = (folder / "reception.md").read_text(encoding="utf-8")
    page = await browser.new_page()
    await page.set_content(page_of(text, folder, language))
    made = await page.pdf(prefer_css_page_size=True, print_background=True)
    await page.close()
    return made


async def main() -> None:
    async with running_browser() as browser:
        for language in ("fr", "en"):
            (GUIDES / language / "reception.pdf").write_bytes(await printed(browser, language))


if __name__ == "__main__":
    asyncio.run(main())
