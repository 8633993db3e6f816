"""Agreements: drafted from an arrangement, signed by each side with its key, sent to the others, and kept.

A party signs the terms (parties, arrangement, annex), never a summary of them; while a money clause is open nobody can
sign. Each installation signs for its own party, and what the others signed arrives by letter, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import msgspec

from facility_agent.arrangements.agreement import (
    OWNERSHIPS,
    Agreement,
    Annex,
    Party,
    Signature,
    merged,
    open_money_clauses,
    signed_terms,
    with_digest,
)
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.moves import Move, last_day
from facility_agent.exchange.keys import load_signing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest, key_id
from facility_agent.workflows import mail
from facility_agent.workflows.copies import believed, held_copy
from facility_agent.workflows.site import KEYS, Site

#: While it stands so, somebody who has not signed yet may still do so.
SIGNABLE = ("draft", "signed by one", "in force")
SCAN = "scan-"


def draft(site: Site, start: date, until: date | None, parties: tuple[Party, ...], annex: Annex) -> Agreement:
    """A new agreement under the arrangement in force on its first day; nothing is saved yet.

    InputError `agreement-dates`, `agreement-sides` without a facility and a payer, `agreement-party-twice`,
    `agreement-level` and `agreement-ownership` for what the arrangement does not know, `agreement-parent` for a parent
    that is no other facility of the agreement, `agreement-party-days` for days outside the agreement's.
    """
    arrangement = site.arrangement(start)
    if until is not None and until < start:
        raise InputError("agreement-dates", start=start.isoformat(), until=until.isoformat())
    if {party.role for party in parties} != {"facility", "payer"}:
        raise InputError("agreement-sides")
    seen: set[str] = set()
    for party in parties:
        if party.code in seen:
            raise InputError("agreement-party-twice", party=party.code)
        seen.add(party.code)
        check_place(arrangement, party)
        check_parent(party, parties)
        _check_days(party, start, until)
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


def check_place(arrangement: Arrangement, party: Party) -> None:
    """Level and ownership choose prices and programmes: InputError for one that the arrangement does not know."""
    levels = {level.code for level in arrangement.levels}
    if party.level and party.level not in levels:
        raise InputError("agreement-level", party=party.code, level=party.level, known=", ".join(sorted(levels)))
    named = {row.ownership for row in arrangement.tariffs} | {row.ownership for row in arrangement.rates}
    named |= {code for scheme in arrangement.schemes for code in scheme.ownership}
    known = sorted({*OWNERSHIPS, *named} - {""})
    if party.ownership and party.ownership not in known:
        raise InputError("agreement-ownership", party=party.code, ownership=party.ownership, known=", ".join(known))


def check_parent(party: Party, parties: Iterable[Party]) -> None:
    """InputError `agreement-parent` for one that is no other facility among these."""
    facilities = {other.code for other in parties if other.role == "facility"}
    if party.parent and party.parent not in facilities - {party.code}:
        raise InputError("agreement-parent", party=party.code, parent=party.parent)


def _check_days(party: Party, start: date, until: date | None) -> None:
    """A party begins and ends within the agreement; who is ended by it may be bound no day of it."""
    first, last = party.start or start, party.until
    early = last is not None and last < (party.start or start - timedelta(days=1))
    late = until is not None and max(first, last or first) > until
    if first < start or early or late:
        raise InputError("agreement-party-days", party=party.code, start=start.isoformat(),
                         until=until.isoformat() if until else "…")  # fmt: skip


async def save_draft(site: Site, drafted: Agreement, who: str, instead: str = "") -> Agreement:
    """Keep a draft; `instead` names the draft of ours, signed by nobody, that it replaces."""
    async with site.store.transaction():
        if instead:
            await withdraw(site, instead)
        await site.store.put_agreement(drafted, site.now(), who)
    return drafted


async def withdraw(site: Site, id: str) -> None:
    """Take a draft away that nobody has signed; InputError `agreement-state` for anything else."""
    held = await held_copy(site, id)
    if held is None:
        raise InputError("agreement-unknown", agreement=id)
    if held.state != "draft":
        raise InputError("agreement-not-a-draft", state=held.state)
    await site.store.drop_draft(id)


async def sign(site: Site, agreement: Agreement, by: str, capacity: str, passphrase: str) -> Agreement:
    """Sign for this installation's party with its agreement key, and keep the result. Signing again changes nothing."""
    own = site.config.code
    await may_sign(site, agreement, own)
    if any(entry.party == own and entry.key for entry in agreement.signatures):
        return agreement
    key = load_signing(site.folder / KEYS, "agreement", passphrase)
    signature = Signature(
        party=own,
        by=by,
        capacity=capacity,
        on=site.today(),
        key=key_id(key.public_key().public_bytes_raw()).hex(),
        signature=key.sign(signed_terms(agreement)).hex(),
    )
    others = tuple(entry for entry in agreement.signatures if entry.party != own)
    return await keep(site, msgspec.structs.replace(agreement, signatures=(*others, signature)), own, by)


async def may_sign(site: Site, agreement: Agreement, party: str) -> None:
    """InputError when this party cannot sign: not named, over, a money clause open, bound by another one already."""
    if all(entry.code != party for entry in agreement.parties):
        raise InputError("agreement-party", party=party)
    if agreement.state not in SIGNABLE:
        raise InputError("agreement-state", before=agreement.state, after="in force")
    still_open = open_money_clauses(site.arrangement(agreement.start), agreement)
    if still_open:
        raise InputError("agreement-open", clauses=", ".join(still_open))
    for other in await site.store.agreements():
        if other.id not in (agreement.id, agreement.amends) and _same_pair(other, agreement, party):
            raise InputError("agreement-overlaps", agreement=other.id, start=other.start.isoformat())


def _same_pair(other: Agreement, agreement: Agreement, party: str) -> bool:
    """Whether another agreement binds this party and one across from it on a day of this one."""
    if other.amended_by == agreement.id or agreement.id == other.amends:
        return False
    ours = next((entry for entry in other.bound if entry.code == party), None)
    across = {entry.code for entry in agreement.parties if ours is not None and entry.role != ours.role}
    for entry in other.bound:
        if ours is None or entry.code not in across:
            continue
        begins, last = _together(other, party, entry.code)
        starts, until = _together(agreement, party, entry.code)
        if (last is None or starts <= last) and (until is None or begins <= until):
            return True
    return False


def _together(agreement: Agreement, *codes: str) -> tuple[date, date | None]:
    """The first and the last day on which an agreement may bind all of these."""
    days = [agreement.days_of(code) for code in codes]
    return max(first for first, _ in days), min((last for _, last in days if last is not None), default=None)


async def take(site: Site, agreement: Agreement, sender: str, parts: Mapping[str, bytes] | None = None) -> None:
    """Keep an agreement that another side sent, with the scans that belong to it.

    InputError `agreement-party` unless it binds the sender, and binds us or stands open for us to join.
    """
    if agreement.party(sender) is None:
        raise InputError("agreement-party", party=sender)
    if agreement.party(site.config.code) is None and not joinable(site, agreement):
        raise InputError("agreement-party", party=site.config.code)
    kept = await keep(site, agreement, sender)
    pages = {entry.signature: entry for entry in (*kept.signatures, *(joined.signature for joined in kept.adhesions))}
    for name, scan in (parts or {}).items():
        page = pages.get(digest(scan)) if name.startswith(SCAN) else None
        if page is not None and not page.key:
            await site.store.put_scan(kept.id, page.party, digest(scan), scan, site.now(), sender)


def joinable(site: Site, agreement: Agreement) -> bool:
    """Whether somebody across from us has signed it, so that we can join."""
    ours = "facility" if site.config.role == "facility" else "payer"
    across = any(party.role != ours for party in agreement.bound)
    return across and agreement.state in ("signed by one", "in force")


async def keep(site: Site, agreement: Agreement, sender: str, who: str = "") -> Agreement:
    """Keep what is believed of a sender's copy beside what was known; nothing that was known is lost."""
    copy = await believed(site, agreement, sender)
    async with site.store.transaction():
        held = await held_copy(site, copy.id)
        same = held if held is not None and held.digest == copy.digest else copy
        copy = merged(same, copy)
        await site.store.put_agreement(copy, site.now(), who or sender)
        await settle_amendment(site, copy, who or sender)
    return copy


async def settle_amendment(site: Site, amendment: Agreement, who: str) -> None:
    """Close the agreement that an amendment follows, the day before it starts, once all whom it binds have signed.

    Until then it goes on for those who have not: nobody is left without an agreement by a signature of others.
    """
    earlier = await held_copy(site, amendment.amends) if amendment.amends else None
    if earlier is None or earlier.amended_by or amendment.state != "in force":
        return
    signed = {party.code for party in amendment.bound}
    if any(party.code not in signed and last_day(earlier.moves, party.code) is None for party in earlier.bound):
        return
    eve = amendment.start - timedelta(days=1)
    number = 1 + max((move.number for move in earlier.moves), default=0)
    move = Move(number=number, kind="amend", on=eve, who=who, about=amendment.id)
    await site.store.put_agreement(msgspec.structs.replace(earlier, moves=(*earlier.moves, move)), site.now(), who)


async def send(site: Site, agreement: Agreement, recipient: str) -> Path:
    """Seal the agreement to another side; the scans of our own pages travel beside it."""
    name = f"agreement-{agreement.start.isoformat()}-{site.config.code}-{recipient}"
    pages = await _pages(site, agreement)
    return await mail.lay_out(site, await mail.send(site, recipient, "agreement", agreement, name, pages))


async def send_to_all(site: Site, agreement: Agreement) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Seal it to every other side whose keys are known; the codes of those whose keys are not."""
    known = {party.party for party in await site.partners()}
    others = [party.code for party in agreement.everybody if party.code != site.config.code]
    paths = [await send(site, agreement, code) for code in others if code in known]
    await site.store.put_setting(f"told {agreement.id}", _ours(site, agreement))
    return tuple(paths), tuple(code for code in others if code not in known)


async def told(site: Site, agreement: Agreement) -> bool:
    """Whether what this installation has to say of it was sealed for the others: its signature, pages and moves."""
    return await site.store.setting(f"told {agreement.id}") == _ours(site, agreement)


def _ours(site: Site, agreement: Agreement) -> str:
    own = site.config.code
    pages = (*agreement.signatures, *(joined.signature for joined in agreement.adhesions))
    signed = [entry for entry in pages if entry.party == own or not entry.key]
    return digest(canonical([signed, [move for move in agreement.moves if move.by == own]]))


async def _pages(site: Site, agreement: Agreement) -> dict[str, bytes]:
    own = site.config.code
    signed = (*agreement.signatures, *(joined.signature for joined in agreement.adhesions))
    digests = [entry.signature for entry in signed if entry.party == own and not entry.key]
    scans = {name: await site.store.scan(name) for name in digests}
    return {f"{SCAN}{name}": scan for name, scan in scans.items() if scan is not None}
