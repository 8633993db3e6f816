"""The invoice of a head count: a batch of its own kind whose one claim bills listed persons instead of a visit.

Each row of the arrangement is a line: as many units as heads, at the rate of the period, all of it due from the payer.
From there on the money takes the way of any batch: answered line by line, contested, paid, given up, and booked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from facility_agent.invoicing.batch import item_of
from facility_agent.invoicing.capitation import Due, HeadCount
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.periods import month_of
from facility_agent.vocabulary.records import (
    Adjudication,
    Basis,
    Beneficiary,
    CareLine,
    Claim,
    LineAdjudication,
    Share,
    Visit,
)
from facility_agent.vocabulary.settlement import Batch

#: What the lines of such a claim are for, in the place of an act.
PER_HEAD: Final = "per-head"


class Identity(msgspec.Struct, frozen=True):
    """What a new invoice is called: the ids of its batch and claim, the number of both, and the day of its closing."""

    batch: str
    claim: str
    number: str
    closed_on: date


def of_period(count: HeadCount, scheme: str, start: date) -> HeadCount:
    """What of a count is invoiced together: the rows of one scheme whose period begins on that day.

    InputError `count-nothing` when nobody is counted there, `count-rate-open` while a rate is unknown.
    """
    found = tuple(due for due in count.dues if (due.scheme, due.start) == (scheme, start))
    if not any(due.heads for due in found):
        raise InputError("count-nothing", facility=count.facility, payer=count.payer)
    if any(due.rate is None for due in found):
        raise InputError("count-rate-open", payer=count.payer, scheme=scheme)
    return msgspec.structs.replace(count, dues=tuple(due for due in found if due.amount))


def claim_of(count: HeadCount, named: Identity, basis: Basis, currency: str) -> Claim:
    """The claim that bills a count of one scheme and period; who was counted stays in the count itself."""
    lines = tuple(
        CareLine(due.code, PER_HEAD, due.heads, due.rate or 0, label=f"{due.start}/{due.until}") for due in count.dues
    )
    visit = Visit(named.claim, count.facility, count.counted_on, Beneficiary("", ""), lines, currency=currency)
    judged = Adjudication(named.claim, currency, basis.rule_set, tuple(_line(due) for due in count.dues))
    return Claim(
        named.claim, named.number, visit, (), basis, judged, named.closed_on, counted=count.fingerprint
    )  # fmt: skip


def batch_of(claim: Claim, named: Identity, due: Due, invented: bool) -> Batch:
    """The batch of such a claim, in the month in which the persons were counted."""
    return Batch(
        named.batch, named.number, claim.visit.facility, due.payer, due.scheme, month_of(claim.visit.day), "per-head",
        claim.adjudication.currency, named.closed_on, (item_of(claim, due.payer, due.scheme),), invented,
    )  # fmt: skip


def mismatched(batch: Batch, claims: Iterable[Claim], count: HeadCount | None) -> bool:
    """Whether a batch is per head without a count, bills a count otherwise than it says, or is not per head at all."""
    given = tuple(claims)
    counted = any(claim.counted for claim in given)
    if batch.kind != "per-head" or count is None or len(given) != 1:
        return batch.kind == "per-head" or count is not None or counted
    claim, dues = given[0], count.dues
    named = Identity(batch.id, claim.id, claim.number, claim.minted_on)
    theirs = (count.facility, count.payer) == (batch.facility, batch.payer)
    whole = all(due.amount and (due.payer, due.scheme) == (batch.payer, batch.scheme) for due in dues)
    if not (dues and theirs and whole and len({(due.start, due.until) for due in dues}) == 1):
        return True
    if any(len(set(due.persons)) != due.heads or due.counted_on != count.counted_on for due in dues):
        return True
    return claim != claim_of(count, named, claim.basis, batch.currency)


def _line(due: Due) -> LineAdjudication:
    rate, amount = due.rate or 0, due.amount or 0
    share = Share(due.payer, due.scheme, amount)
    return LineAdjudication(due.code, PER_HEAD, amount, rate, amount, 0, 0, 0, (share,))
