"""Prices and sums: a price of twice the tariff, and totals that do not add up.

Per line: submitted = payers' shares + what the member pays + what the facility bears, and eligible ≤ submitted.
"""

from __future__ import annotations

from collections.abc import Iterator

from facility_agent.adjudication import MOST_UNITS
from facility_agent.audit.month import Flag, Month
from facility_agent.vocabulary.findings import FACILITY, UNKNOWN, Finding, note, refuse
from facility_agent.vocabulary.records import CareLine, Claim
from facility_agent.vocabulary.settlement import BatchItem


def price_multiple(month: Month) -> Iterator[Flag]:
    """A price of exactly twice or three times the tariff: the payer's lateness put on the bill.

    It stands beside the price cut, which has taken the money away already.
    """
    for claim in month.live:
        known = month.terms(claim.visit.facility)
        for line in claim.visit.lines:
            row = known.tariff(line.act, month.scheme)
            if row is None or row.basis != "tariff" or row.price == UNKNOWN or not int(row.price):
                continue
            multiple, rest = divmod(line.price, int(row.price))
            if rest == 0 and multiple in (2, 3) and line.price > (row.maximum or 0):
                finding = note(
                    "price-multiple", row.clause or "tariff",
                    act=line.act, price=line.price, tariff=int(row.price), multiple=multiple,
                )  # fmt: skip
                yield Flag((claim.id,), (line.id,), finding)


def totals(month: Month) -> Iterator[Flag]:
    """Sums of a line, or of a claim in its batch, that do not add up; a line or a batch item that nobody gave."""
    items = {item.claim: item for item in month.batch.items} if month.batch else {}
    for claim in month.claims.values():
        for line, stated, computed in _of_lines(claim):
            yield month.flag(claim, _wrong(stated, computed), lines=[line])
        item = items.get(claim.id)
        if item is not None:
            for stated, computed in _of_item(month, claim, item):
                yield month.flag(claim, _wrong(stated, computed))
                break
    for item in items.values():
        if item.claim not in month.claims:
            yield Flag((item.claim,), (), _wrong(item.due, 0), item.due)


def _of_lines(claim: Claim) -> Iterator[tuple[str, int, int]]:
    """Line, what is stated, what it should be: the first sum of each line that is wrong."""
    care: dict[str, list[CareLine]] = {}
    for given in claim.visit.lines:
        care.setdefault(given.id, []).append(given)
    for line in claim.adjudication.lines:
        if not care.get(line.id):
            yield line.id, line.submitted, 0
            continue
        given = care[line.id].pop(0)
        possible = given.price >= 0 and 0 < given.quantity <= MOST_UNITS
        billed = given.price * given.quantity if possible else line.submitted
        amounts = (line.eligible, line.member_pays, line.facility_bears, *(share.amount for share in line.shares))
        parts = sum(share.amount for share in line.shares) + line.member_pays + line.facility_bears
        if line.submitted != billed:
            yield line.id, line.submitted, billed
        elif parts != line.submitted:
            yield line.id, parts, line.submitted
        elif line.eligible > line.submitted:
            yield line.id, line.eligible, line.submitted
        elif min(amounts) < 0:
            yield line.id, min(amounts), 0


def _of_item(month: Month, claim: Claim, item: BatchItem) -> Iterator[tuple[int, int]]:
    """What the batch states of a claim and what the claim itself says, where they differ."""
    adjudication = claim.adjudication
    own = month.money(claim)
    others = sum(share.amount for share in adjudication.shares) - own
    pairs = (
        (item.due, own),
        (item.submitted, adjudication.submitted),
        (item.member_pays, adjudication.member_pays),
        (item.other_payers, others),
        (item.facility_bears, adjudication.facility_bears),
    )
    return (pair for pair in pairs if pair[0] != pair[1])


def _wrong(stated: int, computed: int) -> Finding:
    return refuse("totals-do-not-add-up", "arithmetic", FACILITY, stated=stated, computed=computed)
