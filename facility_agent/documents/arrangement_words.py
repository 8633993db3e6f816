"""A whole arrangement in words, row by row, each with its source: for the terminal, for comparing, for a workshop.

What is open is said as open, never left out.
"""

from __future__ import annotations

from typing import Any

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement, Clauses
from facility_agent.documents.clause_words import ClauseWords
from facility_agent.documents.row_words import RowWords
from facility_agent.words import Words


class Shown(msgspec.Struct, frozen=True):
    """One row in words: its section, what it is about, what it says, and where it comes from."""

    section: str
    about: str
    says: str
    evidence: str = ""
    source: str = ""
    note: str = ""
    article: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.section, self.about


def shown(arrangement: Arrangement, words: Words) -> tuple[Shown, ...]:
    """All rows, in the order of the arrangement."""
    bare = Agreement(id="", country=arrangement.country, arrangement=arrangement.start, start=arrangement.start)
    said = ClauseWords(arrangement, bare, words)
    rows: list[Shown] = []
    for name, (about, value, _) in zip(Clauses.__struct_fields__, said.clauses(), strict=True):
        provenance = arrangement.provenance.get(name)
        rows.append(_row("clauses", about, value, provenance))
    row_words, language = RowWords(said), words.language
    rows += [_row("levels", row.name.say(language), row_words.level(row), row) for row in arrangement.levels]
    rows += [_row("schemes", row.name.say(language), row_words.scheme(row), row) for row in arrangement.schemes]
    for family in arrangement.families:
        says = words("law.family.prescribed") if family.prescribed else ""
        rows.append(_row("families", family.name.say(language), says, family))
    rows += [
        _row("acts", f"{row.code} · {row.name.say(language)}", row_words.act(row), row) for row in arrangement.acts
    ]
    tables: tuple[tuple[str, str, Any], ...] = (
        ("rates", "rates", said.rates()),
        ("tariffs", "tariffs", _all_tariffs(said)),
    )
    for section, field, lines in tables:
        for source, line in zip(getattr(arrangement, field), lines, strict=True):
            rows.append(_row(section, " · ".join(part for part in line[:2] if part), line[2], source))
    conditions = [
        row for field in ("waitings", "limits", "deductibles", "requirements") for row in getattr(arrangement, field)
    ]
    for source, line in zip(conditions, said.conditions(), strict=True):
        rows.append(_row("conditions", f"{line[0]} · {line[1]}", line[2], source))
    for letter in arrangement.letters:
        value = said.open if letter.value == "unknown" else said.money(letter.value)
        where = (said.named(letter.level), said.ownership(letter.ownership), said.named(letter.scheme))
        rows.append(_row("letters", " · ".join(part for part in (letter.code, *where) if part), value, letter))
    for due in arrangement.capitations:
        value = said.open if due.amount == "unknown" else said.money(due.amount)
        about = f"{due.code} · {said.named(due.scheme)} · {said.named(due.level)}"
        rows.append(_row("capitations", about, f"{value} {words(f'law.capitation.{due.per}')}", due))
    rows += [_row("referrals", *row_words.referral(path), path) for path in arrangement.referrals]
    rows += [_row("layouts", *row_words.layout(form), form) for form in arrangement.layouts]
    for rule in arrangement.rules:
        rows.append(_row("protocols", rule.name.say(words.language), words(f"weight.{rule.weight}"), rule))
    return (*rows, *_duties(arrangement, said, words))


def _duties(arrangement: Arrangement, said: ClauseWords, words: Words) -> list[Shown]:
    """Guarantees, papers, commitments, reasons, holidays, delegation, committees."""
    language, duties = words.language, arrangement.duties
    row_words = RowWords(said)
    rows = [_row("guarantees", *row_words.guarantee(rule), rule) for rule in duties.guarantees]
    for paper in duties.identifications:
        about = f"{paper.step}. {paper.name.say(language)}"
        rows.append(_row("identifications", about, row_words.identification(paper), paper))
    rows += [_row("commitments", row.name.say(language), row_words.commitment(row), row) for row in duties.commitments]
    rows += [_row("reasons", row.name.say(language), row_words.reason(row), row) for row in duties.reasons]
    rows += [_row("holidays", row.name.say(language), words.day(row.day), row) for row in duties.holidays]
    rows += [
        _row("delegations", f"{row.to} · {row.name.say(language)}", row_words.delegation(row), row)
        for row in duties.delegations
    ]
    for committee in duties.committees:
        meets = "" if committee.every_months is None else words.units(_open(said, committee.every_months), "month")
        text = " · ".join(part for part in (committee.members, meets) if part)
        rows.append(_row("committees", committee.name.say(language), text, committee))
    return rows


def _all_tariffs(said: ClauseWords) -> list[tuple[str, str, str, str]]:
    """Every tariff, whatever the level: a printed agreement shows only those of its facilities."""
    every = ClauseWords(said.arrangement, said.agreement, said.words)
    every.every_level = True
    return every.tariffs()


def _row(section: str, about: str, says: str, source: Any) -> Shown:
    if source is None:
        return Shown(section, about, says)
    dated = f"{source.source} ({source.source_date})" if source.source and source.source_date else source.source
    return Shown(section, about, says, source.evidence, dated, source.note, source.clause)


def _open(said: ClauseWords, value: Any) -> str:
    return said.open if value == "unknown" else str(value)
