"""Care recorded: who pays what before the patient leaves, the visit kept, and at the close of the day its claim.

A visit is `recorded` once its care is complete; undoing it is an event; the claim is minted at the close of the day
with its number, and from then on only a later claim can replace it. One that is still `open` waits for its rest.
"""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Act
from facility_agent.arrangements.terms import Terms, terms
from facility_agent.invoicing.batch import month_of_claim
from facility_agent.vocabulary.bedside import CareNote, Prescription
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Adjudication, Basis, Claim, Coverage, Visit
from facility_agent.workflows import newborns
from facility_agent.workflows.late import known_then
from facility_agent.workflows.paper import as_listed
from facility_agent.workflows.site import Site


class Judged(msgspec.Struct, frozen=True):
    """What the rules say of a visit, and on what."""

    visit: Visit
    adjudication: Adjudication
    coverage: tuple[Coverage, ...]
    basis: Basis


class Beside(msgspec.Struct, frozen=True):
    """What is written with a visit beside its care: prescriptions, what could not be given, the entry it came from."""

    prescriptions: tuple[Prescription, ...] = ()
    notes: tuple[CareNote, ...] = ()
    draft: str = ""
    stands: bool = True


#: Whoever records a visit only leaves what stands beside it as it is.
NOTHING = Beside(stands=False)


async def judge(site: Site, visit: Visit) -> Judged:
    """Ask the rules; nothing is saved. The coverage of an altered or unknown card is never used."""
    visit, coverage = await as_listed(site, visit)
    agreement = await agreement_of(site, coverage, visit.day)
    history = known_then(await newborns.history_of(site, visit.beneficiary, coverage), visit)
    answer = adjudicate(site.arrangement(visit.day), agreement, coverage, history, visit)
    claims = tuple(sorted({line.claim for line in history.lines}))
    basis = Basis(
        answer.rule_set, agreement.id if agreement else "", await _sequence(site, visit, coverage), claims,
        history.counted,
    )  # fmt: skip
    return Judged(visit, answer, coverage, basis)


async def _sequence(site: Site, visit: Visit, coverage: tuple[Coverage, ...]) -> int | None:
    """The version of the register on which a visit is judged: that of its printed list, else the one held."""
    if visit.sheet is not None and visit.sheet.held:
        return visit.sheet.sequence
    register = await site.store.register_state(coverage[0].payer) if coverage else None
    return register.sequence if register else None


async def agreement_of(site: Site, coverage: tuple[Coverage, ...], day: date) -> Agreement | None:
    """The agreement that concerns this person's payer that day, else the one that binds this facility."""
    return await site.agreement(site.config.code, coverage[0].payer if coverage else None, day)


async def terms_of_today(site: Site) -> Terms:
    """What holds here today: acts, prices and rates, for forms and lists."""
    today = site.today()
    return terms(site.arrangement(today), await site.agreement(site.config.code, None, today), site.config.code)


async def acts(site: Site) -> tuple[Act, ...]:
    """What this facility may give today, in the order of their names."""
    known = await terms_of_today(site)
    offered = [act for act in known.acts.values() if not act.levels or site.config.level in act.levels]
    return tuple(sorted(offered, key=lambda act: act.name.fr.casefold()))


async def prices(site: Site, scheme: str = "") -> dict[str, int]:
    """The tariff of each act under a scheme, where there is one."""
    known = await terms_of_today(site)
    found = {code: known.tariff(code, scheme) for code in known.acts}
    return {code: row.maximum or int(row.price) for code, row in found.items() if row is not None}


async def record(
    site: Site, visit: Visit, by: str, version: int | None = None, *, state: str = "recorded", beside: Beside = NOTHING
) -> Judged:
    """Keep a visit, complete or with `state` open, and what stands beside its care, all or nothing.

    The same visit twice counts once; one with a wrong day or nothing given is an error. `version` is the one that was
    changed, None for a new visit.
    """
    await _check(site, visit, beside)
    complete = msgspec.structs.replace(visit, facility=site.config.code, entered_on=site.today(), entered_by=by)
    judged = await judge(site, complete)
    # A new visit that gave all that it should has nothing beside its care to take the place of anything.
    changes = beside.stands and bool(version or beside.prescriptions or beside.notes)
    typed = beside.stands and await site.store.entry_draft(beside.draft or visit.id) is not None
    async with site.store.transaction():
        if changes:
            await site.store.put_prescriptions(visit.id, beside.prescriptions)
        await site.store.save_visit(complete, state, version, site.now(), by)
        if changes:
            await site.store.put_notes(beside.notes, site.now(), by, visit.id)
        if typed:
            await site.store.drop_entry_draft(beside.draft or visit.id)
        if complete.sheet is not None:
            await site.store.use_sheet(complete.sheet.number, complete.id, complete.replaces)
    return judged


async def _check(site: Site, visit: Visit, beside: Beside = NOTHING) -> None:
    """InputError when a visit cannot be kept as it is."""
    if not visit.lines and not beside.prescriptions and not beside.notes and visit.stay is None:
        raise InputError("visit-empty")
    if visit.day > site.today():
        raise InputError("visit-in-future", day=visit.day.isoformat(), today=site.today().isoformat())
    agreement = await site.agreement(site.config.code, None, visit.day)
    known = terms(site.arrangement(visit.day), agreement, site.config.code)
    for line in visit.lines:
        if line.act in known.acts and not any(known.tariff(line.act, code) for code in ("", *known.schemes)):
            raise InputError("act-without-tariff", act=line.act)
    if visit.replaces:
        replaced = await site.store.claim(visit.replaces)
        if replaced is None or visit.replaces == visit.id:
            raise InputError("claim-unknown", claim=visit.replaces)
        waiting = await site.store.visits(states=("recorded",))
        others = {row.visit.replaces for row in waiting if row.visit.id != visit.id}
        counting = await site.store.claims_of_month(site.config.code, month_of_claim(replaced))
        if replaced.id in others or replaced.id not in {claim.id for claim in counting}:
            raise InputError("claim-replaced-twice", claim=replaced.number)


async def undo(site: Site, visit_id: str, by: str, reason: str) -> None:
    """Take an open or recorded visit back before its day is closed; the reason is kept."""
    row = await site.store.visit(visit_id)
    if row is None or row.state not in ("open", "recorded"):
        raise InputError("visit-not-open")
    if not reason.strip():
        raise InputError("reason-missing")
    taken_back = msgspec.structs.replace(row.visit, reason=reason.strip())
    async with site.store.transaction():
        await site.store.save_visit(taken_back, "abandoned", row.version, site.now(), by)


async def close_day(site: Site, until: date, by: str) -> tuple[Claim, ...]:
    """Mint the claims of all recorded visits up to a day, in the order of care; already minted ones stay.

    A visit that somebody else closes or changes meanwhile is left to them.
    """
    if until > site.today():
        raise InputError("visit-in-future", day=until.isoformat(), today=site.today().isoformat())
    rows = [row for row in await site.store.visits(states=("recorded",)) if row.visit.day <= until]
    rows.sort(key=lambda row: (row.visit.day, row.visit.at, row.visit.id))
    claims = [await _mint(site, row.visit, row.version, by) for row in rows]
    return tuple(claim for claim in claims if claim is not None)


async def _mint(site: Site, visit: Visit, version: int, by: str) -> Claim | None:
    """The claim of a visit, or None when it is no longer the one that was read; its number is not used up then."""
    try:
        return await _minted(site, visit, version, by)
    except InputError as error:
        if error.code != "visit-changed":
            raise
        return None


async def _minted(site: Site, visit: Visit, version: int, by: str) -> Claim:
    judged = await judge(site, visit)
    agreement = await agreement_of(site, judged.coverage, visit.day)
    known = terms(site.arrangement(visit.day), agreement, site.config.code)
    families = {act.code: act.family for act in known.acts.values()}
    async with site.store.transaction():
        number = await site.store.next_number(f"claim:{visit.day.year}")
        row = await site.store.visit(visit.id)
        if row is None or (row.state, row.version) != ("recorded", version):
            raise InputError("visit-changed", register_number=visit.register_number)
        claim = Claim(
            id=visit.id,
            number=f"{site.config.code}-{visit.day.year}-{number:06d}",
            visit=judged.visit,
            coverage=judged.coverage,
            basis=judged.basis,
            adjudication=judged.adjudication,
            minted_on=site.today(),
            replaces=visit.replaces,
        )
        await site.store.mint(claim, families, site.now(), by)
        await site.store.save_visit(visit, "claimed", version, site.now(), by)
    return claim
