"""A month gathered into batches: which claims fall into which, and that nothing is lost or counted twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.invoicing.batch import (
    Totals,
    check,
    counting,
    day_of_claim,
    faults,
    gather,
    month_of_claim,
    payers_of,
    totals,
)
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch
from tests.invoicing.months import CLOSED, FACILITY, MUTUAL, STATE, claim, line


def gathered(*claims: Claim, **changes: Any) -> Batch:
    asked: dict[str, Any] = {
        "facility": FACILITY, "payer": MUTUAL, "scheme": "classic", "month": "2026-03", "number": "2026-03-1",
        "id": "b1", "kind": "main", "closed_on": CLOSED, "invented": False,
    }  # fmt: skip
    return gather(claims, **{**asked, **changes})


MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 1)


@pytest.mark.parametrize(
    ("day", "discharged", "month"),
    [
        (MARCH, None, "2026-03"),
        (APRIL, None, "2026-04"),
        (MARCH, APRIL, "2026-04"),
        (MARCH, MARCH, "2026-03"),
        (date(2025, 12, 28), date(2026, 1, 2), "2026-01"),
    ],
)
def test_a_visit_belongs_to_its_day_and_a_stay_to_its_discharge(day: date, discharged: date | None, month: str) -> None:
    one = claim(1, day, discharged=discharged)
    assert (day_of_claim(one), month_of_claim(one)) == (discharged or day, month)


def test_items_stand_in_order_of_day_hour_and_number() -> None:
    claims = [
        claim(4, date(2026, 3, 2), at="07:00"),
        claim(3, date(2026, 3, 2), at="10:30"),
        claim(2, date(2026, 3, 2), at="10:30"),
        claim(1, date(2026, 3, 20)),
        claim(5, date(2026, 2, 20), discharged=date(2026, 3, 1)),
    ]
    made = gathered(*claims)
    assert [item.number for item in made.items] == ["00005", "00004", "00002", "00003", "00001"]
    assert made == gathered(*reversed(claims))


def test_an_item_says_what_its_claim_says() -> None:
    parts = ((STATE, "free", 500), (MUTUAL, "classic", 200), (MUTUAL, "extra", 40))
    one = claim(7, date(2026, 3, 9), line("1", parts, member=50, facility=10), line("2", (("MUT-X", "classic", 5),)))
    (item,) = gathered(one).items
    assert (item.submitted, item.due, item.other_payers, item.member_pays, item.facility_bears) == (
        805,
        200,
        545,
        50,
        10,
    )
    assert (item.claim, item.number, item.member, item.name) == ("c7", "00007", "KDG-000007-01", "Awa Ouédraogo")
    assert (item.day, item.register_number) == (date(2026, 3, 9), "7/2026")
    assert item.digest == digest(canonical(one))


def test_only_claims_that_this_payer_owes_something_for_are_in() -> None:
    refused = claim(2, MARCH, line("1", (), member=100))
    elsewhere = claim(3, MARCH, facility="CSPS-B")
    of_state = claim(4, MARCH, line("1", ((STATE, "free", 100),)))
    other_scheme = claim(5, MARCH, line("1", ((MUTUAL, "extra", 100),)))
    nothing = claim(6, MARCH, line("1", ((MUTUAL, "classic", 0),), member=100))
    made = gathered(claim(1), refused, elsewhere, of_state, other_scheme, nothing, claim(7, APRIL))
    assert [item.claim for item in made.items] == ["c1"]


def test_a_replaced_claim_stops_counting() -> None:
    first, second, third = claim(1), claim(2, replaces="c1"), claim(3, replaces="c2")
    assert counting([first, second, third]) == (third,)
    assert [item.claim for item in gathered(first, second, third).items] == ["c3"]


def test_everybody_who_owes_something_is_billed_once() -> None:
    shared = claim(1, MARCH, line("1", ((STATE, "free", 5), (MUTUAL, "classic", 5))), line("2", ((STATE, "free", 5),)))
    refused = claim(2, MARCH, line("1", (("MUT-X", "classic", 0),), member=100))
    corrected = (claim(3, MARCH, line("1", (("MUT-Y", "classic", 9),))), claim(4, replaces="c3"))
    assert payers_of([shared, refused, *corrected]) == ((STATE, "free"), (MUTUAL, "classic"))
    assert payers_of([]) == ()


def test_a_month_without_claims_needs_a_currency() -> None:
    with pytest.raises(InputError, match="batch-empty"):
        gathered()
    assert gathered(currency="XOF").items == ()


def test_two_currencies_do_not_share_a_batch() -> None:
    with pytest.raises(InputError, match="batch-currencies"):
        gathered(claim(1), claim(2, currency="XAF"))


MUTUALS = st.sampled_from([(MUTUAL, "classic"), (MUTUAL, "extra"), (STATE, "free"), ("MUT-X", "classic")])
AMOUNTS = st.integers(0, 10**7)
PARTS = st.dictionaries(MUTUALS, AMOUNTS, max_size=3)
LINES = st.lists(st.tuples(PARTS, AMOUNTS, AMOUNTS), min_size=1, max_size=4)


@given(st.lists(st.tuples(LINES, st.dates(date(2026, 2, 25), date(2026, 4, 4))), max_size=12))
@settings(deadline=None, max_examples=60)
def test_every_item_and_every_batch_add_up_and_no_share_is_lost(drawn: list[Any]) -> None:
    claims = []
    for number, (lines, day) in enumerate(drawn):
        made = [
            line(str(position), tuple((*who, amount) for who, amount in parts.items()), member, facility)
            for position, (parts, member, facility) in enumerate(lines)
        ]
        claims.append(claim(number, day, *made))
    billed = 0
    for month in ("2026-02", "2026-03", "2026-04"):
        of_month = [entry for entry in claims if month_of_claim(entry) == month]
        for payer, scheme in payers_of(of_month):
            made = gathered(*claims, payer=payer, scheme=scheme, month=month)
            assert made.items
            assert all(totals([item]).adds_up for item in made.items) and totals(made.items).adds_up
            assert totals(made.items).due == made.due and totals(made.items).submitted == made.submitted
            assert check(made, claims) == ()
            billed += made.due
    assert billed == sum(share.amount for entry in claims for share in entry.adjudication.shares)


def altered(item: dict[str, Any] | None = None, **batch_changes: Any) -> Batch:
    """A sound batch of one claim, with something changed in it."""
    made = gathered(claim(1))
    items = (msgspec.structs.replace(made.items[0], **(item or {})),)
    return msgspec.structs.replace(made, items=items, **batch_changes)


FAULTS: list[tuple[Batch, list[Claim], tuple[str, ...]]] = [
    (altered(), [claim(1), claim(2)], ()),
    (altered({"due": 71}), [claim(1)], ("totals-do-not-add-up",)),
    (altered({"due": 80, "member_pays": 20}), [claim(1)], ("totals-do-not-add-up",)),
    (altered({"digest": "0" * 64}), [claim(1)], ("claim-digest-differs",)),
    (altered(), [claim(1, name="Awa Diop")], ("claim-digest-differs", "claim-facts-differ")),
    (altered({"name": "Awa Diop"}), [claim(1)], ("claim-facts-differ",)),
    (altered(), [], ("claim-not-given",)),
    (altered(month="2026-02"), [claim(1)], ("claim-of-another-month",)),
    (altered(facility="CSPS-B"), [claim(1)], ("claim-of-another-facility",)),
    (altered(currency="XAF"), [claim(1)], ("claim-of-another-currency",)),
    (altered(payer="MUT-X"), [claim(1)], ("totals-do-not-add-up",)),
]


@pytest.mark.parametrize(("made", "claims", "codes"), FAULTS)
def test_what_is_wrong_in_a_batch_has_a_code(made: Batch, claims: list[Claim], codes: tuple[str, ...]) -> None:
    assert check(made, claims) == codes


def test_a_claim_counts_once() -> None:
    made = gathered(claim(1))
    twice = msgspec.structs.replace(made, items=made.items * 2)
    assert check(twice, [claim(1)]) == ("claim-twice",)


def test_a_claim_and_its_successor_do_not_stand_in_one_batch() -> None:
    first, second = claim(1), claim(2, replaces="c1")
    made = msgspec.structs.replace(gathered(first), items=gathered(first).items + gathered(second).items)
    assert [(fault.code, fault.claim) for fault in faults(made, [first, second])] == [("claim-replaced", "00001")]


def test_nothing_adds_up_to_nothing() -> None:
    assert totals(()) == Totals()
