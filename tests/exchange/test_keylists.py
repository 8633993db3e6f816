"""Which lists of keys may take the place of the one that is held: trust shrinks by letter, and grows by vouching."""

from __future__ import annotations

from datetime import date

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.exchange.keylists import updated, voucher_terms
from facility_agent.exchange.parties import PublicKey, PublicKeys
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id

SECRETS = [Ed25519PrivateKey.from_private_bytes(bytes([place]) * 32) for place in range(1, 7)]
DAY = date(2026, 1, 1)


def public(place: int, role: str = "agreement", start: date = DAY, by: int | None = None) -> PublicKey:
    """The key of this place, vouched for by the key of another one."""
    data = SECRETS[place].public_key().public_bytes_raw()
    bare = PublicKey(role, key_id(data).hex(), data.hex(), start)  # type: ignore[arg-type]
    if by is None:
        return bare
    name = key_id(SECRETS[by].public_key().public_bytes_raw()).hex()
    return msgspec.structs.replace(bare, voucher=name, signature=SECRETS[by].sign(voucher_terms("M", bare)).hex())


def keys(*listed: PublicKey, sequence: int = 1, party: str = "M") -> PublicKeys:
    return PublicKeys(party, "Mutuelle inventée", listed, "M-##", "", sequence)


HELD = keys(public(0), public(1, "card"), sequence=0)


def accepted(*new: PublicKey) -> set[str]:
    return {key.key for key in updated(HELD, keys(public(0), public(1, "card"), *new)).keys} - {
        key.key for key in HELD.keys
    }


def test_a_vouched_key_is_taken_through_several_steps_in_any_order() -> None:
    chain = (public(3, "card", by=2), public(2, by=0))
    assert accepted(*chain) == {chain[0].key, chain[1].key}


def test_a_key_that_nobody_speaks_for_is_left_out() -> None:
    assert accepted(public(2)) == set()
    assert accepted(public(2, by=1)) == set(), "a card key vouches for nothing"
    assert accepted(public(2, by=4)) == set(), "nor a stranger's"
    assert accepted(public(2, by=2)) == set(), "nor a key for itself"
    assert accepted(public(2, by=3), public(3, by=2)) == set(), "nor two for each other"
    assert accepted(msgspec.structs.replace(public(2, by=0), start=date(2026, 1, 2))) == set(), "nor for another day"
    assert accepted(public(2, start=date(2025, 12, 31), by=0)) == set(), "nor before it began"
    assert accepted(msgspec.structs.replace(public(2, by=0), signature="zz")) == set()


def test_a_retired_key_vouched_while_it_was_in_use() -> None:
    retired = msgspec.structs.replace(public(0), until=date(2026, 2, 1))
    offered = keys(retired, public(1, "card"), public(2, start=date(2026, 2, 1), by=0),
                   public(3, start=date(2026, 2, 2), by=0))  # fmt: skip
    found = {key.key for key in updated(HELD, offered).keys}
    assert public(2).key in found and public(3).key not in found


def test_a_voucher_for_another_party_says_nothing() -> None:
    stolen = public(2, by=0)
    held = keys(public(0), sequence=0, party="N")
    assert [key.key for key in updated(held, keys(public(0), stolen, party="N")).keys] == [public(0).key]


def test_names_and_patterns_are_changed_by_hand_only() -> None:
    offered = PublicKeys("M", "Un autre nom", HELD.keys, "#", "#", 2)
    assert updated(HELD, offered) == msgspec.structs.replace(HELD, sequence=2)


DAYS = st.none() | st.sampled_from([date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)])


@given(DAYS, DAYS, DAYS, DAYS)
def test_what_was_taken_is_never_given_back(
    until: date | None, revoked: date | None, next_until: date | None, next_revoked: date | None
) -> None:
    def with_days(end: date | None, theft: date | None) -> PublicKeys:
        return keys(msgspec.structs.replace(public(0), until=end, revoked_on=theft), sequence=2 + (end is not None))

    held = msgspec.structs.replace(with_days(until, revoked), sequence=1)
    try:
        (key,) = updated(held, with_days(next_until, next_revoked)).keys
    except InputError as error:
        assert error.code == "party-keys-changed"
        return
    for before, after in ((until, key.until), (revoked, key.revoked_on)):
        assert before is None or (after is not None and after <= before)
