"""The path of care: above a level, people come with a referral, except in an emergency."""

from __future__ import annotations

from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import MEMBER, UNKNOWN, Finding, note, refuse, unchecked
from facility_agent.vocabulary.records import Visit


def referred(terms: Terms, visit: Visit) -> Finding | None:
    """From the rank that the arrangement names, care needs a referral from a facility below."""
    if terms.rank is None or terms.rank == 1:
        return None
    rank = terms.clause("referral_from_rank")
    if rank == UNKNOWN:
        return unchecked("referral-missing", "referral_from_rank", "clause", "referral_from_rank", level=terms.level)
    if terms.rank < int(rank) or visit.referred_from:
        return None
    if visit.emergency:
        return note("referral-missing", "referral_from_rank", level=terms.level)
    return refuse("referral-missing", "referral_from_rank", MEMBER, level=terms.level)
