"""Agreements: drafted from an arrangement, signed by both sides with their keys, and kept.

A party signs the terms (parties, arrangement, annex), never a summary of them; while a money clause is open
nobody can sign.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from facility_agent.arrangements.agreement import (
    Agreement,
    Annex,
    Party,
    Signature,
    open_money_clauses,
    signed_terms,
    with_digest,
)
from facility_agent.exchange.keys import load_signing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id
from facility_agent.workflows import mail
from facility_agent.workflows.site import KEYS, Site


def draft(site: Site, start: date, until: date | None, parties: tuple[Party, ...], annex: Annex) -> Agreement:
    """A new agreement under the arrangement in force on its first day; nothing is saved yet."""
    arrangement = site.arrangement(start)
    return with_digest(
        Agreement(
            id=site.new_id(),
            country=arrangement.country,
            arrangement=arrangement.start,
            start=start,
            until=until,
            parties=parties,
            annex=annex,
        )
    )


async def sign(site: Site, agreement: Agreement, by: str, capacity: str, passphrase: str) -> Agreement:
    """Sign for this installation's party with its agreement key, and keep the result."""
    if agreement.party(site.config.code) is None:
        raise InputError("agreement-party", party=site.config.code)
    still_open = open_money_clauses(site.arrangement(agreement.start), agreement)
    if still_open:
        raise InputError("agreement-open", clauses=", ".join(still_open))
    key = load_signing(site.folder / KEYS, "agreement", passphrase)
    signature = Signature(
        party=site.config.code,
        by=by,
        capacity=capacity,
        on=site.today(),
        key=key_id(key.public_key().public_bytes_raw()).hex(),
        signature=key.sign(signed_terms(agreement)).hex(),
    )
    others = tuple(entry for entry in agreement.signatures if entry.party != site.config.code)
    signed = msgspec.structs.replace(agreement, signatures=(*others, signature))
    await keep(site, signed, by)
    return signed


async def take(site: Site, agreement: Agreement, sender: str) -> None:
    """Keep an agreement that another side sent; InputError `agreement-party` unless it binds both of us."""
    for code in (sender, site.config.code):
        if agreement.party(code) is None:
            raise InputError("agreement-party", party=code)
    await keep(site, agreement, sender)


async def keep(site: Site, agreement: Agreement, who: str) -> None:
    """Keep an agreement whose signatures hold; InputError `agreement-signature` names the one that does not.

    A copy with fewer signatures takes none away: letters arrive in any order.
    """
    keys = {party.party: party for party in await site.partners()}
    terms = signed_terms(agreement)
    same = (agreement.id, agreement.digest)
    copies = [copy for copy in await site.store.agreements() if (copy.id, copy.digest) == same]
    held_here = {entry for copy in copies for entry in copy.signatures}
    for signature in agreement.signatures:
        vouched = signature.party == who and who != site.config.code
        if signature in held_here:
            continue  # it held when it came, and a key that was retired or stolen since undoes nothing
        if not signature.key and vouched:
            continue  # on paper: a side vouches for its own page, and for nobody else's
        known = keys.get(signature.party)
        public = next((key for key in known.of("agreement") if key.key == signature.key), None) if known else None
        if public is None:
            raise InputError("agreement-signature", party=signature.party)
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public.public)).verify(
                bytes.fromhex(signature.signature), terms
            )
        except (InvalidSignature, ValueError):
            raise InputError("agreement-signature", party=signature.party) from None
    if with_digest(agreement).digest != agreement.digest:
        raise InputError("agreement-signature", party=site.config.code)
    async with site.store.transaction():
        for held in await site.store.agreements():
            if (held.id, held.digest) == (agreement.id, agreement.digest):
                signed = {signature.party for signature in agreement.signatures}
                earlier = tuple(signature for signature in held.signatures if signature.party not in signed)
                agreement = msgspec.structs.replace(agreement, signatures=(*earlier, *agreement.signatures))
        await site.store.put_agreement(agreement, site.now(), who)


async def send(site: Site, agreement: Agreement, recipient: str) -> Path:
    """Seal the agreement to the other side."""
    name = f"agreement-{agreement.start.isoformat()}-{site.config.code}-{recipient}"
    return await mail.lay_out(site, await mail.send(site, recipient, "agreement", agreement, name))
