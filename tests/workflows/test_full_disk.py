"""A disk that fills while a month is closed, printed or sealed: a sentence, and the state from before."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from itertools import product

import pytest

from facility_agent.storage import files
from facility_agent.workflows import month_end, visits
from facility_agent.workflows.site import Site
from tests.workflows.march import DUE, live_march
from tests.workflows.nothing import refused
from tests.workflows.places import Places


@asynccontextmanager
async def no_more_pages(site: Site) -> AsyncIterator[None]:
    """The database's file can grow no more, as on a full disk; what SQLite then says is real."""
    database = site.store.database
    (before,) = await database.rows("PRAGMA max_page_count")
    (size,) = await database.rows("PRAGMA page_count")
    (free,) = await database.rows("PRAGMA freelist_count")
    assert free["freelist_count"] == 0
    await database.rows(f"PRAGMA max_page_count={size['page_count']}")
    try:
        yield
    finally:
        await database.rows(f"PRAGMA max_page_count={before['max_page_count']}")


@contextmanager
def no_more_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing more reaches the disk of the folder."""

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as changed:
        changed.setattr(files.os, "fsync", full)
        yield


async def test_a_database_that_cannot_grow_closes_nothing(ready: Places) -> None:
    await live_march(ready)
    site, day = ready.facility, date(2026, 3, 24)
    ready.at(day)
    # More than fits into the pages that are there.
    for household, place in product(range(1, 8), (1, 2, 3)):
        member = f"MLT-{household:06d}-{place:02d}"
        await visits.record(site, ready.visit(member, day, at=f"{8 + place:02d}:{household:02d}"), "soins")
    await visits.close_day(site, day, "caisse")
    ready.at(date(2026, 4, 2))
    await site.store.database.rows("VACUUM")
    async with refused("disk-full", site), no_more_pages(site):
        await month_end.close(site, "2026-03", "MLT", "mutual", "comptable")
    batch = await month_end.close(site, "2026-03", "MLT", "mutual", "comptable")
    assert batch.due >= DUE and batch.number.endswith("-0001"), "the number was not used up"


async def test_a_folder_that_is_full_leaves_the_batch_closed(ready: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    await live_march(ready)
    ready.at(date(2026, 4, 2))
    site = ready.facility
    batch = await month_end.close(site, "2026-03", "MLT", "mutual", "comptable")
    with pytest.raises(Exception) as caught, no_more_files(monkeypatch):
        await month_end.export(site, batch.id, "comptable")
    assert getattr(caught.value, "code", "") == "disk-full"
    view = await month_end.batch_of(site, batch.id)
    assert view.state == "closed" and not [name for name in view.files if not name.startswith(".")]
    exported = await month_end.export(site, batch.id, "comptable")
    assert exported.sealed is not None and exported.pdf.read_bytes().startswith(b"%PDF")
