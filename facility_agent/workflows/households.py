"""A household's card at the desk: the register says who belongs to it, the clerk sees who stands there and chooses.

The card names the household and no person, so that it also serves those who were registered after it was printed.
"""

from __future__ import annotations

import msgspec

from facility_agent.cards.keyboard import read_typed
from facility_agent.eligibility.card import Reading
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Beneficiary, Card
from facility_agent.workflows.site import Site


class Household(msgspec.Struct, frozen=True):
    """Whom the card may be for: the people of the register with that household number, and who has a portrait.

    `findings` is what is wrong with the card; `text` is what was scanned, to be sent back with the choice.
    """

    card: Card
    people: tuple[Beneficiary, ...]
    portraits: frozenset[str]
    findings: tuple[Finding, ...]
    text: str


async def opened(site: Site, text: str) -> Household:
    """The people of a household whose card was scanned; InputError `household-not-a-card`, `household-unknown`."""
    reading = read_typed(text, await site.issuers(), site.today())
    if reading.kind != "household" or reading.card is None:
        raise InputError("household-not-a-card")
    people = await people_of(site, reading.card.household)
    if not people:
        raise InputError("household-unknown", household=reading.card.household)
    hashes = await site.store.portrait_hashes([person.number for person in people])
    return Household(reading.card, people, frozenset(hashes), reading.findings, text)


async def people_of(site: Site, household: str) -> tuple[Beneficiary, ...]:
    """The people of a household, each once, in the order of their numbers; newborns received here among them."""
    found = {entry.beneficiary.number: entry.beneficiary for entry in await site.store.household(household)}
    known = {person.formerly for person in found.values()}
    for number in list(found):
        newborns = await site.store.newborns_of(number)
        found |= {kept.child.number: kept.child for kept in newborns if kept.child.number not in known}
    return tuple(found[number] for number in sorted(found))


async def chosen(site: Site, reading: Reading, member: str, text: str) -> Reading:
    """The reading of a household's card, scanned as `text`, as that of the person who was chosen.

    InputError `household-choose` (with the text, for the page that asks) when nobody was, `household-not-theirs` for
    somebody who is not of the household.
    """
    card = reading.card
    assert card is not None
    if not member:
        raise InputError("household-choose", household=card.household, text=text)
    person = next((one for one in await people_of(site, card.household) if one.number == member), None)
    if person is None:
        raise InputError("household-not-theirs", member=member, household=card.household)
    # The card's name is the policyholder's: it says nothing of the person who was chosen.
    kept = msgspec.structs.replace(card, member=member, name="")
    return Reading(kept, reading.findings, "card", member)
