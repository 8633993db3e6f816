"""A pack of arrangements: the text files of one or more versions of a country's law, signed by an authority's person.

There is nothing secret in it: it travels plain (`.fap`) or inside a sealed letter, through any hands, and is believed
for its signature alone. Bytes of a plain pack: `FAP1`, then canonical JSON of the signed pack. What is signed (Ed25519,
an `agreement` key) is a domain word and the canonical JSON of the pack, kept and checked as it arrived.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from facility_agent.exchange.parties import PublicKeys
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest, key_id
from facility_agent.vocabulary.records import Record

MAGIC: Final = b"FAP1"
SUFFIX: Final = ".fap"
MAX_BYTES: Final = 16 * 1024 * 1024
_DOMAIN: Final = b"facility-agent arrangements 1"
#: `bf/2026-02-01/arrangement.toml`, `bf/common.toml`, or a set that several countries share, by its day.
_NAME: Final = re.compile(r"[a-z]{2,3}/(\d{4}-\d{2}-\d{2}/)?[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.(toml|csv)")


class Pack(Record, frozen=True, forbid_unknown_fields=True):
    """The files by their names from the folder of all arrangements; `number` counts the packs of an authority."""

    country: str
    number: int
    made_on: date
    authority: str
    by: str
    capacity: str
    files: dict[str, str]

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions in it, such as `bf/2026-02-01`, oldest first."""
        return tuple(sorted(name.rpartition("/")[0] for name in self.files if name.endswith("/arrangement.toml")))


class SignedPack(Record, frozen=True):
    """The canonical bytes of a pack, the name of the key, and the signature in hexadecimal."""

    signed: bytes
    key: str
    signature: str


def sign_pack(pack: Pack, key: Ed25519PrivateKey) -> SignedPack:
    """The pack with its signature."""
    signed = canonical(pack)
    name = key_id(key.public_key().public_bytes_raw()).hex()
    return SignedPack(signed, name, key.sign(_DOMAIN + signed).hex())


def encode_pack(signed: SignedPack) -> bytes:
    """The bytes of a plain file."""
    return MAGIC + canonical(signed)


def is_pack(data: bytes) -> bool:
    """Whether a file says that it is a plain pack."""
    return data.startswith(MAGIC)


def decode_pack(data: bytes) -> SignedPack:
    """The signed pack of a plain file; InputError `pack-malformed`."""
    try:
        if len(data) > MAX_BYTES:
            raise ValueError("too large")
        signed = msgspec.json.decode(data.removeprefix(MAGIC), type=SignedPack)
        if encode_pack(signed) != data:
            raise ValueError("not canonical")
    except ValueError:
        raise InputError("pack-malformed") from None
    return signed


def pack_of(signed: SignedPack) -> Pack:
    """What the signed bytes say; until the signature is checked it is only what somebody claims. `pack-malformed`."""
    try:
        pack = msgspec.json.decode(signed.signed, type=Pack)
    except ValueError:
        raise InputError("pack-malformed") from None
    countries = {name.split("/")[0] for name in pack.versions}
    named = all(_NAME.fullmatch(name) for name in pack.files)
    texts = not any("\0" in text for text in pack.files.values())
    if (
        canonical(pack) != signed.signed
        or countries != {pack.country.lower()}
        or pack.number < 1
        or not (named and texts)
    ):
        raise InputError("pack-malformed")
    return pack


def believed_pack(signed: SignedPack, parties: Mapping[str, PublicKeys], authorities: Collection[str]) -> Pack:
    """The pack, when an authority of ours signed it.

    InputError `pack-signer-unknown`, `pack-not-an-authority`, `pack-signature`.
    """
    pack = pack_of(signed)
    known = parties.get(pack.authority)
    if known is None:
        raise InputError("pack-signer-unknown", authority=pack.authority)
    if pack.authority not in authorities:
        raise InputError("pack-not-an-authority", authority=pack.authority)
    public = next((key.public for key in known.of("agreement") if key.key == signed.key), None)
    try:
        if public is None:
            raise ValueError(signed.key)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            bytes.fromhex(signed.signature), _DOMAIN + signed.signed
        )
    except (InvalidSignature, ValueError):
        raise InputError("pack-signature", authority=pack.authority) from None
    return pack


def digest_of(signed: SignedPack) -> str:
    """The name of a pack's bytes, however it travelled."""
    return digest(canonical(signed))
