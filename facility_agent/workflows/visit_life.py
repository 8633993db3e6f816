"""What happens to a visit after it was entered: reopened, given to the right person, its changes told one by one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from facility_agent.arrangements.terms import terms
from facility_agent.storage.store.care import VisitEntry
from facility_agent.vocabulary.bedside import CareNote, NoteKind, Prescription, Rest
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.records import Beneficiary, CareLine, Visit
from facility_agent.workflows.site import Site
from facility_agent.workflows.visits import agreement_of, record

#: Facts of a visit whose change is told; the others follow from them.
TOLD: Final = (
    "day", "at", "register_number", "emergency", "pregnant", "referred_from", "referred_to", "weight_grams",
    "gestation_weeks", "condition", "condition_text", "reason", "stay",
)  # fmt: skip


class Change(msgspec.Struct, frozen=True):
    """One fact that an event changed: its name, what it was and what it became; `line` names the act of a line."""

    fact: str
    old: str
    new: str
    line: str = ""


class Told(msgspec.Struct, frozen=True):
    """An event of a visit: when, who, to which state, and what changed."""

    at: datetime
    who: str
    state: str
    changes: tuple[Change, ...]


async def entry_of(site: Site, id: str) -> VisitEntry:
    """A visit that is kept; InputError `visit-unknown`."""
    found = await site.store.visit(id)
    if found is None:
        raise InputError("visit-unknown")
    return found


async def reopen(site: Site, id: str, by: str) -> VisitEntry:
    """A recorded visit is open again, for the next desk; InputError `visit-not-open` once its day is closed."""
    row = await entry_of(site, id)
    if row.state == "open":
        return row
    if row.state != "recorded":
        raise InputError("visit-not-open")
    async with site.store.transaction():
        await site.store.save_visit(row.visit, "open", row.version, site.now(), by)
    return await entry_of(site, id)


async def give_to(site: Site, id: str, number: str, by: str, reason: str, successor: str) -> str:
    """The visit was another person's: it is theirs now, and the event says who said so and why.

    Before the close the visit itself moves; afterwards a new visit, whose id is `successor`, replaces its claim.
    Returns the id of the visit that counts. InputError `member-unknown`, `reason-missing`, `visit-same-person`,
    `visit-not-open`.
    """
    if not reason.strip():
        raise InputError("reason-missing")
    row = await entry_of(site, id)
    coverage = await site.store.coverage_of(number.strip())
    if not coverage:
        raise InputError("member-unknown", member=number.strip())
    person = coverage[0].beneficiary
    if person.number == row.visit.beneficiary.number:
        raise InputError("visit-same-person", member=person.number)
    moved = _of_person(row.visit, person, reason.strip())
    if row.state == "claimed":
        replacing = msgspec.structs.replace(moved, id=successor, replaces=id)
        await record(site, replacing, by)
        return successor
    if row.state not in ("open", "recorded"):
        raise InputError("visit-not-open")
    async with site.store.transaction():
        mine = [rest.prescription for rest in await site.store.rests(visit=id)]
        await site.store.put_prescriptions(id, [_with(each, person.number) for each in mine])
        await site.store.save_visit(moved, row.state, row.version, site.now(), by)
    return id


def _with(each: Prescription, member: str) -> Prescription:
    return msgspec.structs.replace(each, member=member)


def _of_person(visit: Visit, person: Beneficiary, reason: str) -> Visit:
    """The same care of another person, who was not identified by the card that was shown."""
    return msgspec.structs.replace(
        visit, beneficiary=person, identified="number", card_serial=None, card_expires=None, card_revoked=None,
        admissions=(), guarantees=(), reason=reason,
    )  # fmt: skip


async def prescription_until(site: Site, visit: Visit, written: date) -> date | None:
    """The last day on which a prescription may be filled, None while the clause is open."""
    coverage = await site.store.coverage_of(visit.beneficiary.number) if visit.beneficiary.number else ()
    agreement = await agreement_of(site, coverage, visit.day)
    days = terms(site.arrangement(visit.day), agreement, site.config.code).clause("prescription_days")
    return None if days == UNKNOWN else written + timedelta(days=int(days))


async def rests_of(site: Site, member: str, besides: str = "") -> tuple[Rest, ...]:
    """What is left of a person's prescriptions and still holds today; those of the visit `besides` are left out."""
    if not member:
        return ()
    today = site.today()
    return tuple(
        rest
        for rest in await site.store.rests(member=member)
        if rest.open_on(today) and rest.prescription.visit != besides and not rest.prescription.elsewhere
    )


async def note(
    site: Site,
    id: str,
    kind: NoteKind,
    by: str,
    *,
    member: str = "",
    act: str = "",
    quantity: int = 0,
    reason: str = "",
) -> CareNote:
    """Count what did not happen outside a visit's form (a card that was refused); the same id counts once."""
    made = CareNote(id, kind, site.today(), "", act, quantity, member, reason.strip())
    await site.store.put_notes([made], site.now(), by)
    return made


async def told(site: Site, id: str) -> tuple[Told, ...]:
    """Every change of a visit: who, when, what it was, what it became."""
    found, before = [], None
    for event in await site.store.visit_events(id):
        found.append(Told(event.at, event.who, event.state, _changes(before, event.visit)))
        before = event.visit
    return tuple(found)


def _changes(before: Visit | None, after: Visit) -> tuple[Change, ...]:
    if before is None:
        return ()
    found = [
        Change(name, _said(getattr(before, name)), _said(getattr(after, name)))
        for name in TOLD
        if getattr(before, name) != getattr(after, name)
    ]
    if before.beneficiary != after.beneficiary:
        found.append(Change("person", _named(before.beneficiary), _named(after.beneficiary)))
    old, new = ({line.id: line for line in visit.lines} for visit in (before, after))
    for key in sorted(old.keys() | new.keys(), key=lambda key: (len(key), key)):
        if old.get(key) != new.get(key):
            line = new.get(key) or old[key]
            found.append(Change("care", _care(old.get(key)), _care(new.get(key)), line.act))
    return tuple(found)


def _care(line: CareLine | None) -> str:
    """A line in a few signs: quantity × price, the prescribed quantity and the result where there are any."""
    if line is None:
        return ""
    parts = [f"{line.quantity} × {line.price}"]
    if line.prescribed is not None:
        parts.append(f"/ {line.prescribed}")
    return " ".join([*parts, line.result]).strip()


def _named(person: Beneficiary) -> str:
    return f"{person.name} {person.number}".strip()


def _said(value: Any) -> str:
    if isinstance(value, msgspec.Struct):
        return " ".join(str(part) for part in msgspec.structs.astuple(value) if part not in (None, ""))
    return "" if value is None else str(value)


async def begin_replacement(site: Site, claim_id: str, by: str) -> str:
    """An open visit that will replace a claim, filled in as the claim was; its id. Asked twice, it is the same one.

    InputError `claim-unknown`, `claim-replaced-twice`, `count-not-replaced`.
    """
    claim = await site.store.claim(claim_id)
    if claim is None:
        raise InputError("claim-unknown", claim=claim_id)
    if claim.counted:
        raise InputError("count-not-replaced", claim=claim.number)
    for row in await site.store.visits(states=("open", "recorded")):
        if row.visit.replaces == claim_id:
            return row.visit.id
    made = msgspec.structs.replace(claim.visit, id=site.new_id(), replaces=claim_id, reason=claim.number)
    await record(site, made, by, state="open")
    return made.id
