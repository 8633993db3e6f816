"""The report of an audit as one HTML file that needs nothing else: no script, no picture, no address.

Sentences are the neutral ones: they name lines and claims, never an illness. People are named by their claims only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from facility_agent.audit.funnel import Unit
from facility_agent.audit.report import AuditReport
from facility_agent.vocabulary.settlement import Batch
from facility_agent.words import Words

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
th, td { border-bottom: 1px solid #ccc; padding: .35rem .6rem; text-align: left; vertical-align: top }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.said { color: #444 }
@media print { body { margin: 0; max-width: none } tr { break-inside: avoid } }
"""

Audited = tuple[Batch, AuditReport, Mapping[str, tuple[Unit, ...]]]


def audit_html(audits: Iterable[Audited], say: Words) -> str:
    """The page, batch by batch: sums, findings by code, what to look at first, and rates per facility."""
    body = "".join(_batch(batch, report, rates, say) for batch, report, rates in audits)
    title = escape(say("audit.report.title"))
    return (
        f'<!doctype html>\n<html lang="{say.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        f"</head>\n<body>\n<h1>{title}</h1>\n<p class=said>{escape(say('audit.report.neutral'))}</p>\n{body}</body>\n"
        "</html>\n"
    )


def _batch(batch: Batch, report: AuditReport, rates: Mapping[str, tuple[Unit, ...]], say: Words) -> str:
    def money(amount: int) -> str:
        return say.amount(amount, report.currency, symbol=False)

    sums = [
        [say(f"audit.report.{name}"), money(amount)]
        for name, amount in (
            ("claimed", report.claimed),
            ("accepted", report.accepted),
            ("cut", report.cut),
            ("pending", report.pending),
        )
    ]
    counts = [
        [say("audit.report.claims"), str(report.claims)],
        [say("audit.report.without-person"), str(report.without_person)],
        [say("audit.report.unchecked"), str(report.with_unchecked)],
    ]
    codes = [
        [say(f"page.finding.{total.code}") if say.has(f"page.finding.{total.code}") else total.code,
         say(f"weight.{total.weight}"), str(total.claims), money(total.cut), money(total.at_risk)]
        for total in report.codes
    ]  # fmt: skip
    looked = [
        [entry.number, " ".join(say.finding(finding, currency=report.currency) for finding in entry.findings),
         money(entry.claimed), money(entry.proposed), money(entry.at_risk)]
        for entry in report.look_at
    ]  # fmt: skip
    rows = [
        [say(f"page.finding.{code}"), unit.name, str(unit.observed), str(unit.of)]
        for code, units in rates.items()
        for unit in units
    ]
    head = f"{batch.number} · {batch.facility} · {say.month(batch.month)} · {report.currency}"
    return (
        f"<section>\n<h2>{escape(head)}</h2>\n"
        + _table([], sums, 1)
        + _table([], counts, 1)
        + _table(_heads(say, "finding", "weight", "claims", "cut", "at-risk"), codes, 2)
        + f"<h3>{escape(say('audit.report.look-at'))}</h3>\n"
        + _table(_heads(say, "claim", "why", "claimed", "proposed", "at-risk"), looked, 2)
        + f"<h3>{escape(say('audit.report.rates'))}</h3>\n"
        + _table(_heads(say, "finding", "facility", "seen", "among"), rows, 2)
        + "</section>\n"
    )


def _heads(say: Words, *names: str) -> list[str]:
    return [say(f"audit.report.{name}") for name in names]


def _table(heads: list[str], rows: list[list[str]], figures_from: int) -> str:
    """A table; columns from a number on hold figures."""

    def cells(tag: str, row: list[str]) -> str:
        kind = ' class="n"'
        made = (f"<{tag}{kind if at >= figures_from else ''}>{escape(cell)}</{tag}>" for at, cell in enumerate(row))
        return f"<tr>{''.join(made)}</tr>\n"

    head = f"<thead>{cells('th', heads)}</thead>\n" if heads else ""
    return f"<table>\n{head}<tbody>\n{''.join(cells('td', row) for row in rows)}</tbody>\n</table>\n" if rows else ""
