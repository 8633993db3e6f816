"""A payer's month on paper and as CSV: batches received, decided, paid and owed, with the days that each step took."""

from __future__ import annotations

import csv
import io
from datetime import date

import msgspec

from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.documents.statement_csv import decimal_comma, harmless
from facility_agent.words import Words


class MonthRow(msgspec.Struct, frozen=True):
    """A batch as it stood on the last day of the month. Amounts are minor units; `accepted` None: not decided yet."""

    number: str
    facility: str
    care_month: str
    currency: str
    received: date
    claimed: int
    decided: date | None
    accepted: int | None
    paid: int
    paid_before: int
    last_paid: date | None
    late: bool = False

    @property
    def owed(self) -> int:
        """What is accepted and not paid."""
        return max(0, (self.accepted or 0) - self.paid_before - self.paid)

    @property
    def days_to_decide(self) -> int | None:
        """From the arrival to the decision."""
        return (self.decided - self.received).days if self.decided else None

    @property
    def days_to_pay(self) -> int | None:
        """From the decision to the last payment."""
        return (self.last_paid - self.decided).days if self.decided and self.last_paid else None


class Sums(msgspec.Struct, frozen=True):
    """What a month adds up to in one currency; `waiting` is claimed and not decided at its end."""

    currency: str
    received: int
    received_amount: int
    decided: int
    accepted: int
    paid: int
    owed: int
    waiting: int
    late: int


class PayerMonth(msgspec.Struct, frozen=True):
    """A payer's month, batch by batch."""

    payer: str
    month: str
    start: date
    end: date
    rows: tuple[MonthRow, ...]
    made_on: date
    invented: bool = False

    @property
    def sums(self) -> tuple[Sums, ...]:
        """The sums by currency; what was received, decided or paid in the month, owed or waiting at its end."""
        found = []
        for currency in sorted({row.currency for row in self.rows}):
            rows = [row for row in self.rows if row.currency == currency]
            came = [row for row in rows if row.received >= self.start]
            answered = [row for row in rows if row.decided and row.decided >= self.start]
            found.append(
                Sums(
                    currency, len(came), sum(row.claimed for row in came), len(answered),
                    sum(row.accepted or 0 for row in answered), sum(row.paid for row in rows),
                    sum(row.owed for row in rows), sum(row.claimed for row in rows if row.accepted is None),
                    sum(row.late for row in rows),
                )
            )  # fmt: skip
        return tuple(found)


COLUMNS = (
    *("number", "facility", "care-month", "received", "claimed", "decided", "accepted"),
    *("paid-before", "paid", "owed", "days-to-decide", "days-to-pay", "late"),
)
_WIDTHS = (36, 40, 21, 19, 22, 19, 22, 22, 22, 22, 16, 16, 13)
_FIGURES = frozenset({"claimed", "accepted", "paid-before", "paid", "owed", "days-to-decide", "days-to-pay"})


def payer_statement_pdf(month: PayerMonth, language: str = "fr") -> bytes:
    """The statement as PDF: sums, batches, and room to sign."""
    words = Words(language)
    title = words("doc.payer-month.title", payer=month.payer, month=words.month(month.month))

    def head(frame: Frame) -> None:
        frame.say(title, MARGIN, frame.y, frame.width, 8, size=13, bold=True)
        frame.y += 10

    marks = [words("doc.mark.invented")] if month.invented else []
    frame = Frame(words, title, month.made_on, landscape=True, head=head, foot=title, marks=marks)
    frame.page()
    frame.paragraph(words("doc.payer-month.said", end=month.end))
    for sums in month.sums:
        frame.paragraph(_said(sums, words), size=9.5, bold=True)
    if not month.rows:
        frame.paragraph(words("doc.payer-month.none"))
    scale = frame.width / sum(_WIDTHS)
    columns = [
        Column(words(f"column.payer.{name}"), width * scale, "R" if name in _FIGURES else "L")
        for name, width in zip(COLUMNS, _WIDTHS, strict=True)
    ]
    for currency in [sums.currency for sums in month.sums]:
        frame.table(columns, [_cells(row, words) for row in month.rows if row.currency == currency])
    frame.boxes([(words("doc.box.for", name=month.payer), "")])
    return frame.finish()


def _cells(row: MonthRow, words: Words) -> list[str]:
    """A batch as the texts of a row."""

    def money(amount: int | None) -> str:
        return "—" if amount is None else words.amount(amount, row.currency, symbol=False)

    def day(on: date | None) -> str:
        return words.day(on) if on else "—"

    days = ("—" if count is None else str(count) for count in (row.days_to_decide, row.days_to_pay))
    return [
        row.number, row.facility, words.month(row.care_month), day(row.received), money(row.claimed),
        day(row.decided), money(row.accepted), money(row.paid_before), money(row.paid), money(row.owed), *days,
        words("column.payer.late") if row.late else "",
    ]  # fmt: skip


def payer_statement_csv(month: PayerMonth, language: str = "fr") -> bytes:
    """One line per batch and none of sums, so that whoever reads it may sum it."""
    words = Words(language)
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([*(words(f"column.payer.{name}") for name in COLUMNS), words("doc.column.currency")])
    for row in month.rows:
        amounts = {name: getattr(row, name.replace("-", "_")) for name in COLUMNS if name in _FIGURES}
        told = {name: _plain(name, amount, row.currency) for name, amount in amounts.items()}
        told |= {"number": harmless(row.number), "facility": harmless(row.facility), "care-month": row.care_month}
        told |= {
            name: on.isoformat() if on else "" for name, on in (("received", row.received), ("decided", row.decided))
        }
        told["late"] = words("column.payer.late") if row.late else ""
        writer.writerow([*(told[name] for name in COLUMNS), row.currency])
    return target.getvalue().encode("utf-8-sig")


def _plain(name: str, amount: int | None, currency: str) -> str:
    if amount is None:
        return ""
    return str(amount) if name.startswith("days") else decimal_comma(amount, currency)


def _said(sums: Sums, words: Words) -> str:
    def money(amount: int) -> str:
        return words.amount(amount, sums.currency)

    return words(
        "doc.payer-month.sums", received=sums.received, received_amount=money(sums.received_amount),
        decided=sums.decided, accepted=money(sums.accepted), paid=money(sums.paid), owed=money(sums.owed),
        waiting=money(sums.waiting), late=sums.late,
    )  # fmt: skip
