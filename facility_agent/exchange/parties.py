"""Who signs and to whom one seals: the public keys of a party, exchanged once by hand and compared aloud.

The record travels as a small file. Nothing in it proves whose it is: two people read the fingerprint to each other,
on the telephone or across a table, and then the keys are pinned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from facility_agent.eligibility.card import Issuer
from facility_agent.exchange.keynotes import KeyNote
from facility_agent.exchange.keys import KeyFile, Role
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest, key_id
from facility_agent.vocabulary.records import Record

_MAX_BYTES: Final = 64 * 1024


class PublicKey(Record, frozen=True, forbid_unknown_fields=True):
    """One public key: its role, its name, its 32 bytes in hexadecimal, and the days on which it counts.

    `until` is the last day on which it signs; `revoked_on` the day from which somebody else may have signed with it.
    A key that was made later names the agreement key that vouches for it, with its signature.
    """

    role: Role
    key: str
    public: str
    start: date
    until: date | None = None
    revoked_on: date | None = None
    voucher: str = ""
    signature: str = ""


class PublicKeys(Record, frozen=True, forbid_unknown_fields=True):
    """A party's code, name and public keys. A mutual adds how its numbers look (`#` is a digit).

    `sequence` grows whenever something happens to a key: an older list never takes the place of a newer one.
    """

    party: str
    name: str
    keys: tuple[PublicKey, ...]
    member_pattern: str = ""
    household_pattern: str = ""
    sequence: int = 0

    def current(self, role: Role) -> PublicKey:
        """The newest key of a role that is not revoked; InputError `party-key-missing` without one."""
        keys = sorted(self.of(role), key=lambda key: (key.start, key.key))
        if not keys:
            raise InputError("party-key-missing", party=self.party, role=role)
        return keys[-1]

    def of(self, role: Role) -> tuple[PublicKey, ...]:
        """All keys of a role but the revoked ones: what is revoked counts for nothing any more."""
        return tuple(key for key in self.keys if key.role == role and key.revoked_on is None)


def public_keys(
    party: str, name: str, files: Iterable[KeyFile], member_pattern: str = "", household_pattern: str = "",
    notes: Sequence[KeyNote] = (),
) -> PublicKeys:  # fmt: skip
    """The record to hand to others, from one's own key files and from what happened to the keys."""
    ordered = sorted(files, key=lambda file: (file.role, file.made_on, file.key))
    keys = tuple(_public(file, [note for note in notes if note.key == file.key]) for file in ordered)
    return PublicKeys(party, name, keys, member_pattern, household_pattern, len(notes))


def _public(file: KeyFile, notes: Iterable[KeyNote]) -> PublicKey:
    """The public part of a key file, with what was noted: the first day of retirement, the last one of compromise."""
    key = PublicKey(file.role, file.key, file.public, file.made_on)
    for note in notes:
        match note.what:
            case "made":
                key = msgspec.structs.replace(key, voucher=note.voucher, signature=note.signature)
            case "retired":
                key = msgspec.structs.replace(key, until=key.until or note.day)
            case "compromised":
                key = msgspec.structs.replace(key, revoked_on=note.day)
    return key


def issuers(parties: Iterable[PublicKeys]) -> dict[str, Issuer]:
    """The keys that sign cards, as the desk knows them; a revoked one stays, so that its cards can be named."""
    return {
        key.key: Issuer(
            key=key.key,
            public_key=key.public,
            payer=party.party,
            member_pattern=party.member_pattern,
            start=key.start,
            household_pattern=party.household_pattern,
            until=key.until,
            revoked_on=key.revoked_on,
        )
        for party in parties
        for key in party.keys
        if key.role == "card"
    }


def encode_public_keys(keys: PublicKeys) -> bytes:
    """The record as a file."""
    return canonical(keys)


def decode_public_keys(data: bytes) -> PublicKeys:
    """The record of a file; InputError `party-keys-malformed` unless every key bears its own name."""
    try:
        if len(data) > _MAX_BYTES:
            raise ValueError("too large")
        keys = msgspec.json.decode(data, type=PublicKeys)
        if not is_sound(keys):
            raise ValueError(keys.party)
    except ValueError:  # msgspec's own errors are ValueErrors
        raise InputError("party-keys-malformed") from None
    return keys


def is_sound(keys: PublicKeys) -> bool:
    """Whether the record names its party and every key bears its own name, once."""
    for key in keys.keys:
        try:
            public = bytes.fromhex(key.public)
        except ValueError:
            return False
        if len(public) != 32 or public.hex() != key.public or key_id(public).hex() != key.key:
            return False
    return bool(keys.party) and len({key.key for key in keys.keys}) == len(keys.keys)


def fingerprint(keys: PublicKeys) -> str:
    """What two people read to each other: 80 bits of SHA-256 of the record, in five groups.

    >>> fingerprint(PublicKeys("MUT-KDG", "Mutuelle inventée", ()))
    '2426 b4d9 0e25 b080 9a42'
    """
    text = digest(canonical(keys))
    return " ".join(text[start : start + 4] for start in range(0, 20, 4))
