"""What the payer answers, on paper: the receipt of a batch, the decision line by line, and the payment.

The receipt promises no payment. The decision says for every line what was claimed, what is paid and why, in the
neutral sentences, which name the line and never a condition. The payment lists the claims that it settles.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.invoicing.amounts import in_words
from facility_agent.invoicing.statement import Statement
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.settlement import ClaimDecision, Decision, Receipt, Remittance
from facility_agent.words import Words

#: How a claim's line is called on paper: (claim id, line id) → label.
Labels = Mapping[tuple[str, str], str]


def receipt_pdf(receipt: Receipt, statement: Statement, language: str = "fr", *, made_on: date) -> bytes:
    """The acknowledgement that a batch arrived whole, on one page."""
    words = Words(language)
    title = words("doc.receipt.title", number=receipt.number)
    frame = _open(words, title, statement, made_on, code=receipt.envelope, foot=words("doc.envelope"))
    frame.paragraph(words("doc.receipt.arrived", day=receipt.received_on), size=10)
    amount = words.amount(receipt.due, statement.currency)
    frame.paragraph(words("doc.receipt.holds", claims=receipt.claims, amount=amount), size=10)
    frame.paragraph(words("doc.receipt.no-promise"), size=10, bold=True)
    frame.y += 4
    frame.boxes([(words("doc.box.payer"), "")], height=36)
    return frame.finish()


def decision_pdf(
    decision: Decision,
    statement: Statement,
    labels: Labels | None = None,
    language: str = "fr",
    *,
    made_on: date,
    contest_until: date | None = None,
) -> bytes:
    """The payer's answer to a batch: for every line the outcome, the amounts and all the reasons.

    `contest_until` None: the contract leaves the time for contesting open.
    """
    words = Words(language)
    frame = _open(words, words("doc.decision.title", number=statement.number), statement, made_on)
    frame.paragraph(words("doc.decision.by", by=decision.decided_by, day=decision.decided_on), size=9.5)
    items = {item.claim: item for item in statement.rows}
    columns = _columns(
        words, ("line", 52, "L"), ("outcome", 22, "L"), ("claimed", 24, "R"), ("paid", 24, "R"), ("reasons", 68, "L")
    )
    for claim in decision.claims:
        item = items.get(claim.claim)
        rows = _decided(claim, statement, labels or {}, words)
        # A claim stays together, unless it is longer than a good half of a page.
        frame.need(min(150.0, 12 + 5 * len(claim.findings) + frame.height_of(columns, rows)))
        frame.y += 2
        number = item.number if item is not None else claim.claim
        said = words("doc.decision.claim", number=number, member=item.member if item is not None else "")
        frame.paragraph(said.rstrip(" ·"), size=9, bold=True)
        for finding in claim.findings:
            frame.paragraph(sentence(finding, words), size=8, indent=3)
        frame.table(columns, rows)
    claimed = sum(line.claimed for claim in decision.claims for line in claim.lines)
    frame.need(24)
    frame.y += 2
    _total(frame, "doc.decision.claimed", claimed, statement)
    _total(frame, "doc.decision.paid", decision.amount, statement)
    _in_words(frame, decision.amount, statement.currency)
    contest = "doc.decision.contest" if contest_until is not None else "doc.decision.contest-open"
    frame.paragraph(words(contest, day=contest_until), size=8.5)
    frame.boxes([(words("doc.box.payer"), "")])
    return frame.finish()


def remittance_pdf(remittance: Remittance, statement: Statement, language: str = "fr", *, made_on: date) -> bytes:
    """The payment of a batch: reference, day, sum, and the claims that it settles."""
    words = Words(language)
    frame = _open(words, words("doc.remittance.title", number=statement.number), statement, made_on)
    frame.paragraph(words("doc.remittance.paid", reference=remittance.reference, day=remittance.paid_on), size=9.5)
    items = {item.claim: item for item in statement.rows}
    columns = _columns(
        words,
        ("position", 12, "R"),
        ("claim-number", 44, "L"),
        ("member", 44, "L"),
        ("name", 60, "L"),
        ("paid", 30, "R"),
    )
    rows = []
    for position, (claim, amount) in enumerate(remittance.items, start=1):
        item = items.get(claim)
        known = (item.number, item.member, item.name) if item is not None else (claim, "", "")
        rows.append((str(position), *known, words.amount(amount, remittance.currency, symbol=False)))
    frame.table(columns, rows)
    frame.need(24)
    _total(frame, "doc.remittance.sum", remittance.amount, statement)
    _in_words(frame, remittance.amount, remittance.currency)
    frame.y += 2
    frame.boxes([(words("doc.box.payer"), ""), (words("doc.box.facility"), "")])
    return frame.finish()


def sentence(finding: Finding, words: Words) -> str:
    """A finding's neutral sentence, led by what it does; without a sentence, its code says itself."""
    return words(
        "doc.reason",
        weight=words(f"doc.weight.{finding.weight}"),
        sentence=words(f"finding.{finding.code}", **finding.evidence),
    )


def _decided(claim: ClaimDecision, statement: Statement, labels: Labels, words: Words) -> list[tuple[str, ...]]:
    rows = []
    for line in claim.lines:
        reasons = " ".join(sentence(finding, words) for finding in line.findings)
        amounts = (words.amount(amount, statement.currency, symbol=False) for amount in (line.claimed, line.amount))
        label = labels.get((claim.claim, line.line), line.line)
        rows.append((label, words(f"doc.outcome.{line.outcome}"), *amounts, reasons))
    return rows


def _open(words: Words, title: str, statement: Statement, made_on: date, *, code: str = "", foot: str = "") -> Frame:
    """A page with its title and the batch that it answers, repeated on every page."""

    def head(frame: Frame) -> None:
        frame.say(title, MARGIN, frame.y, frame.width, 8, size=13, bold=True)
        frame.y += 9
        month = words.month(statement.month)
        for text in (
            words("doc.facility", name=statement.facility_name, code=statement.facility),
            words("doc.payer", name=statement.payer_name, code=statement.payer),
            words("doc.scheme", name=statement.scheme_name.say(words.language), code=statement.scheme),
            words("doc.answers", number=statement.number, month=month, kind=words(f"doc.kind.{statement.kind}")),
        ):
            frame.say(text, MARGIN, frame.y, frame.width, 5, size=9)
            frame.y += 5
        frame.rule(0.3)
        frame.y += 3

    # Our paper is the payer's own here, so only what was made up needs a mark.
    marks = [words("doc.mark.invented")] if statement.invented else []
    frame = Frame(words, title, made_on, marks=marks, code=code, foot=foot, head=head)
    frame.page()
    return frame


def _total(frame: Frame, key: str, amount: int, statement: Statement) -> None:
    words = frame.words
    columns = [Column("", frame.width - 40, "R"), Column("", 40, "R")]
    frame.row(columns, [words(key), words.amount(amount, statement.currency)], 6, size=9, bold=True)


def _in_words(frame: Frame, amount: int, currency: str) -> None:
    frame.y += 1.5
    frame.paragraph(frame.words("doc.in-words", words=in_words(amount, currency, frame.words.language)), size=9)


def _columns(words: Words, *named: tuple[str, float, str]) -> list[Column]:
    return [Column(words(f"doc.column.{name}"), width, align) for name, width, align in named]  # type: ignore[arg-type]
