"""The statement as a record: names, marks, and totals carried from page to page."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.invoicing.batch import Totals, gather, totals
from facility_agent.invoicing.statement import TAIL, paginate, statement
from facility_agent.vocabulary.identifiers import canonical
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, CLOSED, FACILITY, MUTUAL, STATE, batch, claim


def test_names_come_from_the_agreement() -> None:
    said = statement(batch(3), ARRANGEMENT, AGREEMENT, names={MUTUAL: "not asked"})
    assert (said.facility_name, said.payer_name) == ("Centre de santé de l’Étoile", "Mutuelle Laafi de N’Dorola")
    assert (said.scheme_name.fr, said.arrangement.fr, said.agreement) == (
        "Mutuelle classique", "Arrangement d’essai", "CONV-2026-017",
    )  # fmt: skip
    assert (said.totals, said.rows) == (totals(batch(3).items), batch(3).items)
    assert said.marks == ()


def test_a_payer_without_an_agreement_is_named_by_the_caller_or_by_its_code() -> None:
    of_state = batch(payer=STATE, scheme="free")
    assert statement(of_state, ARRANGEMENT, names={STATE: "Trésor"}).payer_name == "Trésor"
    bare = statement(of_state, ARRANGEMENT)
    assert (bare.payer_name, bare.facility_name, bare.agreement) == (STATE, FACILITY, "")


def test_the_form_for_the_state_is_marked_as_a_general_one() -> None:
    of_state = batch(payer=STATE, scheme="free")
    assert statement(of_state, ARRANGEMENT).marks == ("generic-form",)
    assert statement(of_state, ARRANGEMENT, generic_form=False).marks == ()
    assert statement(batch(), ARRANGEMENT, generic_form=True).marks == ("generic-form",)


INVENTED_PARTY = msgspec.structs.replace(AGREEMENT.parties[1], invented=True)
STRANGER = msgspec.structs.replace(INVENTED_PARTY, code="MUT-X")


@pytest.mark.parametrize(
    ("changes", "marks"),
    [
        ({"batch": {"invented": True}}, ("invented",)),
        ({"arrangement": {"invented": True}}, ("invented",)),
        ({"agreement": {"annex": msgspec.structs.replace(AGREEMENT.annex, invented=True)}}, ("invented",)),
        ({"agreement": {"parties": (AGREEMENT.parties[0], INVENTED_PARTY)}}, ("invented",)),
        ({"agreement": {"parties": (*AGREEMENT.parties, STRANGER)}}, ()),
    ],
)
def test_whatever_is_made_up_marks_the_statement(changes: dict[str, Any], marks: tuple[str, ...]) -> None:
    said = statement(
        batch(**changes.get("batch", {})),
        msgspec.structs.replace(ARRANGEMENT, **changes.get("arrangement", {})),
        msgspec.structs.replace(AGREEMENT, **changes.get("agreement", {})),
    )
    assert said.marks == marks


def test_no_condition_is_ever_on_it() -> None:
    claims = [claim(number, date(2026, 3, number + 1)) for number in range(5)]
    made = gather(claims, FACILITY, MUTUAL, "classic", "2026-03", "n", "b", "main", CLOSED, False)
    said = statement(made, ARRANGEMENT, AGREEMENT)
    assert b"1F40" in canonical(claims[0]) and b"Paludisme" in canonical(claims[0])
    assert b"1F40" not in canonical(said) and b"Paludisme" not in canonical(said)


@given(st.integers(0, 130), st.integers(1, 25), st.integers(1, 25))
@settings(deadline=None)
def test_totals_are_carried_from_page_to_page(rows: int, one: int, other: int) -> None:
    full, last = max(one, other), min(one, other)
    items = batch(rows).items
    pages = paginate(items, full, last)
    assert tuple(item for page in pages for item in page.rows) == items
    assert [page.first for page in pages] == [sum(len(page.rows) for page in pages[:n]) for n in range(len(pages))]
    assert all(0 < len(page.rows) <= full for page in pages[:-1]) and len(pages[-1].rows) <= last
    assert pages[0].brought is None and pages[-1].carried is None
    for earlier, later in pairwise(pages):
        assert earlier.carried is not None and earlier.carried == later.brought
    for page in pages:
        upto = items[: page.first + len(page.rows)]
        assert page.carried in (None, totals(upto)) and totals(upto).adds_up
    if len(pages) > 1:
        assert len(pages[-1].rows) >= min(last, TAIL)


def test_an_empty_month_still_has_a_page() -> None:
    (page,) = paginate((), 20, 10)
    assert (page.rows, page.brought, page.carried) == ((), None, None)
    assert statement(batch(0), ARRANGEMENT, AGREEMENT).totals == Totals()


def test_a_page_for_signing_must_hold_a_row() -> None:
    with pytest.raises(ValueError, match="last page"):
        paginate((), 20, 0)
