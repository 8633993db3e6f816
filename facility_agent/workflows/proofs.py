"""Signed slips and sheets: signed with the key of this installation, read with those of everybody whom we know."""

from __future__ import annotations

import asyncio

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from facility_agent.eligibility.proof import Proof, read_proof, unsigned_proof
from facility_agent.exchange.keys import load_signing
from facility_agent.workflows.site import KEYS, Site


async def signed(site: Site, proof: Proof) -> str:
    """The digits of a proof's code."""
    key: Ed25519PrivateKey = await asyncio.to_thread(load_signing, site.folder / KEYS, "site-seal")
    to_sign, text = unsigned_proof(proof, key.public_key().public_bytes_raw())
    return text(key.sign(to_sign))


async def read(site: Site, text: str) -> Proof:
    """What a code says, if the signature of a party that we know holds; InputError says why it does not count."""
    keys = {key.key: (party.party, key.public) for party in await site.partners() for key in party.of("site-seal")}
    return read_proof(text, keys)
