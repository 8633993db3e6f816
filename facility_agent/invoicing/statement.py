"""The statement (bordereau récapitulatif): the page of the month that is signed, as a record without ink or paper.

It names both sides, the agreement, every claim with its amounts, the totals, and the sum in words. It never holds a
condition. Marks say on every page what must not be overlooked: invented figures, or a form that is not the payer's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec.structs import astuple

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.layouts import layout_of
from facility_agent.arrangements.model import Arrangement, Text
from facility_agent.invoicing.batch import Totals, totals
from facility_agent.invoicing.capitation import HeadCount
from facility_agent.vocabulary.records import Record
from facility_agent.vocabulary.settlement import Batch, BatchItem, BatchKind

#: Rows that stay for the page that is signed.
TAIL = 5
#: Who signs when nobody says otherwise; an `endorser` may stand between.
SIGNERS = ("facility", "payer")


class Detail(Record, frozen=True):
    """The payer's own table: the codes of its columns, its rows, where it was read, and what its cover counts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int | str, ...], ...]
    source: str
    cover: tuple[tuple[str, int | str], ...] = ()


class Statement(Record, frozen=True):
    """All that the printed statement says. `rows` are the items of the batch, in its order.

    `count` holds the persons whom a batch per head bills.
    """

    facility: str
    facility_name: str
    payer: str
    payer_name: str
    scheme: str
    scheme_name: Text
    month: str
    number: str
    kind: BatchKind
    currency: str
    closed_on: date
    arrangement: Text
    arrangement_start: date
    agreement: str
    rows: tuple[BatchItem, ...]
    totals: Totals
    signers: tuple[str, ...] = SIGNERS
    invented: bool = False
    generic_form: bool = False
    one_person: bool = False
    detail: Detail | None = None
    count: HeadCount | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """What every page must show, as codes (sentences `doc.mark.<code>`)."""
        shown = {"invented": self.invented, "generic-form": self.generic_form}
        return tuple(code for code, stands in shown.items() if stands)


class Page(Record, frozen=True):
    """Rows of one page, the sum brought from the page before and the sum carried to the next (None on the last)."""

    first: int
    rows: tuple[BatchItem, ...]
    brought: Totals | None
    carried: Totals | None


def statement(
    batch: Batch,
    arrangement: Arrangement,
    agreement: Agreement | None = None,
    *,
    names: Mapping[str, str] | None = None,
    signers: tuple[str, ...] = SIGNERS,
    generic_form: bool | None = None,
    one_person: bool = False,
) -> Statement:
    """The statement of a batch. Names come from the agreement, then from `names`, and else are the codes.

    `generic_form` None: a State programme has its own form; where the arrangement does not give it, ours is marked.
    """
    scheme = next((row for row in arrangement.schemes if row.code == batch.scheme), None)
    parties = agreement.parties if agreement is not None else ()
    named = {**(names or {}), **{party.code: party.name for party in parties}}
    made_up = agreement is not None and agreement.annex.invented
    concerned = [party for party in parties if party.code in (batch.facility, batch.payer)]
    if generic_form is None:
        own = layout_of(arrangement, batch.scheme)
        generic_form = scheme is not None and scheme.kind == "state" and own is None
    return Statement(
        facility=batch.facility,
        facility_name=named.get(batch.facility, batch.facility),
        payer=batch.payer,
        payer_name=named.get(batch.payer, batch.payer),
        scheme=batch.scheme,
        scheme_name=scheme.name if scheme is not None else Text(batch.scheme, batch.scheme),
        month=batch.month,
        number=batch.number,
        kind=batch.kind,
        currency=batch.currency,
        closed_on=batch.closed_on,
        arrangement=arrangement.title,
        arrangement_start=arrangement.start,
        agreement=agreement.id if agreement is not None else "",
        rows=batch.items,
        totals=totals(batch.items),
        signers=signers,
        invented=batch.invented or arrangement.invented or made_up or any(party.invented for party in concerned),
        generic_form=generic_form,
        one_person=one_person,
    )


def paginate(rows: Sequence[BatchItem], full: int, last: int) -> tuple[Page, ...]:
    """Rows by page: `full` of them fit a page that is not the last, `last` one that also holds totals and signatures.

    The last page keeps a few rows where it can, so that nobody signs a page without a claim.
    """
    if not 0 < last <= full:
        raise ValueError(f"a last page holds 1 to {full} rows, not {last}")
    pages: list[Page] = []
    brought: Totals | None = None
    first = 0
    while len(rows) - first > last:
        upto = first + min(full, len(rows) - first - min(last, TAIL))
        carried = _added(brought, totals(rows[first:upto]))
        pages.append(Page(first, tuple(rows[first:upto]), brought, carried))
        brought, first = carried, upto
    pages.append(Page(first, tuple(rows[first:]), brought, None))
    return tuple(pages)


def _added(brought: Totals | None, more: Totals) -> Totals:
    """What a page comes to with what was brought to it."""
    if brought is None:
        return more
    return Totals(*(one + other for one, other in zip(astuple(brought), astuple(more), strict=True)))
