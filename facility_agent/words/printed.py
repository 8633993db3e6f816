"""Prints `docs/findings.md` and `docs/glossary.md` from the catalogues, so that pages and documents cannot disagree.

python -m facility_agent.words.printed findings > docs/findings.md
python -m facility_agent.words.printed glossary > docs/glossary.md
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from facility_agent.vocabulary.findings import CATALOGUE, Kind
from facility_agent.words import Words

#: Rooms in the order in which a visit meets them, and what they judge.
ROOMS: Final = {
    "eligibility": "Rights: who is this, and what is open to them today",
    "protocols": "Care: is it contracted, and does it follow the protocol",
    "invoicing": "Money: what it costs, and who pays",
    "audit": "Audit: what the mutual sees when it opens the batch",
}

_FINDINGS: Final = """\
# Findings

A finding is an answer, not a failure: a code, a weight, the clause it rests on, and the evidence. This page is printed
from the catalogue of codes (`facility_agent/vocabulary/findings.py`) and of sentences
(`facility_agent/words/*/findings.po`); do not edit it, run
`python -m facility_agent.words.printed findings > docs/findings.md`.

The sentences below are the neutral ones: they name the line and never a condition. Codes marked *clinical* have a
second sentence, which names the care; only the facility's care roles and the payer's medical adviser read it. Days,
amounts, delays and codes are shown in the reader's way. What is *unchecked* says why after its sentence:

- “{fact}”
- “{clause}”
"""

_GLOSSARY: Final = """\
# Glossary

One word per thing, in code, pages, documents and data. Names of amounts follow the adjudication codes of FHIR R4. This
page is printed from `facility_agent/words/*/glossary.po`; do not edit it, run
`python -m facility_agent.words.printed glossary > docs/glossary.md`.
"""

_KEPT_OUT: Final = """\
## Words that the code does not use

*Patient* (say beneficiary, except in clinical text), *client*, *policy* and *product* (they mean too many things),
*validate* (say verify for identity, check for rules, adjudicate for amounts), *reject* for bad input (a line of care is
refused; bad input is an *error*, and changes nothing).

What debt, poverty or suspicion would say of a person never shows on the public side of a screen nor on a slip: somebody
whom a programme pays for in full is *pris en charge à 100 %*.
"""

#: Sections of the glossary; each row is a key of the catalogue, the word in the code, and FHIR R4's word.
GLOSSARY: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "people": (
        ("payer", "payer", "Organization, `Coverage.payor`"),
        ("facility", "facility", "Organization, `Claim.provider`"),
        ("party", "Party", "`Contract.signer.party`"),
        ("beneficiary", "Beneficiary", "Patient, `Coverage.beneficiary`"),
        ("policyholder", "policyholder", "`Coverage.policyHolder`"),
        ("dependant", "", "`Coverage.relationship`"),
        ("household", "household", ""),
        ("medical-adviser", "", "PractitionerRole"),
        ("technical-centre", "centre", ""),
    ),
    "rights": (
        ("card", "Card", "`Coverage.identifier`"),
        ("coverage", "Coverage", "Coverage"),
        ("up-to-date", "paid_until", "`Coverage.status`, `.period`"),
        ("waiting-period", "Waiting", ""),
        ("register", "register", "Bundle of Coverage"),
        ("programme", "Scheme.programme", ""),
        ("admission", "Admission", ""),
        ("desk-facts", "DeskFacts", ""),
        ("verify", "verdict()", "CoverageEligibilityRequest"),
        ("verdict", "Verdict", "CoverageEligibilityResponse"),
        ("colours", "green, amber, red", ""),
        ("open-benefit", "OpenBenefit", ""),
        ("ceiling-left", "CeilingLeft", ""),
        ("letter", "Letter", ""),
        ("paper", "Paper", ""),
    ),
    "contracts": (
        ("arrangement", "Arrangement", "Contract (template), InsurancePlan"),
        ("contract", "", "Contract"),
        ("agreement", "Agreement", "Contract with signers"),
        ("annex", "Annex", ""),
        ("amendment", "", ""),
        ("clause", "Clauses", "`Contract.term`"),
        ("unknown", "unknown", ""),
        ("rule-set", "rule_set", ""),
        ("scheme", "Scheme", "`Coverage.class`"),
        ("package", "Family, Act", "`InsurancePlan.plan`"),
        ("benefit", "", "`InsurancePlan.coverage.benefit`"),
        ("act", "Act", "`Claim.item.productOrService`"),
        ("tariff", "Tariff", "ChargeItemDefinition"),
        ("flat-rate", "", ""),
        ("rate", "RateRow", "`InsurancePlan.plan.specificCost`"),
        ("ceiling", "Limit", ""),
        ("exclusion", "excluded", ""),
        ("requirement", "Requirement", ""),
        ("protocol", "Protocol", "PlanDefinition"),
    ),
    "care": (
        ("visit", "Visit", "Encounter"),
        ("stay", "Stay", "Encounter"),
        ("line", "CareLine", "`Claim.item`"),
        ("prescription", "prescribed", "MedicationRequest"),
        ("dispensing", "quantity", "MedicationDispense"),
        ("referral", "referred_from, referred_to", "ServiceRequest, `Claim.referral`"),
        ("guarantee", "Guarantee", "Claim, `use` = preauthorization"),
        ("history", "History, PastLine", ""),
        ("counter", "Counter, Counted", ""),
        ("paper-sheet", "Sheet", ""),
        ("third-party-payment", "", ""),
    ),
    "money": (
        ("claim", "Claim", "Claim"),
        ("member-claim", "", "Claim"),
        ("adjudication", "Adjudication, LineAdjudication", "ClaimResponse"),
        ("basis", "Basis", ""),
        ("submitted", "submitted", "adjudication `submitted`"),
        ("eligible", "eligible", "adjudication `eligible`"),
        ("copay", "copay", "adjudication `copay`"),
        ("deductible", "deductible", "adjudication `deductible`"),
        ("shares", "Share, member_pays, facility_bears", "adjudication `benefit`"),
        ("capitation", "capitation", ""),
        ("finding", "Finding", "`OperationOutcome.issue`"),
        ("observation", "note", ""),
        ("reduce", "reduce", ""),
        ("refuse", "refuse", ""),
        ("unchecked", "unchecked", ""),
        ("batch", "Batch, BatchItem", "Bundle of Claim, Invoice"),
        ("statement", "Statement", ""),
        ("receipt", "Receipt", ""),
        ("decision", "Decision, ClaimDecision, LineDecision", "`ClaimResponse.outcome`"),
        ("remittance", "Remittance", "PaymentReconciliation"),
        ("contest", "", "Communication"),
        ("slip", "", ""),
        ("till", "", ""),
        ("bank-line", "", ""),
        ("commitment", "", ""),
        ("audit", "recompute", ""),
        ("counter-verification", "", ""),
    ),
}


def findings_page() -> str:
    """The text of `docs/findings.md`: one table per room."""
    english, french = Words("en"), Words("fr")
    fact = english("finding.unchecked.fact", missing="the weight")
    parts = [_FINDINGS.format(fact=fact, clause=english("finding.unchecked.clause"))]
    weights = [(f"`{weight}`", french(f"weight.{weight}"), english(f"weight.{weight}"), says) for weight, says in _SAYS]
    parts += ["## Weights\n", _table(("weight", "French", "English", ""), weights)]
    for room, title in ROOMS.items():
        rows = [_finding_row(kind, french, english) for kind in CATALOGUE.values() if kind.room == room]
        parts += [f"## {title}\n", _table(("code", "weights", "fields", "French", "English", "clinical"), rows)]
    return "\n".join(parts)


_SAYS: Final = (
    ("note", "worth saying; changes no amount"),
    ("reduce", "a cut, and who bears it"),
    ("refuse", "a line that no payer pays, and who bears it"),
    ("unchecked", "a clause is open or a fact is missing; never counted as passed"),
)


def glossary_page() -> str:
    """The text of `docs/glossary.md`: the words of the project in code, English, French and FHIR."""
    english, french = Words("en"), Words("fr")
    parts = [_GLOSSARY]
    for section, rows in GLOSSARY.items():
        table = []
        for key, code, fhir in rows:
            said = f"glossary.{key}"
            note = english(f"{said}.note") if english.has(f"{said}.note") else ""
            table.append((_code(code), english(said), french(said), fhir, note))
        parts += [f"## {english(f'glossary.{section}.title')}\n"]
        parts += [_table(("in code", "English", "French", "FHIR R4", "note"), table)]
    return "\n".join([*parts, _KEPT_OUT])


def _finding_row(kind: Kind, french: Words, english: Words) -> tuple[str, ...]:
    key = f"finding.{kind.code}"
    clinical = "yes" if kind.clinical else ""
    return f"`{kind.code}`", ", ".join(kind.weights), _code(", ".join(kind.fields)), french(key), english(key), clinical


def _code(words: str) -> str:
    return ", ".join(f"`{word}`" for word in words.split(", ")) if words else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|\n" for cells in lines)


PAGES: Final[dict[str, Callable[[], str]]] = {"findings": findings_page, "glossary": glossary_page}


def main(arguments: Sequence[str], pages: Mapping[str, Callable[[], str]] = PAGES) -> int:
    """Print one page; 2 when it is not one of `pages`."""
    if len(arguments) != 1 or arguments[0] not in pages:
        sys.stderr.write(f"name one page: {', '.join(pages)}\n")
        return 2
    sys.stdout.write(pages[arguments[0]]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
