"""The law with one key taken away answers at least one worked example otherwise; else somebody else reads the key.

Every key of every table and every single clause of the invented country is taken away by itself, in both versions, and
the examples are run. Those of care protocols have examples and mutations of their own (`tests/proof/test_mutation.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import msgspec
import pytest

from facility_agent.arrangements.library import load, shipped_folder
from facility_agent.arrangements.model import Arrangement, Clauses
from facility_agent.arrangements.reader import TABLES
from facility_agent.workflows.examples import run_example
from facility_agent.workflows.worked import NAME, Example, read_examples
from tests.docs.pages import ROOT
from tests.law.test_every_clause import PROVENANCE, _with, rows_of

PROTOCOLS = ("protocol", "rule", "item", "condition", "indicator")
VERSIONS = load().versions("XX")
Taken = Callable[[Arrangement], Arrangement]

#: Told in words only: `test_every_clause` changes each and looks whether the words change.
WORDS = "tests/law/test_every_clause.py"
#: What no adjudication reads → the tests of whoever does. A key that is empty stands for the whole table.
ELSEWHERE: dict[tuple[str, str], str] = {
    **{("clause", name): "tests/invoicing/test_clocks.py" for name in (
        "invoice_day", "late_refused_after_days", "receipt_days", "decision_days", "payment_days", "contest_days",
        "delay_units", "reminder_days", "validator", "supplementary", "regularisation_months",
        "outright_rejection_months")},
    **{("clause", name): "tests/invoicing/test_ageing.py" for name in ("late_penalty_percent", "late_penalty_per")},
    **{("clause", name): "tests/invoicing/test_dues.py" for name in ("cash_step", "cash_difference")},
    **{("clause", name): "tests/eligibility/test_reasons.py" for name in (
        "register_days", "offline_cap", "emergency_days")},
    **{("clause", name): "tests/audit/test_sampling.py" for name in ("sampling", "extrapolation")},
    ("clause", "newborn_days"): "tests/eligibility/test_newborn.py",
    ("clause", "provider_day_minutes"): "tests/audit/test_edits.py",
    ("clause", "reviewed_first"): "tests/workflows/test_month_end.py",
    ("clause", "invoice_unit"): WORDS,
    ("level", "through"): "tests/workflows/test_endorsing.py",
    ("level", "types"): WORDS,
    # Which care wants a prescription is told; what was prescribed is a fact of the line, and no rule asks for it.
    ("family", ""): WORDS, ("family", "prescribed"): WORDS,
    **{("act", name): WORDS for name in ("unit", "test", "atc", "aliases")},
    ("act", "minutes"): "tests/audit/test_edits.py",
    **{("tariff", name): WORDS for name in ("unit", "minimum", "row")},
    **{("capitation", name): "tests/invoicing/test_capitation.py" for name in ("", "per")},
    **{("layout", name): "tests/documents/test_layouts.py" for name in ("", "cover", "each")},
    **{("identification", name): "tests/eligibility/test_reasons.py" for name in (
        "scheme", "level", "step", "instead")},
    **{("identification", name): "tests/eligibility/test_newborn.py" for name in ("", "newborn")},
    **{("commitment", name): "tests/invoicing/test_dues.py" for name in ("", "days", "step")},
    **{("commitment", name): WORDS for name in ("measure", "consequence")},
    **{("delegation", name): "tests/invoicing/test_dues.py" for name in ("", "power", "limit")},
    ("delegation", "cards"): "tests/workflows/test_keyring.py",
    **{("committee", name): WORDS for name in ("", "members", "every_months")},
}  # fmt: skip


def taken() -> Iterator[tuple[str, str, Taken]]:
    """Every table, every key that a row can do without, every single clause: its name, and the law without it."""
    for table, (_, kind) in TABLES.items():
        if table in PROTOCOLS:
            continue
        yield table, "", lambda law, table=table: _with(law, table, ())
        for field in msgspec.structs.fields(kind):
            if not field.required and field.name not in PROVENANCE:
                yield table, field.name, lambda law, table=table, field=field: _with(law, table, tuple(
                    msgspec.structs.replace(row, **{field.name: usual(field)}) for row in rows_of(law, table)
                ))  # fmt: skip
    for field in msgspec.structs.fields(Clauses):
        yield "clause", field.name, lambda law, field=field: msgspec.structs.replace(
            law, clauses=msgspec.structs.replace(law.clauses, **{field.name: usual(field)})
        )  # fmt: skip


def usual(field: Any) -> Any:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


@cache
def examples(version: Arrangement) -> tuple[Example, ...]:
    folder = shipped_folder() / "xx" / version.start.isoformat()
    return read_examples((folder / NAME).read_text(encoding="utf-8"), version)[0]


def shown(table: str, key: str, take: Taken) -> bool:
    """Whether an example has another answer without it. The digest is another one, or compiled terms would be kept."""
    return any(
        run_example(msgspec.structs.replace(take(version), digest=f"without {table}.{key}"), example)
        for version in VERSIONS
        for example in examples(version)
    )


@pytest.mark.parametrize("field", msgspec.structs.fields(Clauses), ids=lambda field: field.name)
def test_the_invented_country_sets_every_single_clause(field: Any) -> None:
    assert any(getattr(version.clauses, field.name) != usual(field) for version in VERSIONS)


@pytest.mark.parametrize(
    ("table", "key", "take"), [pytest.param(*row, id=f"{row[0]}.{row[1] or '*'}") for row in taken()]
)
def test_what_is_taken_away_changes_an_example_or_is_read_elsewhere(table: str, key: str, take: Taken) -> None:
    assert shown(table, key, take) is ((table, key) not in ELSEWHERE)


@pytest.mark.parametrize(("place", "test"), [pytest.param(*row, id=".".join(row[0])) for row in ELSEWHERE.items()])
def test_what_is_read_elsewhere_names_the_test_that_shows_it(place: tuple[str, str], test: str) -> None:
    assert place in {(table, key) for table, key, _ in taken()}
    text, (table, key) = (ROOT / test).read_text(encoding="utf-8"), place
    assert test == WORDS or any(name and name in text.lower() for name in (key, table)), "the test speaks of it"
