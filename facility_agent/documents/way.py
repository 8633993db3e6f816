"""A claim's way from rule to rule, in words: what was asked of each line, with which facts, and what each payer took.

The amounts are those of the recorded answer. The rows are those that the rules of that day gather for each line, so the
way is told only where these rules are at hand.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement, Limit, Requirement
from facility_agent.arrangements.terms import terms
from facility_agent.documents.clause_words import ClauseWords
from facility_agent.eligibility.entitlements import Entitlement, entitlements
from facility_agent.invoicing.ceilings import Used
from facility_agent.protocols.pathway import asked_of_act
from facility_agent.vocabulary.findings import UNKNOWN, Finding
from facility_agent.vocabulary.past import Past, window
from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.records import CareLine, Claim, Coverage, History, LineAdjudication
from facility_agent.words import Words


class Step(msgspec.Struct, frozen=True):
    """One step of the way: the act of its line (empty for the visit as a whole), what it says, where that stands."""

    act: str
    says: str
    origin: str = ""


def way(
    claim: Claim, arrangement: Arrangement, agreement: Agreement | None, history: History, words: Words
) -> tuple[Step, ...]:
    """All steps of a claim, the visit first, then line by line in the order in which they were judged."""
    return tuple(_Way(claim, arrangement, agreement, history, words).steps())


class _Way:
    def __init__(
        self, claim: Claim, arrangement: Arrangement, agreement: Agreement | None, history: History, words: Words
    ) -> None:
        visit = claim.visit
        bare = Agreement(id="", country=arrangement.country, arrangement=arrangement.start, start=arrangement.start)
        self.claim, self.agreement, self.words = claim, agreement, words
        self.said = ClauseWords(arrangement, agreement or bare, words)
        self.said.every_level = True
        self.told = self.said.told()
        self.known = terms(arrangement, agreement, visit.facility)
        self.under = self.known.under if visit.stay is None else self.known.under_in_stay
        self.past = Past(history, visit)
        self.used = Used(visit, self.past)
        self.payers = entitlements(self.known, claim.coverage, visit)
        self.open = tuple(entry.scheme.code for entry in self.payers if entry.open)

    def steps(self) -> Iterator[Step]:
        """The visit's steps, then those of each line."""
        if self.agreement is not None:
            yield self._step("", "agreement", id=self.agreement.id, start=self.agreement.start)
        for entitlement in self.payers:
            yield self._rights(entitlement)
        yield from self._findings("", self.claim.adjudication.findings)
        given = {line.id: line for line in self.claim.visit.lines}
        for answer in self.claim.adjudication.lines:
            yield from self._line(given[answer.id], answer)

    def _rights(self, entitlement: Entitlement) -> Step:
        """Whether a scheme stands open, and on which facts."""
        key = "open" if entitlement.open else "closed"
        said = {"scheme": self.said.named(entitlement.scheme.code), "payer": entitlement.payer or "—"}
        covered = entitlement.coverage
        if covered is None:
            return self._step("", f"rights.{key}", **said)
        paid = self.words.day(covered.paid_until) or "—"
        return self._step("", f"rights.{key}.covered", since=covered.since, paid=paid, **said)

    def _line(self, line: CareLine, answer: LineAdjudication) -> Iterator[Step]:
        act = self.known.acts.get(line.act)
        row = self.known.first_tariff(line.act, self.open)
        if row is not None:
            known = self.told.get(row)
            price = {"price": self.said.money(line.price), "quantity": line.quantity}
            price |= {"tariff": known[2] if known else self.said.money(int(row.price))}
            admitted = self.said.money(answer.price_admitted)
            yield self._step(line.act, "price", known[3] if known else row.clause, admitted=admitted, **price)
        for demand in self.known.requirements("", line.act):
            yield self._demand(line.act, demand)
        for asked in asked_of_act(self.known, act) if act is not None else ():
            yield self._step(line.act, "protocol", asked.clause, name=asked.rule.name.say(self.words.language))
        yield from self._findings(line.act, answer.findings)
        if answer.eligible:
            yield from self._paid(line, answer)
        member, facility = self.said.money(answer.member_pays), self.said.money(answer.facility_bears)
        yield self._step(line.act, "rest", member=member, facility=facility)

    def _paid(self, line: CareLine, answer: LineAdjudication) -> Iterator[Step]:
        """What each open scheme asked, its part, and what it left to the next one."""
        left, shares = answer.eligible, {(share.payer, share.scheme): share.amount for share in answer.shares}
        for entitlement in self.payers:
            scheme, covered = entitlement.scheme.code, entitlement.coverage
            under = self.under(scheme, line.act)
            if not entitlement.open or not left:
                continue
            if not under.covers:
                yield self._step(line.act, "not-covered", scheme=self.said.named(scheme))
                continue
            for wait in under.waitings if covered is not None else ():
                if covered is not None and wait.months != UNKNOWN:
                    opens = add_months(covered.since, int(wait.months))
                    yield self._row(line.act, wait, "waiting", opens=opens)
            for demand in under.requirements:
                yield self._demand(line.act, demand)
            for deductible in under.deductibles:
                rest = self.said.money(self.used.left_of_deductible(deductible, covered))
                yield self._row(line.act, deductible, "deductible", left=rest)
            for limit in dict.fromkeys((*under.counts, *under.ceilings)):
                yield self._limit(line.act, limit, covered, scheme)
            if under.rate is not None:
                about, _, part, origin = self.told[under.rate]
                yield self._step(line.act, "rate", origin, scheme=about, part=part, base=self.said.money(left))
            share = shares.get((entitlement.payer, scheme), 0)
            yield self._step(line.act, "share", payer=entitlement.payer, amount=self.said.money(share))
            left -= share

    def _limit(self, act: str, limit: Limit, covered: Coverage | None, scheme: str) -> Step:
        """A ceiling or count with what its period held before this visit."""
        if limit.per in ("line", "visit") and limit.months is None:
            return self._row(act, limit, "row")
        visit = self.claim.visit
        period = window(limit.per, visit.day, covered.since if covered else None, limit.months, visit.stay)
        asked = (scheme, limit.scope, period, limit.acts, limit.families, limit.code)
        if limit.amount is not None:
            return self._row(act, limit, "used", used=self.said.money(self.past.paid(*asked)))
        if limit.count is not None:
            return self._row(act, limit, "used", used=self.past.given(*asked))
        return self._row(act, limit, "row")

    def _demand(self, act: str, row: Requirement) -> Step:
        return self._row(act, row, "row")

    def _row(self, act: str, row: object, key: str, **facts: object) -> Step:
        """A row of the contract in its own words, and the fact that it was held against."""
        rule, about, value, origin = self.told[row]
        return self._step(act, key, origin, rule=rule, about=about, value=value, **facts)

    def _findings(self, act: str, findings: tuple[Finding, ...]) -> Iterator[Step]:
        for finding in findings:
            says = self.words.finding(finding, currency=self.known.arrangement.currency)
            clause = self.words("explain.clause", clause=finding.clause) if finding.clause else ""
            yield Step(act, f"{self.words('weight.' + finding.weight)} : {says}", clause)

    def _step(self, act: str, key: str, origin: str = "", /, **fields: object) -> Step:
        return Step(act, self.words(f"way.{key}", **fields), origin)
