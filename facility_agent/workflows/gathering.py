"""What stands between facilities and payers: the batches on their way, and the list of those that went on together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial

import msgspec

from facility_agent.documents.gathering_pdf import Gathered, gathering_pdf
from facility_agent.storage.store.endorsing import Passing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.endorsing import message_of
from facility_agent.workflows.site import Site


class OnItsWay(msgspec.Struct, frozen=True):
    """A batch that we endorse or endorsed, with what it says of itself."""

    held: Passing
    batch: Batch


async def passing(site: Site) -> tuple[OnItsWay, ...]:
    """Every batch on its way through us, those that wait first."""
    held = [row for row in await site.store.every_passing() if row.payer != site.config.code]
    return tuple(OnItsWay(row, message_of(row).batch) for row in held)


def months(rows: Iterable[OnItsWay]) -> tuple[str, ...]:
    """The months of which something went on, the newest first."""
    return tuple(sorted({row.held.month for row in rows if row.held.state == "endorsed"}, reverse=True))


async def list_of(site: Site, month: str) -> bytes:
    """The list of a month's batches that went on, as PDF; InputError `page-not-found` when there is none."""
    rows = [row for row in await passing(site) if row.held.state == "endorsed" and row.held.month == month]
    if not rows:
        raise InputError("page-not-found")
    names = await site.names()
    listed = tuple(
        Gathered(
            names.get(row.batch.payer, row.batch.payer), names.get(row.batch.facility, row.batch.facility),
            row.batch.number, row.batch.scheme, len(row.batch.items), row.batch.due, row.batch.currency,
            digest(row.held.core),
        )
        for row in sorted(rows, key=lambda row: (row.batch.payer, row.batch.facility, row.batch.number))
    )  # fmt: skip
    invented = site.config.invented or any(row.batch.invented for row in rows)
    make = partial(
        gathering_pdf, listed, month, site.config.name, site.config.language, made_on=site.today(), invented=invented
    )
    return await asyncio.to_thread(make)
