"""The rows of an annex as a form shows them: what the arrangement settles, what it leaves open, and room to add."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from facility_agent.arrangements.agreement import OWNERSHIPS, Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.openings import is_open, rate_settled
from facility_agent.arrangements.reader import TABLES
from facility_agent.documents.clause_words import ClauseWords
from facility_agent.protocols.package import STATED
from facility_agent.web import annex_rows
from facility_agent.web.sentences import source_of
from facility_agent.words import Words

Options = tuple[tuple[str, str], ...]

_PER: Final = {
    "rate": (("visit", "episode"), "doc.copay"),
    "limit": (("line", "visit", "stay", "day", "month", "year", "coverage"), "doc.per"),
    "deductible": (("visit", "year"), "doc.per"),
}
#: What a select shows before anybody has chosen, where an empty choice would not be understood.
_FIRST: Final = {
    ("limit", "per"): "year", ("deductible", "per"): "year", ("limit", "scope"): "person",
    ("deductible", "scope"): "person", ("limit", "borne_by"): "member", ("requirement", "borne_by"): "facility",
}  # fmt: skip


class Cell(NamedTuple):
    """One input: its key, name and label; `select`, `text`, `number`, `tick` or `ticks`; what may be chosen."""

    key: str
    name: str
    label: str
    kind: str
    options: Options = ()
    first: str = ""


class Row(NamedTuple):
    """One row of the form: what an open one is about, its inputs, and those that name its base and take it away."""

    about: str
    cells: tuple[Cell, ...]
    base: str
    drop: str = ""


class Block(NamedTuple):
    """One table: what is fixed (about, agreed, source), the open rows, the added ones."""

    table: str
    fixed: tuple[tuple[str, str, str], ...]
    open: tuple[Row, ...]
    added: tuple[Row, ...]


def blocks(arrangement: Arrangement, words: Words, counts: dict[str, int]) -> tuple[Block, ...]:
    """Every table of the form, with so many added rows of each."""
    bare = Agreement(id="", country=arrangement.country, arrangement=arrangement.start, start=arrangement.start)
    said = ClauseWords(arrangement, bare, words)
    said.every_level = True
    told = said.told()
    made = []
    for table in annex_rows.COLUMNS:
        lines = [(row, told[row]) for row in getattr(arrangement, TABLES[table][0])]
        fixed = [(_about(line), line[2], _source(row)) for row, line in lines if not is_open(row)]
        still = [
            _row(table, f"open.{table}.", place, annex_rows.asked_of(table, row), said, _about(told[row]))
            for place, row in enumerate(annex_rows.open_rows(arrangement, table), 1)
        ]
        places = range(1, counts.get(table, 1) + 1)
        added = [_row(table, f"{table}.", place, annex_rows.COLUMNS[table], said) for place in places]
        made.append(Block(table, tuple(fixed), tuple(still), tuple(added)))
    return tuple(made)


def _about(line: tuple[str, str, str, str]) -> str:
    return " · ".join(part for part in line[:2] if part)


def _source(row: Any) -> str:
    return " · ".join(part for part in (row.clause, source_of(row)) if part)


def _row(table: str, prefix: str, place: int, keys: tuple[str, ...], said: ClauseWords, about: str = "") -> Row:
    cells = tuple(_cell(table, prefix, place, key, said) for key in keys)
    return Row(about, cells, f"{prefix}from-{place}", "" if about else f"{prefix}drop-{place}")


def _cell(table: str, prefix: str, place: int, key: str, said: ClauseWords) -> Cell:
    words, name = said.words, f"{prefix}{key}-{place}"
    label = words(f"field.row.{key}")
    if key == "families":
        families = _named(said.arrangement.families, said)
        ticks = tuple((f"{prefix}family.{code}-{place}", word) for code, word in families)
        return Cell(key, name, label, "ticks", ticks)
    if key == "refuses":
        return Cell(key, name, label, "tick")
    options = _options(table, key, said)
    if options:
        return Cell(key, name, label, "select", options, _FIRST.get((table, key), ""))
    return Cell(key, name, label, "number" if key in annex_rows.FIGURES else "text")


def _options(table: str, key: str, said: ClauseWords) -> Options:
    """What a select offers: only what the arrangement leaves to the annex; nothing for what is typed."""
    words, law = said.words, said.arrangement
    if key == "scheme":
        schemes = (row for row in law.schemes if table != "rate" or not rate_settled(law, {"scheme": row.code}))
        return _named(schemes, said)
    if key == "family":
        return _named(law.families, said)
    if key == "level":
        return _named(law.levels, said)
    if key == "ownership":
        return tuple((code, said.ownership(code)) for code in OWNERSHIPS)
    if key == "per":
        codes, words_of = _PER[table]
        return tuple((code, words(f"{words_of}.{code}", days="…")) for code in codes)
    if key == "scope":
        return tuple((code, words(f"doc.scope.{code}")) for code in ("person", "household"))
    if key == "borne_by":
        return tuple((code, words(f"bearer.{code}")) for code in ("member", "facility"))
    if key == "when":
        return tuple((code, words(f"doc.when.{code}")) for code in ("referred", "transferred", "stay"))
    if key == "kind":
        facts = ((f"fact:{code}", words(f"fact.{code}")) for code in STATED)
        return (("document", words("page.draft.paper")), *facts)
    return ()


def _named(rows: Any, said: ClauseWords) -> Options:
    return tuple((row.code, said.named(row.code)) for row in rows)
