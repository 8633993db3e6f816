"""Sealed envelopes: whole and genuine, or an error with a sentence."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

import facility_agent.exchange.envelope as envelope
from facility_agent.exchange.envelope import Header, look_at, open_envelope, seal
from facility_agent.exchange.parties import PublicKeys
from facility_agent.exchange.randomness import SYSTEM, seeded
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical

from .conftest import Site

HEADER = Header(
    id="0195f0e2-79b0-7001-8203-040506070809",
    kind="batch",
    sender="CSPS-01",
    recipient="MUT-KDG",
    sequence=7,
    made_on=date(2026, 3, 31),
)
PARTS = {"core": b'{"batch":{}}' * 40, "bordereau.pdf": bytes(range(256)) * 3}
Senders = dict[str, PublicKeys]


@pytest.fixture(scope="session")
def sealed(facility: Site, mutual: Site) -> bytes:
    return seal(HEADER, PARTS, facility.seal, mutual.address, seeded("envelope"))


def packed(header: dict[str, Any], parts: object = PARTS) -> bytes:
    return zlib.compress(msgspec.msgpack.encode([header, parts]))


GOOD = msgspec.to_builtins(HEADER) | {"schema": 1}


def refused(data: bytes, site: Site, senders: Senders) -> str:
    with pytest.raises(InputError) as problem:
        open_envelope(data, site.open, senders)
    return problem.value.code


def test_an_envelope_gives_back_header_and_parts(sealed: bytes, mutual: Site, senders: Senders) -> None:
    opened = open_envelope(sealed, mutual.open, senders)
    assert (opened.header, opened.parts) == (HEADER, PARTS)


def test_what_is_in_it_cannot_be_read_from_outside(sealed: bytes) -> None:
    assert b"batch" not in sealed
    assert b"bordereau" not in sealed


def test_the_head_says_for_whom_it_is_without_any_key(sealed: bytes, mutual: Site) -> None:
    head, start = look_at(sealed)
    assert (head.sender, head.recipient, head.id) == ("CSPS-01", "MUT-KDG", HEADER.id)
    assert head.key == mutual.public.current("site-open").key
    assert len(sealed) == start + head.length


def test_a_seed_gives_the_same_bytes_and_the_system_never_does(facility: Site, mutual: Site, sealed: bytes) -> None:
    assert seal(HEADER, PARTS, facility.seal, mutual.address, seeded("envelope")) == sealed
    assert len({seal(HEADER, PARTS, facility.seal, mutual.address, SYSTEM) for _ in range(3)}) == 3


def test_one_body_has_one_digest_however_often_it_is_sealed(facility: Site, mutual: Site, senders: Senders) -> None:
    twice = [open_envelope(seal(HEADER, PARTS, facility.seal, mutual.address, SYSTEM), mutual.open, senders)] * 2
    other = msgspec.structs.replace(HEADER, sequence=8)
    third = open_envelope(seal(other, PARTS, facility.seal, mutual.address, SYSTEM), mutual.open, senders)
    assert twice[0].digest == twice[1].digest != third.digest


def test_the_core_is_enough_and_nothing_is_without_it(facility: Site, mutual: Site, senders: Senders) -> None:
    alone = seal(HEADER, {"core": b""}, facility.seal, mutual.address, SYSTEM)
    assert open_envelope(alone, mutual.open, senders).parts == {"core": b""}
    with pytest.raises(ValueError):
        seal(HEADER, {"bordereau.pdf": b"%PDF"}, facility.seal, mutual.address, SYSTEM)


def test_an_envelope_for_somebody_else_names_its_recipient(sealed: bytes, facility: Site, senders: Senders) -> None:
    with pytest.raises(InputError, match="envelope-for-somebody-else") as problem:
        open_envelope(sealed, facility.open, senders)
    assert problem.value.fields == {"recipient": "MUT-KDG"}


def test_an_envelope_of_a_stranger_is_not_opened(sealed: bytes, mutual: Site) -> None:
    assert refused(sealed, mutual, {"MUT-KDG": mutual.public}) == "envelope-sender-unknown"


def test_an_older_key_of_the_sender_counts_until_it_is_revoked(sealed: bytes, facility: Site, mutual: Site) -> None:
    def known(**change: Any) -> Senders:
        keys = tuple(msgspec.structs.replace(key, **change) for key in facility.public.keys)
        return {"CSPS-01": msgspec.structs.replace(facility.public, keys=keys)}

    assert open_envelope(sealed, mutual.open, known(until=date(2026, 3, 1))).header == HEADER
    assert refused(sealed, mutual, known(revoked_on=date(2099, 1, 1))) == "envelope-sender-unknown"


def test_nobody_seals_in_the_name_of_another(mutual: Site, senders: Senders) -> None:
    """A forger who knows all public keys, and the mutual itself, cannot write as the health centre."""
    for key in (Ed25519PrivateKey.generate(), mutual.seal):
        forged = seal(HEADER, PARTS, key, mutual.address, SYSTEM)
        assert refused(forged, mutual, senders) == "envelope-sender-unknown"


def test_a_recipient_cannot_pass_the_letter_on_as_if_it_were_written_to_a_third(
    facility: Site, mutual: Site, senders: Senders
) -> None:
    """The mutual keeps signer, signature and body of its letter, and encrypts them to somebody else."""
    body = packed(GOOD | {"recipient": "CSPS-01"})
    header = msgspec.structs.replace(HEADER, recipient="CSPS-01")
    to_mutual = envelope._signed(body, facility.seal, mutual.address)
    passed_on = envelope._encrypted(header, to_mutual, facility.address, SYSTEM)
    assert refused(passed_on, facility, senders) == "envelope-altered"
    to_itself = envelope._signed(body, facility.seal, facility.address)
    assert open_envelope(envelope._encrypted(header, to_itself, facility.address, SYSTEM), facility.open, senders)


@pytest.mark.parametrize(
    ("what", "change", "code"),
    [
        ("nothing", lambda data: b"", "envelope-not-ours"),
        ("a PDF", lambda data: b"%PDF-1.7" + data, "envelope-not-ours"),
        ("a later version", lambda data: b"FAE2" + data[4:], "envelope-version"),
        ("only the magic", lambda data: data[:4], "envelope-truncated"),
        ("half of the head", lambda data: data[:60], "envelope-truncated"),
        ("half of the body", lambda data: data[:-300], "envelope-truncated"),
        ("one byte less", lambda data: data[:-1], "envelope-truncated"),
        ("one byte more", lambda data: data + b"\0", "envelope-altered"),
        ("a head that never ends", lambda data: data[:4] + b"\xff\xff" + data[6:], "envelope-altered"),
        ("another body", lambda data: data[:-300] + bytes(300), "envelope-altered"),
        ("another sender on the cover", lambda data: data.replace(b"CSPS-01", b"MUT-KDG", 1), "envelope-altered"),
        ("another recipient on the cover", lambda data: data.replace(b"MUT-KDG", b"MUT-XYZ", 1), "envelope-altered"),
        ("line ends changed by a mail program", lambda data: data.replace(b"\n", b"\r\n"), "envelope-altered"),
    ],
)
def test_what_happened_to_an_envelope_is_said(
    what: str, change: Callable[[bytes], bytes], code: str, sealed: bytes, mutual: Site, senders: Senders
) -> None:
    changed = change(sealed)
    assert changed != sealed
    assert refused(changed, mutual, senders) == code, what


@settings(max_examples=600, deadline=None)
@given(place=st.integers(0, 2000), mask=st.integers(1, 255))
def test_no_flipped_byte_is_accepted(place: int, mask: int, sealed: bytes, mutual: Site, senders: Senders) -> None:
    place %= len(sealed)
    changed = bytearray(sealed)
    changed[place] ^= mask
    assert refused(bytes(changed), mutual, senders).startswith("envelope-")


def test_no_truncation_is_accepted(sealed: bytes, mutual: Site, senders: Senders) -> None:
    for size in range(0, len(sealed)):
        assert refused(sealed[:size], mutual, senders).startswith("envelope-")


@settings(max_examples=200, deadline=None)
@given(head=st.binary(max_size=200), body=st.binary(max_size=80))
def test_any_bytes_are_answered_without_breaking(head: bytes, body: bytes, mutual: Site, senders: Senders) -> None:
    data = b"FAE1" + len(head).to_bytes(2, "big") + head + body
    assert refused(data, mutual, senders).startswith("envelope-")
    assert refused(head + body, mutual, senders).startswith("envelope-")


@pytest.mark.parametrize("ephemeral", ["", "zz", "00" * 31, "00" * 32, "01" + "00" * 31])
def test_a_key_that_gives_no_secret_is_an_error(ephemeral: str, sealed: bytes, mutual: Site, senders: Senders) -> None:
    head, start = look_at(sealed)
    bad = canonical(msgspec.structs.replace(head, ephemeral=ephemeral))
    data = b"FAE1" + len(bad).to_bytes(2, "big") + bad + sealed[start:]
    assert refused(data, mutual, senders) == "envelope-altered"


def sealed_inside(inside: bytes, facility: Site, mutual: Site) -> bytes:
    """An envelope whose compressed bytes are given, sealed by a sender whom the recipient knows."""
    signed = envelope._signed(inside, facility.seal, mutual.address)
    return envelope._encrypted(HEADER, signed, mutual.address, SYSTEM)


def test_a_letter_that_swells_is_not_unpacked(
    facility: Site, mutual: Site, senders: Senders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "MAX_OPENED", 1_000_000)
    bomb = zlib.compress(bytes(1_000_001), 9)
    assert refused(sealed_inside(bomb, facility, mutual), mutual, senders) == "envelope-too-large"


def test_a_letter_too_large_is_not_sealed_and_not_read(
    facility: Site, mutual: Site, senders: Senders, sealed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "MAX_SEALED", len(sealed) - 1)
    assert refused(sealed, mutual, senders) == "envelope-too-large"
    with pytest.raises(InputError, match="envelope-too-large"):
        seal(HEADER, PARTS, facility.seal, mutual.address, SYSTEM)
    monkeypatch.setattr(envelope, "MAX_OPENED", 500)
    with pytest.raises(InputError, match="envelope-too-large"):
        seal(HEADER, PARTS, facility.seal, mutual.address, SYSTEM)


@pytest.mark.parametrize(
    ("what", "inside", "code"),
    [
        ("a later schema with a field of its own", packed(GOOD | {"schema": 2, "urgency": "high"}), "envelope-version"),
        ("a field that nobody knows", packed(GOOD | {"urgency": "high"}), "envelope-altered"),
        ("another kind", packed(GOOD | {"kind": "order"}), "envelope-altered"),
        ("another id than on the cover", packed(GOOD | {"id": "other"}), "envelope-altered"),
        ("another recipient than on the cover", packed(GOOD | {"recipient": "CSPS-01"}), "envelope-altered"),
        ("a sequence below one", packed(GOOD | {"sequence": 0}), "envelope-altered"),
        ("no core", packed(GOOD, {"bordereau.pdf": b"%PDF"}), "envelope-altered"),
        ("parts as a list", packed(GOOD, [b"core"]), "envelope-altered"),
        ("a part as text", packed(GOOD, {"core": "text"}), "envelope-altered"),
        ("no header", zlib.compress(msgspec.msgpack.encode([PARTS])), "envelope-altered"),
        ("two letters in one", packed(GOOD) + packed(GOOD), "envelope-altered"),
        ("half a letter", packed(GOOD)[:-4], "envelope-altered"),
        ("bytes that are no zlib", b"core", "envelope-altered"),
        ("bytes after the end", zlib.compress(msgspec.msgpack.encode([GOOD, PARTS]) + b"\0"), "envelope-altered"),
    ],
)
def test_a_known_sender_may_be_wrong_too(
    what: str, inside: bytes, code: str, facility: Site, mutual: Site, senders: Senders
) -> None:
    assert refused(sealed_inside(inside, facility, mutual), mutual, senders) == code, what


def test_a_head_must_be_written_in_the_one_way(sealed: bytes, mutual: Site, senders: Senders) -> None:
    head, start = look_at(sealed)
    spaced = canonical(head).replace(b",", b", ")
    data = b"FAE1" + len(spaced).to_bytes(2, "big") + spaced + sealed[start:]
    assert refused(data, mutual, senders) == "envelope-altered"
