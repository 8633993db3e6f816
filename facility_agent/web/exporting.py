"""Prints and sealing of a batch as work that goes on while the page is left: how far each is, and what went wrong.

A small month is done before the page answers. A large one shows its steps, and the page looks again by itself.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import month_end
from facility_agent.workflows.site import Site

log = logging.getLogger(__name__)

#: So long, in seconds, a page waits for the work before it shows how far it is.
PATIENCE: Final = 3.0


class Exporting:
    """The work on one batch: the steps that are done, in their order."""

    def __init__(self, site: Site, batch: str, by: str) -> None:
        self.done: list[str] = []
        self.task = asyncio.create_task(month_end.export(site, batch, by, self.done.append))

    @property
    def steps(self) -> tuple[tuple[str, bool], ...]:
        """Every step, and whether it is done."""
        return tuple((step, step in self.done) for step in month_end.STEPS)


class Exports:
    """What is being exported, by batch; asked again for the same batch, the work that runs is waited for."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._running: dict[str, Exporting] = {}

    async def start(self, site: Site, batch: str, by: str) -> bool:
        """Begin, and wait a little; True when it is done. InputError when it went wrong."""
        if batch not in self._running:
            self._running[batch] = Exporting(site, batch, by)
        work = self._running[batch]
        await asyncio.wait({work.task}, timeout=self._patience)
        return self.settled(batch) is None

    def settled(self, batch: str) -> Exporting | None:
        """The work on a batch while it runs; what has ended is forgotten. InputError, once, when it went wrong."""
        work = self._running.get(batch)
        if work is None or not work.task.done():
            return work
        del self._running[batch]
        error = work.task.exception()
        if isinstance(error, InputError):
            raise error
        if error is not None:
            log.error("exporting batch %s failed", batch, exc_info=error)
            raise InputError("batch-print-failed", said=type(error).__name__)
        return None

    async def ended(self, _: web.Application) -> None:
        """The server stops: what runs is brought to its end."""
        await asyncio.gather(*(work.task for work in self._running.values()), return_exceptions=True)


EXPORTING: web.AppKey[Exports] = web.AppKey("exports", Exports)
