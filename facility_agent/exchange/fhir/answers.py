"""What a payer answered as ClaimResponse, and back; what it paid as PaymentReconciliation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from facility_agent.exchange.fhir.amounts import minor, money
from facility_agent.exchange.fhir.outward import PaidDetail, PaymentReconciliation
from facility_agent.exchange.fhir.parts import Identifier, Reference, concept, named_by
from facility_agent.exchange.fhir.resources import Adjudicated, AnsweredItem, ClaimResponse, Note, Outcome, Total
from facility_agent.exchange.fhir.systems import (
    ADJUDICATION,
    CLAIM,
    CLAIM_TYPE,
    FINDING,
    MEMBER,
    PARTY,
    PAYMENT,
    PAYMENT_TYPE,
    SHARE,
)
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import CATALOGUE, Finding
from facility_agent.vocabulary.records import Claim, LineAdjudication
from facility_agent.vocabulary.settlement import Batch, ClaimDecision, Decision, LineDecision, Remittance


def judged_response(claim: Claim, payer: str, created: str, sentences: Mapping[str, str] = {}) -> ClaimResponse:
    """The answer that the rules gave here, before any payer has decided: who would pay what of every line.

    `sentences` are the neutral words of the findings by code; without them the codes stand alone.
    """
    answer = claim.adjudication
    reasons = [finding for finding in answer.all_findings if finding.weight in ("reduce", "refuse", "unchecked")]
    return ClaimResponse(
        id=claim.id,
        status="active",
        type=concept(CLAIM_TYPE, "institutional"),
        use="predetermination",
        patient=named_by("Patient", MEMBER, claim.visit.beneficiary.number),
        created=created,
        insurer=named_by("Organization", PARTY, payer),
        requestor=named_by("Organization", PARTY, claim.visit.facility),
        request=_request(claim),
        outcome="partial" if any(each.weight == "unchecked" for each in reasons) else "complete",
        item=tuple(
            AnsweredItem(item_sequence=place, adjudication=_judged(line, answer.currency))
            for place, line in enumerate(answer.lines, 1)
        ),
        total=(
            Total(category=concept(ADJUDICATION, "submitted"), amount=money(answer.submitted, answer.currency)),
            Total(category=concept(ADJUDICATION, "eligible"), amount=money(answer.eligible, answer.currency)),
            Total(category=concept(SHARE, "member"), amount=money(answer.member_pays, answer.currency)),
            Total(category=concept(SHARE, "facility"), amount=money(answer.facility_bears, answer.currency)),
            *(
                Total(category=concept(SHARE, f"{share.payer}:{share.scheme}"),
                      amount=money(share.amount, answer.currency))
                for share in answer.shares
            ),
        ),
        process_note=_notes(reasons, sentences),
    )  # fmt: skip


def _judged(line: LineAdjudication, currency: str) -> tuple[Adjudicated, ...]:
    amounts = (
        (ADJUDICATION, "submitted", line.submitted),
        (ADJUDICATION, "eligible", line.eligible),
        (ADJUDICATION, "copay", line.copay),
        (ADJUDICATION, "deductible", line.deductible),
        (SHARE, "member", line.member_pays),
        (SHARE, "facility", line.facility_bears),
        *((SHARE, f"{share.payer}:{share.scheme}", share.amount) for share in line.shares),
    )
    return (
        *(Adjudicated(category=concept(system, code), amount=money(amount, currency))
          for system, code, amount in amounts),
        *(Adjudicated(category=concept(SHARE, "reason"), reason=concept(FINDING, finding.code))
          for finding in line.findings if finding.weight != "note"),
    )  # fmt: skip


def decided_response(
    batch: Batch, claim: Claim, decision: Decision, sentences: Mapping[str, str] = {}
) -> ClaimResponse:
    """The payer's decision on one claim of a batch: per line what was asked, what is paid, and why not all."""
    answer = next(each for each in decision.claims if each.claim == claim.id)
    places = {line.id: place for place, line in enumerate(claim.adjudication.lines, 1)}
    reasons = [finding for line in answer.lines for finding in line.findings if finding.weight in ("reduce", "refuse")]
    paid, currency = answer.amount, batch.currency
    return ClaimResponse(
        id=f"{decision.id}-{places[answer.lines[0].line]}" if not claim.id else claim.id,
        identifier=(Identifier(system=f"{CLAIM}:decision", value=decision.id),),
        status="active",
        type=concept(CLAIM_TYPE, "institutional"),
        use="claim",
        patient=named_by("Patient", MEMBER, claim.visit.beneficiary.number),
        created=decision.decided_on.isoformat(),
        insurer=named_by("Organization", PARTY, batch.payer),
        requestor=named_by("Organization", PARTY, batch.facility),
        request=_request(claim),
        outcome=_outcome(answer),
        item=tuple(
            AnsweredItem(item_sequence=places[line.line], adjudication=_decided(line, currency))
            for line in answer.lines
        ),
        total=(
            Total(category=concept(ADJUDICATION, "submitted"),
                  amount=money(sum(line.claimed for line in answer.lines), currency)),
            Total(category=concept(ADJUDICATION, "benefit"), amount=money(paid, currency)),
        ),
        process_note=_notes(reasons, sentences),
    )  # fmt: skip


def _decided(line: LineDecision, currency: str) -> tuple[Adjudicated, ...]:
    return (
        Adjudicated(category=concept(ADJUDICATION, "submitted"), amount=money(line.claimed, currency)),
        Adjudicated(category=concept(ADJUDICATION, "benefit"), amount=money(line.amount, currency)),
        Adjudicated(category=concept(SHARE, "outcome"), reason=concept(f"{SHARE}:outcome", line.outcome)),
        *(
            Adjudicated(category=concept(SHARE, f"borne-by:{finding.borne_by or 'nobody'}"),
                        reason=concept(FINDING, finding.code), amount=money(finding.amount, currency))
            for finding in line.findings
        ),
    )  # fmt: skip


def decision_of(resource: ClaimResponse, lines: Iterable[str]) -> ClaimDecision:
    """A ClaimResponse as the decision on one claim whose lines have these ids, in their order.

    What is asked is `submitted`, what is paid `benefit`; without our own outcome the amounts say it. InputError
    `fhir-response-line` when a line is missing or unknown, `fhir-amount`.
    """
    ids = tuple(lines)
    found: dict[int, LineDecision] = {}
    for item in resource.item:
        if not 1 <= item.item_sequence <= len(ids) or item.item_sequence in found:
            raise InputError("fhir-response-line", line=item.item_sequence)
        found[item.item_sequence] = _line(ids[item.item_sequence - 1], item)
    for place in range(1, len(ids) + 1):
        if place not in found:
            raise InputError("fhir-response-line", line=place)
    claim = resource.request.value if resource.request else ""
    return ClaimDecision(claim, tuple(found[place] for place in range(1, len(ids) + 1)))


def _line(id: str, item: AnsweredItem) -> LineDecision:
    amounts = {each.category.code: minor(each.amount) for each in item.adjudication if each.amount is not None}
    claimed = amounts.get("submitted", amounts.get("eligible", 0))
    paid = amounts.get("benefit", 0)
    if not 0 <= paid <= claimed:
        raise InputError("fhir-response-line", line=item.item_sequence)
    said = next((each.reason.code for each in item.adjudication
                 if each.category.code == "outcome" and each.reason), "")  # fmt: skip
    outcome = said if said in ("accepted", "reduced", "refused", "pending") else _by_amount(claimed, paid)
    return LineDecision(id, outcome, claimed, paid, _findings(item))  # type: ignore[arg-type]


def _by_amount(claimed: int, paid: int) -> str:
    return "accepted" if paid == claimed else "reduced" if paid else "refused"


def _findings(item: AnsweredItem) -> tuple[Finding, ...]:
    """Reasons of our own catalogue come back as findings; those of other people's lists are not taken over."""
    found = []
    for each in item.adjudication:
        code = each.reason.code if each.reason else ""
        if code not in CATALOGUE or not each.category.code.startswith("borne-by:"):
            continue
        bearer = each.category.code.partition(":")[2]
        amount = minor(each.amount) if each.amount else 0
        weight = "reduce" if amount else "refuse" if bearer != "nobody" else "note"
        borne_by = bearer if bearer in ("member", "facility") else ""
        found.append(Finding(code, weight, borne_by=borne_by, amount=amount))  # type: ignore[arg-type]
    return tuple(found)


def payment_resource(batch: Batch, paid: Remittance) -> PaymentReconciliation:
    """A payment with what it pays, claim by claim."""
    return PaymentReconciliation(
        id=paid.id,
        identifier=(Identifier(system=PAYMENT, value=paid.reference),),
        status="active",
        created=paid.paid_on.isoformat(),
        payment_issuer=named_by("Organization", PARTY, batch.payer),
        requestor=named_by("Organization", PARTY, batch.facility),
        outcome="complete",
        payment_date=paid.paid_on.isoformat(),
        payment_amount=money(paid.amount, paid.currency),
        payment_identifier=Identifier(system=PAYMENT, value=paid.reference),
        detail=tuple(
            PaidDetail(
                type=concept(PAYMENT_TYPE, "payment"),
                request=Reference(reference=f"Claim/{claim}"),
                date=paid.paid_on.isoformat(),
                payee=named_by("Organization", PARTY, batch.facility),
                amount=money(amount, paid.currency),
            )
            for claim, amount in paid.items
        ),
    )


def _request(claim: Claim) -> Reference:
    return Reference(reference=f"Claim/{claim.id}", type="Claim", identifier=Identifier(system=CLAIM, value=claim.id))


def _outcome(answer: ClaimDecision) -> Outcome:
    return "partial" if any(line.outcome == "pending" for line in answer.lines) else "complete"


def _notes(findings: Iterable[Finding], sentences: Mapping[str, str]) -> tuple[Note, ...]:
    """The neutral sentence of each reason, once."""
    said = dict.fromkeys(sentences[finding.code] for finding in findings if finding.code in sentences)
    return tuple(Note(number=place, type="display", text=text) for place, text in enumerate(said, 1))
