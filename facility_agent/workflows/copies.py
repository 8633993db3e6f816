"""What is believed of a copy of an agreement that somebody sent: each signature by its key, each page by its side.

A side vouches for its own page on paper and for its own moves, and for nobody else's. What somebody signed whose keys
nobody has compared here is left out, not refused: it binds that somebody, not us.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from facility_agent.arrangements.agreement import (
    Adhesion,
    Agreement,
    Signature,
    adhesion_terms,
    signed_terms,
    with_digest,
)
from facility_agent.exchange.parties import PublicKeys
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.site import Site


async def held_copy(site: Site, id: str) -> Agreement | None:
    """The copy that is kept under this number, or None."""
    return next((entry for entry in await site.store.agreements() if entry.id == id), None)


async def believed(site: Site, copy: Agreement, sender: str) -> Agreement:
    """The copy with what counts here. InputError `agreement-signature` names a signature that does not hold.

    `agreement-page-unknown` when it says that we signed a page on paper which we have not entered.
    """
    if with_digest(copy).digest != copy.digest:
        raise InputError("agreement-signature", party=sender)
    held = await held_copy(site, copy.id)
    here = _said(held) if held is not None and held.digest == copy.digest else set()
    keys = {party.party: party for party in await site.partners()}
    own, terms = site.config.code, signed_terms(copy)
    named = {party.code for party in copy.parties}
    signatures = []
    for entry in _once(copy.signatures):
        if entry.party not in named:
            raise InputError("agreement-signature", party=entry.party)
        if entry in here or _vouched(entry, terms, keys, sender, own):
            signatures.append(entry)
    adhesions = []
    for joined in copy.adhesions:
        if joined.signature.party != joined.party.code or joined.party.code in named or not _within(copy, joined):
            raise InputError("agreement-signature", party=joined.party.code)
        page = adhesion_terms(copy, joined.party, joined.start)
        if joined.signature in here or _vouched(joined.signature, page, keys, sender, own):
            adhesions.append(joined)
    moves = tuple(move for move in copy.moves if move in here or move.by == sender != own)
    return msgspec.structs.replace(copy, signatures=tuple(signatures), adhesions=tuple(adhesions), moves=moves)


def _said(held: Agreement) -> set[object]:
    """What the copy that is held says already: it was believed once."""
    return {*held.signatures, *(joined.signature for joined in held.adhesions), *held.moves}


def _once(signatures: Iterable[Signature]) -> Iterable[Signature]:
    """One signature of each party; a copy that holds two of one is no copy."""
    seen: set[str] = set()
    for entry in signatures:
        if entry.party in seen:
            raise InputError("agreement-signature", party=entry.party)
        seen.add(entry.party)
        yield entry


def _within(copy: Agreement, joined: Adhesion) -> bool:
    return copy.start <= joined.start and (copy.until is None or joined.start <= copy.until)


def _vouched(entry: Signature, page: bytes, keys: dict[str, PublicKeys], sender: str, own: str) -> bool:
    """Whether somebody answers for this signature; False leaves it out."""
    if not entry.key:
        if entry.party == own:
            raise InputError("agreement-page-unknown", party=own)
        return entry.party == sender
    known = keys.get(entry.party)
    if known is None:
        return False
    public = next((key for key in known.of("agreement") if key.key == entry.key), None)
    if public is None:
        raise InputError("agreement-signature", party=entry.party)
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public.public)).verify(bytes.fromhex(entry.signature), page)
    except (InvalidSignature, ValueError):
        raise InputError("agreement-signature", party=entry.party) from None
    return True
