"""What happens to a claim: events in the moves of the states only, in their order, never taken back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from facility_agent.storage.store import Store
from facility_agent.storage.store.claims import CLAIM_MOVES
from facility_agent.vocabulary.errors import InputError
from tests import builders
from tests.builders import claim, new_id

AT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)
FAMILIES = {act.code: act.family for act in builders.arrangement().acts}


async def test_what_happened_to_a_claim_is_added_and_never_taken_back(store: Store) -> None:
    await store.mint(claim(1), FAMILIES, AT, "nurse")
    for state in ("batched", "sealed"):
        await store.move_claim(new_id(1), state, AT, "accountant", "CSPS-1-MUT-0001")
    assert await store.claim_state(new_id(1)) == "sealed"
    assert await store.claim_state(new_id(2)) == ""
    rows = await store.database.rows("SELECT place, state FROM claim_event ORDER BY place")
    assert [(row["place"], row["state"]) for row in rows] == [(1, "minted"), (2, "batched"), (3, "sealed")]


@pytest.mark.parametrize("state", CLAIM_MOVES)
async def test_no_other_move_of_a_claim_is_made(store: Store, state: str) -> None:
    if not state:
        for refused in sorted(set(CLAIM_MOVES) - set(CLAIM_MOVES[""]) - {""}):
            with pytest.raises(InputError, match="claim-state"):
                await store.mint(claim(1), FAMILIES, AT, "nurse", refused)
        assert await store.claim(new_id(1)) is None
        return
    await store.mint(claim(1), FAMILIES, AT, "nurse")
    await store.database.rows("UPDATE claim_event SET state = $1", state)
    for target in [other for other in CLAIM_MOVES if other and other not in CLAIM_MOVES[state]]:
        with pytest.raises(InputError, match="claim-state"):
            await store.move_claim(new_id(1), target, AT, "accountant")
    assert await store.claim_state(new_id(1)) == state


@pytest.mark.parametrize(
    ("start", "way"),
    [
        ("minted", ("batched", "sealed", "received", "decided", "contested", "decided again", "settled")),
        ("minted", ("sealed", "sealed", "decided", "settled")),
        ("received", ("decided", "decided", "settled")),
    ],
)
async def test_a_claim_walks_the_way_of_its_states(store: Store, start: str, way: tuple[str, ...]) -> None:
    await store.mint(claim(1), FAMILIES, AT, "nurse", start)
    for state in way:
        await store.move_claim(new_id(1), state, AT, "accountant")
        assert await store.claim_state(new_id(1)) == state


async def test_a_claim_that_is_not_kept_cannot_be_moved(store: Store) -> None:
    with pytest.raises(InputError, match="claim-not-kept"):
        await store.move_claim("nobody", "sealed", AT, "accountant")


async def test_what_happens_to_a_claim_at_once_has_its_place_each(store: Store) -> None:
    await store.mint(claim(1), FAMILIES, AT, "nurse")
    await asyncio.gather(*(store.move_claim(new_id(1), "batched", AT, "accountant") for _ in range(8)))
    rows = await store.database.rows("SELECT place FROM claim_event ORDER BY place")
    assert [row["place"] for row in rows] == list(range(1, 10))
