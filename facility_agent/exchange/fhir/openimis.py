"""A claim in the shape in which openIMIS takes it in (its FHIR R4 module, as published in 2024).

It wants a visit type, the claim's code as an identifier of type `Code`, each line named in words as an item or a
service, who entered it, the total, and a diagnosis. Where the arrangement does not demand the condition, no such claim
is made.
"""

from __future__ import annotations

from typing import Final

import msgspec

from facility_agent.exchange.fhir.claims import claim_resource
from facility_agent.exchange.fhir.parts import Concept, Identifier, Reference, concept
from facility_agent.exchange.fhir.resources import Claim as ClaimResource
from facility_agent.exchange.fhir.resources import Information
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Claim, Visit

IG: Final = "https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem"
IDENTIFIERS: Final = f"{IG}/openimis-identifiers"
VISIT_TYPE: Final = f"{IG}/claim-visit-type"
INFORMATION: Final = f"{IG}/claim-supporting-info-category"


def openimis_claim(
    claim: Claim, payer: str, scheme: str, *, enterer: str, medicines: frozenset[str], condition: bool
) -> ClaimResource:
    """The claim for openIMIS. `medicines` are the acts that it calls items; InputError `openimis-condition` when the
    condition is missing or the arrangement does not demand it."""
    if not condition or not claim.visit.condition:
        raise InputError("openimis-condition", claim=claim.number)
    plain = claim_resource(claim, payer, scheme, condition=True)
    items = tuple(
        msgspec.structs.replace(
            item,
            product_or_service=Concept(text=item.product_or_service.code),
            category=Concept(text="item" if item.product_or_service.code in medicines else "service"),
        )
        for item in plain.item
    )
    code = Identifier(type=concept(IDENTIFIERS, "Code"), value=claim.number)
    uuid = Identifier(type=concept(IDENTIFIERS, "UUID"), value=claim.id)
    return msgspec.structs.replace(
        plain,
        identifier=(uuid, code),
        type=concept(VISIT_TYPE, _visit_type(claim.visit)),
        enterer=Reference(reference=f"Practitioner/{enterer}", type="Practitioner"),
        patient=Reference(reference=f"Patient/{claim.visit.beneficiary.number}", type="Patient"),
        provider=Reference(reference=f"Organization/{claim.visit.facility}", type="Organization"),
        supporting_info=tuple(
            Information(sequence=place, category=concept(INFORMATION, "guarantee_id"), value_string=each.number)
            for place, each in enumerate(claim.visit.guarantees, 1)
        ),
        item=items,
    )


def _visit_type(visit: Visit) -> str:
    """Emergency, referral or other, as openIMIS counts visits."""
    return "E" if visit.emergency else "R" if visit.referred_from else "O"
