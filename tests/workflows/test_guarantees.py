"""Guarantees: asked for, answered, carried both ways, read out on the telephone, used by number."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from facility_agent.vocabulary.guarantees import checks, numbered
from facility_agent.workflows import exchange, guarantees, visits
from facility_agent.workflows.guarantees import Answer, Request
from tests.workflows.nothing import refused
from tests.workflows.places import Places

DAY = date(2026, 3, 2)
AWA, ISSA = "MLT-000001-01", "MLT-000001-02"
ASKED = Request(
    "019d0000-0000-7000-8000-00000000000c", "long-term", ("paracetamol",), "douleur chronique", "ordonnance"
)


def letter(folder: Path) -> bytes:
    (found,) = (folder / "outbox").glob("guarantee-*.fae")
    return found.read_bytes()


async def test_a_guarantee_travels_both_ways_and_is_used_month_by_month(ready: Places) -> None:
    asked = await guarantees.ask(ready.facility, AWA, ASKED, "soins")
    assert await guarantees.ask(ready.facility, AWA, ASKED, "soins") == asked, "the same form twice asks once"
    for _ in range(2):
        await exchange.receive(ready.mutual, letter(ready.facility.folder), "agent")
    assert await ready.mutual.store.guarantees(state="asked") == (asked,)
    given = Answer(True, until=date(2026, 12, 31), per_month=30)
    granted = await guarantees.answer(ready.mutual, asked.id, given, "medecin")
    assert granted.number == "MLT-000001-79" and checks(granted.number)
    await exchange.receive(ready.facility, letter(ready.mutual.folder), "comptable")
    assert await ready.facility.store.guarantee(number=granted.number) == granted
    visit = await guarantees.attached(ready.facility, ready.visit(AWA, DAY, ("paracetamol", 20)))
    assert [each.number for each in visit.guarantees] == [granted.number]
    await visits.record(ready.facility, visit, "soins")
    (used,) = await guarantees.of_person(ready.facility, AWA, DAY)
    assert (used.month, used.left) == (20, 10)
    (april,) = await guarantees.of_person(ready.facility, AWA, date(2026, 4, 1))
    assert april.left == 30
    await visits.undo(ready.facility, visit.id, "soins", "essai")
    (used,) = await guarantees.of_person(ready.facility, AWA, DAY)
    assert used.left == 30, "what was taken back is not used"
    assert await guarantees.of_person(ready.facility, AWA, date(2027, 1, 1)) == ()
    other = await guarantees.attached(ready.facility, ready.visit(AWA, DAY))
    assert other.guarantees == (), "it does not concern this care"


async def test_a_refusal_needs_words_and_comes_back_with_them(ready: Places) -> None:
    asked = await guarantees.ask(ready.facility, AWA, ASKED, "soins")
    await exchange.receive(ready.mutual, letter(ready.facility.folder), "agent")
    async with refused("guarantee-reason", ready.mutual):
        await guarantees.answer(ready.mutual, asked.id, Answer(False), "medecin")
    await guarantees.answer(ready.mutual, asked.id, Answer(False, "acte hors convention"), "medecin")
    async with refused("guarantee-state", ready.mutual):
        answered = await ready.mutual.store.guarantee(asked.id)
        assert answered is not None
        await ready.mutual.store.put_guarantee(
            msgspec.structs.replace(answered, state="asked"), ready.mutual.now(), "x"
        )
    await exchange.receive(ready.facility, letter(ready.mutual.folder), "comptable")
    held = await ready.facility.store.guarantee(asked.id)
    assert held is not None and (held.state, held.answer) == ("refused", "acte hors convention")


async def test_a_number_read_out_on_the_telephone_is_verified_and_counts_at_once(ready: Places) -> None:
    number = numbered("MLT", 41)
    async with refused("guarantee-number", ready.facility):
        await guarantees.telephoned(ready.facility, AWA, "g1", number[:-1] + "0", ("paracetamol",), None, "accueil")
    kept = await guarantees.telephoned(
        ready.facility, AWA, "g1", f" {number.lower()} ", ("paracetamol",), date(2026, 3, 31), "accueil", 12
    )
    assert kept.by_telephone and kept.number == number
    (used,) = await guarantees.of_person(ready.facility, AWA, DAY)
    assert used.left == 12
    async with refused("guarantee-number-taken", ready.facility):
        await guarantees.telephoned(ready.facility, ISSA, "g2", number, (), None, "accueil")


@pytest.mark.parametrize(("member", "code"), [("MLT-999999-01", "member-unknown"), (AWA, "guarantee-reason")])
async def test_what_cannot_be_asked_is_an_answer(member: str, code: str, ready: Places) -> None:
    reason = " " if code == "guarantee-reason" else "douleur"
    async with refused(code, ready.facility):
        await guarantees.ask(ready.facility, member, msgspec.structs.replace(ASKED, reason=reason), "soins")
    async with refused("guarantee-unknown", ready.mutual):
        await guarantees.answer(ready.mutual, "nobody", Answer(True), "medecin")


@given(some.from_regex(r"[A-Z]{2,6}(-[A-Z0-9]{1,6})?", fullmatch=True), some.integers(1, 999_999), some.data())
def test_one_wrong_sign_or_two_that_changed_places_are_heard(payer: str, sequence: int, data: some.DataObject) -> None:
    number = numbered(payer, sequence)
    assert checks(number)
    place = data.draw(some.integers(0, len(number) - 1))
    if number[place].isdecimal():
        digit = data.draw(some.sampled_from([sign for sign in "0123456789" if sign != number[place]]))
        assert not checks(number[:place] + digit + number[place + 1 :])
    first, second = number[-4], number[-2]
    if first != second and first.isdecimal():
        assert not checks(f"{number[:-4]}{second}{number[-3]}{first}{number[-1]}")
