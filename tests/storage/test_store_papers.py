"""Scanned pages, drafts taken away, authorities and packs, on both dialects."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from facility_agent.arrangements.agreement import Agreement, Party, Signature, with_digest
from facility_agent.exchange.parties import PublicKeys
from facility_agent.storage.store import Store
from facility_agent.vocabulary.errors import InputError

AT = datetime(2026, 2, 20, 9, tzinfo=UTC)
START = date(2026, 3, 1)


def agreement(id: str = "A", *signers: str) -> Agreement:
    parties = (Party(code="F", name="F", role="facility"), Party(code="M", name="M", role="payer"))
    pages = tuple(Signature(party=code, by="X", capacity="Y", on=START, signature="00") for code in signers)
    return with_digest(
        Agreement(id=id, country="XX", arrangement=START, start=START, parties=parties, signatures=pages)
    )


async def test_a_scan_is_kept_once_and_comes_back(store: Store) -> None:
    await store.put_agreement(agreement(), AT, "x")
    for _ in range(2):
        await store.put_scan("A", "F", "d1", b"\x00page\xff", AT, "x")
    await store.put_scan("A", "M", "d1", b"\x00page\xff", AT, "x")
    await store.put_scan("A", "M", "d2", b"other", AT, "x")
    assert (await store.scan("d1"), await store.scan("d2"), await store.scan("d3")) == (b"\x00page\xff", b"other", None)
    assert await store.scans_of("A") == ("d1", "d2") and await store.scans_of("B") == ()


async def test_a_draft_goes_with_all_that_was_noted_of_it_and_nothing_else_does(store: Store) -> None:
    await store.put_agreement(agreement("A"), AT, "x")
    await store.put_agreement(agreement("B", "F"), AT, "x")
    await store.put_scan("A", "F", "d1", b"page", AT, "x")
    await store.drop_draft("A")
    assert [entry.id for entry in await store.agreements()] == ["B"] and await store.scan("d1") is None
    for id in ("A", "B"):
        with pytest.raises(InputError, match="agreement-unknown"):
            await store.drop_draft(id)
    assert [entry.id for entry in await store.agreements()] == ["B"]


async def test_only_somebody_known_is_an_authority_and_once(store: Store) -> None:
    await store.put_public_keys(PublicKeys("MIN", "Ministère", ()))
    for _ in range(2):
        await store.put_authority("MIN", AT)
    assert await store.authorities() == ("MIN",)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await store.put_authority("NOBODY", AT)


async def test_packs_are_numbered_as_they_come_and_an_older_one_is_refused(store: Store) -> None:
    assert await store.put_pack("d1", "XX", "MIN", 2, b"one", AT, "x")
    assert not await store.put_pack("d1", "XX", "MIN", 2, b"one", AT, "x")
    assert await store.put_pack("d2", "XX", "OTHER", 1, b"two", AT, "x")
    assert await store.put_pack("d3", "YY", "MIN", 1, b"three", AT, "x")
    for digest, number, code in (("d4", 2, "pack-number-reused"), ("d5", 1, "pack-older")):
        with pytest.raises(InputError, match=code):
            await store.put_pack(digest, "XX", "MIN", number, b"x", AT, "x")
    held = await store.packs()
    assert [(it.place, it.digest, it.document) for it in held] == [
        (1, "d1", b"one"),
        (2, "d2", b"two"),
        (3, "d3", b"three"),
    ]


async def test_no_claim_is_decided_in_a_new_store(store: Store) -> None:
    assert await store.decided_days([(date(2026, 1, 1), None), (date(2025, 1, 1), date(2025, 12, 31))]) == (0, "")
