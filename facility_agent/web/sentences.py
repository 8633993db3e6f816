"""What stands behind a finding, and what an error says: clauses with their sources, fields by their labels."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from facility_agent.arrangements.model import Clauses, Row
from facility_agent.vocabulary.errors import InputError, InputErrors
from facility_agent.vocabulary.findings import Finding
from facility_agent.web.annex_rows import RowErrors
from facility_agent.web.labels import Labels
from facility_agent.words import Words
from facility_agent.workflows.examples import sentence

CLINICAL_ROLES: Final = ("care", "adviser")

_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_LINE: Final = re.compile(r"(.+?)-(\d+)")

#: Where the rows of a contract stand whose findings cite them as `kind:code`.
_TABLES: Final = {
    "scheme": "schemes",
    "waiting": "waitings",
    "limit": "limits",
    "deductible": "deductibles",
    "protocol": "protocols",
    "rule": "rules",
    "requirement": "requirements",
}


class Clause(NamedTuple):
    """The clause behind a finding: its name, what is agreed, and the source that says so."""

    code: str
    name: str
    agreed: str
    source: str


def clause_behind(finding: Finding, labels: Labels) -> Clause | None:
    """The clause that a finding rests on, for whoever wants to read it."""
    code = finding.clause
    if not code:
        return None
    words, arrangement = labels.words, labels.arrangement
    if arrangement is not None and labels.clauses is not None and code in Clauses.__struct_fields__:
        name, agreed, _ = labels.clauses.clauses()[Clauses.__struct_fields__.index(code)]
        return Clause(code, name, agreed, source_of(arrangement.provenance.get(code)))
    row = _row(labels, code)
    kind = code.partition(":")[0]
    article = getattr(row, "clause", "") == code
    key = "page.clause.article" if article else f"page.clause.{kind}"
    name = words(key, article=code) if words.has(key) else kind
    text = getattr(row, "name", None)
    return Clause(code, name, text.say(words.language) if text else getattr(row, "note", ""), source_of(row))


def _row(labels: Labels, code: str) -> Any:
    """The row of the contract that a finding cites: by `kind:code`, or by the article that it carries."""
    kind, _, name = code.partition(":")
    annex = labels.agreement.annex if labels.agreement else None
    for table, attribute in _TABLES.items():
        for row in (*getattr(labels.arrangement, attribute, ()), *getattr(annex, attribute, ())):
            if (table == kind and row.code == name) or row.clause == code:
                return row
    return None


def source_of(row: Row | None) -> str:
    """Where a row comes from, with its date."""
    if row is None or not row.source:
        return ""
    return f"{row.source} ({row.source_date})" if row.source_date else row.source


def error_sentence(words: Words, error: InputError) -> str:
    """The sentence of an error; a form's field goes by its label, and its line where it stands in a table."""
    fields: dict[str, object] = {key: _readable(value) for key, value in error.fields.items()}
    name = str(fields.get("field", ""))
    match = _LINE.fullmatch(name)
    named = match[1] if match else name
    keys = (f"field.{named}", f"doc.{named}", f"field.row.{named.rpartition('.')[2]}")
    label = next((key for key in keys if words.has(key)), "")
    if label:
        fields["field"] = words(label) + (f" ({words('field.line', line=match[2])})" if match else "")
    said = words(f"error.{error.code}", **fields)
    if isinstance(error, InputErrors):
        return "\n".join((said, *(sentence(mistake, words.language) for mistake in error.mistakes)))
    return said


def beside(words: Words, error: InputError | None) -> dict[str, str]:
    """What is said beside each input of a form that is wrong, by its name."""
    if error is None:
        return {}
    if isinstance(error, RowErrors):
        return {name: words(f"row.{mistake.code}", **mistake.fields) for name, mistake in error.beside.items()}
    name = str(error.fields.get("field", ""))
    return {name: error_sentence(words, error)} if name else {}


def _readable(value: str | int) -> str | int:
    return _DAY.sub(r"\3/\2/\1", value) if isinstance(value, str) else value
