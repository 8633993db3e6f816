"""A whole arrangement in words, row by row, each with its source: for the terminal, for comparing, for a workshop.

What is open is said as open, never left out.
"""

from __future__ import annotations

from typing import Any

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement, Clauses
from facility_agent.documents.clause_words import ClauseWords
from facility_agent.words import Words


class Shown(msgspec.Struct, frozen=True):
    """One row in words: its section, what it is about, what it says, and where it comes from."""

    section: str
    about: str
    says: str
    evidence: str = ""
    source: str = ""
    note: str = ""

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
    for scheme in arrangement.schemes:
        text = f"{words('doc.scheme-kind.' + scheme.kind)} · {scheme.payer or words('doc.scheme.own-payer')}"
        rows.append(_row("schemes", scheme.name.say(words.language), text, scheme))
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
        rows.append(_row("letters", letter.code, value, letter))
    for row in arrangement.capitations:
        value = said.open if row.amount == "unknown" else said.money(row.amount)
        rows.append(
            _row("capitations", f"{said.named(row.scheme)} · {said.named(row.level)}", f"{value} / {row.per}", row)
        )
    for rule in arrangement.rules:
        rows.append(_row("protocols", rule.name.say(words.language), words(f"weight.{rule.weight}"), rule))
    return (*rows, *_duties(arrangement, said, words))


def _duties(arrangement: Arrangement, said: ClauseWords, words: Words) -> list[Shown]:
    """Guarantees, papers, commitments, reasons, holidays, delegation, committees."""
    language, duties = words.language, arrangement.duties
    rows = [
        _row(
            "guarantees",
            ", ".join(said.named(code) for code in (*rule.families, *rule.acts)) or words("doc.all-care"),
            words("law.guarantee", answer=_open(said, rule.answer_hours), validity=_open(said, rule.validity_days)),
            rule,
        )
        for rule in duties.guarantees
    ]
    rows += [
        _row("identifications", f"{paper.step}. {paper.name.say(language)}", said.named(paper.scheme), paper)
        for paper in duties.identifications
    ]
    for commitment in duties.commitments:
        until = "" if commitment.days is None else f" · {words('law.days', days=_open(said, commitment.days))}"
        text = f"{words('law.by.' + commitment.by)}{until}"
        if commitment.consequence:
            text += f" · {commitment.consequence}"
        rows.append(_row("commitments", commitment.name.say(language), text, commitment))
    for reason in duties.reasons:
        bearer = words(f"bearer.{reason.borne_by}") if reason.borne_by else said.open
        rows.append(_row("reasons", reason.name.say(language), bearer, reason))
    rows += [_row("holidays", row.name.say(language), words.day(row.day), row) for row in duties.holidays]
    rows += [
        _row("delegations", f"{row.to} · {row.name.say(language)}", _limit(said, row.limit), row)
        for row in duties.delegations
    ]
    for committee in duties.committees:
        meets = (
            "" if committee.every_months is None else words("doc.months", months=_open(said, committee.every_months))
        )
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
    return Shown(section, about, says, source.evidence, dated, source.note)


def _open(said: ClauseWords, value: Any) -> str:
    return said.open if value == "unknown" else str(value)


def _limit(said: ClauseWords, value: Any) -> str:
    if value is None:
        return ""
    return said.open if value == "unknown" else said.money(value)
