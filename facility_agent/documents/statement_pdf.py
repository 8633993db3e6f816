"""The statement on paper: the page that the facility signs and the payer stamps, with totals carried forward.

One claim a line, the heading on every page, the sum in figures and in words on the last, and the seal of the batch
as a code and in clear: a sheet that was exchanged does not carry the same one.
"""

from __future__ import annotations

from datetime import date

from facility_agent.documents.frame import MARGIN, Column, Frame, grouped
from facility_agent.documents.head_count_pdf import persons_of, table_of_heads
from facility_agent.documents.layouts import AMOUNTS
from facility_agent.documents.statement_detail import table
from facility_agent.invoicing.amounts import currency_name, in_words
from facility_agent.invoicing.batch import Totals
from facility_agent.invoicing.capitation import HeadCount
from facility_agent.invoicing.statement import Detail, Statement, paginate
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.settlement import BatchItem
from facility_agent.words import Words

ROW = 5.5
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
    frame.page()
    if statement.count is not None:
        _heads(frame, statement, statement.count)
    else:
        _claims(frame, statement)
    _arrest(frame, statement)
    frame.boxes([(words(f"doc.box.{signer}"), "") for signer in statement.signers])
    if statement.one_person:
        frame.paragraph(words("doc.one-person"), size=7.5)
    if statement.count is not None:
        persons_of(frame, statement.count, statement.scheme_name.say(words.language))
    if statement.detail is not None:
        table(frame, statement, statement.detail)
    if seal_hash:
        # Whoever gets the paper's file can read its rows by machine; the sealed letter stays what counts.
        frame.attach(f"bordereau-{statement.number}.json", canonical(statement), "application/json", made_on)
    return frame.finish()


def _heads(frame: Frame, statement: Statement, count: HeadCount) -> None:
    """What is due for listed persons, and from which register they were counted; their numbers come after the sum."""
    words = frame.words
    said = words("doc.count.register", sequence=count.sequence, day=count.as_of)
    frame.paragraph(f"{words('doc.count.title', day=count.counted_on)}. {said}")
    table_of_heads(frame, count, statement.currency, statement.scheme_name.say(words.language))
    frame.paragraph(f"{words('doc.count.print')} {grouped(count.fingerprint)}")
    frame.need(46)


def _claims(frame: Frame, statement: Statement) -> None:
    """One claim a line, page by page, with what each page brings and carries."""
    words = frame.words
    columns = [
        Column(words(f"doc.column.{name}"), width, align, lines)  # type: ignore[arg-type]
        for name, width, align, lines in _COLUMNS
    ]
    if statement.detail is not None and statement.detail.cover:
        frame.paragraph(cover_of(statement, statement.detail, words), bold=True)
    room = frame.bottom - frame.y - 8
    foot = 50 + (6 if statement.one_person else 0)
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
            month_of(statement, words),
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


def cover_of(statement: Statement, detail: Detail, words: Words) -> str:
    """What the cover of the payer's form counts, on one line."""
    return " · ".join(
        words(f"doc.cover.{name}", value=_counted(name, value, statement, words)) for name, value in detail.cover
    )


def _counted(name: str, value: int | str, statement: Statement, words: Words) -> str:
    if isinstance(value, str):
        return value
    return words.amount(value, statement.currency) if name in AMOUNTS else words.number(value)


def month_of(statement: Statement, words: Words) -> str:
    """The month, the day of closing, and how many claims or persons are billed."""
    if statement.count is None:
        claims = len(statement.rows)
        return words("doc.month", month=words.month(statement.month), day=statement.closed_on, claims=claims)
    heads = words.number(sum(due.heads for due in statement.count.dues))
    return words("doc.month-heads", month=words.month(statement.month), day=statement.closed_on, heads=heads)


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
