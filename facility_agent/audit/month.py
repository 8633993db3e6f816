"""What the payer holds when it audits a month, indexed once so that every edit can ask it quickly.

A replaced claim stops counting from the moment its successor is minted: it is compared with nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Act, Arrangement
from facility_agent.arrangements.terms import Terms, terms
from facility_agent.audit.recompute import due
from facility_agent.audit.treatment import Treatment, of_claim, of_past
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.records import Claim, PastLine, Record
from facility_agent.vocabulary.settlement import Batch


class Bars(Record, frozen=True):
    """Where the edits draw their lines. They choose what a person looks at; none of them sets an amount.

    `deliveries` names the acts or families that end a pregnancy; while it is empty nobody can count births.
    """

    near_days: int = 1
    hour_minutes: int = 60
    follow_ups: int = 4
    follow_up_days: int = 30
    birth_days: int = 3
    birth_months: int = 8
    deliveries: frozenset[str] = frozenset()
    outlier_lines: int = 20
    outlier_score: int = 8
    same_visit_hours: int = 4
    copies: int = 5
    copied_signs: int = 40
    card_run: int = 6
    household_births: int = 6
    phone_households: int = 5
    burst_persons: int = 5
    burst_days: int = 7
    late_days: int = 3
    round_amount: int = 1_000
    gap_days: int = 3


class Shown(Record, frozen=True):
    """All that another mutual shows of a claim, where both agreed to share: where, when, under which entry of the
    facility's register, whether the person was sent on, and the digest of the person (see `shared.person`)."""

    payer: str
    claim: str
    number: str
    facility: str
    day: date
    at: str = ""
    register_number: str = ""
    person: str = ""
    referred: bool = False

    @property
    def place(self) -> str:
        """The order in which several are named."""
        return f"{self.payer}|{self.number}"


class Flag(Record, frozen=True):
    """What an edit saw. `claims[0]` is the claim that it is about, the others explain it; a flag about the whole
    month names none. `lines` are lines of `claims[0]`, none for the whole claim; one that cuts names one line.
    `money_at_risk` is the payer's part.
    """

    claims: tuple[str, ...]
    lines: tuple[str, ...]
    finding: Finding
    money_at_risk: int = 0

    @property
    def code(self) -> str:
        return self.finding.code

    @property
    def about(self) -> str:
        return self.claims[0] if self.claims else ""


class Month:
    """The claims under audit of one payer and scheme, and what the payer knows beside them.

    `others` are claims held already (of other facilities, or decided), `past` lines of earlier months, `batched`
    the batch number of every claim that stands in another batch, `theirs` what other mutuals show of their claims.
    """

    def __init__(
        self,
        claims: Iterable[Claim],
        arrangement: Arrangement,
        agreement: Agreement | None,
        *,
        payer: str,
        scheme: str,
        others: Iterable[Claim] = (),
        past: Iterable[PastLine] = (),
        batch: Batch | None = None,
        batched: Mapping[str, str] | None = None,
        bars: Bars | None = None,
        theirs: Iterable[Shown] = (),
    ) -> None:
        self.payer, self.scheme = payer, scheme
        self.batch = batch
        self.batched = dict(batched or {})
        self.bars = bars or Bars()
        self.theirs = tuple(theirs)
        self._arrangement, self._agreement = arrangement, agreement
        ordered = sorted(claims, key=lambda claim: (claim.minted_on, claim.id))
        self.claims = {claim.id: claim for claim in ordered}
        held = {claim.id: claim for claim in others if claim.id not in self.claims}
        self.successors = {
            replaced: claim.id
            for claim in (*held.values(), *self.claims.values())
            for replaced in (claim.replaces, claim.visit.replaces)
            if replaced
        }
        lines = tuple(line for line in past if line.claim not in self.claims and line.claim not in held)
        self.past: Sequence[PastLine] = tuple(line for line in lines if line.claim not in self.successors)
        self.live = tuple(claim for claim in self.claims.values() if claim.id not in self.successors)
        self.held = tuple(claim for claim in held.values() if claim.id not in self.successors)
        self.audited: tuple[Treatment, ...] = tuple(of_claim(claim) for claim in self.live)
        self.known: tuple[Treatment, ...] = (*of_past(self.past), *map(of_claim, self.held))

    def terms(self, facility: str) -> Terms:
        """What holds at this facility."""
        return terms(self._arrangement, self._agreement, facility)

    @property
    def acts(self) -> Mapping[str, Act]:
        """The acts of the arrangement and of the annex."""
        return self.terms("").acts

    def money(self, claim: Claim, lines: Iterable[str] | None = None) -> int:
        """What the claim asks of this payer, for all its lines or for some."""
        wanted = None if lines is None else set(lines)
        asked = (line for line in claim.adjudication.lines if wanted is None or line.id in wanted)
        return sum(due(line, self.payer, self.scheme) for line in asked)

    def flag(self, claim: Claim, finding: Finding, others: Iterable[str] = (), lines: Iterable[str] = ()) -> Flag:
        """A flag about a claim, or some of its lines, with what it asks of this payer."""
        named = tuple(lines)
        return Flag((claim.id, *others), named, finding, self.money(claim, named or None))
