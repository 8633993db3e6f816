"""Into which batch a claim goes: the main one first, then supplements, and what puts an invoiced one right."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.invoicing.kinds import KINDS, kind_of, to_invoice
from tests.invoicing.months import MUTUAL, claim, line


@pytest.mark.parametrize(
    ("replaces", "invoiced", "main", "kind"),
    [
        ("", (), False, "main"),
        ("", ("c9",), True, "supplementary"),
        ("c9", (), False, "main"),
        ("c9", (), True, "supplementary"),
        ("c9", ("c9",), True, "regularisation"),
    ],
)
def test_the_kind_follows_what_was_invoiced(replaces: str, invoiced: Collection[str], main: bool, kind: str) -> None:
    assert kind_of(claim(1, replaces=replaces), invoiced, main) == kind


@given(st.sets(st.integers(1, 8)), st.sets(st.integers(1, 8)), st.booleans())
def test_every_claim_that_is_owed_is_in_one_place(invoiced: set[int], left: set[int], main: bool) -> None:
    free = claim(9, claim(9).visit.day, line("1", (), member=100))
    claims = (*(claim(number) for number in range(1, 9)), free)
    found = to_invoice(claims, MUTUAL, "classic", {f"c{n}" for n in invoiced}, {f"c{n}" for n in left}, main)
    ids = [each.id for some in found.values() for each in some]
    assert sorted(ids) == sorted({f"c{n}" for n in range(1, 9)} - {f"c{n}" for n in invoiced | left})
    assert set(found) <= set(KINDS) and all(found.values())
