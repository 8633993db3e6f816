"""The payer's own count beside an invoice per head: the same persons, at the same rate, or who differs and why.

Only persons whom both sides count are paid, at the lower of the two rates. Whom the payer alone counts is said, and
never paid beyond what was asked. A payer that cannot count leaves the amount as it is, and a person looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from facility_agent.audit.recompute import LineAnswer, Recomputed
from facility_agent.invoicing.capitation import Due, HeadCount, open_on
from facility_agent.invoicing.per_head import PER_HEAD
from facility_agent.vocabulary.findings import FACILITY, Finding, note, reduce, unchecked
from facility_agent.vocabulary.records import Claim, Coverage
from facility_agent.vocabulary.settlement import Batch

#: Says of a member number why the payer does not count it, as the code of a finding.
Why = Callable[[str], str]


def recounted(batch: Batch, claim: Claim, theirs: HeadCount, ours: Sequence[Due] | None, why: Why) -> Recomputed:
    """The payer's answer to the claim of a count. `ours` None when the payer cannot count on that day."""
    lines = tuple(_answer(due, ours, why) for due in theirs.dues)
    computed = {line.line: line.computed for line in lines}
    judged = msgspec.structs.replace(
        claim.adjudication,
        lines=tuple(
            msgspec.structs.replace(
                line, eligible=computed[line.id], facility_bears=line.submitted - computed[line.id],
                shares=tuple(msgspec.structs.replace(share, amount=computed[line.id]) for share in line.shares),
            )
            for line in claim.adjudication.lines
        ),
    )  # fmt: skip
    return Recomputed(claim.id, batch.payer, batch.scheme, judged, lines)


def why_not(rows: Sequence[Coverage], facility: str, on: date, grace: int) -> str:
    """Why somebody is not counted for a facility on a day, by the payer's own rows of that person and scheme."""
    if not rows:
        return "head-unknown"
    if all(row.listed_at != facility for row in rows):
        return "head-listed-elsewhere"
    return "head-not-listed" if any(open_on(row, on, grace) for row in rows) else "head-not-open"


def _answer(theirs: Due, ours: Sequence[Due] | None, why: Why) -> LineAnswer:
    claimed = theirs.amount or 0
    own = next((due for due in ours or () if (due.code, due.start) == (theirs.code, theirs.start)), None)
    if ours is None or (own is not None and own.rate is None):
        missing = ("fact", "register") if ours is None else ("clause", "amount")
        said = unchecked("heads-not-counted", theirs.clause, *missing, review=True, day=theirs.counted_on.isoformat())  # type: ignore[arg-type]
        return LineAnswer(theirs.code, PER_HEAD, claimed, claimed, (said,))
    mine = set(own.persons) if own else set()
    asked, rate = set(theirs.persons), theirs.rate or 0
    paid = min(rate, own.rate or 0) if own else rate
    both = len(asked & mine)
    found: list[Finding] = []
    for person in sorted(asked - mine):
        cut = reduce(why(person), theirs.clause, FACILITY, rate, member=person, day=theirs.counted_on.isoformat())
        found.append(msgspec.structs.replace(cut, review=True))
    if paid < rate:
        lower = reduce("head-rate-differs", theirs.clause, FACILITY, (rate - paid) * both, ours=paid, theirs=rate)
        found.append(msgspec.structs.replace(lower, review=True))
    found += [note("head-not-claimed", theirs.clause, member=person) for person in sorted(mine - asked)]
    return LineAnswer(theirs.code, PER_HEAD, claimed, paid * both, tuple(found))
