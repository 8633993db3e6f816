"""One protocol on one page, in words: what a medical adviser signs and what a nurse pins to the wall.

The same sheet is shown on a terminal, as HTML and as PDF. Each rule says where it comes from, how much it weighs, and
the two sentences that it may lead to: the neutral one that officers read, and the clinical one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from facility_agent.arrangements.model import Arrangement, Text
from facility_agent.arrangements.protocols import Band, Protocol, Rule
from facility_agent.vocabulary.findings import Finding
from facility_agent.words import Words

#: The finding that a kind of rule gives first.
FINDINGS: Final[dict[str, str]] = {
    "test-first": "test-before-treatment",
    "band": "quantity-outside-band",
    "incompatible": "incompatible-acts",
    "prerequisite": "prerequisite-missing",
    "forbidden": "medicine-not-for-condition",
    "expected": "care-expected",
    "for-whom": "not-for-person",
    "where": "act-above-level",
    "repeat": "interval-too-short",
    "refer": "referral-expected",
    "days-at-once": "days-over-maximum",
    "fact": "protocol-fact-missing",
}


class RuleWords(msgspec.Struct, frozen=True):
    """One rule in words."""

    code: str
    name: str
    details: tuple[str, ...]
    weight: str
    evidence: str
    source: str
    note: str
    why: str
    neutral: str
    clinical: str


class Sheet(msgspec.Struct, frozen=True):
    """One protocol in words; `facts` are pairs of a label and what it says."""

    code: str
    title: str
    set_name: str
    facts: tuple[tuple[str, str], ...]
    signs: tuple[str, ...]
    rules: tuple[RuleWords, ...]
    source: str
    note: str


def sheets(arrangement: Arrangement, words: Words) -> tuple[Sheet, ...]:
    """Every protocol of an arrangement; rules that belong to none stand on a last sheet of their own."""
    named = names_of(arrangement, words)
    made = [_sheet(arrangement, protocol, words, named) for protocol in arrangement.protocols]
    loose = [rule for rule in arrangement.rules if not rule.protocol]
    if loose:
        title = words("protocol.loose")
        rules = tuple(_rule(rule, words, named) for rule in loose)
        made.append(Sheet("rules", title, arrangement.title.say(words.language), (), (), rules, "", ""))
    return tuple(made)


def names_of(arrangement: Arrangement, words: Words) -> dict[str, str]:
    """Names by code: items first, then the acts of the package, conditions, levels and families."""
    tables: tuple[Sequence[object], ...] = (
        arrangement.families, arrangement.levels, arrangement.conditions, arrangement.items, arrangement.acts,
    )  # fmt: skip
    return {row.code: row.name.say(words.language) for rows in tables for row in rows}  # type: ignore[attr-defined]


def _sheet(arrangement: Arrangement, row: Protocol, words: Words, named: Mapping[str, str]) -> Sheet:
    language = words.language
    codes = {condition.code: condition.icd10 for condition in arrangement.conditions}
    conditions = [f"{named.get(code, code)} ({', '.join(codes.get(code, ())) or '—'})" for code in row.conditions]
    facts = [
        ("conditions", " · ".join(conditions)),
        ("for-whom", _said(row.for_whom, language)),
        ("ages", _ages(row.from_months, row.under_months, words)),
        ("order", " · ".join(named.get(code, code) for code in row.order)),
        ("referral", _said(row.referral, language)),
        ("follow-up", _said(row.follow_up, language)),
    ]
    return Sheet(
        row.code,
        row.name.say(language),
        arrangement.title.say(language),
        tuple((words(f"protocol.{key}"), text) for key, text in facts if text),
        tuple(sign.say(language) for sign in row.danger_signs),
        tuple(_rule(rule, words, named) for rule in arrangement.rules if rule.protocol == row.code),
        _source(row.source, row.source_date),
        row.note,
    )


def _rule(rule: Rule, words: Words, named: Mapping[str, str]) -> RuleWords:
    sourced = "protocol.sourced" if rule.sourced else "protocol.unsourced"
    neutral, clinical = (words.finding(_example(rule), clinical, names=named) for clinical in (False, True))
    return RuleWords(
        rule.code,
        rule.name.say(words.language),
        tuple(labelled(words, words(f"protocol.{key}"), text) for key, text in details(rule, words, named)),
        words(f"weight.{rule.weight}"),
        words(sourced),
        _source(rule.source, rule.source_date) or rule.clause,
        rule.note,
        _said(rule.why, words.language),
        neutral,
        clinical,
    )


def labelled(words: Words, label: str, text: str) -> str:
    """A label and what it says, with the space that French wants before its double signs."""
    return f"{label}\N{NO-BREAK SPACE}: {text}" if words.language == "fr" else f"{label}: {text}"


def details(rule: Rule, words: Words, named: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a rule says beside its name: acts, others, bands, ages, weeks, days, numbers, levels, roles."""
    several = {
        "acts": [*(named.get(code, code) for code in rule.acts), *(f"ATC {code}" for code in rule.atc),
                 *(named.get(code, code) for code in rule.families)],
        "others": [named.get(code, code) for code in rule.others],
        "when": [named.get(code, code) for code in rule.conditions],
        "levels": [named.get(code, code) for code in rule.levels],
        "roles": [words(f"role.{code}") if words.has(f"role.{code}") else code for code in rule.roles],
        "bands": [band_words(band, words) for band in rule.bands],
    }  # fmt: skip
    found = [(key, ", ".join(texts)) for key, texts in several.items() if texts]
    numbers: list[tuple[str, str]] = [
        ("days", str(rule.days) if rule.days else ""),
        ("maximum", "" if rule.maximum is None else f"{rule.maximum} / {words(f'protocol.per.{rule.per}')}"
         if rule.kind == "repeat" else str(rule.maximum)),
        ("positive", words("page.yes") if rule.positive else ""),
        ("sex", words(f"sex.{rule.sex}") if rule.sex else ""),
        ("ages", _ages(rule.from_months, rule.under_months, words)),
        ("weight", words.range(f"{rule.from_grams}-", "mass") if rule.from_grams else ""),
        ("pregnant", "" if rule.pregnant is None else words("page.yes" if rule.pregnant else "page.no")),
        ("weeks", _weeks(rule)),
        ("ranks", f"{rule.from_rank or 1}–{rule.until_rank or '…'}" if rule.from_rank or rule.until_rank else ""),
        ("fact", words(f"fact.{rule.fact}") if rule.fact else ""),
    ]  # fmt: skip
    return found + [(key, text) for key, text in numbers if text]


def band_words(band: Band, words: Words) -> str:
    """One band: `5 kg à moins de 15 kg (moins de 3 ans) : 6`."""
    weight = "" if band.from_grams is None else words.range(f"{band.from_grams}-{band.to_grams or ''}", "mass")
    age = "" if band.from_months is None else words.range(f"{band.from_months}-{band.to_months or ''}", "age")
    whom = f"{weight} ({age})" if weight and age else weight or age
    least = f"{band.least}–" if band.least != band.quantity else ""
    return f"{whom} → {least}{band.quantity}" if whom else f"{least}{band.quantity}"


def _example(rule: Rule) -> Finding:
    """A finding that the rule may give, its facts left open."""
    open_facts = dict.fromkeys(("quantity", "expected", "grams", "fits", "days", "maximum", "week", "previous"), "…")
    evidence: dict[str, str | int] = {
        **open_facts,
        "act": ", ".join(rule.acts) or ", ".join(rule.families) or "…",
        "other": ", ".join(rule.others),
        "tests": ", ".join(rule.others),
        "prerequisite": ", ".join(rule.others),
        "condition": ", ".join(rule.conditions),
        "expected_acts": ", ".join(rule.acts),
        "level": "…",
        "required": ", ".join(rule.levels) or "…",
        "fact": rule.fact or _fact(rule),
    }
    weight = "unchecked" if rule.kind == "fact" else rule.weight
    return Finding(_code(rule), weight, evidence=evidence)  # type: ignore[arg-type]


def _code(rule: Rule) -> str:
    if rule.kind == "repeat" and rule.maximum is not None:
        return "count-reached"
    if rule.kind == "for-whom" and rule.from_week is not None:
        return "pregnancy-week-outside"
    if rule.kind == "band" and rule.side == "under":
        return "quantity-below-band"
    if rule.kind == "band" and rule.bands[0].from_grams is None and rule.bands[0].from_months is not None:
        return "quantity-outside-age-band"
    if rule.kind == "where" and rule.roles and not rule.levels and rule.from_rank is None:
        return "prescriber-not-allowed"
    return FINDINGS[rule.kind]


def _fact(rule: Rule) -> str:
    if rule.from_months is not None or rule.under_months is not None:
        return "age"
    return "weight" if rule.from_grams is not None else "pregnant" if rule.pregnant is not None else "sex"


def _said(text: Text | None, language: str) -> str:
    return text.say(language) if text is not None else ""


def _ages(first: int | None, last: int | None, words: Words) -> str:
    return "" if first is None and last is None else words.range(f"{first or 0}-{last or ''}", "age")


def _weeks(rule: Rule) -> str:
    first, last = rule.from_week, rule.until_week
    if first is None and last is None:
        return ""
    if isinstance(first, dict):
        return ", ".join(f"{country} {week}" for country, week in first.items())
    return f"{first or 1}–{last or '…'}"


def _source(source: str, dated: str) -> str:
    return f"{source} ({dated})" if source and dated else source
