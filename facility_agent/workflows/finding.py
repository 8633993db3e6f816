"""Somebody without a card is looked for; that it was asked is written down before the answer is shown."""

from __future__ import annotations

from facility_agent.storage.store.searching import Found, Sought
from facility_agent.workflows.site import Site


async def seek(site: Site, sought: Sought, by: str) -> Found:
    """The people found, the nearest first."""
    found = await site.store.seek(sought)
    await site.store.note_search(site.new_id(), at=site.now(), day=site.today(), account=by, sought=sought, found=found)
    return found
