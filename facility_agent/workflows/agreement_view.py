"""An agreement as a page shows it: where it stands for us, what is open, who has signed, and the next thing to do."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from facility_agent.arrangements.agreement import Agreement, Party, Signature, State, open_money_clauses
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.moves import Move, effective, last_day, suspended_from
from facility_agent.workflows import agreements, contracting
from facility_agent.workflows.site import Site

Step = Literal["complete", "sign", "send", "join", "print"]

#: Where a draft goes on its way; what comes later stands beside the way.
WAY: tuple[State, ...] = ("draft", "signed by one", "in force")


class PartyRow(msgspec.Struct, frozen=True):
    """One party: its signature if there is one, since when it counts, and what it has moved by itself."""

    party: Party
    signature: Signature | None
    joined: bool
    scanned: bool
    suspended_on: date | None = None
    ends_on: date | None = None


class View(msgspec.Struct, frozen=True):
    """Everything that the page of an agreement says. `state` is how it stands for this installation."""

    agreement: Agreement
    arrangement: Arrangement
    state: State
    rows: tuple[PartyRow, ...]
    open: tuple[str, ...]
    moves: tuple[Move, ...]
    possible: tuple[State, ...]
    undoable: Move | None
    unknown: tuple[str, ...]
    step: Step
    editable: bool
    following: str = ""


async def view(site: Site, name: str) -> View:
    """The agreement of that number, or InputError `agreement-unknown`."""
    found = await agreements.find(site, name)
    arrangement, own = site.arrangement(found.start), site.config.code
    still_open = open_money_clauses(arrangement, found)
    scans = set(await site.store.scans_of(found.id))
    known = {party.party for party in await site.partners()}
    every = await site.store.agreements()
    return View(
        agreement=found,
        arrangement=arrangement,
        state=found.state_for(own),
        rows=_rows(found, scans),
        open=still_open,
        moves=effective(found.moves),
        possible=agreements.possible(site, found),
        undoable=agreements.undoable(site, found),
        unknown=tuple(party.code for party in found.everybody if party.code not in known),
        step=_step(site, found, bool(still_open), await contracting.told(site, found)),
        editable=found.state == "draft",
        following=next((entry.id for entry in every if entry.amends == found.id), ""),
    )


def _rows(agreement: Agreement, scans: set[str]) -> tuple[PartyRow, ...]:
    pages = {entry.party: entry for entry in agreement.signatures}
    joined = {page.party.code: page.signature for page in agreement.adhesions}
    found = []
    for party in agreement.everybody:
        page = joined.get(party.code) or pages.get(party.code)
        scanned = page is not None and page.signature in scans
        days = suspended_from(agreement.moves, party.code), last_day(agreement.moves, party.code)
        found.append(PartyRow(party, page, party.code in joined, scanned, *days))
    return tuple(found)


def _step(site: Site, agreement: Agreement, open_money: bool, told: bool) -> Step:
    """What this installation does next with it; `told` says that the others have been sent what is ours to say."""
    own = site.config.code
    named = any(party.code == own for party in agreement.parties)
    if agreement.party(own) is None:
        return "join" if contracting.joinable(site, agreement) else "print"
    if open_money and agreement.state == "draft":
        return "complete"
    bound = {party.code for party in agreement.bound}
    if named and own not in bound and agreement.state in contracting.SIGNABLE and not open_money:
        return "sign"
    return "print" if told else "send"
