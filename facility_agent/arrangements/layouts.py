"""The table of a payer's own form: which columns a scheme asks for in its statement of the month.

A scheme without a row has no form that was read; one whose `columns` are unknown has a form that nobody has seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from facility_agent.arrangements.row import Row
from facility_agent.vocabulary.findings import UNKNOWN, Unknown

if TYPE_CHECKING:
    from facility_agent.arrangements.model import Arrangement

Heading = Literal[
    "names", "birth-date", "sex", "address", "phone", "member", "national-id", "paper", "register-number",
    "claim-number", "sheet-number", "provider", "care-day", "service", "act", "quantity", "price", "flat", "total",
    "billed", "member-pays", "other-payers", "diagnosis", "condition-code", "indication", "theatre-number",
    "operated-at", "kidney-failure", "stay-days",
]  # fmt: skip

#: What a cover counts beside the sums that every statement has: claims, lines of care, and who else pays how much.
Count = Literal["claims", "acts", "billed", "insurer", "other-payers"]

#: Columns that name what somebody suffers from. No other page for the payer does, the list for its adviser apart.
CONDITIONS: Final[frozenset[Heading]] = frozenset({"diagnosis", "condition-code", "indication"})


class Layout(Row, frozen=True, kw_only=True):
    """The columns of the form of some schemes, with a row for each line of care or for each claim.

    `cover` names what its cover counts.
    """

    code: str
    schemes: tuple[str, ...]
    columns: tuple[Heading, ...] | Unknown
    each: Literal["line", "claim"] = "line"
    cover: tuple[Count, ...] = ()


def layout_of(arrangement: Arrangement, scheme: str) -> Layout | None:
    """The form that a scheme asks for, or None where ours is all that there is."""
    rows = (row for row in arrangement.layouts if scheme in row.schemes)
    return next((row for row in rows if row.columns != UNKNOWN), None)


def asks_conditions(arrangement: Arrangement, scheme: str) -> bool:
    """Whether the form of a scheme has a column for what people suffer from."""
    layout = layout_of(arrangement, scheme)
    return layout is not None and not CONDITIONS.isdisjoint(layout.columns)
