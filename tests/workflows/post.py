"""Letters that were never meant to be: sealed with real keys, with a content that is not the sender's to send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from facility_agent.arrangements.agreement import Party
from facility_agent.demo.sites import FACILITY, MUTUAL, PASSPHRASE, annex
from facility_agent.exchange.envelope import Kind
from facility_agent.exchange.messages import Message
from facility_agent.exchange.randomness import seeded
from facility_agent.workflows import contracting, exchange, mail
from facility_agent.workflows.exchange import Received
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import Site, open_site
from tests.registers import made
from tests.workflows.places import QUICK, Places


async def letter(sender: Site, recipient: Site, kind: Kind, message: Message) -> bytes:
    """A sealed letter with this content."""
    name = await mail.send(sender, recipient.config.code, kind, message, f"{kind}-{sender.new_id()}")
    data = await sender.store.sealed(name)
    assert data is not None
    return data


async def register_file(sender: Site, recipient: Site, *made_of: Any, **more: Any) -> bytes:
    """A sealed register with its parts, as `tests.registers.made` makes them."""
    message, body = made(*made_of, **more)
    return await letter(sender, recipient, "register", message) + body


async def brought(recipient: Site, data: bytes) -> Received:
    """The letter handed in at the other side."""
    return await exchange.receive(recipient, data, "comptable", "lettre.fae")


@asynccontextmanager
async def stranger(
    places: Places, folder: Path, role: str, code: str = "AUTRE", known: bool = True
) -> AsyncIterator[Site]:
    """A third installation, another mutual or another health centre, whose keys both others know, or neither."""
    ours = MUTUAL if role == "mutual" else FACILITY
    config = msgspec.structs.replace(ours, code=code, name="Autre (nom inventé)", member_pattern="AUT-####")
    clock = places.pair.clock
    await install(folder, config, PASSPHRASE, clock, seeded(f"keys {code}"), QUICK)
    async with open_site(folder, clock, seeded(f"site {code}")) as site:
        for other in (places.facility, places.mutual) if known else ():
            await other.store.put_public_keys(site.own_keys())
            await site.store.put_public_keys(other.own_keys())
        yield site


async def agreed(facility: Site, mutual: Site, year: int = 2026) -> None:
    """An agreement between the two, signed by both, as long as that of the others."""
    parties = tuple(
        Party(code=site.config.code, name=site.config.name, role=role, level=site.config.level, invented=True)
        for site, role in ((facility, "facility"), (mutual, "payer"))
    )  # type: ignore[arg-type]
    drafted = contracting.draft(facility, date(year, 2, 1), date(year, 12, 31), parties, annex())
    once = await contracting.sign(facility, drafted, "Une responsable (exemple)", "ICP", PASSPHRASE)
    await contracting.sign(mutual, once, "Le président (exemple)", "président", PASSPHRASE)
