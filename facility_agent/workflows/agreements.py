"""The life of an agreement after it was drafted: on paper, joined, amended, suspended, ended.

Every move is one of the table of states; another one is refused with a sentence, and nothing changes.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from facility_agent.arrangements.agreement import (
    MOVES,
    Adhesion,
    Agreement,
    Annex,
    Party,
    Signature,
    State,
    adhesion_terms,
    open_money_clauses,
    with_digest,
)
from facility_agent.exchange.keys import load_signing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest, key_id
from facility_agent.workflows.site import KEYS, Site


async def find(site: Site, name: str) -> Agreement:
    """An agreement by its id or the beginning of it; InputError `agreement-unknown`."""
    found = [entry for entry in await site.store.agreements() if entry.id.startswith(name)]
    if not name or len(found) != 1:
        raise InputError("agreement-unknown", agreement=name)
    return found[0]


async def enter_paper(
    site: Site, agreement: Agreement, by: str, capacity: str, on: date, scan: bytes, party: str, who: str
) -> Agreement:
    """A signature on paper: who signed, in which capacity, on which day, and the digest of the scan."""
    if agreement.party(party) is None:
        raise InputError("agreement-party", party=party)
    still_open = open_money_clauses(site.arrangement(agreement.start), agreement)
    if still_open:
        raise InputError("agreement-open", clauses=", ".join(still_open))
    signature = Signature(party=party, by=by, capacity=capacity, on=on, signature=digest(scan))
    others = tuple(entry for entry in agreement.signatures if entry.party != party)
    return await _keep(site, msgspec.structs.replace(agreement, signatures=(*others, signature)), who)


async def join(
    site: Site, agreement: Agreement, party: Party, start: date, by: str, capacity: str, passphrase: str
) -> Agreement:
    """Join an agreement in force as it stands, by one signed page; the second time counts once."""
    _may(agreement, "in force")
    if agreement.party(party.code) is not None:
        return agreement
    key = load_signing(site.folder / KEYS, "agreement", passphrase)
    signature = Signature(
        party=party.code,
        by=by,
        capacity=capacity,
        on=site.today(),
        key=key_id(key.public_key().public_bytes_raw()).hex(),
        signature=key.sign(adhesion_terms(agreement, party, start)).hex(),
    )
    joined = Adhesion(party=party, start=start, signature=signature)
    return await _keep(site, msgspec.structs.replace(agreement, adhesions=(*agreement.adhesions, joined)), by)


async def amend(site: Site, agreement: Agreement, start: date, annex: Annex, who: str) -> Agreement:
    """A draft that follows an agreement from a day on, with another annex; the earlier one ends the day before.

    The earlier one keeps counting until the amendment has its two signatures: `settle_amendment` then closes it.
    """
    _move(agreement, "amended")
    if start <= agreement.start:
        raise InputError("agreement-state", before=agreement.state, after="amended")
    parties = (*agreement.parties, *(adhesion.party for adhesion in agreement.adhesions))
    drafted = with_digest(
        Agreement(
            id=site.new_id(),
            country=agreement.country,
            arrangement=site.arrangement(start).start,
            start=start,
            until=agreement.until,
            parties=parties,
            annex=annex,
            amends=agreement.id,
        )
    )
    return await _keep(site, drafted, who)


async def settle_amendment(site: Site, amendment: Agreement, who: str) -> None:
    """Close the agreement that a signed amendment follows, the day before it starts."""
    if not amendment.amends or amendment.state != "in force":
        return
    earlier = await find(site, amendment.amends)
    if earlier.amended_by:
        return
    last = amendment.start - timedelta(days=1)
    await _keep(site, msgspec.structs.replace(earlier, ended_on=last, amended_by=amendment.id), who)


async def suspend(site: Site, agreement: Agreement, on: date, who: str) -> Agreement:
    """Suspend from a day on."""
    _move(agreement, "suspended")
    return await _keep(site, msgspec.structs.replace(agreement, suspended_on=on), who)


async def resume(site: Site, agreement: Agreement, who: str) -> Agreement:
    """Lift a suspension."""
    if agreement.state != "suspended":
        raise InputError("agreement-state", before=agreement.state, after="in force")
    return await _keep(site, msgspec.structs.replace(agreement, suspended_on=None), who)


async def end(site: Site, agreement: Agreement, last: date, who: str) -> Agreement:
    """End on a last day, which still counts."""
    _move(agreement, "ended")
    return await _keep(site, msgspec.structs.replace(agreement, ended_on=last, suspended_on=None), who)


def _move(agreement: Agreement, after: State) -> None:
    if after not in MOVES[agreement.state]:
        raise InputError("agreement-state", before=agreement.state, after=after)


def _may(agreement: Agreement, state: State) -> None:
    if agreement.state != state:
        raise InputError("agreement-state", before=agreement.state, after=state)


async def _keep(site: Site, agreement: Agreement, who: str) -> Agreement:
    async with site.store.transaction():
        await site.store.put_agreement(agreement, site.now(), who)
    return agreement
