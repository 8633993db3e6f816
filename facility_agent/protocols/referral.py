"""The path of care: above a level, people come with a referral, except in an emergency or where they may come directly.

Which care is direct, and from which levels a referral counts, are rows of the arrangement (`[[referral]]`).
"""

from __future__ import annotations

from facility_agent.arrangements.model import ReferralRule
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import MEMBER, UNKNOWN, Finding, note, refuse, unchecked
from facility_agent.vocabulary.periods import age_in_months
from facility_agent.vocabulary.records import Visit


def referred(terms: Terms, visit: Visit) -> Finding | None:
    """From the rank that the arrangement names, care needs a referral from a facility below."""
    if terms.rank is None or terms.rank == 1:
        return None
    rank = terms.clause("referral_from_rank")
    if rank == UNKNOWN:
        return unchecked("referral-missing", "referral_from_rank", "clause", "referral_from_rank", level=terms.level)
    if terms.rank < int(rank):
        return None
    if visit.referred_from:
        return _path(terms, visit) if terms.paths else None
    if visit.emergency:
        return note("referral-missing", "referral_from_rank", level=terms.level)
    direct = [_direct(terms, visit, row) for row in terms.direct]
    if True in direct:
        return None
    if None in direct:
        return unchecked("referral-missing", "referral_from_rank", "fact", "birth_date", review=True, level=terms.level)
    return refuse("referral-missing", "referral_from_rank", MEMBER, level=terms.level)


def _direct(terms: Terms, visit: Visit, row: ReferralRule) -> bool | None:
    """Whether a row lets this visit come directly: its care and its age must both be so; None without a birth date."""
    if (row.families or row.acts) and not any(terms.concerns(row, line.act) for line in visit.lines):
        return False
    if row.under_months is None:
        return True
    born = visit.beneficiary.birth_date
    return None if born is None else age_in_months(born, visit.day) < row.under_months


def _path(terms: Terms, visit: Visit) -> Finding | None:
    """A referral counts from the levels that the arrangement names, from others with the paper that it names."""
    sender = terms.agreement.party(visit.referred_from) if terms.agreement else None
    level = sender.level if sender else ""
    evidence: dict[str, str | int] = {"level": terms.level, "sender": level or visit.referred_from}
    if not level:
        row = terms.paths[0]
        return unchecked("referral-path", row.clause or "referral", "fact", "referred_from", review=True, **evidence)
    rows = [row for row in terms.paths if level in row.sent_from]
    if any(not row.document or row.document in visit.documents for row in rows):
        return None
    row = rows[0] if rows else terms.paths[0]
    clause = row.clause or "referral"
    if row.refuses:
        return refuse("referral-path", clause, row.borne_by, **evidence)
    return unchecked("referral-path", clause, "fact", row.document or "referral", review=True, **evidence)
