"""The rights of a covered person on a day: agreement, coverage, contributions, waiting periods.

Refusals of rights are borne by the member; what a clause leaves open or a fact leaves unsaid is `unchecked`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from facility_agent.arrangements.agreement import in_force
from facility_agent.arrangements.model import Waiting
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import MEMBER, UNKNOWN, Finding, note, refuse, unchecked
from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.records import Coverage, Visit

Rule = Callable[[Terms, Coverage, Visit], Finding | None]

#: Both are asked again and again with the same few days: line after line, and claim after claim of a month.
_in_force = lru_cache(maxsize=512)(in_force)
_opens = lru_cache(maxsize=4096)(add_months)


def agreement(terms: Terms, payer: str, visit: Visit) -> Finding | None:
    """An agreement between this facility and this payer must be in force on the day of care."""
    if _in_force(terms.agreement, visit.facility, payer, visit.day):
        return None
    return refuse(
        "agreement-not-in-force", "agreement", MEMBER, facility=visit.facility, payer=payer, day=visit.day.isoformat()
    )


def coverage_open(terms: Terms, coverage: Coverage, visit: Visit) -> Finding | None:
    """Care must fall between the first and the last day of the coverage."""
    if coverage.since <= visit.day and (coverage.until is None or visit.day <= coverage.until):
        return None
    until = coverage.until.isoformat() if coverage.until else ""
    return refuse("coverage-not-open", "coverage", MEMBER, since=coverage.since.isoformat(), until=until)


def not_suspended(terms: Terms, coverage: Coverage, visit: Visit) -> Finding | None:
    """A coverage that the payer suspended is closed from that day."""
    if coverage.suspended_on is None or visit.day < coverage.suspended_on:
        return None
    return refuse("coverage-suspended", "coverage", MEMBER, since=coverage.suspended_on.isoformat())


def contributions(terms: Terms, coverage: Coverage, visit: Visit) -> Finding | None:
    """Contributions must be paid up on the day of care, after the days of grace that the arrangement gives."""
    if coverage.paid_until is None:
        return unchecked("contributions-unpaid", "arrears_grace_days", "fact", "paid_until", paid_until="", grace=0)
    if visit.day <= coverage.paid_until:
        return None
    grace = terms.clause("arrears_grace_days")
    paid = coverage.paid_until.isoformat()
    if grace == UNKNOWN:
        return refuse("contributions-unpaid", "arrears_grace_days", MEMBER, paid_until=paid, grace=0)
    if visit.day <= coverage.paid_until + timedelta(days=int(grace)):
        return None
    return refuse("contributions-unpaid", "arrears_grace_days", MEMBER, paid_until=paid, grace=int(grace))


def policyholder(terms: Terms, coverage: Coverage, visit: Visit) -> Finding | None:
    """What the policyholder has not paid closes the rights of the dependants, where the arrangement says so."""
    paid = coverage.policyholder_paid_until
    if coverage.beneficiary.policyholder or paid is None or visit.day <= paid:
        return None
    suspends, grace = terms.clause("arrears_suspend"), terms.clause("arrears_grace_days")
    days = 0 if grace == UNKNOWN else int(grace)
    if visit.day <= paid + timedelta(days=days):
        return None
    until = paid.isoformat()
    if suspends == UNKNOWN:
        return unchecked(
            "policyholder-unpaid", "arrears_suspend", "clause", "arrears_suspend", paid_until=until, grace=days
        )
    return refuse("policyholder-unpaid", "arrears_suspend", MEMBER, paid_until=until, grace=days) if suspends else None


def alive(terms: Terms, coverage: Coverage, visit: Visit) -> Finding | None:
    """Nobody is treated after the day of death that the register holds."""
    died = coverage.beneficiary.deceased_on
    if died is None or visit.day <= died:
        return None
    return refuse("beneficiary-deceased", "coverage", MEMBER, day=died.isoformat())


def card(terms: Terms, coverage: Coverage, visit: Visit) -> Finding | None:
    """A card that was shown must not be revoked or expired; care without a card is noted."""
    if visit.identified != "card":
        if visit.emergency or terms.schemes[coverage.scheme].card == "not-needed":
            return None
        if terms.schemes[coverage.scheme].card == "required":
            return unchecked("card-not-shown", "card", "fact", "card", review=True, member=coverage.beneficiary.number)
        return note("card-not-shown", "card", member=coverage.beneficiary.number)
    if visit.card_revoked:
        return refuse("card-revoked", "card", MEMBER, serial=visit.card_serial or 0, as_of="")
    if visit.card_expires is not None and visit.card_expires < visit.day:
        return refuse("card-expired", "card", MEMBER, expires=visit.card_expires.isoformat())
    if visit.card_revoked is None:
        return unchecked("revocation-list-missing", "card", "fact", "revocations")
    return None


#: In the order in which the desk reads them.
RULES: tuple[Rule, ...] = (coverage_open, not_suspended, contributions, policyholder, alive, card)


def may_wait(terms: Terms, coverage: Coverage, on: date) -> bool:
    """Whether a waiting period of the scheme may still run: whoever has passed the longest has passed them all."""
    months = terms.longest_wait.get(coverage.scheme, 0)
    return months is None or on < _opens(coverage.since, months)


def waiting_period(coverage: Coverage, waiting: Waiting, on: date) -> Finding | None:
    """The finding when care falls inside a benefit's waiting period.

    >>> from facility_agent.vocabulary.records import Beneficiary
    >>> joined = Coverage(Beneficiary("X", "Awa"), "mutual", "classic", date(2025, 1, 15))
    >>> nine = Waiting(code="maternity", scheme="classic", months=9)
    >>> waiting_period(joined, nine, date(2025, 10, 14)).evidence["opens"]
    '2025-10-15'
    >>> waiting_period(joined, nine, date(2025, 10, 15)) is None
    True
    """
    return waited(coverage.since, waiting, on)


def waited(since: date, waiting: Waiting, on: date) -> Finding | None:
    """The same for whoever joined on the day `since`."""
    if waiting.months != UNKNOWN and on >= _opens(since, int(waiting.months)):
        return None
    clause = waiting.clause or f"waiting:{waiting.code}"
    if waiting.months == UNKNOWN:
        return unchecked(
            "waiting-period",
            clause,
            "clause",
            "months",
            benefit=waiting.code,
            since=since.isoformat(),
            opens="",
        )
    opens = _opens(since, int(waiting.months))
    return refuse(
        "waiting-period",
        clause,
        MEMBER,
        benefit=waiting.code,
        opens=opens.isoformat(),
        since=since.isoformat(),
    )
