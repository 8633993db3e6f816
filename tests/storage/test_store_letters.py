"""Letters: numbered for each pair of parties, counted once however often they arrive."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from facility_agent.exchange.envelope import Header
from facility_agent.storage.store import Store
from facility_agent.vocabulary.errors import InputError
from tests.builders import DAY, FACILITY, MUTUAL, STATE, new_id

AT = datetime(2026, 4, 2, 8, 30, tzinfo=UTC)


def header(sequence: int, **changes: object) -> Header:
    made = {"id": new_id(sequence), "kind": "batch", "sender": FACILITY, "recipient": MUTUAL, "sequence": sequence}
    return Header(**{**made, "made_on": DAY, **changes})  # type: ignore[arg-type]


async def test_a_letter_counts_once_however_often_it_arrives(store: Store) -> None:
    assert await store.receive_once(header(1), "digest", "lot.fae", AT) is True
    for _ in range(3):
        assert await store.receive_once(header(1), "digest", "copy of lot.fae", AT) is False
    (letter,) = await store.letters("in")
    assert (letter.name, letter.times, letter.sequence) == ("lot.fae", 4, 1)


async def test_a_letter_that_arrives_eight_times_at_once_is_new_once(store: Store) -> None:
    answers = await asyncio.gather(*(store.receive_once(header(1), "digest", "lot.fae", AT) for _ in range(8)))
    assert sorted(answers) == [False] * 7 + [True]


async def test_a_letter_whose_body_or_number_was_another_ones_is_refused(store: Store) -> None:
    await store.receive_once(header(1), "digest", "lot.fae", AT)
    with pytest.raises(InputError, match="envelope-id-reused"):
        await store.receive_once(header(1), "other", "lot.fae", AT)
    with pytest.raises(InputError, match="envelope-sequence-reused"):
        await store.receive_once(header(1, id=new_id(9)), "other", "lot.fae", AT)
    assert await store.receive_once(header(1, sender="CSPS-2"), "another", "lot.fae", AT) is True
    assert len(await store.letters("in")) == 2


async def test_letters_that_are_missing_are_named(store: Store) -> None:
    for number in (1, 2, 5, 7):
        await store.receive_once(header(number), f"digest-{number}", "lot.fae", AT)
    assert await store.gaps(FACILITY) == (3, 4, 6)
    assert await store.gaps("CSPS-2") == ()


async def test_letters_sent_are_numbered_per_recipient_and_can_be_written_again(store: Store) -> None:
    for recipient, expected in ((MUTUAL, 1), (MUTUAL, 2), (STATE, 1)):
        async with store.transaction():
            sequence = await store.next_sequence(FACILITY, recipient)
            assert sequence == expected
            made = header(sequence, recipient=recipient, id=new_id(len(recipient) * 10 + sequence))
            await store.note_sent(made, "digest", f"{recipient}-{sequence}.fae", f"{sequence}".encode(), AT)
    assert await store.sealed(f"{MUTUAL}-2.fae") == b"2"
    assert await store.sealed("nothing.fae") is None
    assert sorted(letter.name for letter in await store.letters("out")) == ["MUT-1.fae", "MUT-2.fae", "STATE-1.fae"]


async def test_a_letter_sent_twice_counts_once_and_another_one_under_its_number_is_refused(store: Store) -> None:
    for _ in range(2):
        await store.note_sent(header(1), "digest", "lot.fae", b"x", AT)
    for other, digest in (
        (header(1), "other"),
        (header(2, id=new_id(1)), "other"),
        (header(1, id=new_id(9)), "digest"),
    ):
        with pytest.raises(InputError, match="letter-second"):
            await store.note_sent(other, digest, "lot.fae", b"y", AT)
    assert len(await store.letters("out")) == 1
    assert await store.sealed("lot.fae") == b"x"


async def test_a_letter_whose_sealing_fails_takes_no_number(store: Store) -> None:
    with pytest.raises(LookupError):
        async with store.transaction():
            await store.note_sent(header(await store.next_sequence(FACILITY, MUTUAL)), "digest", "lot.fae", b"x", AT)
            raise LookupError
    assert await store.next_sequence(FACILITY, MUTUAL) == 1
