"""The statement on paper: the page that the facility signs and the payer stamps, with totals carried forward.

One claim a line, the heading on every page, the sum in figures and in words on the last, and the seal of the batch
as a code and in clear: a sheet that was exchanged does not carry the same one.
"""

from __future__ import annotations

from datetime import date

from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.documents.statement_detail import table
from facility_agent.invoicing.amounts import currency_name, in_words
from facility_agent.invoicing.batch import Totals
from facility_agent.invoicing.statement import Statement, paginate
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.settlement import BatchItem
from facility_agent.words import Words

ROW = 5.5
_FAMILIES_ABREAST = 4
#: Widths in millimetres; together they fill a landscape page.
_COLUMNS = (
    ("position", 9, "R", 1),
    ("day", 17.5, "L", 1),
    ("register-number", 19, "L", 2),
    ("claim-number", 27, "L", 2),
    ("member", 29, "L", 2),
    ("name", 60.5, "L", 2),
    ("submitted", 23, "R", 1),
    ("member-pays", 23, "R", 1),
    ("other-payers", 23, "R", 1),
    ("facility-bears", 23, "R", 1),
    ("due", 23, "R", 1),
)


def statement_pdf(statement: Statement, seal_hash: str, language: str = "fr", *, made_on: date) -> bytes:
    """The statement as PDF. An empty `seal_hash` means that nothing is sealed yet, and every page says so."""
    words = Words(language)
    frame = Frame(
        words,
        _title(statement, words),
        made_on,
        landscape=True,
        marks=marks_of(statement, words, sealed=bool(seal_hash)),
        foot=words("doc.seal") if seal_hash else words("doc.unsealed"),
        code=seal_hash,
        head=lambda page: _head(page, statement),
        archive=True,
    )
    columns = [
        Column(words(f"doc.column.{name}"), width, align, lines)  # type: ignore[arg-type]
        for name, width, align, lines in _COLUMNS
    ]
    frame.page()
    room = frame.bottom - frame.y - 8
    rows_of_families = -(-len(statement.families) // _FAMILIES_ABREAST)
    foot = 50 + (7 + 4.5 * rows_of_families if rows_of_families else 0) + (6 if statement.one_person else 0)
    full = int(room / ROW) - 2
    pages = paginate(statement.rows, full, max(1, min(full, int((room - foot) / ROW) - 2)))
    for page in pages:
        if page.first:
            frame.page()
        frame.labels(columns)
        if page.brought is not None:
            _sum(frame, columns, "doc.brought", page.brought, statement)
        for position, item in enumerate(page.rows, start=page.first + 1):
            frame.row(columns, _texts(position, item, statement, words), ROW)
        if page.carried is not None:
            _sum(frame, columns, "doc.carried", page.carried, statement)
    _sum(frame, columns, "doc.total", statement.totals, statement)
    frame.need(foot - 4)
    _families(frame, statement)
    _arrest(frame, statement)
    frame.boxes([(words(f"doc.box.{signer}"), "") for signer in statement.signers])
    if statement.one_person:
        frame.paragraph(words("doc.one-person"), size=7.5)
    if statement.detail is not None:
        table(frame, statement, statement.detail)
    if seal_hash:
        # Whoever gets the paper's file can read its rows by machine; the sealed letter stays what counts.
        frame.attach(f"bordereau-{statement.number}.json", canonical(statement), "application/json", made_on)
    return frame.finish()


def marks_of(statement: Statement, words: Words, *, sealed: bool = True) -> tuple[str, ...]:
    """The sentences that every page of a paper on this batch shows."""
    marks = [words(f"doc.mark.{code}") for code in statement.marks]
    return tuple(marks) if sealed else (*marks, words("doc.mark.preview"))


def _title(statement: Statement, words: Words) -> str:
    return words("doc.statement.title", number=statement.number)


def _head(frame: Frame, statement: Statement) -> None:
    words = frame.words
    left_width = frame.width * 0.56
    frame.say(_title(statement, words), MARGIN, frame.y, frame.width - 70, 7, size=13, bold=True)
    kind = words(f"doc.kind.{statement.kind}")
    frame.say(kind, MARGIN + frame.width - 70, frame.y, 70, 7, size=10, bold=True, align="R")
    frame.y += 7.5
    fields = (
        (
            words("doc.facility", name=statement.facility_name, code=statement.facility),
            words("doc.payer", name=statement.payer_name, code=statement.payer),
        ),
        (
            words("doc.scheme", name=statement.scheme_name.say(words.language), code=statement.scheme),
            words("doc.month", month=words.month(statement.month), day=statement.closed_on, claims=len(statement.rows)),
        ),
        (
            words("doc.under", title=statement.arrangement.say(words.language), start=statement.arrangement_start),
            words("doc.agreement", id=statement.agreement) if statement.agreement else words("doc.no-agreement"),
        ),
    )
    for row, (left, right) in enumerate(fields):
        frame.say(left, MARGIN, frame.y, left_width - 2, 4.6, bold=row == 0)
        frame.say(right, MARGIN + left_width, frame.y, frame.width - left_width, 4.6, bold=row == 0)
        frame.y += 4.8
    currency = words("doc.amounts-in", currency=currency_name(statement.currency, words.language))
    ours = words("doc.form.ours") if statement.detail is None else ""
    frame.say(f"{currency}. {ours}".rstrip(". "), MARGIN, frame.y, frame.width, 4, size=7)
    frame.y += 4.5


def _texts(position: int, item: BatchItem, statement: Statement, words: Words) -> list[str]:
    amounts = (item.submitted, item.member_pays, item.other_payers, item.facility_bears, item.due)
    return [
        str(position),
        words.day(item.day),
        item.register_number,
        item.number,
        item.member,
        item.name,
        *(words.amount(amount, statement.currency, symbol=False) for amount in amounts),
    ]


def _sum(frame: Frame, columns: list[Column], key: str, sums: Totals, statement: Statement) -> None:
    """A row of sums: brought, carried or in all."""
    label = Column("", sum(column.width for column in columns[:6]), "R")
    amounts = (sums.submitted, sums.member_pays, sums.other_payers, sums.facility_bears, sums.due)
    texts = [frame.words.amount(amount, statement.currency, symbol=False) for amount in amounts]
    frame.row([label, *columns[6:]], [frame.words(key), *texts], ROW, bold=True)


def _families(frame: Frame, statement: Statement) -> None:
    """What is due by family of care, a few beside each other."""
    if not statement.families:
        return
    words, width = frame.words, frame.width / _FAMILIES_ABREAST
    frame.y += 1.5
    frame.say(words("doc.families"), MARGIN, frame.y, frame.width, 4.5, size=8, bold=True)
    frame.y += 4.5
    for position, family in enumerate(statement.families):
        x = MARGIN + position % _FAMILIES_ABREAST * width
        y = frame.y + position // _FAMILIES_ABREAST * 4.5
        name = family.name.say(words.language) or words("doc.family.none")
        amount = words.amount(family.due, statement.currency, symbol=False)
        frame.say(name, x, y, width - 26, 4.5, size=7.5)
        frame.say(amount, x + width - 26, y, 22, 4.5, size=7.5, align="R")
    frame.y += -(-len(statement.families) // _FAMILIES_ABREAST) * 4.5


def _arrest(frame: Frame, statement: Statement) -> None:
    """The sum that is asked for, in words and in figures."""
    words = frame.words
    frame.y += 2
    sentence = words(
        "doc.statement.sum",
        words=in_words(statement.totals.due, statement.currency, words.language),
        figures=words.amount(statement.totals.due, statement.currency),
    )
    frame.say(sentence, MARGIN, frame.y, frame.width, 9, size=9.5, bold=True, lines=2)
    frame.y += 10.5
