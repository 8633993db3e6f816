"""The mutual's register: members' file in, signed snapshots and lists out; and the facility's copy."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from facility_agent.eligibility.households import with_policyholders
from facility_agent.eligibility.newborn import with_former_numbers
from facility_agent.exchange.messages import Register, Revocations, revocations
from facility_agent.exchange.spreadsheets import read_members
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.records import Coverage
from facility_agent.workflows import mail
from facility_agent.workflows.site import Site


async def import_members(site: Site, data: bytes) -> int:
    """Replace the register by a members' file; one mistake changes nothing. Returns the number of people."""
    return await replace_members(site, read_members(data, site.config.code, site.config.scheme))


async def replace_members(site: Site, coverages: tuple[Coverage, ...]) -> int:
    """Replace the register by these coverages under the next sequence; former numbers are kept beside the new ones."""
    coverages = with_policyholders(with_former_numbers(coverages, await site.store.renumberings()))
    state = await site.store.register_state(site.config.code)
    sequence = state.sequence + 1 if state else 1
    message = Register(site.config.code, sequence, site.today(), coverages, site.config.invented)
    async with site.store.transaction():
        await site.store.replace_register(
            site.config.code, sequence, message.as_of, digest(canonical(message)), coverages
        )
    return len(coverages)


async def publish_register(site: Site, facility: str) -> Path:
    """Seal the register as it stands to a facility."""
    state = await site.store.register_state(site.config.code)
    if state is None:
        raise InputError("members-empty")
    coverages = await site.store.all_coverages(site.config.code)
    message = Register(site.config.code, state.sequence, state.as_of, coverages, site.config.invented)
    name = f"register-{state.sequence:06d}-{facility}"
    return await mail.lay_out(site, await mail.send(site, facility, "register", message, name))


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


async def take_register(site: Site, message: Register, sender: str) -> None:
    """Keep the register of a payer that sent it itself; an older one is refused, and one that speaks for others."""
    for payer in (message.payer, *(entry.payer for entry in message.coverages)):
        if payer != sender:
            raise InputError("register-of-another", payer=payer, sender=sender)
    named = Counter((entry.beneficiary.number, entry.scheme) for entry in message.coverages)
    for (number, _), times in named.items():
        if times > 1:
            raise InputError("register-number-twice", number=number, sender=sender)
    await site.store.replace_register(
        message.payer, message.sequence, message.as_of, digest(canonical(message)), message.coverages
    )


async def take_revocations(site: Site, message: Revocations, sender: str) -> None:
    """Keep the list of revoked cards of a payer that sent it itself."""
    if message.payer != sender:
        raise InputError("register-of-another", payer=message.payer, sender=sender)
    await site.store.put_revocations(message.payer, message.sequence, message.as_of, message.bitmap)
