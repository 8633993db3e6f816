"""What a protocol row may hold by its type, and still not say.

Without a source a rule may at most note. What is no line of care (a fact, something expected, a referral) has nothing
to refuse, so it notes too. Bands follow each other without a gap, and a heavier person never gets less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from facility_agent.arrangements.protocols import SOURCED
from facility_agent.arrangements.rows import Mistake, Raw

#: What each kind cannot do without; names parted by a bar are one or the other.
NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "test-first": ("acts|atc", "others"),
    "band": ("acts", "bands"),
    "incompatible": ("acts|atc", "others"),
    "prerequisite": ("acts|atc", "others"),
    "forbidden": ("acts|atc", "conditions"),
    "expected": ("acts", "conditions"),
    "for-whom": ("acts|atc", "sex|from_months|under_months|from_grams|pregnant|from_week|until_week"),
    "where": ("acts|atc", "levels|from_rank|until_rank|roles"),
    "repeat": ("acts|atc", "days|maximum"),
    "refer": ("conditions", "levels|until_rank"),
    "days-at-once": ("acts|atc|families", "maximum"),
    "fact": ("fact", "acts|conditions"),
}
#: Kinds that judge a line and can therefore refuse it; a quantity or a number of days can also be cut.
REFUSE: Final = ("test-first", "incompatible", "forbidden", "for-whom", "where", "repeat")
REDUCE: Final = ("band", "days-at-once")
FACTS: Final = ("weight", "condition", "result", "register_number", "gestation_weeks", "hour", "role")
_ICD10: Final = re.compile(r"[A-Z][0-9]{1,2}(\.[0-9]{1,2})?")
#: Keys that name rows, by the tables in which the name may stand.
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "acts": ("act", "item"),
    "with_acts": ("act", "item"),
    "others": ("act", "item"),
    "order": ("act", "item"),
    "conditions": ("condition",),
    "protocol": ("protocol",),
    "families": ("family",),
    "levels": ("level",),
}
TABLES: Final = ("protocol", "rule", "indicator", "condition", "item")


def names_nothing(table: str, raw: Raw, known: Mapping[str, set[str]]) -> list[Mistake]:
    """Names that no row has: an act may stand in the package or among the items."""
    found: list[Mistake] = []
    for key, tables in _NAMES.items():
        value = raw.values.get(key, "")
        for name in value if isinstance(value, list) else [value]:
            if name and isinstance(name, str) and not any(name in known.get(other, ()) for other in tables):
                found.append(raw.mistake(table, key, "names-nothing", key=" | ".join(tables), name=name))
    return found


def rule(raw: Raw) -> list[Mistake]:
    """Everything that one rule says wrongly."""
    kind, weight = str(raw.values.get("kind")), str(raw.values.get("weight", "note"))
    found = [
        raw.mistake("rule", "kind", "rule-needs", kind=kind, key=need.replace("|", ", "))
        for need in NEEDS.get(kind, ())
        if not any(raw.values.get(key) not in (None, "", 0, [], {}) for key in need.split("|"))
    ]
    if weight != "note" and (raw.values.get("evidence", "none") not in SOURCED or not raw.values.get("source")):
        found.append(raw.mistake("rule", "weight", "protocol-unsourced", value=weight))
    elif (weight == "refuse" and kind not in REFUSE) or (weight == "reduce" and kind not in REDUCE):
        found.append(raw.mistake("rule", "weight", "rule-weight", kind=kind, value=weight))
    if raw.values.get("fact", "") not in ("", *FACTS):
        found.append(raw.mistake("rule", "fact", "rule-fact", value=str(raw.values["fact"]), known=", ".join(FACTS)))
    return found + _bands(raw)


def condition(raw: Raw) -> list[Mistake]:
    """A code of ICD-10 is a letter and figures, as in B54 or B50.0; the first signs of several are enough."""
    codes = raw.values.get("icd10", [])
    wrong = [code for code in codes if not _ICD10.fullmatch(str(code))] if isinstance(codes, list) else []
    return [raw.mistake("condition", "icd10", "icd10", value=str(code)) for code in wrong]


def _bands(raw: Raw) -> list[Mistake]:
    """Bands in order of weight and of age, without gap or overlap, the quantities never falling."""
    bands = raw.values.get("bands", [])
    if not isinstance(bands, list) or not all(_is_band(band) for band in bands):
        return []
    found: list[Mistake] = []
    for place, (lighter, heavier) in enumerate(pairwise(bands), 2):
        for before, after in (("to_grams", "from_grams"), ("to_months", "from_months")):
            if {before, after} & (lighter.keys() | heavier.keys()) and lighter.get(before) != heavier.get(after):
                found.append(raw.mistake("rule", "bands", "bands-order", place=str(place), key=after))
        if heavier["quantity"] < lighter["quantity"] or _least(heavier) < _least(lighter):
            found.append(raw.mistake("rule", "bands", "bands-fall", place=str(place)))
    for place, band in enumerate(bands, 1):
        if band["quantity"] < 1 or _least(band) > band["quantity"]:
            found.append(raw.mistake("rule", "bands", "bands-quantity", place=str(place)))
    return found


def _is_band(band: Any) -> bool:
    return isinstance(band, dict) and all(isinstance(value, int) for value in band.values()) and "quantity" in band


def _least(band: Mapping[str, int]) -> int:
    return band.get("minimum", band["quantity"])


SPECIAL: Final[dict[str, Callable[[Raw], list[Mistake]]]] = {"rule": rule, "condition": condition}


def codes(rows: Mapping[str, Sequence[Raw]]) -> dict[str, set[str]]:
    """The codes of the protocol tables, rows with mistakes included."""
    return {table: {str(raw.values.get("code")) for raw in rows.get(table, ())} for table in TABLES}
