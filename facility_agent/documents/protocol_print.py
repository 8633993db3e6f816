"""A protocol's sheet on paper: one A4 page as PDF, or one HTML file that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Final

from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.documents.protocol_sheet import RuleWords, Sheet, labelled
from facility_agent.words import Words

_STYLE: Final = """
@page { size: A4; margin: 10mm }
body { font: 15px/1.4 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; color: #111 }
section { break-after: page }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } h2 { font-size: 1.05rem; margin: 1rem 0 .25rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #999; padding: .3rem .4rem }
dl { display: grid; grid-template-columns: 10rem 1fr; gap: .2rem .8rem; margin: .5rem 0 }
dt { font-weight: 600 } dd { margin: 0 } .small { font-size: .85em; color: #333 } ul { margin: .25rem 0 }
.signs { border: 2px solid #111; padding: .4rem .8rem }
@media (max-width: 40rem) { dl { display: block } dt { margin-top: .4rem } }
"""


def protocol_html(sheets: Sequence[Sheet], words: Words) -> str:
    """The sheets as one HTML page; every text is escaped."""
    title = sheets[0].title if len(sheets) == 1 else sheets[0].set_name
    body = "\n".join(_section(sheet, words) for sheet in sheets)
    return (
        f'<!doctype html>\n<html lang="{words.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def _section(sheet: Sheet, words: Words) -> str:
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in sheet.facts)
    signs = "".join(f"<li>{escape(sign)}</li>" for sign in sheet.signs)
    danger = f'<div class="signs"><h2>{escape(words("protocol.signs"))}</h2><ul>{signs}</ul></div>' if signs else ""
    heads = "".join(f"<th>{escape(words(f'protocol.column.{key}'))}</th>" for key in ("rule", "says", "source"))
    rows = "".join(_row(rule) for rule in sheet.rules)
    source = " · ".join(part for part in (sheet.source, sheet.note) if part)
    return (
        f'<section id="{escape(sheet.code)}"><h1>{escape(sheet.title)}</h1>'
        f'<p class="small">{escape(sheet.set_name)}</p><dl>{facts}</dl>{danger}'
        f"<h2>{escape(words('protocol.rules'))}</h2><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f'<p class="small">{escape(source)}</p></section>'
    )


def _row(rule: RuleWords) -> str:
    about = "".join(f'<br><span class="small">{escape(text)}</span>' for text in (*rule.details, rule.why) if text)
    origin = " · ".join(part for part in (rule.source, rule.note) if part)
    return (
        f"<tr><td><strong>{escape(rule.name)}</strong>{about}</td>"
        f'<td>{escape(rule.clinical)}<br><span class="small">{escape(rule.neutral)}</span></td>'
        f'<td>{escape(rule.weight)} · {escape(rule.evidence)}<br><span class="small">{escape(origin)}</span></td></tr>'
    )


def protocol_pdf(sheets: Sequence[Sheet], words: Words, made_on: date) -> bytes:
    """The sheets as PDF, each on a page of its own."""
    title = sheets[0].title if len(sheets) == 1 else sheets[0].set_name
    frame = Frame(words, title, made_on, foot=sheets[0].set_name)
    for sheet in sheets:
        frame.page()
        _print(frame, sheet, words)
    return frame.finish()


def _print(frame: Frame, sheet: Sheet, words: Words) -> None:
    frame.say(sheet.title, MARGIN, frame.y, frame.width, 9, size=15, bold=True)
    frame.y += 9
    for label, text in sheet.facts:
        frame.paragraph(labelled(words, label, text), size=8)
    if sheet.signs:
        frame.heading(words("protocol.signs"))
        for sign in sheet.signs:
            frame.paragraph(f"• {sign}", size=8.5, indent=3)
    frame.heading(words("protocol.rules"))
    columns = [
        Column(words("protocol.column.rule"), 70, lines=9),
        Column(words("protocol.column.says"), 62, lines=9),
        Column(words("protocol.column.source"), frame.width - 132, lines=9),
    ]
    rows = [
        (
            " · ".join((rule.name, *rule.details)),
            f"{rule.clinical} — {rule.neutral}",
            " · ".join(part for part in (rule.weight, rule.evidence, _short(rule.source)) if part),
        )
        for rule in sheet.rules
    ]
    frame.table(columns, rows)
    for text in (sheet.source, sheet.note):
        if text:
            frame.paragraph(text, size=7)


def _short(source: str) -> str:
    """An address by its host and last part; the whole one stands in the data and on the HTML sheet."""
    if not source.startswith("http"):
        return source
    host = source.split("/")[2]
    return f"{host} …{source.rstrip('/').split('/')[-1][-28:]}" if len(source) > 60 else source
