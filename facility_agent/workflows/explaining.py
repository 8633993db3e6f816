"""Why a claim was judged as it was, rule by rule, years later: the stored answer, and the same question asked again.

The stored adjudication is the record. It is recomputed when the rules and the agreement that judged it are at hand;
otherwise the explanation says so and keeps to the record.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.terms import rule_set
from facility_agent.eligibility.newborn import under_one_number
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Adjudication, Claim, History, PastLine
from facility_agent.workflows import newborns
from facility_agent.workflows.comparing import Case
from facility_agent.workflows.site import Site


class Explanation(msgspec.Struct, frozen=True):
    """A claim with its stored answer, and whether asking again gives the same one.

    `again` is None when the rule set that judged it is not at hand; `same` compares the bytes of the two answers.
    `arrangement` and `history` are then what it was judged on.
    """

    claim: Claim
    agreement: Agreement | None
    rule_set_at_hand: bool
    again: Adjudication | None
    arrangement: Arrangement | None = None
    history: History = History()

    @property
    def same(self) -> bool | None:
        return None if self.again is None else self.again == self.claim.adjudication


async def explain(site: Site, name: str) -> Explanation:
    """The explanation of a claim by its number or id; InputError `claim-unknown`, `count-not-explained`."""
    claim = await site.store.claim(name) or await site.store.claim_by_number(name)
    if claim is None:
        raise InputError("claim-unknown", claim=name)
    if claim.counted:
        raise InputError("count-not-explained", claim=claim.number)
    agreement = next((row for row in await site.store.agreements() if row.id == claim.basis.agreement), None)
    arrangement = site.library.on(site.config.country, claim.visit.day)
    at_hand = arrangement is not None and rule_set(arrangement, agreement) == claim.basis.rule_set
    if arrangement is None or not at_hand:
        return Explanation(claim, agreement, False, None)
    known = (await histories(site, (claim,)))[claim.id]
    again = adjudicate(arrangement, agreement, claim.coverage, known, claim.visit)
    return Explanation(claim, agreement, True, again, arrangement, known)


async def histories(site: Site, claims: Sequence[Claim]) -> dict[str, History]:
    """By claim, the earlier lines and counters that it was judged on, replaced since or not, in order of care."""
    lines: dict[str, list[PastLine]] = {}
    for line in await site.store.lines_of(sorted({id for claim in claims for id in claim.basis.history})):
        lines.setdefault(line.claim, []).append(line)
    found: dict[str, History] = {}
    for claim in claims:
        person = claim.visit.beneficiary
        others = await newborns.other_numbers(site, person, claim.coverage)
        used = [line for id in claim.basis.history for line in lines.get(id, ())]
        used.sort(key=lambda line: (line.day, line.at, line.claim))
        found[claim.id] = History(under_one_number(tuple(used), person.number, others), counted=claim.basis.counted)
    return found


async def recorded(site: Site) -> tuple[Case, ...]:
    """The claims held here that still count, each with what it was judged on; InputError `claims-none`."""
    claims = await site.store.counting_claims()
    if not claims:
        raise InputError("claims-none", folder=str(site.folder))
    agreements = {agreement.id: agreement for agreement in await site.store.agreements()}
    known = await histories(site, claims)
    return tuple(
        Case(site.config.country, claim.visit, agreements.get(claim.basis.agreement), claim.coverage, known[claim.id])
        for claim in claims
    )
