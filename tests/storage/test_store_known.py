"""What stands at the desk about one person comes in one question, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from facility_agent.storage.engine import Database
from facility_agent.storage.store import Store
from facility_agent.storage.store.reception import Known
from facility_agent.vocabulary.guarantees import GuaranteeFile
from facility_agent.vocabulary.records import Beneficiary, Guarantee, Visit
from facility_agent.vocabulary.verdicts import Letter

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
AWA, ISSA = "KDG-000001-01", "KDG-000002-01"
FIRST = Guarantee("L-1", (), DAY - timedelta(days=9), DAY)
SECOND = Guarantee("L-2", (), DAY, DAY + timedelta(days=30))
PROMISED = GuaranteeFile("g1", "M", "F", AWA, "approval", ("x-ray",), "", DAY, "awa", state="granted", number="G-1")


async def visited(store: Store, number: str, days_ago: int, *shown: Guarantee, state: str = "recorded") -> None:
    day = DAY - timedelta(days=days_ago)
    made = Visit(f"{number}-{days_ago}", "F", day, Beneficiary(number, "Somebody"), (), guarantees=shown)
    await store.save_visit(made, state, None, NOW, "awa")


async def test_all_that_is_known_of_a_person_and_of_nobody_else(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await visited(store, AWA, 3, FIRST, SECOND)
    await visited(store, AWA, 1, SECOND)
    await visited(store, AWA, 0, Guarantee("L-9", (), DAY, DAY), state="open")
    await visited(store, ISSA, 2, FIRST)
    await store.put_portraits("N", [(AWA, "bb" * 8, b"two")])
    await store.put_portraits("M", [(AWA, "aa" * 8, b"one")])
    for each in (PROMISED, msgspec.structs.replace(PROMISED, id="g0", number="G-0"),
                 msgspec.structs.replace(PROMISED, id="g2", number="", state="asked"),
                 msgspec.structs.replace(PROMISED, id="g3", number="G-3", member=ISSA)):  # fmt: skip
        await store.put_guarantee(each, NOW, "awa")
    for id, number, day in (("1", AWA, DAY), ("2", AWA, DAY), ("3", AWA, DAY - timedelta(days=1)), ("4", ISSA, DAY)):
        await store.note_lookup(id, at=NOW, account="awa", member_number=number, colour="green", how="card", day=day)

    asked, rows = [], Database.rows

    async def counted(self: Database, statement: str, *values: object) -> list[dict[str, object]]:
        asked.append(statement)
        return await rows(self, statement, *values)

    monkeypatch.setattr(Database, "rows", counted)
    known = await store.known_of(AWA, DAY)
    assert len(asked) == 1
    assert (known.seen_today, known.portrait) == (2, "aa" * 8)
    assert known.letters == (Letter("L-2", SECOND.start, SECOND.until, 2), Letter("L-1", FIRST.start, FIRST.until, 1))
    assert [each.id for each in known.guarantees] == ["g0", "g1"]
    assert await store.known_of("nobody", DAY) == Known()
