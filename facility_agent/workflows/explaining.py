"""Why a claim was judged as it was, rule by rule, years later: the stored answer, and the same question asked again.

The stored adjudication is the record. It is recomputed when the rules and the agreement that judged it are at hand;
otherwise the explanation says so and keeps to the record.
"""

from __future__ import annotations

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.terms import rule_set
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Adjudication, Claim, History
from facility_agent.workflows.site import Site


class Explanation(msgspec.Struct, frozen=True):
    """A claim with its stored answer, and whether asking again gives the same one.

    `again` is None when the rule set that judged it is not at hand; `same` compares the bytes of the two answers.
    """

    claim: Claim
    agreement: Agreement | None
    rule_set_at_hand: bool
    again: Adjudication | None

    @property
    def same(self) -> bool | None:
        return None if self.again is None else self.again == self.claim.adjudication


async def explain(site: Site, name: str) -> Explanation:
    """The explanation of a claim by its number or id; InputError `claim-unknown`."""
    claim = await site.store.claim(name) or await site.store.claim_by_number(name)
    if claim is None:
        raise InputError("claim-unknown", claim=name)
    agreement = next((row for row in await site.store.agreements() if row.id == claim.basis.agreement), None)
    arrangement = site.library.on(site.config.country, claim.visit.day)
    at_hand = arrangement is not None and rule_set(arrangement, agreement) == claim.basis.rule_set
    if arrangement is None or not at_hand:
        return Explanation(claim, agreement, False, None)
    person = claim.visit.beneficiary
    homes = (person.household,) if person.household else ()
    lines = await site.store.history((person.number,), homes) if person.number else ()
    used = set(claim.basis.history)
    known = History(tuple(line for line in lines if line.claim in used), counted=claim.basis.counted)
    return Explanation(claim, agreement, True, adjudicate(arrangement, agreement, claim.coverage, known, claim.visit))
