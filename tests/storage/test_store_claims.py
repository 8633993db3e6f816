"""Claims: kept once, never changed, replaced openly, remembered in the order of care."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import facility_agent
from facility_agent.storage.store import Store, open_store
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Claim, Share, Stay
from tests import builders
from tests.builders import (
    FACILITY,
    MUTUAL,
    OTHER_FACILITY,
    PROGRAMME,
    SCHEME,
    STATE,
    beneficiary,
    care,
    claim,
    new_id,
    past_lines,
    visit,
)

AT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)
FAMILIES = {act.code: act.family for act in builders.arrangement().acts}
AWA, ISSA = beneficiary("KDG-000001-01"), beneficiary("KDG-000001-02", sex="M")
ROOT = Path(facility_agent.__file__).parent.parent


async def minted(store: Store, *claims: Claim) -> None:
    for entry in claims:
        assert await store.mint(entry, FAMILIES, AT, "nurse")


async def counts(store: Store) -> list[int]:
    """Rows of the claims, their lines, shares and events."""
    tables = ("claim", "claim_line", "claim_share", "claim_event")
    return [int((await store.database.rows(f"SELECT COUNT(*) AS n FROM {name}"))[0]["n"]) for name in tables]


async def test_a_claim_minted_twice_counts_once(store: Store) -> None:
    await minted(store, claim(1, visit(care("consultation"), care("paracetamol", 20))))
    before = await counts(store)
    assert await store.mint(claim(1, visit(care("consultation"), care("paracetamol", 20))), FAMILIES, AT, "x") is False
    assert await counts(store) == before == [1, 2, 2, 1]


async def test_a_claim_minted_by_eight_at_once_counts_once(store: Store) -> None:
    answers = await asyncio.gather(*(store.mint(claim(1), FAMILIES, AT, "nurse") for _ in range(8)))
    assert sorted(answers) == [False] * 7 + [True]
    assert await counts(store) == [1, 1, 1, 1]


async def test_another_body_under_the_id_of_a_claim_is_refused(store: Store) -> None:
    await minted(store, claim(1))
    with pytest.raises(InputError, match="claim-id-reused"):
        await store.mint(claim(1, minted_on=date(2026, 3, 11)), FAMILIES, AT, "nurse")
    assert await store.claim(new_id(1)) == claim(1)


async def test_a_claim_comes_back_byte_for_byte(store: Store) -> None:
    entry = claim(1, visit(care("consultation"), care("amoxicillin", 12)))
    await minted(store, entry)
    rows = await store.database.rows("SELECT document FROM claim")
    assert bytes(rows[0]["document"]) == canonical(entry)
    assert await store.claims((new_id(2), new_id(1))) == (entry,)


async def test_a_replaced_claim_stops_counting_anywhere(store: Store) -> None:
    first, second = claim(1), claim(2, replaces=new_id(1))
    await minted(store, first, second)
    assert await store.claims_of_month(FACILITY, "2026-03") == (second,)
    assert await store.claims_of_members([AWA.number]) == (second,)
    assert await store.history([AWA.number]) == past_lines(second)
    assert await store.claim(new_id(1)) == first


async def test_a_claim_has_one_successor(store: Store) -> None:
    await minted(store, claim(1), claim(2, replaces=new_id(1)))
    with pytest.raises(InputError, match="claim-replaced-twice"):
        await store.mint(claim(3, replaces=new_id(1)), FAMILIES, AT, "nurse")
    await minted(store, claim(3, replaces=new_id(2)))
    assert await store.claims_of_month(FACILITY, "2026-03") == (claim(3, replaces=new_id(2)),)


async def test_a_replaced_claim_that_arrives_after_its_successor_does_not_count(store: Store) -> None:
    for entry in (claim(2, replaces=new_id(1)), claim(1)):
        assert await store.mint(entry, FAMILIES, AT, "officer", "received")
    assert await store.claims_of_month(None, "2026-03") == (claim(2, replaces=new_id(1)),)


async def test_at_the_facility_a_claim_replaces_one_that_is_there(store: Store) -> None:
    with pytest.raises(InputError, match="claim-replaces-unknown"):
        await store.mint(claim(2, replaces=new_id(1)), FAMILIES, AT, "nurse")
    assert await store.claim(new_id(2)) is None


async def test_a_claim_never_replaces_itself_by_any_way_round(store: Store) -> None:
    with pytest.raises(InputError, match="claim-replaces-itself"):
        await store.mint(claim(1, replaces=new_id(1)), FAMILIES, AT, "nurse")
    for number, replaced in ((2, 1), (3, 2)):
        assert await store.mint(claim(number, replaces=new_id(replaced)), FAMILIES, AT, "officer", "received")
    with pytest.raises(InputError, match="claim-replaces-itself"):
        await store.mint(claim(1, replaces=new_id(3)), FAMILIES, AT, "officer", "received")
    assert await store.claims_of_month(None, "2026-03") == (claim(3, replaces=new_id(2)),)


async def test_a_claim_number_names_one_claim(store: Store) -> None:
    await minted(store, claim(1))
    with pytest.raises(InputError, match="claim-number-taken"):
        await store.mint(msgspec.structs.replace(claim(2), number="F-0001"), FAMILIES, AT, "nurse")
    assert await counts(store) == [1, 1, 1, 1]


async def test_history_keeps_the_order_of_payment_and_of_the_lines(store: Store) -> None:
    made = claim(1, visit(care("consultation", id="b"), care("dressing", id="a"), care("malaria-test", id="C")))
    shares = (Share(STATE, PROGRAMME, 10), Share(MUTUAL, SCHEME, 30), Share("aa", "x", 5))
    lines = tuple(msgspec.structs.replace(line, shares=shares) for line in made.adjudication.lines)
    made = msgspec.structs.replace(made, adjudication=msgspec.structs.replace(made.adjudication, lines=lines))
    await minted(store, made)
    assert await store.history([AWA.number]) == past_lines(made)


async def test_history_is_in_the_order_of_care_not_of_entry(store: Store) -> None:
    seen = [
        claim(1, visit(at="15:00")),
        claim(2, visit(at="09:00")),
        claim(3, visit(day=date(2026, 3, 1), at="23:00")),
        claim(4, visit(care("consultation"), care("dressing", id="a", at="08:00"), at="09:00")),
        claim(5, visit(beneficiary=ISSA, at="10:00")),
        claim(6, visit(beneficiary=beneficiary("KDG-000009-01"))),
    ]
    await minted(store, *seen)
    own = [entry for entry in seen if entry.visit.beneficiary.number == AWA.number]
    assert set(await store.history([AWA.number])) == set(past_lines(*own))
    found = await store.history([AWA.number], ["KDG-000001"])
    assert set(found) == set(past_lines(*seen[:5]))
    keys = [(line.day, line.at, line.claim) for line in found]
    assert keys == sorted(keys)
    assert await store.history([], []) == await store.history([""], [""]) == ()


async def test_a_month_is_that_of_care_and_for_a_stay_that_of_discharge(store: Store) -> None:
    stay = Stay(date(2026, 3, 28), date(2026, 4, 2))
    await minted(store, claim(1), claim(2, visit(day=date(2026, 3, 28), stay=stay)))
    assert await store.claims_of_month(FACILITY, "2026-03") == (claim(1),)
    assert [entry.id for entry in await store.claims_of_month(FACILITY, "2026-04")] == [new_id(2)]
    assert await store.claims_of_month(OTHER_FACILITY, "2026-03") == ()


async def test_projections_are_made_again_from_the_documents_exactly(store: Store) -> None:
    await minted(
        store,
        claim(1, visit(care("consultation"), care("paracetamol", 20, at="10:30"), condition="malaria")),
        claim(2, visit(care("delivery"))),
        claim(3, visit(care("caesarean"))),
        claim(4, replaces=new_id(2)),
    )

    async def projections() -> list[list[dict[str, object]]]:
        order = {"claim_line": "claim, line", "claim_share": "claim, line, payer, scheme"}
        return [await store.database.rows(f"SELECT * FROM {name} ORDER BY {by}") for name, by in order.items()]

    before = await projections()
    assert await store.rebuild_projections(FAMILIES) == 4
    assert await projections() == before
    assert all(before)


async def test_a_claim_whose_mint_is_cancelled_at_any_step_is_whole_or_absent(store: Store) -> None:
    for number in range(1, 42):
        task = asyncio.create_task(store.mint(claim(number), FAMILIES, AT, "nurse"))
        for _ in range(number):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        one, *others = await counts(store)
        assert others == [one, one, one]
        # The desk tries again with the same claim: it is there once, whatever became of the first try.
        await store.mint(claim(number), FAMILIES, AT, "nurse")
        assert await counts(store) == [number] * 4


#: What is done one after the other: mint a claim anew, mint an earlier one again, or replace one.
STEPS = st.lists(st.tuples(st.sampled_from(["new", "again", "replace"]), st.integers(0, 99)), min_size=1, max_size=12)


@settings(max_examples=20, deadline=None)
@given(steps=STEPS)
def test_whatever_is_minted_again_or_replaced_history_holds_each_claim_that_counts_once(
    steps: list[tuple[str, int]],
) -> None:
    async def run(folder: str) -> None:
        made: list[Claim] = []
        counting: dict[str, Claim] = {}
        async with open_store(Path(folder) / "site.sqlite3") as store:
            for kind, choice in steps:
                if kind == "again" and made:
                    assert await store.mint(made[choice % len(made)], FAMILIES, AT, "nurse") is False
                    continue
                entry = claim(len(made) + 1, visit(day=date(2026, 3, 1 + choice % 28)))
                if kind == "replace" and counting:
                    old = sorted(counting)[choice % len(counting)]
                    entry = msgspec.structs.replace(entry, replaces=old)
                    del counting[old]
                await minted(store, entry)
                made.append(entry)
                counting[entry.id] = entry
            expected = sorted(counting.values(), key=lambda entry: (entry.visit.day, entry.id))
            assert await store.claims_of_month(FACILITY, "2026-03") == tuple(expected)
            assert await store.history([AWA.number]) == past_lines(*expected)

    with TemporaryDirectory() as folder:
        asyncio.run(run(folder))


KILLED_DESK = """
import asyncio, sys
from facility_agent.storage.store import open_store
from tests.storage.test_store_claims import AT, FAMILIES, claim

async def main():
    async with open_store(sys.argv[1]) as store:
        number = 1
        while True:
            await store.mint(claim(number), FAMILIES, AT, "nurse")
            print(number, flush=True)
            number += 1

asyncio.run(main())
"""


async def test_every_claim_that_was_acknowledged_is_whole_after_kill_9(tmp_path: Path) -> None:
    desk = subprocess.Popen(
        [sys.executable, "-c", KILLED_DESK, str(tmp_path / "site.sqlite3")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert desk.stdout is not None
    acknowledged = [int(desk.stdout.readline()) for _ in range(40)]
    desk.kill()
    acknowledged += [int(line) for line in desk.communicate()[0].split()]
    async with open_store(tmp_path / "site.sqlite3") as store:
        for number in acknowledged:
            assert await store.claim(new_id(number)) == claim(number)
        one, *others = await counts(store)
        assert others == [one, one, one]
        assert one in (len(acknowledged), len(acknowledged) + 1)
