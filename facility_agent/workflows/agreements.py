"""The life of an agreement after it was drafted: on paper, joined, amended, suspended, resumed, ended, undone.

Every move is one of the table of states, as this installation's party stands; another one is refused with a sentence,
and nothing changes.
"""

from __future__ import annotations

from datetime import date

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
    following,
    with_digest,
)
from facility_agent.arrangements.moves import Kind, Move, effective, suspended_from
from facility_agent.exchange.keys import load_signing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest, key_id
from facility_agent.workflows import contracting
from facility_agent.workflows.site import KEYS, Site

#: A scanned page; a whole letter must carry it.
LARGEST_SCAN = 8 * 1024 * 1024


async def find(site: Site, name: str) -> Agreement:
    """An agreement by its id or the beginning of it; InputError `agreement-unknown`."""
    found = [entry for entry in await site.store.agreements() if entry.id.startswith(name)]
    if not name or len(found) != 1:
        raise InputError("agreement-unknown", agreement=name)
    return found[0]


def own_party(site: Site) -> Party:
    """This installation as a party, from its settings."""
    own = site.config
    return Party(
        code=own.code, name=own.name, role="facility" if own.role == "facility" else "payer", type=own.type,
        level=own.level, ownership=own.ownership, region=own.region, invented=own.invented,
    )  # fmt: skip


async def enter_paper(
    site: Site, agreement: Agreement, by: str, capacity: str, on: date, scan: bytes, party: str, who: str
) -> Agreement:
    """A signature on paper: who signed, in which capacity, on which day, and the scan, which is kept.

    Entered again for the same party it takes the place of the earlier page; a signature by key stays.
    """
    await contracting.may_sign(site, agreement, party)
    _check_page(site, scan, on)
    if any(entry.party == party and entry.key for entry in agreement.signatures):
        raise InputError("agreement-signed-already", party=party)
    signature = Signature(party=party, by=by, capacity=capacity, on=on, signature=digest(scan))
    others = tuple(entry for entry in agreement.signatures if entry.party != party)
    signed = msgspec.structs.replace(agreement, signatures=(*others, signature))
    return await _keep_page(site, signed, party, scan, who)


async def join(
    site: Site, agreement: Agreement, start: date, by: str, capacity: str, passphrase: str, parent: str = ""
) -> Agreement:
    """Join as this installation's party, as the agreement stands, by one signed page; the second time counts once.

    `parent` is the facility of the agreement through which ours bills, where the arrangement wants one.
    """
    party = msgspec.structs.replace(own_party(site), parent=parent)
    if agreement.party(party.code) is not None:
        return agreement
    _may_join(site, agreement, party, start)
    key = load_signing(site.folder / KEYS, "agreement", passphrase)
    signature = Signature(
        party=party.code,
        by=by,
        capacity=capacity,
        on=site.today(),
        key=key_id(key.public_key().public_bytes_raw()).hex(),
        signature=key.sign(adhesion_terms(agreement, party, start)).hex(),
    )
    return await _keep(site, _with_adhesion(agreement, Adhesion(party=party, start=start, signature=signature)), by)


async def join_on_paper(
    site: Site, agreement: Agreement, party: Party, start: date, by: str, capacity: str, on: date, scan: bytes, who: str
) -> Agreement:
    """Somebody joins by a page signed by hand, which is entered here; the second time counts once."""
    if agreement.party(party.code) is not None:
        return agreement
    _may_join(site, agreement, party, start)
    _check_page(site, scan, on)
    signature = Signature(party=party.code, by=by, capacity=capacity, on=on, signature=digest(scan))
    joined = _with_adhesion(agreement, Adhesion(party=party, start=start, signature=signature))
    return await _keep_page(site, joined, party.code, scan, who)


async def amend(
    site: Site,
    agreement: Agreement,
    start: date,
    annex: Annex,
    who: str,
    until: date | None = None,
    rows: tuple[Party, ...] = (),
) -> Agreement:
    """A draft that follows an agreement from a day on, with another annex, between those whom it still binds.

    `rows` are parties that it adds, changes (a parent, a level) or ends on a last day; care before the day is judged
    by the earlier agreement and its parties. The earlier one goes on until all whom it binds have signed, those who
    are ended too: `contracting.settle_amendment` then closes it on the eve. InputError `agreement-party-role` for a
    party that would change sides.
    """
    _move(site, agreement, "amended")
    last = until or agreement.until
    if start <= agreement.start or (agreement.until is not None and agreement.until < start):
        raise _outside(agreement, start)
    for row in rows:
        before = agreement.party(row.code)
        if before is not None and before.role != row.role:
            raise InputError("agreement-party-role", party=row.code)
    drafted = contracting.draft(site, start, last, following(agreement, start, rows), annex)
    return await _keep(site, with_digest(msgspec.structs.replace(drafted, amends=agreement.id)), who)


async def suspend(site: Site, agreement: Agreement, on: date, who: str) -> Agreement:
    """Suspend from a day on, for this installation's party."""
    _move(site, agreement, "suspended")
    return await _moved(site, agreement, "suspend", on, who)


async def resume(site: Site, agreement: Agreement, on: date, who: str) -> Agreement:
    """Lift our own suspension from a day on; `agreement-suspended-by-others` when it is not ours."""
    _move(site, agreement, "in force")
    since = suspended_from(agreement.moves, site.config.code)
    if since is None:
        raise InputError("agreement-suspended-by-others")
    if on < since:
        raise InputError("agreement-resumed-before", day=on.isoformat(), since=since.isoformat())
    return await _moved(site, agreement, "resume", on, who)


async def end(site: Site, agreement: Agreement, last: date, who: str) -> Agreement:
    """End on a last day, which still counts, for this installation's party."""
    _move(site, agreement, "ended")
    return await _moved(site, agreement, "end", last, who)


def undoable(site: Site, agreement: Agreement) -> Move | None:
    """The move that this installation made last and may undo: nobody has moved since."""
    moves = effective(agreement.moves)
    return moves[-1] if moves and moves[-1].by == site.config.code else None


async def undo(site: Site, agreement: Agreement, who: str) -> Agreement:
    """Take our last move back; it stays written down, and so does this."""
    last = undoable(site, agreement)
    if last is None:
        raise InputError("agreement-nothing-to-undo")
    return await _moved(site, agreement, "undo", site.today(), who, undoes=last.number)


def possible(site: Site, agreement: Agreement) -> tuple[State, ...]:
    """Where this installation may move it, by the table of states."""
    own = site.config.code
    if agreement.party(own) is None:
        return ()
    after = MOVES[agreement.state_for(own)]
    ours = suspended_from(agreement.moves, own) is not None
    return tuple(state for state in after if state != "in force" or ours)


async def _moved(site: Site, agreement: Agreement, kind: Kind, on: date, who: str, undoes: int = 0) -> Agreement:
    if kind != "undo" and not (agreement.start <= on and (agreement.until is None or on <= agreement.until)):
        raise _outside(agreement, on)
    number = 1 + max((move.number for move in agreement.moves), default=0)
    move = Move(number=number, kind=kind, on=on, by=site.config.code, who=who, undoes=undoes)
    return await _keep(site, msgspec.structs.replace(agreement, moves=(*agreement.moves, move)), who)


def _outside(agreement: Agreement, day: date) -> InputError:
    until = agreement.until.isoformat() if agreement.until else "…"
    return InputError("agreement-day-outside", day=day.isoformat(), start=agreement.start.isoformat(), until=until)


def _may_join(site: Site, agreement: Agreement, party: Party, start: date) -> None:
    """InputError unless the agreement is open to join, on a day of its own."""
    across = any(bound.role != party.role for bound in agreement.bound)
    if agreement.state not in ("in force", "signed by one") or not across:
        raise InputError("agreement-not-open", state=agreement.state)
    if start < agreement.start or (agreement.until is not None and agreement.until < start):
        raise _outside(agreement, start)
    contracting.check_place(site.arrangement(agreement.start), party)
    contracting.check_parent(party, agreement.everybody)


def _move(site: Site, agreement: Agreement, after: State) -> None:
    own = site.config.code
    if agreement.party(own) is None:
        raise InputError("agreement-party", party=own)
    if after not in MOVES[agreement.state_for(own)]:
        raise InputError("agreement-state", before=agreement.state_for(own), after=after)


def _check_page(site: Site, scan: bytes, on: date) -> None:
    if not scan:
        raise InputError("agreement-scan-missing")
    if len(scan) > LARGEST_SCAN:
        raise InputError("agreement-scan-large", limit=LARGEST_SCAN // 1024 // 1024)
    if on > site.today():
        raise InputError("agreement-signed-later", day=on.isoformat())


def _with_adhesion(agreement: Agreement, joined: Adhesion) -> Agreement:
    return msgspec.structs.replace(agreement, adhesions=(*agreement.adhesions, joined))


async def _keep(site: Site, agreement: Agreement, who: str) -> Agreement:
    async with site.store.transaction():
        await site.store.put_agreement(agreement, site.now(), who)
    return agreement


async def _keep_page(site: Site, agreement: Agreement, party: str, scan: bytes, who: str) -> Agreement:
    async with site.store.transaction():
        await site.store.put_agreement(agreement, site.now(), who)
        await site.store.put_scan(agreement.id, party, digest(scan), scan, site.now(), who)
        await contracting.settle_amendment(site, agreement, who)
    return agreement
