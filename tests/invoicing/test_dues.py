"""What the till asks in coins, what was promised and kept, and powers that were given: nothing is guessed."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.arrangements.agreement import Annex
from facility_agent.arrangements.duties import Delegation, Duties
from facility_agent.arrangements.library import load
from facility_agent.arrangements.model import Clauses
from facility_agent.arrangements.row import Text
from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing.clocks import clocks
from facility_agent.invoicing.dues import cash, commitments, delegated
from tests.builders import agreement
from tests.invoicing.months import ARRANGEMENT

XX = Terms(load().versions("XX")[-1], None, "F")


def terms(**clauses: object) -> Terms:
    return Terms(msgspec.structs.replace(ARRANGEMENT, clauses=Clauses(**clauses)), None, "F")  # type: ignore[arg-type]


@given(st.integers(0, 10**9), st.integers(1, 10_000), st.sampled_from(["member", "facility"]))
def test_what_is_asked_is_whole_coins_and_the_difference_has_a_name(share: int, step: int, bearer: str) -> None:
    coins = cash(terms(cash_step=step, cash_difference=bearer), share)
    assert coins.asked % step == 0 and coins.asked == share + coins.difference and abs(coins.difference) < step
    assert coins.borne_by == (bearer if coins.difference else "")
    assert coins.difference >= 0 if bearer == "member" else coins.difference <= 0


@pytest.mark.parametrize(
    ("clauses", "missing"),
    [({}, "cash_step"), ({"cash_step": 25}, "cash_difference"), ({"cash_difference": "member"}, "cash_step")],
)
def test_an_open_clause_asks_for_the_share_itself_and_is_named(clauses: dict[str, object], missing: str) -> None:
    coins = cash(terms(**clauses), 30)
    assert (coins.asked, coins.difference, coins.borne_by, coins.missing) == (30, 0, "", missing)


#: The day on which the month of January 2026 was sent and paid, today, and what became of both promises.
KEPT = {
    "both in time": (date(2026, 2, 5), date(2026, 2, 20), date(2026, 3, 31), (True, True)),
    "sent late": (date(2026, 2, 12), date(2026, 2, 20), date(2026, 3, 31), (False, True)),
    "not paid yet": (date(2026, 2, 5), None, date(2026, 2, 20), (True, None)),
    "never paid": (date(2026, 2, 5), None, date(2026, 12, 31), (True, False)),
}


@pytest.mark.parametrize("case", KEPT)
def test_commitments_are_measured_by_the_days_of_their_step(case: str) -> None:
    sent, paid, today, expected = KEPT[case]
    running = clocks(XX, "2026-01", sent=sent, received=sent, decided=sent, payable_from=sent)
    done = {"submit": sent} | ({"payment": paid} if paid else {})
    found = {kept.code: kept for kept in commitments(XX, running, done, today)}
    assert (found["month-submitted"].kept, found["month-paid"].kept) == expected and len(found) == 2
    assert all((kept.late_days > 0) == (kept.kept is False) for kept in found.values())
    assert found["month-paid"].name.say("en") == "Pay the accepted month"


@pytest.mark.parametrize(
    ("national", "local", "amount", "reaches"),
    [
        ((), (100,), 100, True),
        ((), (100,), 101, False),
        (("unknown",), (100,), 100, True),
        # The arrangement's own limit stands, whatever the annex says.
        ((50,), (100,), 60, False),
        (("unknown",), (), 1, False),
        ((None,), (), 10**9, True),
    ],
)
def test_an_annex_gives_a_power_that_the_arrangement_leaves_open(
    national: tuple, local: tuple, amount: int, reaches: bool
) -> None:
    rows = [tuple(_delegation(limit) for limit in limits) for limits in (national, local)]
    arrangement = msgspec.structs.replace(ARRANGEMENT, duties=Duties(delegations=rows[0]))
    agreed = msgspec.structs.replace(agreement(), annex=Annex(delegations=rows[1]))
    assert (delegated(Terms(arrangement, agreed, "F"), "CTG", "decide", amount) is None) == reaches


def _delegation(limit: int | str | None) -> Delegation:
    return Delegation(code="c", to="CTG", name=Text(fr="c", en="c"), power="decide", limit=limit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("to", "power", "amount", "code"),
    [
        ("xx-centre", "decide", 50_000, None),
        ("xx-centre", "decide", 50_001, "power-not-delegated"),
        ("xx-centre", "pay", 1, "power-not-delegated"),
        ("xx-district", "endorse", 10**9, None),
        ("somebody", "decide", 1, "power-not-delegated"),
    ],
)
def test_a_power_reaches_as_far_as_it_was_given(to: str, power: str, amount: int, code: str | None) -> None:
    found = delegated(XX, to, power, amount)
    assert (found.code if found else None) == code
    assert found is None or (found.weight, found.review) == ("note", True)
