"""What no single cell can show: codes that stand twice or name nothing, and rows that promise what they cannot keep.

Nothing invented may stand in an arrangement that is not. What protocols may say stands in `protocol_checks`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from facility_agent.arrangements import protocol_checks
from facility_agent.arrangements.rows import Mistake, Raw
from facility_agent.vocabulary.findings import CATALOGUE, UNKNOWN
from facility_agent.vocabulary.money import parse_rate

Rows = Mapping[str, Sequence[Raw]]

#: Keys that name a row of another table.
_NAMES = {
    "act": "act", "acts": "act", "others": "act",
    "family": "family", "families": "family",
    "level": "level", "levels": "level", "sent_from": "level", "includes": "family",
    "scheme": "scheme", "schemes": "scheme",
}  # fmt: skip

#: What makes a row without a code of its own one and the same.
_KEYS = {
    "tariff": ("act", "scheme", "level", "ownership", "dispenser"),
    "rate": ("scheme", "act", "family", "level", "ownership", "dispenser"),
    "letter": ("code", "scheme", "level", "ownership"),
    "capitation": ("code", "scheme", "level"),
}


def check(rows: Rows, *, invented: bool) -> list[Mistake]:
    """Every row against every other row; `invented` says that the whole document is made up."""
    known = {table: codes(rows.get(table, ())) for table in set(_NAMES.values())} | protocol_checks.codes(rows)
    found: list[Mistake] = []
    for table, raws in rows.items():
        found += alone(table, raws, invented=invented)
        named = protocol_checks.names_nothing if table in protocol_checks.TABLES else names_nothing
        for raw in raws:
            found += named(table, raw, known)
    return found


def alone(table: str, raws: Sequence[Raw], *, invented: bool) -> list[Mistake]:
    """What can be said of the rows of one table without any other."""
    found = twice(table, raws)
    for raw in raws:
        found += meaning(table, raw)
        if raw.values.get("evidence") == "invented" and not invented:
            found.append(raw.mistake(table, "evidence", "invented-row"))
    return found


def codes(raws: Sequence[Raw]) -> set[str]:
    """The codes that other rows may name, those of rows with mistakes included."""
    return {str(raw.values.get("code")) for raw in raws}


def twice(table: str, raws: Sequence[Raw]) -> list[Mistake]:
    """Rows that say twice what may be said once; the later one is the mistake."""
    seen: set[tuple[str, ...]] = set()
    found: list[Mistake] = []
    for raw in raws:
        keys = _KEYS.get(table, ("code",))
        own = tuple(str(raw.values.get(key, "")) for key in keys)
        if own in seen:
            said = " · ".join(part for part in own if part)
            found.append(raw.mistake(table, keys[0], "twice", code=said))
        seen.add(own)
    return found


def names_nothing(table: str, raw: Raw, known: Mapping[str, set[str]]) -> list[Mistake]:
    """Names of acts, families, levels and schemes that no row has."""
    found: list[Mistake] = []
    for key, other in _NAMES.items():
        value = raw.values.get(key, "")
        for name in value if isinstance(value, list) else [value]:
            if name and isinstance(name, str) and name not in known[other]:
                found.append(raw.mistake(table, key, "names-nothing", key=other, name=name))
    return found


def meaning(table: str, raw: Raw) -> list[Mistake]:
    """What a row may hold by its type, and still not say."""
    values = raw.values
    found = [
        raw.mistake(table, key, "negative", key=key, value=str(value))
        for key, value in values.items()
        if isinstance(value, int) and value < 0
    ]
    if values.get("evidence") in ("published", "implementation", "derived") and not values.get("source"):
        found.append(raw.mistake(table, "evidence", "source-missing", evidence=str(values["evidence"])))
    special = {
        "act": _act, "rate": _rate, "tariff": _tariff, "limit": _limit, "scheme": _scheme, "referral": _referral,
        "reason": _reason, **protocol_checks.SPECIAL,
    }  # fmt: skip
    return found + (special[table](raw) if table in special else [])


def _act(raw: Raw) -> list[Mistake]:
    """A coefficient is a whole number or a ratio of whole numbers, and goes with a key letter."""
    coefficient = raw.values.get("coefficient")
    if coefficient is None:
        return []
    if not raw.values.get("letter") or not re.fullmatch(r"[0-9]+(/[1-9][0-9]*)?", str(coefficient)):
        return [raw.mistake("act", "coefficient", "bad-coefficient", value=str(coefficient))]
    return []


def _rate(raw: Raw) -> list[Mistake]:
    """A rate between 0 and 100 %, or a flat co-payment: one of the two; only the latter is due once."""
    rate: Any = raw.values.get("rate")
    if (rate is None) == (raw.values.get("copay") is None):
        return [raw.mistake("rate", "", "rate-or-copay")]
    try:
        if rate not in (None, UNKNOWN):
            parse_rate(rate)
    except (TypeError, ValueError):
        return [raw.mistake("rate", "rate", "bad-rate", value=str(rate))]
    if raw.values.get("per", "line") != "line" and rate is not None:
        return [raw.mistake("rate", "per", "once-without-copay")]
    if raw.values.get("per") == "episode" and raw.values.get("episode_days") is None:
        return [raw.mistake("rate", "per", "episode-without-days")]
    return []


def _tariff(raw: Raw) -> list[Mistake]:
    """Only a flat rate includes other care, for an episode or without one."""
    for key in ("includes", "episode_days"):
        if raw.values.get(key) is not None and raw.values.get("basis") != "flat":
            return [raw.mistake("tariff", key, "includes-without-flat", key=key)]
    return []


def _referral(raw: Raw) -> list[Mistake]:
    """An exception says for which care or age, a path from which levels."""
    needed = ("sent_from",) if raw.values.get("kind") == "path" else ("families", "acts", "under_months")
    if any(raw.values.get(key) for key in needed):
        return []
    return [raw.mistake("referral", "", "referral-empty", keys=", ".join(needed))]


def _reason(raw: Raw) -> list[Mistake]:
    """A reason words a finding that the rules know, or none at all."""
    code = raw.values.get("finding", "")
    # What is no text is a mistake of its own, named where the row is read.
    if not isinstance(code, str) or code == "" or code in CATALOGUE:
        return []
    return [raw.mistake("reason", "finding", "names-nothing", key="finding", name=str(code))]


def _limit(raw: Raw) -> list[Mistake]:
    if raw.values.get("approvable") and "count" not in raw.values:
        return [raw.mistake("limit", "approvable", "approvable-without-count")]
    if any(key in raw.values for key in ("amount", "count", "interval")):
        return []
    return [raw.mistake("limit", "", "limit-empty")]


def _scheme(raw: Raw) -> list[Mistake]:
    """A programme needs no card, so it must say itself who pays."""
    if raw.values.get("programme") and not raw.values.get("payer"):
        return [raw.mistake("scheme", "programme", "programme-without-payer")]
    return []
