"""Cards at the mutual: everybody once, however often it is asked and interrupted; lost, replaced, printed, revoked."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.demo.sites import PASSPHRASE
from facility_agent.exchange.revocations import is_set
from facility_agent.storage.store import cards as shelf
from facility_agent.workflows import cards, desk, households, lost_cards, membership, portraits
from facility_agent.workflows.cards import Run
from tests.workflows.nothing import refused
from tests.workflows.places import EXPIRES, LATE, LOST, Places, carry_lists, people
from tests.workflows.test_desk import codes

WELL, HOME = "MLT-000001-01", "MLT-000001"
NEXT_YEAR = date(2027, 12, 31)


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "PORTION", 7)


async def test_everybody_without_a_good_card_gets_one_and_nobody_a_second(ready: Places, small_portions: None) -> None:
    seen: list[int] = []
    first = await cards.issue_to_all(ready.mutual, EXPIRES, PASSPHRASE, progress=seen.append)
    # One card of the thirty has ended, one was lost.
    assert first == Run(2, 28)
    assert len(seen) > 3 and sum(seen) == len(people())
    assert await cards.issue_to_all(ready.mutual, EXPIRES, PASSPHRASE) == Run(0, 30)
    assert await cards.issue_to_all(ready.mutual, NEXT_YEAR, PASSPHRASE) == Run(30, 0)


async def test_a_run_that_was_interrupted_goes_on_where_it_stopped(ready: Places, small_portions: None) -> None:
    class Cut(Exception):
        """The power went."""

    done = 0

    def cut(people: int) -> None:
        nonlocal done
        done += people
        if done > 12:
            raise Cut

    with pytest.raises(Cut):
        await cards.issue_to_all(ready.mutual, NEXT_YEAR, PASSPHRASE, progress=cut)
    rest = await cards.issue_to_all(ready.mutual, NEXT_YEAR, PASSPHRASE)
    assert rest == Run(30 - done, done)
    numbers = [row["numero"] for row in people()]
    held = await ready.mutual.store.cards_held("MLT", numbers)
    new = [one.card for one in held if one.card.expires == NEXT_YEAR]
    assert sorted(card.member for card in new) == sorted(numbers)
    assert sorted(one.card.serial for one in held) == list(range(1, len(held) + 1))


async def test_who_died_or_left_gets_no_card(ready: Places) -> None:
    kept = []
    for entry in await ready.mutual.store.all_coverages("MLT"):
        if entry.beneficiary.number == WELL:
            dead = msgspec.structs.replace(entry.beneficiary, deceased_on=date(2026, 2, 1))
            entry = msgspec.structs.replace(entry, beneficiary=dead)
        if entry.beneficiary.number == LATE:
            entry = msgspec.structs.replace(entry, until=date(2026, 2, 28))
        kept.append(entry)
    await membership.replace_members(ready.mutual, tuple(kept))
    assert await cards.issue_to_all(ready.mutual, NEXT_YEAR, PASSPHRASE) == Run(28, 0)
    async with refused("card-not-entitled", ready.mutual):
        await lost_cards.reissue(ready.mutual, WELL, NEXT_YEAR, PASSPHRASE, "agent")


async def test_a_household_has_one_card_and_the_clerk_chooses_from_the_register(ready: Places) -> None:
    assert await cards.issue_to_all(ready.mutual, EXPIRES, PASSPHRASE, kind="household") == Run(10, 0)
    assert await cards.issue_to(ready.mutual, [WELL], EXPIRES, PASSPHRASE, kind="household") == Run(0, 1)
    (blank,) = await cards.cards_of(ready.mutual, [HOME], "household")
    assert (blank.card.household, blank.card.member, blank.card.name) == (HOME, "", "Inventé1 Awa")
    shown = await households.opened(ready.facility, blank.text)
    assert [person.number for person in shown.people] == [f"{HOME}-0{place}" for place in (1, 2, 3)]
    assert [person.birth_date.year for person in shown.people if person.birth_date] == [1988, 1979, 2019]
    async with refused("household-choose", ready.facility):
        await desk.verify_text(ready.facility, blank.text, "accueil")
    async with refused("household-not-theirs", ready.facility):
        await desk.verify_text(ready.facility, blank.text, "accueil", member="MLT-000002-01")
    answer = await desk.verify_text(ready.facility, blank.text, "accueil", member=f"{HOME}-03")
    assert (answer.verdict.colour, answer.how) == ("green", "household")
    assert answer.verdict.beneficiary is not None and answer.verdict.beneficiary.name == "Inventé1 Léa"
    await lost_cards.revoke(ready.mutual, [blank.card.serial], "agent", "perdue au marché")
    await carry_lists(ready)
    again = await desk.verify_text(ready.facility, blank.text, "accueil", member=f"{HOME}-03")
    assert "card-revoked" in codes(again)


async def test_a_household_card_that_is_newer_than_the_register_says_what_to_do(ready: Places) -> None:
    everybody = await ready.mutual.store.all_coverages("MLT")
    moved = msgspec.structs.replace(everybody[0].beneficiary, number="MLT-000042-01", household="MLT-000042")
    await membership.replace_members(
        ready.mutual, (*everybody, msgspec.structs.replace(everybody[0], beneficiary=moved))
    )
    await cards.issue_to(ready.mutual, ["MLT-000042"], EXPIRES, PASSPHRASE, kind="household")
    (blank,) = await cards.cards_of(ready.mutual, ["MLT-000042"], "household")
    async with refused("household-unknown", ready.facility):
        await households.opened(ready.facility, blank.text)
    async with refused("household-not-a-card", ready.facility):
        await households.opened(ready.facility, ready.cards[WELL].text)


async def test_a_lost_card_is_revoked_a_paper_stands_in_and_a_new_card_ends_it(ready: Places) -> None:
    old = ready.cards[WELL]
    paper = await lost_cards.lost(ready.mutual, WELL, date(2026, 4, 30), PASSPHRASE, "secrétaire", "tombée au marché")
    assert (paper.made.card.kind, paper.made.card.replaces, paper.revoked) == (
        "certificate", old.card.serial, (old.card.serial,)
    )  # fmt: skip
    await carry_lists(ready)
    assert "card-revoked" in codes(await desk.verify_text(ready.facility, old.text, "accueil"))
    answer = await desk.verify_text(ready.facility, paper.made.text, "accueil")
    assert (answer.verdict.colour, answer.how) == ("green", "paper")
    assert "card-certificate" in codes(answer)
    again = await lost_cards.lost(ready.mutual, WELL, date(2026, 5, 31), PASSPHRASE, "secrétaire", "perdu aussi")
    assert again.revoked == (paper.made.card.serial,)
    new = await lost_cards.reissue(ready.mutual, WELL, EXPIRES, PASSPHRASE, "président", "remise à la personne")
    assert new.revoked == (again.made.card.serial,)
    state = await ready.mutual.store.revocations("MLT")
    assert state is not None
    assert [is_set(state.bitmap, one.card.serial) for one in (old, paper.made, again.made, new.made)] == [
        True, True, True, False
    ]  # fmt: skip
    await carry_lists(ready)
    assert "card-revoked" in codes(await desk.verify_text(ready.facility, again.made.text, "accueil"))
    assert (await desk.verify_text(ready.facility, new.made.text, "accueil")).verdict.colour == "green"
    told = {
        row.card.serial: [(event.kind, event.who, event.reason, event.successor) for event in row.events]
        for row in await lost_cards.history(ready.mutual, WELL)
    }
    assert told == {
        old.card.serial: [
            ("lost", "secrétaire", "tombée au marché", paper.made.card.serial),
            ("replaced", "président", "remise à la personne", new.made.card.serial),
        ],
        paper.made.card.serial: [
            ("lost", "secrétaire", "perdu aussi", again.made.card.serial),
            ("replaced", "président", "remise à la personne", new.made.card.serial),
        ],
        again.made.card.serial: [("replaced", "président", "remise à la personne", new.made.card.serial)],
        new.made.card.serial: [],
    }


async def test_what_cannot_be_lost_or_revoked_changes_nothing(held: Places) -> None:
    async with refused("card-none", held.mutual):
        await lost_cards.lost(held.mutual, "MLT-009999-01", EXPIRES, PASSPHRASE, "secrétaire")
    async with refused("card-none", held.mutual):
        await lost_cards.history(held.mutual, "MLT-009999-01")
    async with refused("card-dates", held.mutual):
        await lost_cards.lost(held.mutual, WELL, date(2026, 1, 1), PASSPHRASE, "secrétaire")
    async with refused("key-passphrase-wrong", held.mutual):
        await lost_cards.lost(held.mutual, WELL, EXPIRES, "pas la bonne phrase", "secrétaire")
    async with refused("card-serial-unknown", held.mutual):
        await lost_cards.revoke(held.mutual, [1, 99])
    async with refused("member-unknown", held.mutual):
        await portraits.put(held.mutual, "MLT-009999-01", b"x")
    async with refused("card-none", held.mutual):
        await cards.cards_of(held.mutual, [LOST])


async def test_what_was_issued_is_printed_once_unless_it_is_asked_again(
    ready: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "TOGETHER", 8)
    site = ready.mutual

    async def print_all(again: bool = False, stop: int = 100) -> list[int]:
        serials: list[int] = []
        async for portion in cards.to_print(site, again=again):
            serials += [one.card.serial for one in portion]
            assert all(one.text.isdigit() for one in portion)
            await cards.printed(site, portion)
            if len(serials) >= stop:
                break
        return serials

    first = await print_all(stop=10)
    rest = await print_all()
    good = sorted(entry.card.serial for number, entry in ready.cards.items() if number not in (LATE, LOST))
    assert sorted(first + rest) == good
    assert await print_all() == []
    assert await print_all(again=True) == good
    new = await lost_cards.reissue(site, WELL, EXPIRES, PASSPHRASE, "agent")
    assert await print_all() == [new.made.card.serial]


async def test_some_people_or_a_household_are_printed_by_number(ready: Places) -> None:
    found = await cards.cards_of(ready.mutual, [WELL, "MLT-000002"])
    assert [one.card.member for one in found] == [WELL, "MLT-000002-01", "MLT-000002-02", "MLT-000002-03"]
    assert [one.text for one in found] == [ready.cards[one.card.member].text for one in found]
