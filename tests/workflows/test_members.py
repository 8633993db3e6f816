"""The mutual's register: a members' file is taken whole or not at all; cards are issued with the right phrase only."""

from __future__ import annotations

from datetime import date

import pytest

from facility_agent.demo.sites import PASSPHRASE
from facility_agent.workflows import membership
from facility_agent.workflows.cards import issue_cards
from tests.workflows.nothing import refused
from tests.workflows.places import Places, members_file, people


def with_row(**changes: str) -> bytes:
    """The members' file with its third row changed."""
    rows = people()
    rows[2] = {**rows[2], **changes}
    return members_file(rows)


def without_column(name: str) -> bytes:
    head, *rows = members_file().decode("utf-8-sig").split("\r\n")
    place = head.split(";").index(name)
    cut = [";".join(cell for at, cell in enumerate(row.split(";")) if at != place) for row in (head, *rows) if row]
    return "\r\n".join(cut).encode()


WRONG: dict[str, tuple[str, bytes]] = {
    "empty": ("members-column-missing", b""),
    "a header and nobody": ("members-empty", members_file([])),
    "a column that nobody knows": ("members-column", members_file().replace(b"village", b"quartier")),
    "a column twice": ("members-column", members_file().replace(b"village", b"nom")),
    "without the numbers": ("members-column-missing", without_column("numero")),
    "without the first day": ("members-column-missing", without_column("depuis")),
    "a number twice": ("members-number-twice", with_row(numero="MLT-000001-01")),
    "a day that does not exist": ("members-cell", with_row(naissance="2019-02-30")),
    "a day as people speak": ("members-cell", with_row(depuis="juin 2024")),
    "a sex that is none": ("members-cell", with_row(sexe="X")),
    "nobody's name": ("members-cell", with_row(nom="  ")),
    "a cell too many": ("members-row-length", members_file() + b"MLT-000011-01;MLT-000011;A;B\r\n"),
    "in UTF-16": ("members-column", members_file().decode("utf-8-sig").encode("utf-16")),
    "bytes of something else": ("members-encoding", b"\x89PNG\r\n\x1a\n\x81\x8d"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_members_file_with_a_mistake_changes_nothing(what: str, held: Places) -> None:
    code, data = WRONG[what]
    async with refused(code, held.mutual):
        await membership.import_members(held.mutual, data)


async def test_a_members_file_in_windows_1252_with_commas_and_french_days_is_read(ready: Places) -> None:
    text = "Member_Number,Household,Name,Since\nMLT-000042-01,MLT-000042,Ève N'Do-Kéré,14/03/2025\n\n"
    assert await membership.import_members(ready.mutual, text.encode("cp1252")) == 1
    (entry,) = await ready.mutual.store.all_coverages("MLT")
    assert (entry.beneficiary.name, entry.since, entry.scheme) == ("Ève N'Do-Kéré", date(2025, 3, 14), "mutual")
    state = await ready.mutual.store.register_state("MLT")
    assert state is not None
    assert (state.sequence, state.members) == (2, 1)


async def test_cards_need_the_right_phrase_and_days_in_order(held: Places) -> None:
    some = (await held.mutual.store.all_coverages("MLT"))[:2]
    async with refused("key-passphrase-wrong", held.mutual):
        await issue_cards(held.mutual, some, date(2026, 12, 31), "pas la bonne phrase")
    async with refused("card-dates", held.mutual):
        await issue_cards(held.mutual, some, date(2026, 1, 31), PASSPHRASE)


async def test_serials_of_cards_have_no_gaps_although_issuing_failed_in_between(ready: Places) -> None:
    some = (await ready.mutual.store.all_coverages("MLT"))[:1]
    async with refused("card-dates", ready.mutual):
        await issue_cards(ready.mutual, some, date(2026, 1, 31), PASSPHRASE)
    (card,) = await issue_cards(ready.mutual, some, date(2027, 12, 31), PASSPHRASE)
    assert card.card.serial == len(people()) + 1
    held = await ready.mutual.store.cards_held("MLT", (card.card.member,))
    assert [one.card.serial for one in held] == [1, len(people()) + 1]


async def test_a_register_goes_only_to_somebody_whose_keys_are_known(held: Places) -> None:
    async with refused("party-unknown", held.mutual):
        await membership.publish_register(held.mutual, "NOBODY")
