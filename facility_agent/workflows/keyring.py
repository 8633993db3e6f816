"""The life of a party's keys after the first day: a new one in place of an old one, a stolen one, and telling others.

Only keys that belong to people change here (cards and agreements). Nothing is taken from cards that were made under an
old key: they are read until they expire.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from facility_agent.exchange.keylists import updated, voucher_terms
from facility_agent.exchange.keynotes import FILE, KeyNote, notes_with, out_of_use, read_notes
from facility_agent.exchange.keys import Cost, create_keys, key_files, load_signing
from facility_agent.exchange.parties import PublicKey, PublicKeys
from facility_agent.storage.files import write_whole
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id
from facility_agent.workflows import mail
from facility_agent.workflows.site import KEYS, Site

PeoplesRole = Literal["card", "agreement"]


def rotate(site: Site, role: PeoplesRole, passphrase: str, by: str, *, cost: Cost | None = None) -> PublicKey:
    """A new key of a role; the agreement key in use vouches for it, and the former key signs no more.

    Whoever holds our keys learns of it by letter (`send_keys`).
    """
    voucher = load_signing(site.folder / KEYS, "agreement", passphrase)
    return _renew(site, role, passphrase, by, cost, voucher)


def start_anew(site: Site, role: PeoplesRole, passphrase: str, by: str, *, cost: Cost | None = None) -> PublicKey:
    """A new key when the agreement key, or its passphrase, is lost: nobody vouches for it.

    The others trust it by hand, as on the first day: a file, and a fingerprint read aloud.
    """
    return _renew(site, role, passphrase, by, cost, None)


def compromised(site: Site, key: str, since: date, by: str, reason: str = "") -> None:
    """Somebody else may have signed with this key from that day on; InputError `key-unknown`, `key-day`."""
    known = {entry.key: entry for entry in site.own_keys().keys if entry.role in ("card", "agreement")}
    if key not in known:
        raise InputError("key-unknown", key=key)
    earlier = known[key].revoked_on
    if since > site.today() or (earlier is not None and since > earlier):
        raise InputError("key-day", day=since.isoformat(), today=site.today().isoformat())
    if earlier != since:
        _note(site, KeyNote(key, "compromised", since, by, reason))


async def send_keys(site: Site, recipient: str) -> Path:
    """Seal our list of public keys to a party."""
    own = site.own_keys()
    name = f"keys-{own.sequence:06d}-{recipient}"
    return await mail.lay_out(site, await mail.send(site, recipient, "keys", own, name))


async def take_keys(site: Site, message: PublicKeys, sender: str) -> None:
    """Take what a newer list of the sender's keys says."""
    held = next((party for party in await site.store.public_keys() if party.party == sender), None)
    if held is None:
        raise InputError("party-unknown", party=sender)
    await site.store.put_public_keys(updated(held, message))


async def trust(site: Site, theirs: PublicKeys) -> None:
    """Trust the keys of a party whose fingerprint was compared aloud; InputError `party-keys-older`."""
    for held in await site.store.public_keys():
        if held.party == theirs.party and theirs.sequence < held.sequence:
            raise InputError("party-keys-older", party=held.party, sequence=theirs.sequence, held=held.sequence)
    await site.store.put_public_keys(theirs)


def _renew(
    site: Site, role: PeoplesRole, passphrase: str, by: str, cost: Cost | None, voucher: Ed25519PrivateKey | None
) -> PublicKey:
    folder, today = site.folder / KEYS, site.today()
    former = [file.key for file in key_files(folder, role)]
    (made,) = create_keys(folder, (role,), made_on=today, passphrase=passphrase, randomness=site.randomness, cost=cost)
    bare = PublicKey(role, made.key, made.public, today)
    name = signature = ""
    if voucher is not None:
        name = key_id(voucher.public_key().public_bytes_raw()).hex()
        signature = voucher.sign(voucher_terms(site.config.code, bare)).hex()
    done = out_of_use(read_notes(folder))
    retired = [KeyNote(key, "retired", today, by) for key in former if key not in done]
    _note(site, KeyNote(made.key, "made", today, by, "", name, signature), *retired)
    return msgspec.structs.replace(bare, voucher=name, signature=signature)


def _note(site: Site, *notes: KeyNote) -> None:
    folder = site.folder / KEYS
    write_whole(folder / FILE, notes_with(read_notes(folder), notes))
