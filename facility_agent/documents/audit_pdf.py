"""The report of an audit on paper: the same parts as the page, page numbers on every sheet, funnels drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from facility_agent.audit.funnel import Funnel
from facility_agent.audit.peers import Traits
from facility_agent.documents.audit_outline import Audited, Table, outline
from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.documents.funnel_plot import FOOT, HEIGHT, LEFT, WIDTH, plot
from facility_agent.words import Words

#: Widths of a table's columns by their number, as parts of the page.
_WIDTHS = {2: (3, 1), 4: (4, 3, 1, 1), 5: (24, 60, 15, 15, 15)}
#: Millimetres across the page that a funnel takes.
_PLOT = 130.0


def audit_pdf(
    audits: Iterable[Audited], say: Words, made_on: date, traits: Mapping[str, Traits] | None = None
) -> bytes:
    """The report as PDF, in the language of `say`."""
    known = tuple(audits)
    title = say("audit.report.title")
    marks = [say("doc.mark.invented")] if any(batch.invented for batch, _, _ in known) else []
    frame = Frame(say, title, made_on, marks=marks, foot=title)
    frame.page()
    frame.say(title, MARGIN, frame.y, frame.width, 9, size=14, bold=True)
    frame.y += 10
    frame.paragraph(say("audit.report.neutral"))
    for part in outline(known, say, traits):
        frame.heading(part.title)
        for table in part.tables:
            if table.rows:
                _table(frame, table)
    return frame.finish()


def _table(frame: Frame, table: Table) -> None:
    if table.title:
        frame.heading(table.title)
    if table.funnel is not None:
        _draw(frame, table.funnel)
    parts = _WIDTHS[len(table.rows[0])]
    heads = table.heads or ("",) * len(parts)
    columns = [
        Column(head, frame.width * part / sum(parts), "R" if at >= table.figures_from else "L")
        for at, (head, part) in enumerate(zip(heads, parts, strict=True))
    ]
    if table.heads:
        frame.table(columns, table.rows)
        return
    for row in table.rows:
        frame.need(5)
        frame.row(columns, row, 5)
    frame.y += 3


def _draw(frame: Frame, funnel: Funnel) -> None:
    """The funnel in ink: inner limits dashed, outer ones full; who stands out is filled."""
    scale, pdf, picture = _PLOT / WIDTH, frame.pdf, plot(funnel)
    frame.need(HEIGHT * scale + 4)
    top = frame.y

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return MARGIN + point[0] * scale, top + point[1] * scale

    base, right = HEIGHT - FOOT, WIDTH - 8
    pdf.set_line_width(0.2)
    for start, end in (((LEFT, 8), (LEFT, base)), ((LEFT, base), (right, base))):
        pdf.line(*at(start), *at(end))
    pdf.set_dash_pattern(dash=0.6, gap=0.8)
    pdf.line(*at((LEFT, picture.one)), *at((right, picture.one)))
    for name, points in picture.curves:
        pdf.set_dash_pattern(**({"dash": 1.6, "gap": 1.0} if name == "inner" else {}))
        pdf.polyline([at(point) for point in points])
    pdf.set_dash_pattern()
    pdf.set_fill_color(0)
    for dot in picture.dots:
        x, y = at((dot.x, dot.y))
        pdf.circle(x, y, 0.9, style="DF" if dot.tone else "D")
    for text, height in (("3", 8), ("1", picture.one), ("0", base)):
        frame.say(text, MARGIN, at((0, height))[1] - 2, LEFT * scale, 4, size=7)
    frame.say(frame.words("page.outliers.axis"), MARGIN + LEFT * scale, at((0, base))[1] + 0.5, 60, 4, size=7)
    frame.y += HEIGHT * scale + 2
