"""Capitation: what a payer owes a facility for the persons listed with it, instead of for their visits.

Amount due = listed persons whose coverage is open on a given day × the rate of the period. Both sides count from
their own register with the same function, and `difference` names the persons that only one of them counted. While the
arrangement leaves the rate open the count stands and the amount does not (`missing`): unchecked, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from facility_agent.arrangements.model import Capitation
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.periods import Period, add_months
from facility_agent.vocabulary.records import Coverage, Record

#: Months of each period that a row may name; quarters and years are those of the calendar.
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Due(Record, frozen=True):
    """What one payer owes for one row and one period: who was counted, on which day, at which rate (minor units).

    `unverified` are those of `persons` whose last paid day nobody knows: counted, and named so that both can look.
    """

    code: str
    payer: str
    scheme: str
    clause: str
    start: date
    until: date
    counted_on: date
    persons: tuple[str, ...]
    unverified: tuple[str, ...] = ()
    rate: int | None = None
    missing: str = ""

    @property
    def heads(self) -> int:
        """How many persons were counted, each once."""
        return len(self.persons)

    @property
    def amount(self) -> int | None:
        """Minor units due, or None while the rate is open."""
        return None if self.rate is None else self.rate * self.heads

    @property
    def unchecked(self) -> bool:
        return bool(self.missing)


class HeadCount(Record, frozen=True):
    """What one side counted on a day for one payer and one facility, and from which version of the register."""

    facility: str
    payer: str
    counted_on: date
    sequence: int
    as_of: date
    content: str
    dues: tuple[Due, ...]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of what was counted, whoever counted it: equal where both found the same persons and rates."""
        return digest(canonical(self.dues))


class Difference(Record, frozen=True):
    """Where two counts part: persons that only one side has, and ours minus theirs in minor units (None: open)."""

    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]
    amount: int | None


def dues(terms: Terms, listed: Sequence[Coverage], on: date) -> tuple[Due, ...]:
    """What each payer owes the facility of these terms for the period in which the counting day lies.

    `listed` are the coverages of the persons listed with the facility, whatever their scheme: the register says who
    is listed, and `on` is the day on which both sides agreed to count. One row gives one due per payer.
    """
    found: list[Due] = []
    for row in terms.arrangement.capitations:
        if row.level != terms.level:
            continue
        of_scheme = [coverage for coverage in listed if coverage.scheme == row.scheme]
        payer = terms.schemes[row.scheme].payer
        for code in [payer] if payer else sorted({coverage.payer for coverage in of_scheme}):
            concerned = [coverage for coverage in of_scheme if payer or coverage.payer == code]
            found.append(_due(terms, row, code, concerned, on))
    return tuple(found)


def open_on(coverage: Coverage, on: date, grace: int = 0) -> bool:
    """Whether a person counts on that day: rights open and not suspended, alive, and paid up within the days of grace.

    A last paid day that nobody knows closes nothing here, as it closes nothing at the desk.
    """
    died = coverage.beneficiary.deceased_on
    return (
        on in Period(coverage.since, coverage.until)
        and (coverage.suspended_on is None or on < coverage.suspended_on)
        and (died is None or on <= died)
        and (coverage.paid_until is None or on <= coverage.paid_until + timedelta(days=grace))
    )


def grace_of(terms: Terms) -> int:
    """Days after the last paid one for which a person still counts; none while the clause is open."""
    clause = terms.clause("arrears_grace_days")
    return 0 if clause == UNKNOWN else int(clause)


def period_of(per: str, on: date) -> Period:
    """The month, quarter or year of the calendar in which a day lies.

    >>> period_of("quarter", date(2026, 2, 14))
    Period(start=datetime.date(2026, 1, 1), until=datetime.date(2026, 3, 31))
    >>> period_of("year", date(2024, 2, 29)).until
    datetime.date(2024, 12, 31)
    """
    months = _MONTHS[per]
    start = date(on.year, (on.month - 1) // months * months + 1, 1)
    return Period(start, add_months(start, months) - timedelta(days=1))


def difference(ours: Due, theirs: Due) -> Difference:
    """Who stands on one list only, and what the two amounts differ by."""
    mine, other = set(ours.persons), set(theirs.persons)
    both = ours.amount is not None and theirs.amount is not None
    return Difference(
        tuple(sorted(mine - other)),
        tuple(sorted(other - mine)),
        (ours.amount or 0) - (theirs.amount or 0) if both else None,
    )


def _due(terms: Terms, row: Capitation, payer: str, listed: Iterable[Coverage], on: date) -> Due:
    """One row for one payer; a person with two coverages of one scheme counts once."""
    grace = grace_of(terms)
    counted = [coverage for coverage in listed if open_on(coverage, on, grace)]
    known = {coverage.beneficiary.number for coverage in counted if coverage.paid_until is not None}
    persons = {coverage.beneficiary.number for coverage in counted}
    period = period_of(row.per, on)
    return Due(
        code=row.code,
        payer=payer,
        scheme=row.scheme,
        clause=row.clause or f"capitation:{row.code}",
        start=period.start,
        until=period.until or on,
        counted_on=on,
        persons=tuple(sorted(persons)),
        unverified=tuple(sorted(persons - known)),
        rate=None if row.amount == UNKNOWN else int(row.amount),
        missing="amount" if row.amount == UNKNOWN else "",
    )
