"""The review queue: claims that need a person, the most money at risk first; ruled one by one or many with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.reviews import Ruled, RuledLine, Ruling
from facility_agent.vocabulary.settlement import Batch, ClaimDecision
from facility_agent.workflows import audit_desk
from facility_agent.workflows.audit_desk import ClaimView, Seen
from facility_agent.workflows.powers import powers_over
from facility_agent.workflows.rulings import checked, needs_second
from facility_agent.workflows.site import Site

#: What can be said of many claims at once: as proposed, in full, refused, or held until a paper comes.
Bulk = Literal["proposed", "full", "refuse", "hold"]
BULKS: tuple[Bulk, ...] = ("proposed", "full", "refuse", "hold")
#: Rows of the queue on one page.
SHOWN = 50


class Waiting(msgspec.Struct, frozen=True):
    """One claim of the queue, with what a person has said of it already.

    `beyond` says that one of the payer's own people must speak: it is above the powers of whoever ruled, or asks.
    """

    batch: Batch
    claim: str
    number: str
    claimed: int
    proposed: int
    at_risk: int
    codes: tuple[str, ...]
    ruled: Ruled | None
    needs_second: bool
    entered_by: str
    beyond: bool = False

    @property
    def open(self) -> bool:
        """Whether a person still has to do something."""
        return self.ruled is None or self.beyond or (self.needs_second and not self.ruled.seconded_by)


class Queue(msgspec.Struct, frozen=True):
    """The head of the queue, how long it is in all, the money at risk, and the batches that nobody has checked yet."""

    rows: tuple[Waiting, ...]
    claims: int
    money: int
    unaudited: tuple[str, ...]


async def queue(site: Site, batch: str = "", most: int = SHOWN, by: str = "") -> Queue:
    """The claims of undecided batches that need a person, or those of one batch, as `by` may decide them."""
    rows = await site.store.waiting(most, batch)
    batches, rulings, powers = {}, {}, {}
    for id in {row.batch for row in rows}:
        entry = await site.store.batch(id)
        assert entry is not None
        batches[id], rulings[id] = entry.batch, await site.store.rulings(id)
        powers[id] = await powers_over(site, entry.batch)
    entered = await site.store.paper_batches()
    found = tuple(
        Waiting(
            batches[row.batch], row.claim, row.number, row.claimed, row.proposed, row.at_risk,
            tuple(dict.fromkeys(finding.code for finding in msgspec.json.decode(row.document, type=Seen).why)),
            rulings[row.batch].get(row.claim), needs_second(site.config, row.claimed), entered.get(row.batch, ""),
            powers[row.batch].waits(by, row.claimed, rulings[row.batch].get(row.claim)),
        )
        for row in rows
    )  # fmt: skip
    claims, money = await site.store.waiting_sums()
    return Queue(found, claims, money, await site.store.unaudited())


async def check_new(site: Site) -> int:
    """Audit the received batches that nobody has checked yet; returns how many there were."""
    waiting = await site.store.unaudited()
    for batch in waiting:
        await audit_desk.audit(site, batch)
    return len(waiting)


async def rule(site: Site, batch: str, claim: str, lines: Iterable[RuledLine], reason: str, by: str) -> Ruling:
    """A person's word on one claim. InputError `decided-by-enterer`, `ruling-*`, `override-above-claimed`."""
    view = await audit_desk.claim_view(site, batch, claim)
    ruling = _allowed(view, Ruling(batch, claim, tuple(lines), reason.strip()), by)
    await site.store.put_ruling(ruling, "ruled", site.now(), by)
    return ruling


async def rule_many(site: Site, chosen: Iterable[tuple[str, str]], what: Bulk, reason: str, by: str) -> int:
    """The same word on many claims, all of them or none; the reason is needed. Returns how many."""
    if not reason.strip():
        raise InputError("reason-missing")
    rulings = []
    for batch, claim in dict.fromkeys(chosen):
        view = await audit_desk.claim_view(site, batch, claim)
        rulings.append(_allowed(view, Ruling(batch, claim, _bulk(view.proposal, what), reason.strip()), by))
    if not rulings:
        raise InputError("ruling-nothing-chosen")
    async with site.store.transaction():
        for ruling in rulings:
            await site.store.put_ruling(ruling, "ruled", site.now(), by)
    return len(rulings)


async def second(site: Site, batch: str, claim: str, by: str) -> None:
    """A second person agrees with a ruling: not whoever gave it, nor whoever entered the claim."""
    ruled = await _ruled(site, batch, claim)
    if by == ruled.by:
        raise InputError("second-eyes-same")
    if (await site.store.paper_batches()).get(batch) == by:
        raise InputError("decided-by-enterer", batch=batch)
    await site.store.put_ruling(ruled.ruling, "seconded", site.now(), by)


async def withdraw(site: Site, batch: str, claim: str, by: str) -> None:
    """Take a ruling back: the claim waits again."""
    ruled = await _ruled(site, batch, claim)
    await site.store.put_ruling(ruled.ruling, "withdrawn", site.now(), by)


async def _ruled(site: Site, batch: str, claim: str) -> Ruled:
    ruled = (await site.store.rulings(batch)).get(claim)
    if ruled is None:
        raise InputError("ruling-none")
    return ruled


def _allowed(view: ClaimView, ruling: Ruling, by: str) -> Ruling:
    if view.entered_by and view.entered_by == by:
        raise InputError("decided-by-enterer", batch=view.batch.number)
    return checked(ruling, view.proposal, view.claim.number)


def _bulk(proposal: ClaimDecision, what: Bulk) -> tuple[RuledLine, ...]:
    """The lines of a claim under one word."""
    said = {
        "proposed": lambda line: RuledLine(line.line, line.amount, line.outcome == "pending"),
        "full": lambda line: RuledLine(line.line, line.claimed),
        "refuse": lambda line: RuledLine(line.line, 0),
        "hold": lambda line: RuledLine(line.line, 0, True),
    }[what]
    return tuple(said(line) for line in proposal.lines)
