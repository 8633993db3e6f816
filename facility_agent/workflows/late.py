"""Late entry: care of an earlier day, written down after a power cut or an outreach day.

The visit keeps its day and hour of care, and says on which day it was entered and by whom. It is judged on the claims
that stood before its care: its identifier carries the instant of care, so that the payer counts the same ones. Once
a month is closed, a reason is needed, and the claim goes into a supplementary invoice.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import msgspec

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import uuid7
from facility_agent.vocabulary.periods import month_of
from facility_agent.vocabulary.records import History, Visit
from facility_agent.workflows.site import Site

#: Of a UUIDv7, the signs that tell the millisecond.
_INSTANT = slice(0, 13)


def late_id(site: Site, visit: Visit) -> str:
    """The identifier of care of an earlier day: the instant of care, and what the visit's own identifier drew.

    The same entry sent twice gives the same identifier.
    """
    hour = time.fromisoformat(visit.at) if visit.at else time(12)
    instant = datetime.combine(visit.day, hour, site.zone).astimezone(UTC)
    drawn = int(visit.id.replace("-", ""), 16) & (1 << 80) - 1
    return uuid7(int(instant.timestamp() * 1000), drawn.to_bytes(10, "big"))


def dated(site: Site, visit: Visit) -> Visit:
    """The visit as it is kept: under an identifier of its day when that day is over."""
    if visit.day >= site.today():
        return visit
    return msgspec.structs.replace(visit, id=late_id(site, visit))


def known_then(history: History, visit: Visit) -> History:
    """The history that a late entry is judged on: the claims whose instant is before its care.

    What was entered on its day is judged on all that is known.
    """
    if visit.entered_on is None or visit.entered_on <= visit.day:
        return history
    moment = (visit.id[_INSTANT], visit.day, visit.at, visit.id)
    earlier = (line for line in history.lines if (line.claim[_INSTANT], line.day, line.at, line.claim) < moment)
    return History(tuple(earlier), history.as_of)


async def check_month(site: Site, day: date, reason: str) -> None:
    """InputError `visit-month-closed` when an invoice of that month is closed and nobody says why care comes now."""
    month = month_of(day)
    if month < month_of(site.today()) and not reason and await site.store.batches(month):
        raise InputError("visit-month-closed", month=month)
