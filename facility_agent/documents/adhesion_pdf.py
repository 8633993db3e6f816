"""The one page by which somebody joins an agreement as it stands: who, from which day, and room to sign.

For a party that has joined already its page is printed as it was signed; without one, an empty page to fill in by hand.
"""

from __future__ import annotations

from datetime import date

from facility_agent.arrangements.agreement import Adhesion, Agreement, open_money_clauses, signed_terms
from facility_agent.arrangements.model import Arrangement
from facility_agent.documents.clause_words import ClauseWords
from facility_agent.documents.frame import MARGIN, Column, Frame
from facility_agent.vocabulary.identifiers import digest
from facility_agent.words import Words

#: Parties of the agreement that are named; a district has more than fit on a page.
_NAMED = 6


def adhesion_pdf(
    agreement: Agreement, arrangement: Arrangement, party: str = "", language: str = "fr", *, made_on: date
) -> bytes:
    """The page of `party`, or an empty one, as PDF."""
    words = Words(language)
    page = next((entry for entry in agreement.adhesions if entry.party.code == party), None)
    invented = agreement.annex.invented or arrangement.invented or (page is not None and page.party.invented)
    marks = [words("doc.mark.invented")] if invented else []
    marks += [words("doc.mark.money-open")] if open_money_clauses(arrangement, agreement) else []
    title = words("doc.adhesion.title", id=agreement.id)
    frame = Frame(
        words,
        title,
        made_on,
        marks=marks,
        foot=words("doc.agreement.digest", id=agreement.id),
        code=agreement.digest or digest(signed_terms(agreement)),
    )
    frame.page()
    frame.say(title, MARGIN, frame.y, frame.width, 9, size=14, bold=True, lines=2)
    frame.y += 14
    said = {"id": agreement.id, "title": arrangement.title.say(language), "start": agreement.start}
    frame.paragraph(words("doc.adhesion.text", **said), size=10)
    frame.y += 2
    frame.paragraph(words("doc.adhesion.between", parties=_signers(agreement, words)), size=10)
    frame.heading(words("doc.adhesion.party"))
    _joining(frame, ClauseWords(arrangement, agreement, words), page)
    start = words.day(page.start) if page else words("doc.adhesion.blank")
    frame.paragraph(words("doc.adhesion.since", day=start), size=10, bold=True)
    frame.y += 4
    frame.boxes([_box(words, page)], height=42)
    frame.paragraph(words("doc.adhesion.effect"), size=9)
    return frame.finish()


def _signers(agreement: Agreement, words: Words) -> str:
    names = [party.name for party in agreement.bound]
    listed = ", ".join(names[:_NAMED]) or "—"
    more = len(names) - _NAMED
    return words("doc.adhesion.more", parties=listed, count=more) if more > 0 else listed


def _joining(frame: Frame, said: ClauseWords, page: Adhesion | None) -> None:
    """What the agreement will say of the party: all that counts for money, and its name."""
    words = frame.words
    rows = ("party", "role", "code", "level", "ownership")
    values = dict.fromkeys(rows, words("doc.adhesion.blank"))
    if page is not None:
        party = page.party
        level = said.named(party.level) or party.type
        values = {
            "party": words("doc.party.invented", name=party.name) if party.invented else party.name,
            "role": words(f"doc.role.{party.role}"), "code": party.code,
            "level": level or "—", "ownership": said.ownership(party.ownership) or "—",
        }  # fmt: skip
    columns = [Column("", 45), Column("", frame.width - 45)]
    for row in rows:
        frame.row(columns, (words(f"doc.column.{row}"), values[row]), 9, size=10)
    frame.y += 5


def _box(words: Words, page: Adhesion | None) -> tuple[str, str]:
    """The box to sign, or what is signed."""
    title = words("doc.box.for", name=page.party.name if page else words("doc.adhesion.blank"))
    if page is None:
        return title, ""
    signed = page.signature
    key = "doc.signed.key" if signed.key else "doc.signed.paper"
    return title, words(key, by=signed.by, capacity=signed.capacity, day=signed.on, key=signed.key[:16])
