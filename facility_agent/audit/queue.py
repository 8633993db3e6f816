"""The order in which an officer looks: every claim of a month, the most money at risk first.

At risk is what a rule has cut, what something asks to look at, and, of an answer that only differs, the difference;
never more than the claim asks. Claims that need a person stand before those that a rule has settled with the same
money, and claims that nothing was said of come last, in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from facility_agent.audit.decide import needs_person, propose
from facility_agent.audit.month import Flag
from facility_agent.audit.recompute import Recomputed
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Record


class Place(Record, frozen=True):
    """One claim of the queue: its money at risk in minor units, and whether a person must look."""

    claim: str
    at_risk: int
    person: bool = False
    codes: tuple[str, ...] = ()


def place(answer: Recomputed, flags: Iterable[Flag]) -> Place:
    """Where one claim belongs; `flags` are those about it.

    What only differs puts the difference at risk; what asks for a look puts the whole line, or the whole claim.
    """
    about = tuple(flag for flag in flags if flag.about == answer.claim)
    proposal = propose(answer, about)
    why = needs_person(answer, about)
    if any(finding.review for finding in proposal.findings):
        at_risk = answer.claimed
    else:
        at_risk = sum(
            line.claimed if _doubted(line.findings) else line.claimed - line.amount for line in proposal.lines
        )
    codes = (*(finding.code for finding in why), *(flag.code for flag in about), *_cuts(answer))
    return Place(answer.claim, at_risk, bool(why), tuple(sorted(set(codes))))


def queue(places: Iterable[Place]) -> tuple[Place, ...]:
    """All claims in the order in which their money is at risk.

    >>> [entry.claim for entry in queue([Place("a", 0), Place("b", 5), Place("c", 5, True), Place("d", 9)])]
    ['d', 'c', 'b', 'a']
    """
    return tuple(sorted(places, key=lambda entry: (-entry.at_risk, not entry.person, entry.claim)))


def share_in_front(places: Iterable[Place], planted: Mapping[str, int], front: Fraction) -> Fraction:
    """Which part of the planted money stands in the first `front` of the queue; `planted` is money by claim.

    >>> share_in_front([Place("a", 9), Place("b", 0)], {"a": 30, "b": 10}, Fraction(1, 2))
    Fraction(3, 4)
    """
    ordered = queue(places)
    first = ordered[: int(len(ordered) * front)]
    whole = sum(planted.values())
    return Fraction(sum(planted.get(entry.claim, 0) for entry in first), whole) if whole else Fraction(1)


def _doubted(findings: Iterable[Finding]) -> bool:
    return any(finding.review and finding.code != "answer-differs" for finding in findings)


def _cuts(answer: Recomputed) -> list[str]:
    """What the payer's own rules cut that the facility's did not."""
    return [finding.code for finding in answer.all_findings if finding.weight in ("refuse", "reduce")]
