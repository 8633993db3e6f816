"""A party's later keys: who vouches for them, and what a newer list of keys may change in the one that is held.

Trust begins by hand, with a fingerprint read aloud. From then on a list arrives as a letter: it may take trust away
(a key retired, a key compromised), and it may bring a new key if an agreement key that counts vouches for it, in
one step or several. A key that nobody vouches for is left out: it is trusted by hand, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from facility_agent.exchange.parties import PublicKey, PublicKeys
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical

_DOMAIN = b"facility-agent key voucher 1 "


def voucher_terms(party: str, key: PublicKey) -> bytes:
    """The bytes that an agreement key signs to vouch for a new key of its party."""
    said = {"party": party, "role": key.role, "key": key.key, "public": key.public, "start": key.start}
    return _DOMAIN + canonical(said)


def updated(held: PublicKeys, offered: PublicKeys) -> PublicKeys:
    """The list to hold from now on. The list that is held already changes nothing.

    InputError `party-keys-of-another`, `party-keys-older`, or `party-keys-changed` when a key that is held is gone, is
    another one, or counts again.
    """
    if offered.party != held.party:
        raise InputError("party-keys-of-another", party=offered.party, held=held.party)
    if offered.sequence < held.sequence:
        raise InputError("party-keys-older", party=held.party, sequence=offered.sequence, held=held.sequence)
    if offered.sequence == held.sequence:
        return held
    brought = {key.key: key for key in offered.keys}
    kept = tuple(_narrowed(held.party, key, brought.pop(key.key, None)) for key in held.keys)
    new = _vouched(held.party, kept, brought.values())
    return msgspec.structs.replace(held, keys=(*kept, *new), sequence=offered.sequence)


def _narrowed(party: str, held: PublicKey, offered: PublicKey | None) -> PublicKey:
    """A key that is held, with what the newer list takes from it."""
    if (
        offered is None
        or (offered.role, offered.public, offered.start) != (held.role, held.public, held.start)
        or _lifted(held.until, offered.until)
        or _lifted(held.revoked_on, offered.revoked_on)
    ):
        raise InputError("party-keys-changed", party=party, key=held.key)
    return msgspec.structs.replace(held, until=offered.until, revoked_on=offered.revoked_on)


def _lifted(held: date | None, offered: date | None) -> bool:
    """Whether the newer list gives back what was taken."""
    return held is not None and (offered is None or offered > held)


def _vouched(party: str, kept: Iterable[PublicKey], new: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """The new keys for which an agreement key speaks: one that is held, or one that was itself vouched for."""
    vouchers = {key.key: key for key in kept if key.role == "agreement"}
    waiting = sorted(new, key=lambda key: (key.start, key.key))
    found: list[PublicKey] = []
    while True:
        accepted = [key for key in waiting if _speaks_for(vouchers.get(key.voucher), party, key)]
        if not accepted:
            return tuple(found)
        found += accepted
        waiting = [key for key in waiting if key not in accepted]
        vouchers |= {key.key: key for key in accepted if key.role == "agreement"}


def _speaks_for(voucher: PublicKey | None, party: str, key: PublicKey) -> bool:
    """Whether this agreement key signed for the other one while it was in use; a compromised one speaks for nothing.

    Whoever stole it writes any day: what it vouches for is trusted by hand.
    """
    if voucher is None or voucher.revoked_on is not None:
        return False
    if key.start < voucher.start or (voucher.until is not None and key.start > voucher.until):
        return False
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(voucher.public))
        public.verify(bytes.fromhex(key.signature), voucher_terms(party, key))
    except (InvalidSignature, ValueError):
        return False
    return True
