"""The names of code systems and identifiers. Ours are URNs: nothing is promised to answer at an address."""

from __future__ import annotations

from typing import Final

from facility_agent.vocabulary.findings import Finding

TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
CLAIM_TYPE: Final = f"{TERMINOLOGY}/claim-type"
PRIORITY: Final = f"{TERMINOLOGY}/processpriority"
ADJUDICATION: Final = f"{TERMINOLOGY}/adjudication"
RELATED: Final = f"{TERMINOLOGY}/ex-relatedclaimrelationship"
RELATIONSHIP: Final = f"{TERMINOLOGY}/subscriber-relationship"
PAYMENT_TYPE: Final = f"{TERMINOLOGY}/payment-type"
UCUM: Final = "http://unitsofmeasure.org"
ICD10: Final = "http://hl7.org/fhir/sid/icd-10"
ICD11: Final = "http://id.who.int/icd/release/11/mms"

OWN: Final = "urn:facility-agent"
ACT: Final = f"{OWN}:act"
FAMILY: Final = f"{OWN}:family"
SCHEME: Final = f"{OWN}:scheme"
FINDING: Final = f"{OWN}:finding"
SHARE: Final = f"{OWN}:share"
MEMBER: Final = f"{OWN}:member"
PARTY: Final = f"{OWN}:party"
CLAIM: Final = f"{OWN}:claim"
#: A line of a claim: the claim's id, a sign, and the place of the line.
LINE: Final = f"{OWN}:claim-line"
CONTEST: Final = f"{OWN}:contest"
BATCH: Final = f"{OWN}:batch"
PAYMENT: Final = f"{OWN}:payment"
LOOKUP: Final = f"{OWN}:verification"
AGREEMENT: Final = f"{OWN}:agreement"
ARRANGEMENT: Final = f"{OWN}:arrangement"
REGISTER_NUMBER: Final = f"{OWN}:register-number"
PACKAGE: Final = f"{OWN}:package"
LIMIT: Final = f"{OWN}:limit"

#: Code systems that say what somebody suffers from: in no resource unless the arrangement demands it.
CLINICAL: Final = (ICD10, ICD11)


def diagnosis_system(code: str) -> str:
    """ICD-11 codes begin with two signs of which the second is a letter; ICD-10 ones with a letter and two digits.

    >>> diagnosis_system("1F40"), diagnosis_system("B54"), diagnosis_system("KA62")
    ('http://id.who.int/icd/release/11/mms', 'http://hl7.org/fhir/sid/icd-10', 'http://id.who.int/icd/release/11/mms')
    """
    return ICD10 if code[:1].isalpha() and code[1:3].isdigit() else ICD11


def finding_code(finding: Finding) -> str:
    """A finding as a reason: its code, which is neutral; no evidence travels with it."""
    return finding.code
