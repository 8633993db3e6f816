"""What the till asks for, and what was promised: cash steps, commitments, delegated powers.

Each reads its clauses and says what they leave open; none of them guesses.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from facility_agent.arrangements.calendar import later
from facility_agent.arrangements.duties import Commitment
from facility_agent.arrangements.row import Text
from facility_agent.arrangements.terms import Terms
from facility_agent.invoicing.clocks import Clock
from facility_agent.vocabulary.findings import MEMBER, UNKNOWN, Bearer, Finding, note
from facility_agent.vocabulary.money import rounded
from facility_agent.vocabulary.records import Record


class Cash(Record, frozen=True):
    """What the till asks of the member, and the difference to the exact share, with who gains or bears it.

    `asked` = share + `difference`; a difference below nothing is borne by the facility, one above by the member.
    """

    asked: int
    difference: int = 0
    borne_by: Bearer = ""
    missing: str = ""


class Kept(Record, frozen=True):
    """Whether a commitment was kept: the days that passed and those that were promised.

    `kept` None: nobody can say yet, or `missing` is open.
    """

    code: str
    by: str
    name: Text
    kept: bool | None
    late_days: int = 0
    missing: str = ""


def cash(terms: Terms, share: int) -> Cash:
    """The member's share in the coins that the centre uses; the clause names who takes the difference.

    The facility's difference rounds down, so that nobody is asked for more than the share; the member's rounds up.
    """
    step, bearer = terms.clause("cash_step"), terms.clause("cash_difference")
    for name, value in (("cash_step", step), ("cash_difference", bearer)):
        if value == UNKNOWN:
            return Cash(share, missing=name)
    asked = rounded(share, 1, "up" if bearer == MEMBER else "down", max(1, int(step)))
    return Cash(asked, asked - share, bearer if asked != share else "")


def commitments(terms: Terms, clocks: Iterable[Clock], done: dict[str, date], today: date) -> tuple[Kept, ...]:
    """The commitments of the arrangement that a batch measures by itself, each against the day of its step.

    `done` holds the days on which the steps were taken; a step that is not taken is late from the day after its last.
    Days that a commitment promises count before those of the clause.
    """
    at = {clock.step: clock for clock in clocks}
    found = []
    for row in terms.arrangement.duties.commitments:
        clock = at.get(row.step) if row.step else None
        if clock is None:
            continue
        if row.days == UNKNOWN or (row.days is None and clock.missing):
            found.append(Kept(row.code, row.by, row.name, None, missing=clock.missing or "days"))
            continue
        when, due = done.get(row.step), _promised(terms, row, clock)
        over = 0 if due is None else ((when or today) - due).days
        kept = None if due is None or (when is None and over <= 0) else over <= 0
        found.append(Kept(row.code, row.by, row.name, kept, max(0, over)))
    return tuple(found)


def _promised(terms: Terms, row: Commitment, clock: Clock) -> date | None:
    """The last day that a commitment promises: its own days from where the clock starts, else the clock's own."""
    if row.days is None or clock.start is None:
        return clock.due
    # A month is submitted so many days after its last one, and the clock starts on the day behind that.
    start = clock.start - timedelta(days=1) if clock.step == "submit" else clock.start
    return later(terms, start, int(row.days), clock.unit)


def delegated(terms: Terms, to: str, power: str, amount: int) -> Finding | None:
    """The finding when somebody does for the payer what the contract gives them no power to do, or not so far.

    The arrangement's rows come first; the annex's count where it gives nobody that power, or leaves its limit open.
    """
    local = terms.agreement.annex.delegations if terms.agreement else ()
    national, own = (
        [row for row in rows if row.to == to and row.power == power]
        for rows in (terms.arrangement.duties.delegations, local)
    )
    rows = national if any(row.limit != UNKNOWN for row in national) or not own else own
    clause = rows[0].clause if rows and rows[0].clause else "delegation"
    evidence: dict[str, str | int] = {"to": to, "power": power, "amount": amount}
    if any(row.limit is None or (row.limit != UNKNOWN and amount <= int(row.limit)) for row in rows):
        return None
    if any(row.limit == UNKNOWN for row in rows):
        return Finding("power-not-delegated", "unchecked", clause, cause="clause", missing="limit",
                       evidence={**evidence, "limit": ""})  # fmt: skip
    highest = max((int(row.limit) for row in rows if isinstance(row.limit, int)), default=0)
    return note("power-not-delegated", clause, review=True, limit=highest, to=to, power=power, amount=amount)
