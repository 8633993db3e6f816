"""One resource of every type that we write, made from ordinary and odd records."""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.arrangements.terms import terms
from facility_agent.exchange.fhir.answers import decided_response, judged_response, payment_resource
from facility_agent.exchange.fhir.claims import claim_bundle, claim_resource
from facility_agent.exchange.fhir.contests import contest_resource
from facility_agent.exchange.fhir.contracts import contract_resource, plan_resource
from facility_agent.exchange.fhir.openimis import openimis_claim
from facility_agent.exchange.fhir.parts import Resource
from facility_agent.exchange.fhir.rights import coverage_resource, request_resource, verdict_resource
from facility_agent.vocabulary.findings import FACILITY, reduce, refuse, unchecked
from facility_agent.vocabulary.records import Claim, Guarantee, Stay
from facility_agent.vocabulary.settlement import Batch, ClaimDecision, Decision, LineDecision, Remittance
from facility_agent.vocabulary.verdicts import CeilingLeft, OpenBenefit, Verdict
from tests import builders
from tests.builders import FACILITY as HERE
from tests.builders import MUTUAL, SCHEME, care

DAY = date(2026, 4, 10)
ODD = builders.beneficiary("KDG-000002-01", name="N’Diaye-Ünal " + "é" * 50, household="")

PLAIN = builders.claim(1)
FULL = builders.claim(
    2,
    builders.visit(
        care("consultation", role="nurse"),
        care("paracetamol", 24),
        care("malaria-test", price=900),
        beneficiary=ODD,
        condition="1F40",
        condition_text="Paludisme grave",
        register_number="0042/2026",
        emergency=True,
        guarantees=(Guarantee("L-7", (), date(2026, 1, 1), date(2026, 12, 31)),),
        stay=Stay(date(2026, 3, 10), date(2026, 3, 12)),
    ),
    held=(builders.coverage(ODD),),
    replaces=PLAIN.id,
)
CLAIMS = (PLAIN, FULL)


def decided(batch: Batch, claims: tuple[Claim, ...] = CLAIMS) -> Decision:
    """Everything accepted but for one line reduced, one refused and one that waits."""
    answers = []
    for claim in claims:
        lines = []
        for place, line in enumerate(claim.adjudication.lines):
            due = sum(share.amount for share in line.shares if share.payer == batch.payer)
            kind = ("accepted", "reduced", "refused", "pending")[place % 4]
            paid = {"accepted": due, "reduced": due // 2}.get(kind, 0)
            why = {
                "reduced": (reduce("price-above-tariff", "", FACILITY, due - paid, act=line.act),),
                "refused": (refuse("tariff-missing", "", FACILITY, act=line.act),),
                "pending": (unchecked("document-missing", "", "fact", "paper"),),
            }.get(kind, ())
            lines.append(LineDecision(line.id, kind, due, paid, why))  # type: ignore[arg-type]
        answers.append(ClaimDecision(claim.id, tuple(lines)))
    return Decision(builders.new_id(700_000), batch.id, DAY, "officer", tuple(answers))


def written() -> dict[str, Resource]:
    """Every type, by a name that says what is special about it."""
    batch = builders.batch(CLAIMS)
    decision = decided(batch)
    coverage = builders.coverage(ODD, until=date(2026, 12, 31), package="P’1")
    verdict = Verdict(
        "amber",
        ODD,
        (unchecked("register-missing", "", "fact", "register", payer=MUTUAL),),
        open=(OpenBenefit(SCHEME, MUTUAL, "", "80 %"), OpenBenefit(SCHEME, MUTUAL, "medicine", copay=100)),
        ceilings=(CeilingLeft("year", SCHEME, 60_000, 12_000), CeilingLeft("tests", SCHEME, 4, 1, counts=True)),
        schemes=(SCHEME,),
    )
    paid = Remittance(
        builders.new_id(600_000), batch.id, decision.id, "VIR-0001", DAY, "XOF", decision.amount,
        tuple((each.claim, each.amount) for each in decision.claims if each.amount),
    )  # fmt: skip
    arrangement, agreement = builders.arrangement(), builders.agreement()
    known = terms(arrangement, agreement, HERE)
    made: dict[str, Resource] = {
        "claim": claim_resource(PLAIN, MUTUAL, SCHEME),
        "claim with everything": claim_resource(FULL, MUTUAL, SCHEME, condition=True),
        "bundle": claim_bundle(batch, CLAIMS),
        "judged": judged_response(FULL, MUTUAL, "2026-04-10", {"price-above-tariff": "Prix au-dessus du tarif."}),
        "coverage": coverage_resource(coverage, DAY),
        "coverage suspended": coverage_resource(msgspec.structs.replace(coverage, suspended_on=DAY), DAY),
        "request": request_resource("r-1", ODD.number, MUTUAL, SCHEME, HERE, DAY, ("consultation",)),
        "verdict": verdict_resource("r-1", verdict, ODD.number, MUTUAL, HERE, DAY, "XOF", "À vérifier"),
        "payment": payment_resource(batch, paid),
        "contest": contest_resource("x-1", "SIH-9", batch, DAY, {(PLAIN.id, 1): "Vu.", (FULL.id, 2): "Payé ailleurs."}),
        "contract": contract_resource(agreement, "Arrangement d’essai", "in force"),
    }
    made["openimis"] = openimis_claim(
        FULL, MUTUAL, SCHEME, enterer="soins", medicines=frozenset({"paracetamol"}), condition=True
    )
    made |= {f"decided {claim.number}": decided_response(batch, claim, decision) for claim in CLAIMS}
    made |= {f"plan {each.code}": plan_resource(known, each, each.payer or MUTUAL) for each in arrangement.schemes}
    return made
