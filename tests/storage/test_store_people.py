"""Settings, gapless numbers, accounts and sign-ins, parties and agreements."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from tortoise.exceptions import IntegrityError

from facility_agent.arrangements.agreement import Signature
from facility_agent.arrangements.moves import Move
from facility_agent.storage.store import Store, open_store
from facility_agent.vocabulary.errors import InputError
from tests.builders import FACILITY, agreement

AT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


async def test_a_setting_is_kept_and_replaced(store: Store, store_location: str) -> None:
    assert await store.setting("language") is None
    await store.put_setting("language", "fr")
    await store.put_setting("language", "en")
    async with open_store(store_location) as again:
        assert await again.setting("language") == "en"


async def test_numbers_have_no_gap_when_eight_desks_take_them_at_once(store: Store) -> None:
    taken: list[int] = []

    async def desk(seed: int) -> None:
        chance = random.Random(seed)
        for number in range(25):
            try:
                async with store.transaction():
                    value = await store.next_number("claim:2026")
                    await store.put_setting(f"{seed}-{number}", str(value))
                    if chance.random() < 0.2:
                        raise LookupError
            except LookupError:
                continue
            taken.append(value)

    await asyncio.gather(*(desk(seed) for seed in range(8)))
    assert sorted(taken) == list(range(1, len(taken) + 1))
    assert len(taken) > 100


async def test_two_connections_share_one_series_without_a_gap(store: Store, store_location: str) -> None:
    async def take(where: Store) -> int:
        async with where.transaction():
            return await where.next_number("claim:2026")

    async with open_store(store_location) as other:
        taken = await asyncio.gather(*(take(where) for where in [store, other] * 15))
    assert sorted(taken) == list(range(1, 31))


async def test_each_series_counts_for_itself(store: Store) -> None:
    async with store.transaction():
        taken = [await store.next_number(name) for name in ("a", "a", "b", "a")]
    assert taken == [1, 2, 1, 3]


async def test_a_login_is_given_once(store: Store) -> None:
    await store.add_account("awa", "Awa Exemple", ("reception", "care"), "hash")
    with pytest.raises(InputError, match="account-exists"):
        await store.add_account("awa", "Somebody else", ("manager",), "other")
    kept = await store.account("awa")
    assert kept is not None
    assert (kept.name, kept.roles, kept.password_hash, kept.active) == (
        "Awa Exemple", ("reception", "care"), "hash", True,
    )  # fmt: skip
    assert [account.login for account in await store.accounts()] == ["awa"]
    assert [account.password_hash for account in await store.accounts()] == [""]
    assert await store.account("nobody") is None
    await store.add_account("zenabo", "Zénabo Exemple", ("officer",), "", "CTG")
    assert [account.office for account in await store.accounts()] == ["", "CTG"]
    await store.add_signin("token", "zenabo", "csrf", AT, AT)
    signed_in = await store.signed_in("token", AT)
    assert signed_in is not None and signed_in[1].office == "CTG"


async def test_a_sign_in_holds_until_it_expires_or_is_dropped(store: Store) -> None:
    await store.add_account("awa", "Awa", ("reception",), "hash")
    await store.add_signin("t1", "awa", "c1", AT, AT + timedelta(hours=8))
    await store.add_signin("t2", "awa", "c2", AT, AT + timedelta(hours=8))
    held = await store.signed_in("t1", AT + timedelta(hours=8))
    assert held is not None and (held[0].login, held[0].csrf, held[1].name) == ("awa", "c1", "Awa")
    assert await store.signed_in("t1", AT + timedelta(hours=8, microseconds=1)) is None
    await store.drop_signin("t2")
    assert await store.signed_in("t2", AT) is None
    await store.add_signin("t3", "awa", "c3", AT + timedelta(days=1), AT + timedelta(days=2))
    assert await store.database.rows("SELECT token FROM signin ORDER BY token") == [{"token": "t3"}]


async def test_a_sign_in_needs_an_account(store: Store) -> None:
    with pytest.raises(IntegrityError):
        await store.add_signin("t", "nobody", "c", AT, AT + timedelta(hours=8))


async def test_an_agreement_gathers_signatures_and_keeps_its_terms(store: Store) -> None:
    signed = agreement()
    first = msgspec.structs.replace(signed, signatures=signed.signatures[:1])
    await store.put_agreement(first, AT, "chair")
    await store.put_agreement(first, AT, "chair")
    await store.put_agreement(signed, AT, "chair")
    assert await store.agreements() == (signed,)
    assert (await store.agreements())[0].signatures == signed.signatures
    events = await store.database.rows("SELECT state FROM agreement_event ORDER BY state")
    assert [row["state"] for row in events] == ["in force", "signed by one"]


async def test_other_terms_under_one_agreement_are_refused(store: Store) -> None:
    await store.put_agreement(agreement(), AT, "chair")
    with pytest.raises(InputError, match="agreement-other-terms"):
        await store.put_agreement(agreement(until=date(2030, 1, 1)), AT, "chair")
    assert await store.agreements() == (agreement(),)


async def test_agreements_come_in_the_order_of_their_start(store: Store) -> None:
    made = [agreement(id=f"A-{year}", start=date(year, 1, 1)) for year in (2025, 2023, 2024)]
    for entry in made:
        await store.put_agreement(entry, AT, "chair")
    assert [entry.start.year for entry in await store.agreements()] == [2023, 2024, 2025]


async def test_a_suspended_agreement_is_kept_as_such(store: Store) -> None:
    signature = Signature(party=FACILITY, by="Head nurse", capacity="head", on=date(2023, 12, 1))
    stop = Move(number=1, kind="suspend", on=date(2026, 3, 1))
    suspended = agreement(moves=(stop,), signatures=(*agreement().signatures, signature))
    await store.put_agreement(agreement(), AT, "chair")
    await store.put_agreement(suspended, AT, "chair")
    assert [(entry.state, entry.suspended_on) for entry in await store.agreements()] == [
        ("suspended", date(2026, 3, 1))
    ]


async def test_an_instant_of_another_zone_is_the_same_instant(store: Store) -> None:
    east = (AT + timedelta(minutes=30)).astimezone(timezone(timedelta(hours=3)))
    await store.add_account("awa", "Awa", ("reception",), "hash")
    await store.add_signin("t", "awa", "c", AT, east)
    assert await store.signed_in("t", AT + timedelta(minutes=30)) is not None
    assert await store.signed_in("t", AT + timedelta(hours=1)) is None


async def test_an_instant_without_a_zone_is_nobodys(store: Store) -> None:
    with pytest.raises(ValueError, match="zone"):
        await store.add_signin("t", "awa", "c", datetime(2026, 3, 10, 8, 30), AT)
