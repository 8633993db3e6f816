"""One visit in, one adjudication out: the three engines composed, the same at the health centre and the mutual.

Pure and deterministic to the byte. Lines are judged in canonical order (hour of care, act, line id), so the order of
entry changes nothing. For every line: submitted = payers' shares + what the member pays + what the facility bears.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.gathered import UnderScheme
from facility_agent.arrangements.model import Act, Arrangement
from facility_agent.arrangements.terms import Terms, terms
from facility_agent.eligibility.entitlements import Entitlement, entitlements
from facility_agent.eligibility.plausible import plausible
from facility_agent.eligibility.rights import waiting_period
from facility_agent.invoicing import flat, pricing, shares
from facility_agent.invoicing.ceilings import Used
from facility_agent.protocols import rulebook
from facility_agent.vocabulary.findings import FACILITY, MEMBER, Finding, refuse
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import (
    Adjudication,
    CareLine,
    Coverage,
    History,
    LineAdjudication,
    Share,
    Visit,
)

#: Findings that leave units out: the fields of what was given and of what is allowed.
_UNITS = {
    "quantity-over-maximum": ("quantity", "maximum"),
    "dispensed-over-prescribed": ("dispensed", "prescribed"),
    "quantity-outside-band": ("quantity", "expected"),
    "stay-days-over": ("days", "counted"),
    "days-over-maximum": ("quantity", "allowed"),
    "observation-days-over": ("days", "maximum"),
    "guarantee-used-up": ("quantity", "allowed"),
    "flat-once": ("quantity", "paid"),
}

#: More units than this in one line are a typing mistake, not care.
MOST_UNITS = 100_000


def adjudicate(
    arrangement: Arrangement,
    agreement: Agreement | None,
    coverage: tuple[Coverage, ...],
    history: History,
    visit: Visit,
) -> Adjudication:
    """Judge one visit. Amounts are minor units of the arrangement's currency; findings carry all the reasons.

    `coverage` holds every entitlement of the person (none for somebody in no register); `history` the earlier
    lines of person and household, replaced claims left out.
    """
    known = terms(arrangement, agreement, visit.facility)
    past = Past(history, visit)
    open_to_them = entitlements(known, coverage, visit)
    findings = rulebook.of_visit(known, visit, past)
    if (odd := plausible(visit.beneficiary, visit.day)) is not None:
        findings.append(odd)
    if known.bears_lines:
        findings = known.borne(findings)
    schemes = tuple([entitlement.scheme.code for entitlement in open_to_them if entitlement.open])
    judged = _Judged(
        known,
        visit,
        past,
        Used(visit, past),
        open_to_them,
        schemes,
        next((finding for finding in findings if finding.weight == "refuse"), None),
        known.under if visit.stay is None else known.under_in_stay,
        bool(known.flat) and flat.met(known, visit, schemes, past),
    )
    lines: list[LineAdjudication] = []
    for line in sorted(visit.lines, key=lambda entry: (entry.at or visit.at, entry.act, entry.id)):
        lines.append(_line(judged, line))
        judged.earlier.append(line)
    for entitlement in open_to_them[: judged.consulted]:
        findings += entitlement.findings
    return Adjudication(visit.id, arrangement.currency, known.rule_set, tuple(lines), tuple(findings))


class _Judged(msgspec.Struct):
    """What the lines of one visit share; `earlier` lines of the visit, and how many payers have been asked in all."""

    known: Terms
    visit: Visit
    past: Past
    used: Used
    open_to_them: tuple[Entitlement, ...]
    schemes: tuple[str, ...]
    closed: Finding | None
    #: What a scheme says of an act, in this visit or stay.
    under: Callable[[str, str], UnderScheme]
    #: Whether a flat rate stands in this visit or before it.
    flat: bool
    earlier: list[CareLine] = msgspec.field(default_factory=list)
    consulted: int = 0


def _line(judged: _Judged, line: CareLine) -> LineAdjudication:
    known, visit, open_to_them = judged.known, judged.visit, judged.open_to_them
    if line.price < 0 or not 0 < line.quantity <= MOST_UNITS:
        evidence: dict[str, str | int] = {"act": line.act, "quantity": line.quantity, "price": line.price}
        wrong = refuse("amount-impossible", "form", FACILITY, **evidence)
        submitted = max(0, line.price) * min(max(0, line.quantity), MOST_UNITS)
        return LineAdjudication(line.id, line.act, submitted, 0, 0, 0, 0, submitted, findings=(wrong,))
    submitted = line.price * line.quantity
    act = known.acts.get(line.act)
    findings = rulebook.of_line(known, visit, line, act, judged.earlier, judged.past)
    price, cut = line.price, None
    if judged.schemes and act is not None and act.status != "excluded":
        price, cut = pricing.admitted(known, line, judged.schemes)
        if judged.flat:
            price, cut = _within_flat(judged, line, act, price, cut, findings)
        if cut is not None:
            findings.append(cut)
    units, above = 0, 0
    if findings or judged.closed is not None:
        if known.bears_lines:
            findings = known.borne(findings)
        refusals = [finding for finding in (*findings, judged.closed) if finding and finding.weight == "refuse"]
        if refusals:
            facility = submitted if any(finding.borne_by == FACILITY for finding in refusals) else 0
            judged.consulted = len(open_to_them)
            return _refused(line, price, submitted, facility, findings)
        units = max([_units_cut(finding) for finding in findings])
        if units:
            findings = _with_amounts(findings, units, price)
        if known.bears_lines:
            above = sum([finding.amount for finding in findings if finding.borne_by == MEMBER])
    admitted = price * (line.quantity - units)
    left, taken, deductibles, borne, asked = admitted, False, 0, 0, 0
    paid: tuple[Share, ...] = ()
    for entitlement in open_to_them:
        if left == 0 and asked:
            break
        asked += 1
        if not entitlement.open:
            if known.bearers and entitlement.facility_bears:
                borne, left = borne + left, 0
            continue
        under = judged.under(entitlement.scheme.code, line.act)
        if not under.covers:
            continue
        if under.asks or entitlement.waits:
            own = _of_scheme(judged, under, entitlement, line)
            if own:
                findings += [finding for finding in own if finding not in findings]
                refused = [finding for finding in own if finding.weight == "refuse"]
                if refused:
                    if any(finding.borne_by == FACILITY for finding in refused):
                        borne, left = borne + left, 0
                    continue
        part = shares.take(known, under, entitlement.coverage, line.act, left, judged.used)
        taken = True
        if part.findings:
            findings += part.findings
            deductibles += part.deductible
            borne += part.facility_bears
            left -= part.facility_bears
        if part.amount:
            paid += (Share(entitlement.payer, entitlement.scheme.code, part.amount),)
            left -= part.amount
    if asked > judged.consulted:
        judged.consulted = asked
    return LineAdjudication(
        line.id,
        line.act,
        submitted,
        price,
        admitted if taken else 0,
        max(0, left - deductibles) if taken else 0,
        left + above,
        submitted - admitted + borne - above,
        paid,
        deductibles,
        tuple(findings),
    )


def _of_scheme(judged: _Judged, under: UnderScheme, entitlement: Entitlement, line: CareLine) -> list[Finding]:
    """Waiting periods, counts, intervals and papers of one scheme for one line."""
    found: list[Finding] = []
    coverage = entitlement.coverage
    if coverage is not None and entitlement.waits:
        for row in under.waitings:
            waits = waiting_period(coverage, row, judged.visit.day)
            if waits is not None:
                found.append(waits)
    if under.asks:
        found += rulebook.of_scheme(judged.known, under, coverage, judged.visit, line, judged.earlier, judged.past)
    return judged.known.borne(found) if found and judged.known.bears_lines else found


def _within_flat(
    judged: _Judged, line: CareLine, act: Act, price: int, cut: Finding | None, findings: list[Finding]
) -> tuple[int, Finding | None]:
    """The price and its cut; no price at all where a flat rate already pays for the line."""
    for found in flat.within(judged.known, judged.visit, line, act, judged.schemes, judged.earlier, judged.past):
        if found.code == "included-in-flat" and found.weight == "reduce":
            return 0, found
        findings.append(found)
    return price, cut


def _refused(line: CareLine, price: int, submitted: int, facility: int, findings: list[Finding]) -> LineAdjudication:
    """A line that no payer pays: the facility bears it, or the member does."""
    return LineAdjudication(
        line.id, line.act, submitted, price, 0, 0, submitted - facility, facility, findings=tuple(findings)
    )


def _units_cut(finding: Finding) -> int:
    """How many units a quantity finding leaves out."""
    if finding.weight != "reduce" or finding.code not in _UNITS:
        return 0
    given, allowed = _UNITS[finding.code]
    return int(finding.evidence[given]) - int(finding.evidence[allowed])


def _with_amounts(findings: list[Finding], units: int, price: int) -> list[Finding]:
    """Quantity findings with their cut at the admitted price; only the first of the strictest cuts, none cuts twice."""
    strictest = next(at for at, finding in enumerate(findings) if _units_cut(finding) == units)
    return [
        msgspec.structs.replace(finding, amount=units * price if at == strictest else 0)
        if _units_cut(finding)
        else finding
        for at, finding in enumerate(findings)
    ]
