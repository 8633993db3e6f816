"""Which schemes stand open to this person today, in the order in which they pay.

State programmes first where the arrangement says so (children, pregnant women), then insurers, then mutuals.
A person in no register may be admitted under a programme on the proof that the arrangement names.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter

import msgspec

from facility_agent.arrangements.model import Scheme
from facility_agent.arrangements.terms import Terms
from facility_agent.eligibility import rights
from facility_agent.eligibility.newborn import of_newborn
from facility_agent.vocabulary.findings import FACILITY, MEMBER, Finding, note, refuse, unchecked
from facility_agent.vocabulary.periods import age_in_months
from facility_agent.vocabulary.records import Coverage, Record, Visit

_act_of = attrgetter("act")
#: Several programmes ask for the age of one person.
_age = lru_cache(maxsize=256)(age_in_months)


class Entitlement(Record, frozen=True):
    """One scheme for one person: who would pay, whether it is open, and why.

    `waits` says that some waiting period may still run.
    """

    scheme: Scheme
    payer: str
    coverage: Coverage | None
    findings: tuple[Finding, ...]
    open: bool
    waits: bool = False

    @property
    def facility_bears(self) -> bool:
        """Whether the arrangement lays what this scheme refuses on the facility."""
        return any(finding.weight == "refuse" and finding.borne_by == FACILITY for finding in self.findings)


def _entitlement(
    scheme: Scheme, payer: str, coverage: Coverage | None, findings: list[Finding], *, waits: bool = False
) -> Entitlement:
    """An entitlement stands open unless something refuses it."""
    if not findings:
        return Entitlement(scheme, payer, coverage, (), True, waits)
    closed = any(finding.weight == "refuse" for finding in findings)
    return Entitlement(scheme, payer, coverage, tuple(findings), not closed, waits)


def entitlements(terms: Terms, coverage: tuple[Coverage, ...], visit: Visit) -> tuple[Entitlement, ...]:
    """All schemes that concern this person at this facility on this day, in order of payment."""
    found: list[Entitlement] = []
    held: dict[str, dict[str, Coverage]] = {}
    for entry in coverage:
        held.setdefault(entry.scheme, {}).setdefault(entry.payer, entry)
    for scheme, only in terms.ordered:
        if only is not None and not _concerns(only, scheme, visit):
            continue
        if scheme.programme:
            programme = _programme(terms, scheme, visit)
            if programme is not None:
                found.append(programme)
        elif scheme.code in held:
            for _, entry in sorted(held[scheme.code].items()):
                found.append(_covered(terms, scheme, entry, visit))
    if not found and terms.schemes:
        found.append(_nobody(terms, visit))
    if terms.bearers:
        found = [entitlement if entitlement.open else _borne(terms, entitlement) for entitlement in found]
    return tuple(found)


def _concerns(only: frozenset[str], scheme: Scheme, visit: Visit) -> bool:
    """Whether a scheme for some acts is about this visit: one of them was given, or, before any care, it was asked for.

    At the desk no act is known yet: whoever is admitted under it is told what it opens.
    """
    if visit.lines:
        return not only.isdisjoint(map(_act_of, visit.lines))
    return any(entry.programme == scheme.code for entry in visit.admissions)


def _borne(terms: Terms, entitlement: Entitlement) -> Entitlement:
    """The entitlement with the bearers that the arrangement names."""
    return msgspec.structs.replace(entitlement, findings=tuple(terms.borne(list(entitlement.findings))))


def _covered(terms: Terms, scheme: Scheme, coverage: Coverage, visit: Visit) -> Entitlement:
    payer = scheme.payer or coverage.payer
    findings: list[Finding] = []
    if scheme.agreement and (unsigned := rights.agreement(terms, payer, visit)) is not None:
        findings.append(unsigned)
    for rule in rights.RULES:
        if (finding := rule(terms, coverage, visit)) is not None:
            findings.append(finding)
    findings += of_newborn(terms, visit)
    if scheme.code not in terms.here:
        findings.append(
            refuse("programme-not-here", scheme.clause, MEMBER, programme=scheme.code, facility=visit.facility)
        )
    return _entitlement(scheme, payer, coverage, findings, waits=rights.may_wait(terms, coverage, visit.day))


def _programme(terms: Terms, scheme: Scheme, visit: Visit) -> Entitlement | None:
    """The programme when it was asked for or the person plainly fits it; None when it does not concern them."""
    asked = [entry for entry in visit.admissions if entry.programme == scheme.code] if visit.admissions else ()
    admission = asked[0] if asked else None
    fits = _fits(scheme, visit, asked=admission is not None)
    if admission is None and (fits is False or scheme.code not in terms.here):
        return None
    findings: list[Finding] = []
    signed = rights.agreement(terms, scheme.payer, visit) if scheme.agreement else None
    if signed is not None:
        findings.append(signed)
    if fits is False:
        findings.append(refuse("programme-not-for-person", scheme.clause, MEMBER, programme=scheme.code))
    elif fits is None and (visit.beneficiary.birth_date is not None or not (scheme.under_months or scheme.over_months)):
        findings.append(
            unchecked("programme-not-for-person", scheme.clause, "fact", "pregnant", review=True, programme=scheme.code)
        )
    elif fits is None:
        findings.append(
            unchecked(
                "birth-date-missing", scheme.clause, "fact", "birth_date", review=True, member=visit.beneficiary.number
            )
        )
    if scheme.code not in terms.here:
        findings.append(
            refuse("programme-not-here", scheme.clause, MEMBER, programme=scheme.code, facility=visit.facility)
        )
    if admission is None or (scheme.proofs and admission.proof not in scheme.proofs):
        findings.append(
            unchecked(
                "programme-proof-missing", scheme.clause, "fact", "proof", review=True,
                programme=scheme.code, proofs=", ".join(scheme.proofs),
            )
        )  # fmt: skip
    elif not any(finding.weight == "refuse" for finding in findings):
        findings.append(note("programme-admitted", scheme.clause, programme=scheme.code, proof=admission.proof))
    return _entitlement(scheme, scheme.payer, None, findings)


def _fits(scheme: Scheme, visit: Visit, *, asked: bool) -> bool | None:
    """Whether the person is one of those that the programme is for; None when a fact is missing.

    Nobody is asked whether a woman is pregnant until she is admitted as such, or receives an act that a programme for
    pregnant women names.
    """
    person = visit.beneficiary
    if scheme.pregnant and visit.pregnant and person.sex != "M":
        return True
    unsaid: bool | None = False
    if scheme.pregnant and visit.pregnant is None and person.sex != "M":
        named = asked or (scheme.acts and not set(scheme.acts).isdisjoint([line.act for line in visit.lines]))
        unsaid = None if named else False
    if scheme.under_months is None and scheme.over_months is None:
        return unsaid if scheme.pregnant else True
    if person.birth_date is None:
        return None if asked else unsaid
    age = _age(person.birth_date, visit.day)
    young = scheme.under_months is not None and 0 <= age < scheme.under_months
    old = scheme.over_months is not None and age >= scheme.over_months
    return young or old or unsaid


def _nobody(terms: Terms, visit: Visit) -> Entitlement:
    """Nobody pays for a person whom no register and no programme knows."""
    scheme = next(iter(reversed(terms.schemes.values())))
    finding = refuse("member-not-in-register", "coverage", MEMBER, member=visit.beneficiary.number, as_of="")
    return _entitlement(scheme, "", None, [finding])
