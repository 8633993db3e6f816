"""Members' portraits at the mutual: kept small, and named by the cards that are issued afterwards."""

from __future__ import annotations

from facility_agent.cards.photo import photo_hash, thumbnail
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.site import Site


async def put(site: Site, number: str, photo: bytes) -> int:
    """Keep the portrait of a member of our register; returns its size in bytes.

    InputError `member-unknown`, or what is wrong with the photo.
    """
    if not await site.store.coverage_of(number):
        raise InputError("member-unknown", member=number)
    portrait = thumbnail(photo)
    async with site.store.transaction():
        await site.store.put_portraits(site.config.code, [(number, photo_hash(portrait), portrait)])
    return len(portrait)
