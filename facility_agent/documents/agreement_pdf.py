"""The agreement on paper, for signature: the parties, every clause in words, the annex, and room to sign.

Open clauses are printed as such. While a money clause is open the paper is a draft that nobody may sign, and every
page says so. The hash at the foot names the terms that both sides sign, by key or by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from facility_agent.arrangements.agreement import Agreement, Party, open_money_clauses, signed_terms
from facility_agent.arrangements.model import Arrangement
from facility_agent.documents.arrangement_words import shown
from facility_agent.documents.clause_words import ClauseWords
from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.documents.row_words import RowWords
from facility_agent.vocabulary.identifiers import digest
from facility_agent.words import Words

#: What the tables of the agreement say already.
_PRINTED = ("clauses", "schemes", "rates", "tariffs", "conditions")


def agreement_pdf(agreement: Agreement, arrangement: Arrangement, language: str = "fr", *, made_on: date) -> bytes:
    """The agreement as PDF; `agreement` may be a draft. The arrangement is the one that it adopts."""
    words = Words(language)
    named = agreement.digest or digest(signed_terms(agreement))
    frame = Frame(
        words,
        words("doc.agreement.title", id=agreement.id),
        made_on,
        marks=_marks(agreement, arrangement, words),
        foot=words("doc.agreement.digest", id=agreement.id),
        code=named,
    )
    said = ClauseWords(arrangement, agreement, words)
    frame.page()
    frame.say(
        words("doc.agreement.title", id=agreement.id), MARGIN, frame.y, frame.width, 9, size=14, bold=True, lines=2
    )
    frame.y += 11
    _between(frame, agreement, arrangement, said)
    _clauses(frame, agreement, arrangement, said)
    _annex(frame, agreement, said)
    _rest(frame, arrangement, said)
    _signatures(frame, agreement)
    return frame.finish()


def _marks(agreement: Agreement, arrangement: Arrangement, words: Words) -> tuple[str, ...]:
    invented = agreement.annex.invented or arrangement.invented or any(party.invented for party in agreement.parties)
    marks = [words("doc.mark.invented")] if invented else []
    if open_money_clauses(arrangement, agreement):
        marks.append(words("doc.mark.money-open"))
    return tuple(marks)


def _between(frame: Frame, agreement: Agreement, arrangement: Arrangement, said: ClauseWords) -> None:
    """Who agrees, on which arrangement, and for how long."""
    words = frame.words
    frame.heading(words("doc.agreement.parties"))
    columns = _columns(frame, ("party", 62), ("role", 28), ("code", 34), ("level", 34), ("ownership", 32))
    frame.table(columns, [_party(party, said) for party in agreement.parties])
    frame.heading(words("doc.agreement.object"))
    frame.paragraph(words("doc.agreement.adopts", title=arrangement.title.say(words.language), start=arrangement.start))
    key = "doc.agreement.until" if agreement.until is not None else "doc.agreement.no-end"
    frame.paragraph(words(key, start=agreement.start, until=agreement.until))
    if agreement.amends:
        frame.paragraph(words("doc.agreement.amends", id=agreement.amends))
    frame.paragraph(words(f"doc.agreement.state.{agreement.state.replace(' ', '-')}"))
    if agreement.suspended_on is not None:
        frame.paragraph(words("doc.agreement.suspended", day=agreement.suspended_on), bold=True)


def _clauses(frame: Frame, agreement: Agreement, arrangement: Arrangement, said: ClauseWords) -> None:
    words = frame.words
    frame.heading(words("doc.agreement.schemes"))
    columns = _columns(frame, ("order", 14), ("scheme", 86), ("kind", 45), ("payer-code", 45))
    frame.table(columns, said.schemes())
    frame.heading(words("doc.agreement.clauses"))
    still = open_money_clauses(arrangement, agreement)
    if still:
        listed = ", ".join(money_clause(name, said) for name in still)
        frame.paragraph(words("doc.agreement.money-open", clauses=listed), bold=True)
    frame.table(_columns(frame, ("clause", 62), ("agreed", 92), ("origin", 36)), said.clauses())
    frame.paragraph(words("doc.agreement.origin-open", open=said.open))


def _annex(frame: Frame, agreement: Agreement, said: ClauseWords) -> None:
    """The tables, of the arrangement and of the annex, with where each row comes from."""
    words = frame.words
    tables: tuple[tuple[str, list[Column], Sequence[Sequence[str]]], ...] = (
        ("rates", _columns(frame, ("scheme", 50), ("about", 70), ("part", 34), ("origin", 36)), said.rates()),
        ("tariffs", _columns(frame, ("act", 76), ("where", 48), ("price", 30), ("origin", 36)), said.tariffs()),
        ("conditions", _columns(frame, ("rule", 34), ("about", 66), ("agreed", 54), ("origin", 36)), said.conditions()),
        ("acts", _columns(frame, ("code", 40), ("act", 90), ("family", 60)), said.acts()),
    )
    if agreement.annex.note:
        frame.heading(words("doc.agreement.note"))
        frame.paragraph(agreement.annex.note)
    for name, columns, rows in tables:
        if rows:
            frame.heading(words(f"doc.agreement.{name}"))
            frame.table(columns, rows)


def _rest(frame: Frame, arrangement: Arrangement, said: ClauseWords) -> None:
    """What the arrangement says beside: letters, guarantees, papers, commitments, reasons, delegations, committees."""
    words = frame.words
    rows = [
        (words(f"section.{row.section}"), row.about, " · ".join(part for part in (row.says, row.source) if part))
        for row in shown(arrangement, words)
        if row.section not in _PRINTED
    ]
    rows += [
        (words("section.delegations"), f"{row.to} · {row.name.say(words.language)}", RowWords(said).delegation(row))
        for row in said.agreement.annex.delegations
    ]
    if rows:
        frame.heading(words("doc.agreement.rest"))
        frame.table(_columns(frame, ("section", 34), ("about", 70), ("agreed", 86)), rows)


def _signatures(frame: Frame, agreement: Agreement) -> None:
    """A box for every party; what is signed already is printed in it."""
    words = frame.words
    frame.heading(words("doc.agreement.signatures"))
    boxes = []
    for party in agreement.parties:
        signature = next((entry for entry in agreement.signatures if entry.party == party.code), None)
        known = ""
        if signature is not None:
            key = "doc.signed.key" if signature.key else "doc.signed.paper"
            known = words(key, by=signature.by, capacity=signature.capacity, day=signature.on, key=signature.key[:16])
        boxes.append((words("doc.box.for", name=party.name), known))
    frame.boxes(boxes, height=36)
    if agreement.adhesions:
        frame.heading(words("doc.agreement.joined"))
        for joined in agreement.adhesions:
            signed = joined.signature
            known = words("doc.agreement.joined-by", name=joined.party.name, start=joined.start)
            key = "doc.signed.key" if signed.key else "doc.signed.paper"
            page = words(key, by=signed.by, capacity=signed.capacity, day=signed.on, key=signed.key[:16])
            frame.paragraph(f"{known} {page}")


def _party(party: Party, said: ClauseWords) -> tuple[str, ...]:
    words = said.words
    name = words("doc.party.invented", name=party.name) if party.invented else party.name
    level = said.named(party.level) or party.type
    if party.parent:
        level = f"{level} · {words('doc.party.through', parent=party.parent)}"
    days = [words(f"doc.party.{key}", day=day) for key, day in (("from", party.start), ("until", party.until)) if day]
    level = " · ".join(part for part in (level, *days) if part)
    return name, words(f"doc.role.{party.role}"), party.code, level, said.ownership(party.ownership)


def money_clause(name: str, said: ClauseWords) -> str:
    """A money clause by its name: a single one, or the rate or prices of a scheme."""
    kind, _, scheme = name.partition(":")
    return said.words(f"doc.clause.{kind}", scheme=said.named(scheme)) if scheme else said.words(f"doc.clause.{name}")


def _columns(frame: Frame, *named: tuple[str, float]) -> list[Column]:
    return [Column(frame.words(f"doc.column.{name}"), width) for name, width in named]
