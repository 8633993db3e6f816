"""An arrangement and the agreement that adopts it, looked up by act, level, scheme and ownership.

Compiled once per pair and kept. The arrangement's rows come first, the most specific of them counting; the annex's
rows count only where the arrangement has none with a known value: an annex closes what is open, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar

from facility_agent.arrangements.agreement import Agreement, Party
from facility_agent.arrangements.bearing import bear_lines, bearers, reborne
from facility_agent.arrangements.choosing import Scoped, by, closed, first_known, here, longest, narrowness, settled
from facility_agent.arrangements.duties import GuaranteeRule
from facility_agent.arrangements.flat_rates import flat_rates, within_flat
from facility_agent.arrangements.gathered import AskedOf, UnderScheme
from facility_agent.arrangements.letters import by_letter
from facility_agent.arrangements.model import (
    Act,
    Arrangement,
    Deductible,
    Level,
    Limit,
    Provenance,
    RateRow,
    Requirement,
    Scheme,
    Tariff,
    Waiting,
)
from facility_agent.vocabulary.findings import UNKNOWN, Finding, Unknown
from facility_agent.vocabulary.money import Rounding, parse_rate

#: Bumped only when the digest of the golden corpus changes; a test guards it.
RULES_VERSION = 1


S = TypeVar("S", bound=Scoped)


class Terms:
    """What holds between one facility and its payers: the compiled form that the rules read."""

    def __init__(self, arrangement: Arrangement, agreement: Agreement | None, facility: str) -> None:
        annex = agreement.annex if agreement else None
        self.arrangement = arrangement
        self.agreement = agreement
        self.party: Party | None = agreement.party(facility) if agreement else None
        self.level = self.party.level if self.party else ""
        self.ownership = self.party.ownership if self.party else ""
        self.region = self.party.region if self.party else ""
        self.dispenser = self.party.type if self.party else ""
        self.levels: dict[str, Level] = {level.code: level for level in arrangement.levels}
        self.rank = self.levels[self.level].rank if self.level in self.levels else None
        self.schemes: dict[str, Scheme] = {
            scheme.code: scheme for scheme in sorted(arrangement.schemes, key=lambda row: (row.order, row.code))
        }
        self.acts: dict[str, Act] = {act.code: act for act in (annex.acts if annex else ())}
        self.acts.update({act.code: act for act in arrangement.acts})
        self._tariffs = [
            by(lambda row: row.act, rows) for rows in (arrangement.tariffs, annex.tariffs if annex else ())
        ]
        self._letters = [
            row
            for row in arrangement.letters
            if row.level in ("", self.level) and row.ownership in ("", self.ownership) and row.value != UNKNOWN
        ]
        self._rates = [by(lambda row: row.scheme, rows) for rows in (arrangement.rates, annex.rates if annex else ())]
        self._waitings = by(lambda row: row.scheme, settled(arrangement.waitings, annex.waitings if annex else ()))
        #: Months of each scheme's longest waiting period; None where one of them is open.
        self.longest_wait = {scheme: longest(rows) for scheme, rows in self._waitings.items()}
        self._deductibles = by(
            lambda row: row.scheme, settled(arrangement.deductibles, annex.deductibles if annex else ())
        )
        self.all_limits: tuple[Limit, ...] = settled(arrangement.limits, annex.limits if annex else ())
        self.all_requirements: tuple[Requirement, ...] = arrangement.requirements
        self.all_requirements += annex.requirements if annex else ()
        self.rounding: Rounding = closed(self.clause("rounding"), "down")
        self.rounding_step: int = closed(self.clause("rounding_step"), 1)
        self._limits_of: dict[tuple[str, str], tuple[Limit, ...]] = {}
        self._ceilings: dict[tuple[str, tuple[Limit, ...]], int] = {}
        self._requirements_of: dict[tuple[str, str], tuple[Requirement, ...]] = {}
        self._prices: dict[tuple[str, str], Tariff | None] = {}
        self._first_prices: dict[tuple[str, tuple[str, ...]], Tariff] = {}
        self._parts: dict[tuple[str, str], RateRow | None] = {}
        self._under: dict[tuple[str, str], UnderScheme] = {}
        self._under_in_stay: dict[tuple[str, str], UnderScheme] = {}
        #: The rulebook chooses what is asked of each act; its choice lives as long as these terms.
        self.asked: dict[str, AskedOf] = {}
        self.rules: tuple[Any, ...] | None = None
        self.asked_of_condition: dict[str, tuple[Any, ...]] = {}
        self.conditions_of: dict[str, frozenset[str]] = {}
        follow_up: dict[str, int | Unknown] = self.clause("follow_up_days")
        self.follow_up_days = follow_up.get(self.ownership, follow_up.get("*"))
        chronic: dict[str, int | Unknown] = self.clause("follow_up_chronic_days")
        self.follow_up_chronic_days = chronic.get(self.ownership, chronic.get("*"))
        #: Who bears what a finding cuts or refuses, where the arrangement says otherwise than the rule.
        self.bearers = bearers(arrangement.duties.reasons)
        #: Whether any of these is found of a line or a visit, and not of a scheme's rights only.
        self.bears_lines = bear_lines(self.bearers)
        self.holidays = frozenset(row.day for row in arrangement.duties.holidays)
        paths = [row for row in arrangement.referrals if not row.levels or self.level in row.levels]
        self.direct = tuple(row for row in paths if row.kind == "direct")
        self.paths = tuple(row for row in paths if row.kind == "path")
        #: Schemes that are for some care only, each with the acts that it pays for.
        self.limited = {
            code: frozenset(act for act in self.acts if self.concerns(scheme, act))
            for code, scheme in self.schemes.items()
            if scheme.families or scheme.acts
        }
        #: Schemes that run at this facility.
        self.here = frozenset(here(self.schemes.values(), self.ownership, self.region))
        #: The schemes in order of payment, each with the acts that are all it pays for, or with nothing.
        self.ordered = tuple((scheme, self.limited.get(code)) for code, scheme in self.schemes.items())
        #: Acts that somewhere have one price for the episode.
        self.flat = frozenset(row.act for row in flat_rates(self._tariffs))
        self.within_flat = within_flat(self._tariffs, self.acts.values())
        self.rule_set = rule_set(arrangement, agreement)

    def clause(self, name: str) -> Any:
        """A single clause: the arrangement's value, or where that is unknown the annex's."""
        value = getattr(self.arrangement.clauses, name)
        if value in (UNKNOWN, {}) and self.agreement is not None:
            return getattr(self.agreement.annex.clauses, name)
        return value

    def provenance(self, name: str) -> Provenance | None:
        """Where a single clause comes from, if the arrangement says."""
        return self.arrangement.provenance.get(name)

    def tariff(self, act: str, scheme: str) -> Tariff | None:
        """The price row in force for this facility, or None. A scheme with `own` prices has no other."""
        key = (act, scheme)
        if key not in self._prices:
            own = scheme in self.schemes and self.schemes[scheme].tariff == "own"
            choices = (
                [
                    row
                    for row in rows.get(act, ())
                    if row.level in ("", self.level)
                    and row.ownership in ("", self.ownership)
                    and row.dispenser in ("", self.dispenser)
                    and (row.scheme == scheme or (row.scheme == "" and not own))
                ]
                for rows in self._tariffs
            )
            row = first_known(choices, narrowness, lambda row: row.price == UNKNOWN)
            if row is None and act in self.acts:
                letters = [row for row in self._letters if row.scheme == scheme or (row.scheme == "" and not own)]
                row = by_letter(self.acts[act], letters, self.rounding, self.rounding_step)
            self._prices[key] = row if self.covers(scheme, act) else None
        return self._prices[key]

    def first_tariff(self, act: str, schemes: tuple[str, ...]) -> Tariff | None:
        """The price row of the first of these schemes that has one."""
        row = self._first_prices.get((act, schemes))
        if row is None:
            rows = (self.tariff(act, scheme) for scheme in schemes)
            row = next((row for row in rows if row is not None), None)
            if row is not None:
                self._first_prices[act, schemes] = row
        return row

    def rate(self, scheme: str, act: str) -> RateRow | None:
        """The payer's part for this act under this scheme, or None while no row gives one."""
        key = (scheme, act)
        if key not in self._parts:
            family = self.acts[act].family if act in self.acts else ""
            choices = (
                [
                    row
                    for row in rows.get(scheme, ())
                    if row.act in ("", act)
                    and row.family in ("", family)
                    and row.level in ("", self.level)
                    and row.ownership in ("", self.ownership)
                    and row.dispenser in ("", self.dispenser)
                ]
                for rows in self._rates
            )
            self._parts[key] = first_known(
                choices,
                lambda row: 16 * bool(row.act) + 8 * bool(row.family) + narrowness(row),
                lambda row: UNKNOWN in (row.rate, row.copay),
            )
        return self._parts[key]

    def under(self, scheme: str, act: str) -> UnderScheme:
        """Everything that a scheme says of an act, gathered once: a line asks once instead of row by row."""
        found = self._under.get((scheme, act))
        if found is None:
            found = self._under[scheme, act] = self._gathered(scheme, act)
        return found

    def under_in_stay(self, scheme: str, act: str) -> UnderScheme:
        """The same for a stay, with the ceilings that count over one."""
        if (scheme, act) not in self._under_in_stay:
            self._under_in_stay[scheme, act] = self._gathered(scheme, act, stay=True)
        return self._under_in_stay[scheme, act]

    def _gathered(self, scheme: str, act: str, *, stay: bool = False) -> UnderScheme:
        rate, limits = self.rate(scheme, act), (*self.limits(scheme, act), *self.limits("", act))
        waitings, guarantees = tuple(self.waitings(scheme, act)), self.guarantees(scheme, act)
        counts = tuple(row for row in limits if row.count is not None or row.interval is not None)
        requirements, covers = self.requirements(scheme, act), self.covers(scheme, act)
        ceilings = tuple(row for row in limits if row.amount is not None and (stay or row.per != "stay"))
        number = self._ceilings.setdefault((scheme, ceilings), len(self._ceilings))
        return UnderScheme(
            scheme=scheme,
            waitings=waitings,
            counts=counts,
            requirements=requirements,
            guarantees=guarantees,
            deductibles=tuple(row for row in self.deductibles(scheme) if self.concerns(row, act)),
            ceilings=ceilings,
            rate=rate,
            ratio=parse_rate(rate.rate) if rate is not None and rate.rate is not None else None,
            asks=bool(counts or requirements or guarantees),
            covers=covers,
            shared=None if any(row.per == "line" for row in ceilings) else number,
        )

    def waitings(self, scheme: str, act: str) -> Sequence[Waiting]:
        """The waiting periods of the scheme that concern this act."""
        return [row for row in self._waitings.get(scheme, ()) if self.concerns(row, act)]

    def deductibles(self, scheme: str) -> Sequence[Deductible]:
        """The deductibles of the scheme."""
        return self._deductibles.get(scheme, ())

    def limits(self, scheme: str, act: str) -> tuple[Limit, ...]:
        """Ceilings, counts and intervals of the scheme (or of all schemes, `scheme` empty) for this act."""
        key = (scheme, act)
        if key not in self._limits_of:
            self._limits_of[key] = tuple(
                row for row in self.all_limits if row.scheme == scheme and self.concerns(row, act)
            )
        return self._limits_of[key]

    def requirements(self, scheme: str, act: str) -> tuple[Requirement, ...]:
        """Facts and papers demanded for this act by the scheme (or by all, `scheme` empty)."""
        key = (scheme, act)
        if key not in self._requirements_of:
            self._requirements_of[key] = tuple(
                row
                for row in self.all_requirements
                if row.scheme == scheme and self.concerns(row, act) and (not row.levels or self.level in row.levels)
            )
        return self._requirements_of[key]

    def guarantees(self, scheme: str, act: str) -> tuple[GuaranteeRule, ...]:
        """What the scheme (or all schemes, `scheme` empty) says of guarantees for this act at this level.

        A row that names no care speaks of the acts under prior approval, or of all care when it is about letters. Of
        the rows of one kind the one that names the care most narrowly counts.
        """
        approval = act in self.acts and self.acts[act].status == "approval"
        rows = [
            row
            for row in self.arrangement.duties.guarantees
            if row.scheme == scheme
            and (not row.levels or self.level in row.levels)
            and self.concerns(row, act)
            and (row.families or row.acts or row.kind == "letter" or (approval and row.kind == "approval"))
        ]
        kinds = dict.fromkeys(row.kind for row in rows)
        return tuple(
            max((row for row in rows if row.kind == kind), key=lambda row: (act in row.acts, bool(row.families)))
            for kind in kinds
        )

    def covers(self, scheme: str, act: str) -> bool:
        """Whether the scheme pays for this act at all."""
        return scheme not in self.limited or act in self.limited[scheme]

    def borne(self, findings: list[Finding]) -> list[Finding]:
        """The findings, each cut or refusal with the bearer that the arrangement's reasons name."""
        return reborne(findings, self.bearers)

    def concerns(self, row: Scoped, act: str) -> bool:
        """Whether a row is about this act: it names the act or its family, or nothing at all."""
        if not row.acts and not row.families:
            return True
        return act in row.acts or (act in self.acts and self.acts[act].family in row.families)


@lru_cache(maxsize=64)
def terms(arrangement: Arrangement, agreement: Agreement | None, facility: str) -> Terms:
    """The compiled terms, kept for the next visit."""
    return Terms(arrangement, agreement, facility)


def rule_set(arrangement: Arrangement, agreement: Agreement | None) -> str:
    """`RULES_VERSION` and the SHA-256 over the arrangement (protocols included) and the agreement."""
    seed = f"{arrangement.digest}:{agreement.digest if agreement else ''}"
    return f"{RULES_VERSION}-{sha256(seed.encode()).hexdigest()}"
