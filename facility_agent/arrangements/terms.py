"""An arrangement and the agreement that adopts it, looked up by act, level, scheme and ownership.

Compiled once per pair and kept. The arrangement's rows come first, the most specific of them counting; the annex's
rows count only where the arrangement has none with a known value: an annex closes what is open, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import msgspec

from facility_agent.arrangements.agreement import Agreement, Party
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
from facility_agent.vocabulary.money import Rounding, parse_rate, rounded

#: Bumped only when the digest of the golden corpus changes; a test guards it.
RULES_VERSION = 1


class _Scoped(Protocol):
    @property
    def families(self) -> tuple[str, ...]: ...
    @property
    def acts(self) -> tuple[str, ...]: ...


S = TypeVar("S", bound=_Scoped)


class UnderScheme(msgspec.Struct, frozen=True):
    """Every row of one scheme that concerns one act here; rows for all schemes stand behind the scheme's own."""

    waitings: tuple[Waiting, ...]
    counts: tuple[Limit, ...]
    requirements: tuple[Requirement, ...]
    deductibles: tuple[Deductible, ...]
    ceilings: tuple[Limit, ...]
    rate: RateRow | None
    ratio: tuple[int, int] | None
    #: Whether it asks anything of the care before it pays.
    asks: bool


class AskedOf(msgspec.Struct, frozen=True):
    """What is asked of one act here, whoever pays: rules of the package, facts and papers, protocols."""

    rules: tuple[Callable[..., Finding | None], ...]
    requirements: tuple[Requirement, ...]
    protocols: tuple[Any, ...]


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
            _by(lambda row: row.act, rows) for rows in (arrangement.tariffs, annex.tariffs if annex else ())
        ]
        self._rates = [_by(lambda row: row.scheme, rows) for rows in (arrangement.rates, annex.rates if annex else ())]
        self._waitings = _by(lambda row: row.scheme, _settled(arrangement.waitings, annex.waitings if annex else ()))
        self._deductibles = _by(
            lambda row: row.scheme, _settled(arrangement.deductibles, annex.deductibles if annex else ())
        )
        self._limits: tuple[Limit, ...] = _settled(arrangement.limits, annex.limits if annex else ())
        self._requirements: tuple[Requirement, ...] = arrangement.requirements + (annex.requirements if annex else ())
        self.rounding: Rounding = _closed(self.clause("rounding"), "down")
        self.rounding_step: int = _closed(self.clause("rounding_step"), 1)
        self._limits_of: dict[tuple[str, str], tuple[Limit, ...]] = {}
        self._requirements_of: dict[tuple[str, str], tuple[Requirement, ...]] = {}
        self._prices: dict[tuple[str, str], Tariff | None] = {}
        self._parts: dict[tuple[str, str], RateRow | None] = {}
        self._under: dict[tuple[str, str], UnderScheme] = {}
        #: The rulebook chooses what is asked of each act; its choice lives as long as these terms.
        self.asked: dict[str, AskedOf] = {}
        self.rules: tuple[Any, ...] | None = None
        self.asked_of_condition: dict[str, tuple[Any, ...]] = {}
        self.conditions_of: dict[str, frozenset[str]] = {}
        follow_up: dict[str, int | Unknown] = self.clause("follow_up_days")
        self.follow_up_days = follow_up.get(self.ownership, follow_up.get("*"))
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
                    and row.price != UNKNOWN
                ]
                for rows in self._tariffs
            )
            chosen = next((rows for rows in choices if rows), [])
            self._prices[key] = _first(chosen, _narrowness) or self._by_letter(act, scheme)
        return self._prices[key]

    def _by_letter(self, act: str, scheme: str) -> Tariff | None:
        """The price of an act by its key letter and coefficient (B29: the value of B times 29), or None."""
        known = self.acts.get(act)
        if known is None or not known.letter or known.coefficient is None:
            return None
        own = scheme in self.schemes and self.schemes[scheme].tariff == "own"
        rows = [
            row
            for row in self.arrangement.letters
            if row.code == known.letter
            and row.level in ("", self.level)
            and row.ownership in ("", self.ownership)
            and (row.scheme == scheme or (row.scheme == "" and not own))
            and row.value != UNKNOWN
        ]
        row = _first(rows, _narrowness)
        if row is None:
            return None
        price = Fraction(str(known.coefficient)) * int(row.value)
        whole = rounded(price.numerator, price.denominator, self.rounding, self.rounding_step)
        return Tariff(act=act, price=whole, clause=row.clause or f"letter:{row.code}")

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
                    and UNKNOWN not in (row.rate, row.copay)
                ]
                for rows in self._rates
            )
            chosen = next((rows for rows in choices if rows), [])
            self._parts[key] = _first(
                chosen,
                lambda row: 16 * bool(row.act) + 8 * bool(row.family) + _narrowness(row),
            )
        return self._parts[key]

    def under(self, scheme: str, act: str) -> UnderScheme:
        """Everything that a scheme says of an act, gathered once: a line asks once instead of row by row."""
        found = self._under.get((scheme, act))
        if found is None:
            found = self._under[scheme, act] = self._gathered(scheme, act)
        return found

    def _gathered(self, scheme: str, act: str) -> UnderScheme:
        rate, limits = self.rate(scheme, act), (*self.limits(scheme, act), *self.limits("", act))
        waitings, requirements = tuple(self.waitings(scheme, act)), self.requirements(scheme, act)
        counts = tuple(row for row in limits if row.count is not None or row.interval is not None)
        return UnderScheme(
            waitings=waitings,
            counts=counts,
            requirements=requirements,
            deductibles=tuple(self.deductibles(scheme)),
            ceilings=tuple(row for row in limits if row.amount is not None),
            rate=rate,
            ratio=part(rate) if rate is not None else None,
            asks=bool(waitings or counts or requirements),
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
                row for row in self._limits if row.scheme == scheme and self.concerns(row, act)
            )
        return self._limits_of[key]

    def requirements(self, scheme: str, act: str) -> tuple[Requirement, ...]:
        """Facts and papers demanded for this act by the scheme (or by all, `scheme` empty)."""
        key = (scheme, act)
        if key not in self._requirements_of:
            self._requirements_of[key] = tuple(
                row
                for row in self._requirements
                if row.scheme == scheme and self.concerns(row, act) and (not row.levels or self.level in row.levels)
            )
        return self._requirements_of[key]

    def concerns(self, row: _Scoped, act: str) -> bool:
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


def part(row: RateRow) -> tuple[int, int] | None:
    """The row's rate as a ratio, or None for a flat co-payment."""
    return parse_rate(row.rate) if row.rate is not None else None


def _by(key: Any, *groups: Iterable[Any]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {}
    for group in groups:
        for row in group:
            found.setdefault(key(row), []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}


def _first(rows: Sequence[Any], weight: Any) -> Any:
    return max(rows, key=weight, default=None)


def _settled(national: tuple[Any, ...], local: tuple[Any, ...]) -> tuple[Any, ...]:
    """National rows, but those with an unknown value give way to the annex's row of the same code."""
    closed = {row.code for row in local}
    kept = tuple(row for row in national if row.code not in closed or UNKNOWN not in msgspec.structs.astuple(row))
    return kept + tuple(row for row in local if row.code not in {other.code for other in kept})


def _narrowness(row: Any) -> int:
    """How narrowly a row says where it counts: scheme before level before ownership and dispenser."""
    scheme = bool(row.scheme) if not isinstance(row, RateRow) else False
    return 8 * scheme + 4 * bool(row.level) + 2 * bool(row.ownership) + bool(getattr(row, "dispenser", ""))


def _closed(value: Any, otherwise: Any) -> Any:
    return otherwise if value == UNKNOWN else value
