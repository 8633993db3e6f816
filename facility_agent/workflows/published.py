"""What the answers of a payer come to, for both sides alike: acceptance, reasons, and days to decide and to pay.

The payer publishes it for each facility; a facility reads the same figures from the letters that it received.
"""

from __future__ import annotations

from collections import Counter
from statistics import median

import msgspec

from facility_agent.vocabulary.settlement import ClaimDecision
from facility_agent.workflows.site import Site


class Reason(msgspec.Struct, frozen=True):
    """A reason by its code: on how many lines it cut or refused, and how much."""

    code: str
    lines: int
    cut: int


class Scorecard(msgspec.Struct, frozen=True):
    """The batches between one facility and one payer. Amounts are minor units; days are medians, None while unknown.

    `decided` is what was claimed in decided batches, `accepted` what is paid of it, `pending` what waits for a paper.
    """

    facility: str
    payer: str
    currency: str
    batches: int
    waiting: int
    decided: int
    accepted: int
    pending: int
    reasons: tuple[Reason, ...]
    days_to_decide: int | None
    days_to_pay: int | None

    @property
    def percent(self) -> int | None:
        """The accepted part in whole percent; None while nothing is decided."""
        return 100 * self.accepted // self.decided if self.decided else None


async def scorecards(site: Site) -> tuple[Scorecard, ...]:
    """One card per facility and payer, in their order."""
    pairs: dict[tuple[str, str], list] = {}
    for entry in await site.store.batches():
        pairs.setdefault((entry.batch.facility, entry.batch.payer), []).append(entry.batch)
    found = []
    for (facility, payer), batches in sorted(pairs.items()):
        lines: Counter[str] = Counter()
        cuts: Counter[str] = Counter()
        decided = accepted = pending = waiting = 0
        to_decide: list[int] = []
        to_pay: list[int] = []
        for batch in batches:
            decision = await site.store.decision(batch.id)
            if decision is None:
                waiting += 1
                continue
            decided, accepted = decided + batch.due, accepted + decision.amount
            for claim in decision.claims:
                pending += _count(claim, lines, cuts)
            receipt = await site.store.receipt(batch.id)
            started = receipt.received_on if receipt else batch.closed_on
            to_decide.append((decision.decided_on - started).days)
            to_pay += [(paid.paid_on - decision.decided_on).days for paid in await site.store.remittances(batch.id)]
        reasons = sorted(
            (Reason(code, lines[code], cuts[code]) for code in lines), key=lambda row: (-row.cut, row.code)
        )
        found.append(
            Scorecard(
                facility, payer, batches[0].currency, len(batches), waiting, decided, accepted, pending,
                tuple(reasons), _middle(to_decide), _middle(to_pay),
            )
        )  # fmt: skip
    return tuple(found)


def _count(claim: ClaimDecision, lines: Counter[str], cuts: Counter[str]) -> int:
    """Count the first strict reason of each line that was cut; returns what waits for a paper."""
    pending = 0
    for line in claim.lines:
        if line.outcome == "pending":
            pending += line.claimed
        elif line.amount < line.claimed:
            strict = [finding for finding in line.findings if finding.weight in ("refuse", "reduce")]
            code = strict[0].code if strict else "answer-differs"
            lines[code] += 1
            cuts[code] += line.claimed - line.amount
    return pending


def _middle(days: list[int]) -> int | None:
    return int(median(days)) if days else None
