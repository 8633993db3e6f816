"""A contestation as FHIR's Communication: about which claims or lines, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from facility_agent.exchange.fhir.outward import Communication, Payload
from facility_agent.exchange.fhir.parts import Identifier, Reference, concept, named_by
from facility_agent.exchange.fhir.systems import CONTEST, LINE, PARTY
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.settlement import Batch

#: A line by its claim and its place in it; no place means every line of the claim that was cut.
Named = tuple[str, int | None]


def contest_resource(
    id: str, name: str, batch: Batch, sent: date, reasons: Mapping[tuple[str, int], str]
) -> Communication:
    """What is contested of a batch, by claim and place of the line; equal reasons are said once."""
    return Communication(
        id=id,
        identifier=(Identifier(system=CONTEST, value=name),),
        status="completed",
        category=(concept(CONTEST, "contest"),),
        about=tuple(
            Reference(
                reference=f"Claim/{claim}", type="Claim", identifier=Identifier(system=LINE, value=f"{claim}#{place}")
            )
            for claim, place in reasons
        ),
        sent=sent.isoformat(),
        recipient=(named_by("Organization", PARTY, batch.payer),),
        sender=named_by("Organization", PARTY, batch.facility),
        payload=tuple(Payload(content_string=said) for said in dict.fromkeys(reasons.values())),
    )


def contested_of(resource: Communication) -> tuple[str, tuple[Named, ...], str]:
    """The name of a contestation that is brought, what it is about, and its reason. InputError `fhir-contest`."""
    name = next((each.value for each in resource.identifier if each.value), resource.id)
    reason = " ".join(part.content_string.strip() for part in resource.payload).strip()
    for missing, given in (("identifier", name), ("about", resource.about), ("payload", reason)):
        if not given:
            raise InputError("fhir-contest", missing=missing)
    return name, tuple(_named(each) for each in resource.about), reason


def _named(about: Reference) -> Named:
    claim, sign, place = about.value.partition("#")
    if sign and not place.isdecimal():
        raise InputError("fhir-contest", missing="about")
    return claim, int(place) if sign else None
