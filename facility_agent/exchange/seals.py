"""Seals that travel with a batch: each hand through which it goes signs the digest of its core part.

A letter's own signature says who carried it. These say who closed the batch and who endorsed it, whoever carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from facility_agent.exchange.parties import PublicKeys
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest, key_id
from facility_agent.vocabulary.records import Record

#: The optional part of the letter that holds them.
PART: Final = "seals"
_DOMAIN: Final = b"facility-agent batch seal 1\0"
Word = Literal["closed", "endorsed"]


class Seal(Record, frozen=True, forbid_unknown_fields=True):
    """One hand's seal on the SHA-256 of a core part; `signature` is in hex."""

    party: str
    word: Word
    made_on: date
    digest: str
    key: str
    signature: str = ""


def made(core: bytes, party: str, word: Word, on: date, key: Ed25519PrivateKey) -> Seal:
    """The seal of a party on a batch, by its `site-seal` key."""
    bare = Seal(party, word, on, digest(core), key_id(key.public_key().public_bytes_raw()).hex())
    return msgspec.structs.replace(bare, signature=key.sign(_DOMAIN + canonical(bare)).hex())


def packed(seals: Iterable[Seal]) -> bytes:
    """The part that holds some seals."""
    return canonical(tuple(seals))


def verified(part: bytes, core: bytes, parties: Mapping[str, PublicKeys]) -> tuple[Seal, ...]:
    """The seals of a part, each genuine, of a party that we know, and on this core; InputError `seal-broken`."""
    try:
        seals = msgspec.json.decode(part, type=tuple[Seal, ...])
        for seal in seals:
            known = parties[seal.party]
            public = {key.key: key.public for key in known.of("site-seal")}[seal.key]
            bare = msgspec.structs.replace(seal, signature="")
            if seal.digest != digest(core):
                raise InvalidSignature
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
                bytes.fromhex(seal.signature), _DOMAIN + canonical(bare)
            )
    except (ValueError, KeyError, InvalidSignature):
        raise InputError("seal-broken") from None
    return seals
