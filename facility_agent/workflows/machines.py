"""Systems of facilities that speak FHIR to a payer: let in by a long random word, told what is open to a person.

What they bring is in `machine_claims`.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from facility_agent.eligibility.verdict import verdict
from facility_agent.exchange.fhir.resources import (
    CoverageEligibilityRequest,
    CoverageEligibilityResponse,
)
from facility_agent.exchange.fhir.rights import asked_of, verdict_resource
from facility_agent.storage.store.machines import Machine
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Visit
from facility_agent.vocabulary.verdicts import DeskFacts
from facility_agent.words import Words
from facility_agent.workflows import newborns
from facility_agent.workflows.site import Site


async def let_in(site: Site, name: str, facility: str, days: int, by: str) -> str:
    """A new word for a system; it is shown once and kept nowhere. InputError `machine-facility`, `machine-days`."""
    if not 0 < days <= 730:
        raise InputError("machine-days", days=days)
    if await site.agreement(facility, site.config.code, site.today()) is None:
        raise InputError("machine-facility", facility=facility)
    word = site.randomness(32).hex()
    machine = Machine(name, facility, site.today() + timedelta(days=days))
    await site.store.put_machine(machine, _digest(word), site.now(), by)
    return word


async def shut_out(site: Site, name: str) -> None:
    """A system is let in no more; InputError `machine-none`."""
    if not await site.store.drop_machine(name):
        raise InputError("machine-none", name=name)


async def known(site: Site, word: str) -> Machine:
    """The system that shows this word; InputError `machine-unknown`."""
    found = await site.store.machine(_digest(word), site.today()) if word else None
    if found is None:
        raise InputError("machine-unknown")
    return found


async def eligibility(
    site: Site, machine: Machine, asked: CoverageEligibilityRequest, words: Words
) -> CoverageEligibilityResponse:
    """What is open to a person today, by our own register; who asked is written down.

    InputError `member-unknown`, `fhir-day` for another day than today, `fhir-insurer`.
    """
    number, payer, day = asked_of(asked)
    if day != site.today():
        raise InputError("fhir-day", value=day.isoformat())
    ours(site, payer)
    number = await newborns.current(site, number)
    coverage = tuple(row for row in await newborns.coverage_of(site, number) if row.payer == site.config.code)
    if not coverage:
        raise InputError("member-unknown", member=number)
    register = await site.store.register_state(site.config.code)
    facts = DeskFacts(
        register_as_of=register.as_of if register else day, register_sequence=register.sequence if register else None
    )
    person = coverage[0].beneficiary
    visit = Visit(site.new_id(), machine.facility, day, person, (), identified="number")
    history = await newborns.history_of(site, person, coverage)
    agreement = await site.agreement(machine.facility, site.config.code, day)
    found = verdict(None, (), coverage, facts, history, site.arrangement(day), agreement, visit)
    await site.store.note_lookup(
        visit.id, at=site.now(), account=account_of(machine), member_number=number, colour=found.colour, how="number",
        day=day,
    )  # fmt: skip
    said = words(f"fhir.disposition.{found.colour}")
    currency = site.arrangement(day).currency
    return verdict_resource(visit.id, found, number, site.config.code, machine.facility, day, currency, said)


def ours(site: Site, payer: str) -> None:
    """InputError `fhir-insurer` for what is meant for another payer."""
    if payer not in ("", site.config.code):
        raise InputError("fhir-insurer", payer=payer)


def account_of(machine: Machine) -> str:
    """How a system stands in the journal."""
    return f"machine:{machine.name}"


def _digest(word: str) -> str:
    return sha256(word.encode()).hexdigest()
