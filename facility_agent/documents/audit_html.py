"""The report of an audit as one HTML file that needs nothing else: no script, no address; funnels are drawn inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from facility_agent.audit.peers import Traits
from facility_agent.documents.audit_outline import Audited, Part, Table, outline
from facility_agent.documents.funnel_plot import plot, svg
from facility_agent.words import Words

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem }
div { overflow-x: auto }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
th, td { border-bottom: 1px solid #ccc; padding: .35rem .6rem; text-align: left; vertical-align: top }
td:nth-child(2) { min-width: 9rem }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.said { color: #444 }
.plot { width: 100%; max-width: 40rem; height: auto; font-size: 18px }
@media print { body { margin: 0; max-width: none } tr, .plot { break-inside: avoid } }
"""


def audit_html(audits: Iterable[Audited], say: Words, traits: Mapping[str, Traits] | None = None) -> str:
    """The page, batch by batch: sums, findings by code, what to look at first, rates; then facilities side by side."""
    body = "".join(_part(part, say) for part in outline(audits, say, traits))
    title = escape(say("audit.report.title"))
    return (
        f'<!doctype html>\n<html lang="{say.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        f"</head>\n<body>\n<h1>{title}</h1>\n<p class=said>{escape(say('audit.report.neutral'))}</p>\n{body}</body>\n"
        "</html>\n"
    )


def _part(part: Part, say: Words) -> str:
    return (
        f"<section>\n<h2>{escape(part.title)}</h2>\n{''.join(_table(table, say) for table in part.tables)}</section>\n"
    )


def _table(table: Table, say: Words) -> str:
    if not table.rows:
        return ""

    def cells(tag: str, row: Iterable[str]) -> str:
        kind = ' class="n"'
        made = (
            f"<{tag}{kind if at >= table.figures_from else ''}>{escape(cell)}</{tag}>" for at, cell in enumerate(row)
        )
        return f"<tr>{''.join(made)}</tr>\n"

    title = f"<h3>{escape(table.title)}</h3>\n" if table.title else ""
    drawn = svg(plot(table.funnel), say) if table.funnel else ""
    head = f"<thead>{cells('th', table.heads)}</thead>\n" if table.heads else ""
    rows = "".join(cells("td", row) for row in table.rows)
    return f"{title}{drawn}<div><table>\n{head}<tbody>\n{rows}</tbody>\n</table></div>\n"
