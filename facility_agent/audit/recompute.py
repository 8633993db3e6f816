"""The mutual asks the same question again: `adjudicate()` with its own register and history, claim by claim.

Both sides run one function on the same dated files, so a difference can be pointed at: another rule set, another
fact, or a stored answer that the rules do not give. Amounts are those of one payer under one scheme.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.terms import Terms, terms
from facility_agent.audit.facts import Side, differing_facts
from facility_agent.vocabulary.findings import FACILITY, Finding, note
from facility_agent.vocabulary.records import (
    Adjudication,
    Claim,
    Coverage,
    History,
    LineAdjudication,
    PastLine,
    Record,
    Visit,
)

#: Of a UUIDv7, the signs that tell the millisecond.
_INSTANT = slice(0, 13)


class LineAnswer(Record, frozen=True):
    """One line: what the facility claims from this payer, what the payer computes, and why they differ."""

    line: str
    act: str
    claimed: int
    computed: int
    findings: tuple[Finding, ...] = ()


class Recomputed(Record, frozen=True):
    """The payer's own answer to a claim beside the facility's. Without findings there is nothing to look at."""

    claim: str
    payer: str
    scheme: str
    adjudication: Adjudication
    lines: tuple[LineAnswer, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def claimed(self) -> int:
        return sum(line.claimed for line in self.lines)

    @property
    def computed(self) -> int:
        return sum(line.computed for line in self.lines)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        return self.findings + tuple(finding for line in self.lines for finding in line.findings)


def recompute(
    arrangement: Arrangement,
    agreement: Agreement | None,
    coverage: tuple[Coverage, ...],
    history: History,
    claim: Claim,
    *,
    payer: str,
    scheme: str,
    card_revoked: bool | None = None,
) -> Recomputed:
    """Judge the claim's visit again for one payer and scheme, and compare with the claim's stored answer.

    `coverage` is what the payer's own register says of the person; what the claim says of other payers is taken as
    it stands. `history` may hold everything that the payer knows: lines of this claim, of the claim that it
    replaces and of claims minted later are left out. `card_revoked` None leaves what the facility knew of the card.
    """
    known = terms(arrangement, agreement, claim.visit.facility)
    visit = _as_registered(claim.visit, coverage, card_revoked)
    held = _merged(known, coverage, claim, payer)
    ours = adjudicate(arrangement, agreement, held, known_before(history, claim), visit)
    theirs = claim.adjudication
    lines = _compared(ours, theirs, payer, scheme)
    findings: list[Finding] = []
    stated = {theirs.rule_set, claim.basis.rule_set} - {known.rule_set}
    if stated:
        findings.append(note("rule-set-differs", ours=known.rule_set, theirs=min(stated)))
    if any(line.claimed != line.computed for line in lines):
        findings += differing_facts(
            Side(ours, visit, _own(known, held, payer, scheme)),
            Side(theirs, claim.visit, _own(known, claim.coverage, payer, scheme)),
        )
    elif theirs.member_pays > ours.member_pays:
        findings.append(_member_overcharged(ours, theirs))
    return Recomputed(claim.id, payer, scheme, ours, lines, tuple(findings))


def due(line: LineAdjudication, payer: str, scheme: str) -> int:
    """What one payer owes for a line under one scheme."""
    return sum(share.amount for share in line.shares if share.payer == payer and share.scheme == scheme)


def known_before(history: History, claim: Claim) -> History:
    """The history without this claim, the one that it replaces, and those minted later.

    Claims that the facility says it counted are kept; claims of one millisecond follow the hour of care.
    A late claim for an early visit thus never reopens one that was minted before it.
    """
    own = {claim.id, claim.replaces, claim.visit.replaces}
    moment = (claim.id[_INSTANT], claim.visit.day, claim.visit.at, claim.id)

    def counts(line: PastLine) -> bool:
        earlier = (line.claim[_INSTANT], line.day, line.at, line.claim) < moment
        return line.claim not in own and (earlier or line.claim in claim.basis.history)

    return History(tuple(filter(counts, history.lines)), history.as_of)


def _as_registered(visit: Visit, coverage: tuple[Coverage, ...], card_revoked: bool | None) -> Visit:
    """The visit with the person and the card as the payer knows them; what the payer does not know stays."""
    if card_revoked is not None:
        visit = msgspec.structs.replace(visit, card_revoked=card_revoked)
    known = next((row.beneficiary for row in coverage if row.beneficiary.number == visit.beneficiary.number), None)
    if known is None:
        return visit
    person = msgspec.structs.replace(
        visit.beneficiary,
        sex=known.sex or visit.beneficiary.sex,
        birth_date=known.birth_date or visit.beneficiary.birth_date,
        household=known.household or visit.beneficiary.household,
    )
    return msgspec.structs.replace(visit, beneficiary=person)


def _merged(known: Terms, coverage: tuple[Coverage, ...], claim: Claim, payer: str) -> tuple[Coverage, ...]:
    """The payer's own rows in the places of those of the claim, which keeps the order of payment."""
    left = list(coverage)
    merged: list[Coverage] = []
    for row in claim.coverage:
        same = [own for own in left if own.scheme == row.scheme and own.payer == row.payer]
        if same:
            merged += same
            left = [own for own in left if own not in same]
        elif _payer(known, row) != payer:
            merged.append(row)
    return tuple(merged + left)


def _own(known: Terms, coverage: Iterable[Coverage], payer: str, scheme: str) -> Coverage | None:
    return next((row for row in coverage if row.scheme == scheme and _payer(known, row) == payer), None)


def _payer(known: Terms, row: Coverage) -> str:
    return (known.schemes[row.scheme].payer if row.scheme in known.schemes else "") or row.payer


def _compared(ours: Adjudication, theirs: Adjudication, payer: str, scheme: str) -> tuple[LineAnswer, ...]:
    """Line by line in our order, then the lines that only the facility has; a line id that stands twice is summed."""
    said = {_judged(finding) for finding in theirs.all_findings}
    compared: list[LineAnswer] = []
    for line, act in {line.id: line.act for line in (*ours.lines, *theirs.lines)}.items():
        mine = [entry for entry in ours.lines if entry.id == line]
        claimed = sum(due(entry, payer, scheme) for entry in theirs.lines if entry.id == line)
        computed = sum(due(entry, payer, scheme) for entry in mine)
        reasons = [
            finding
            for finding in (*(finding for entry in mine for finding in entry.findings), *ours.findings)
            if finding.weight in ("refuse", "reduce") and _judged(finding) not in said
        ]
        compared.append(LineAnswer(line, act, claimed, computed, _explained(claimed, computed, reasons)))
    return tuple(compared)


def _explained(claimed: int, computed: int, reasons: list[Finding]) -> tuple[Finding, ...]:
    """Why the amounts differ: our own refusals and cuts first; where there are none, the difference is the cut."""
    if claimed == computed:
        return ()
    less = computed < claimed
    differs = note("answer-differs", review=less, facility_amount=claimed, mutual_amount=computed)
    if less and not reasons:
        differs = msgspec.structs.replace(differs, weight="reduce", borne_by=FACILITY, amount=claimed - computed)
    return (*reasons, differs) if less else (differs,)


def _judged(finding: Finding) -> tuple[str, str, tuple[tuple[str, str | int], ...]]:
    return finding.code, finding.weight, tuple(sorted(finding.evidence.items()))


def _member_overcharged(ours: Adjudication, theirs: Adjudication) -> Finding:
    """This payer's part agrees, but the claim lets the member pay more than the rules do."""
    return note(
        "facts-differ", review=True, fact="member_pays", ours=str(ours.member_pays), theirs=str(theirs.member_pays)
    )
