"""The mutual's register: members' file in, signed snapshots and lists out; and the facility's copy."""

from __future__ import annotations

from pathlib import Path

from facility_agent.eligibility.households import with_policyholders
from facility_agent.eligibility.newborn import with_former_numbers
from facility_agent.exchange.messages import Revocations, revocations
from facility_agent.exchange.spreadsheets import read_members
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Coverage
from facility_agent.workflows import mail, registers
from facility_agent.workflows.site import Site


async def import_members(site: Site, data: bytes) -> int:
    """Replace the register by a members' file; one mistake changes nothing. Returns the number of people."""
    return await replace_members(site, read_members(data, site.config.code, site.config.scheme))


async def replace_members(site: Site, coverages: tuple[Coverage, ...]) -> int:
    """Replace the register by these coverages under the next sequence; former numbers are kept beside the new ones."""
    coverages = with_policyholders(with_former_numbers(coverages, await site.store.renumberings()))
    await registers.replace(site, coverages)
    return len(coverages)


async def publish_register(site: Site, facility: str) -> Path:
    """Seal the register as it stands to a facility."""
    return await registers.send(site, facility)


async def publish_revocations(site: Site, facility: str) -> Path:
    """Seal the list of revoked cards as it stands to a facility."""
    state = await site.store.revocations(site.config.code)
    message = (
        revocations(site.config.code, state.sequence, state.as_of, state.bitmap)
        if state
        else revocations(site.config.code, 1, site.today(), b"")
    )
    name = f"revocations-{message.sequence:06d}-{facility}"
    return await mail.lay_out(site, await mail.send(site, facility, "revocations", message, name))


async def take_revocations(site: Site, message: Revocations, sender: str) -> None:
    """Keep the list of revoked cards of a payer that sent it itself."""
    if message.payer != sender:
        raise InputError("register-of-another", payer=message.payer, sender=sender)
    await site.store.put_revocations(message.payer, message.sequence, message.as_of, message.bitmap)
