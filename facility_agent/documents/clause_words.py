"""The clauses of an arrangement and of an agreement's annex in words, row by row, with where each comes from.

A clause that neither of them closes is printed as an open clause; it is never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement, Clauses
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.words import Words


class ClauseWords:
    """Says the rows of one agreement, with the names that its arrangement gives to codes."""

    def __init__(self, arrangement: Arrangement, agreement: Agreement, words: Words) -> None:
        self.arrangement, self.agreement, self.words = arrangement, agreement, words
        language = words.language
        named = (arrangement.acts, arrangement.families, arrangement.levels, arrangement.schemes, agreement.annex.acts)
        self._names: dict[str, str] = {row.code: row.name.say(language) for rows in named for row in rows}
        self._levels = {party.level for party in agreement.parties if party.level}
        self.every_level = False

    def clauses(self) -> list[tuple[str, str, str]]:
        """Every single clause: what it is about, what is agreed, and its origin."""
        found = []
        for name in Clauses.__struct_fields__:
            national, local = getattr(self.arrangement.clauses, name), getattr(self.agreement.annex.clauses, name)
            value, origin = national, "arrangement"
            if national in (UNKNOWN, {}):
                value, origin = local, "annex"
            provenance = self.arrangement.provenance.get(name)
            article = provenance.clause if provenance is not None and origin == "arrangement" else ""
            found.append((self.words(f"doc.clause.{name}"), *self._agreed(name, value, origin, article)))
        return found

    def schemes(self) -> list[tuple[str, str, str, str]]:
        """The schemes in order of payment: rank, name, kind, who pays."""
        rows = sorted(self.arrangement.schemes, key=lambda row: (row.order, row.code))
        return [
            (
                str(position),
                self.named(row.code),
                self.words(f"doc.scheme-kind.{row.kind}"),
                row.payer or self.words("doc.scheme.own-payer"),
            )
            for position, row in enumerate(rows, start=1)
        ]

    def rates(self) -> list[tuple[str, str, str, str]]:
        """Who pays which part: scheme, what for, the part, origin."""
        found = []
        for origin, row in self._both("rates"):
            if UNKNOWN in (row.rate, row.copay):
                part = self.open
            elif row.rate is not None:
                part = str(row.rate) if "/" in str(row.rate) else self.words("doc.percent", rate=row.rate)
            else:
                part = self.words("doc.all-but", amount=self.money(row.copay or 0))
                if row.per != "line":
                    days = self.open if row.episode_days == UNKNOWN else row.episode_days
                    part += f" · {self.words(f'doc.copay.{row.per}', days=days)}"
            where = self._where(row.level, row.ownership, "", row.dispenser)
            about = " · ".join(text for text in (self.named(row.act) or self.named(row.family), where) if text)
            found.append((self.named(row.scheme), about or self.words("doc.all-care"), part, self._origin(origin, row)))
        return found

    def tariffs(self) -> list[tuple[str, str, str, str]]:
        """The prices that concern the facilities of the agreement: act, where, price, origin."""
        found = []
        for origin, row in self._both("tariffs"):
            if row.level and row.level not in self._levels and not self.every_level:
                continue
            if row.price == UNKNOWN:
                price = self.open
            elif row.basis in ("tariff", "flat"):
                price = self._price(row)
            else:
                price = self.words(f"doc.basis.{row.basis}")
            where = self._where(row.level, row.ownership, row.scheme, row.dispenser)
            found.append((self.named(row.act), where, price, self._origin(origin, row)))
        return found

    def conditions(self) -> list[tuple[str, str, str, str]]:
        """Waiting periods, ceilings, deductibles and papers: what, for whom and what, how much, origin."""
        found = []
        for origin, row in self._both("waitings"):
            value = self.open if row.months == UNKNOWN else self.words.units(row.months, "month")
            found.append((self.words("doc.waiting"), self._about(row), value, self._origin(origin, row)))
        for origin, row in self._both("limits"):
            found.append((self.words("doc.limit"), self._about(row), self._limit(row), self._origin(origin, row)))
        for origin, row in self._both("deductibles"):
            value = self.open if row.amount == UNKNOWN else self.money(row.amount)
            value = f"{value} · {self._scope(row)}"
            found.append((self.words("doc.deductible"), self._about(row), value, self._origin(origin, row)))
        for origin, row in self._both("requirements"):
            consequence = self.words("doc.requirement.refuses" if row.refuses else "doc.requirement.asked")
            consequence = " · ".join(part for part in (consequence, *self._demanded(row)) if part)
            about = f"{self._word(f'{row.kind}.{row.code}', row.code)} · {self._about(row)}"
            found.append((self.words(f"doc.requirement.{row.kind}"), about, consequence, self._origin(origin, row)))
        return found

    def told(self) -> dict[Any, tuple[str, str, str, str]]:
        """Each rate, price and condition with its line above; prices of all levels when `every_level` is set."""
        conditions = ("waitings", "limits", "deductibles", "requirements")
        found: dict[Any, tuple[str, str, str, str]] = {}
        for lines, tables in (
            (self.rates(), ("rates",)),
            (self.tariffs(), ("tariffs",)),
            (self.conditions(), conditions),
        ):
            found |= zip([row for table in tables for _, row in self._both(table)], lines, strict=True)
        return found

    def acts(self) -> list[tuple[str, str, str]]:
        """Acts that the annex adds: code, name, family."""
        return [(row.code, self.named(row.code), self.named(row.family)) for row in self.agreement.annex.acts]

    @property
    def open(self) -> str:
        """What stands where nobody has closed a clause."""
        return self.words("doc.open-clause")

    def named(self, code: str) -> str:
        """The name behind a code; a code without a name says itself."""
        return self._names.get(code, code)

    def ownership(self, code: str) -> str:
        """An ownership in words; one that the catalogue does not know says itself."""
        key = f"doc.ownership.{code}"
        return self.words(key) if self.words.has(key) else code

    def unit(self, code: str) -> str:
        """One unit of an act or medicine; one that the catalogue does not know says itself."""
        return self.words.units(1, code) if self.words.has(f"unit.{code}.one") else code

    def money(self, amount: int) -> str:
        return self.words.amount(amount, self.arrangement.currency)

    def _agreed(self, name: str, value: Any, origin: str, article: str) -> tuple[str, str]:
        """The sentence of a clause and its origin."""
        if value in (UNKNOWN, {}, ()):
            return self.open, ""
        source = self.words(f"doc.origin.{origin}") + (f", {article}" if article else "")
        if isinstance(value, bool):
            return self.words(f"doc.clause.{name}.{'yes' if value else 'no'}"), source
        if isinstance(value, tuple):
            return ", ".join(self._word(f"doc.{name}.{entry}", entry) for entry in value), source
        if isinstance(value, dict):
            return " ; ".join(self._entry(name, key, entry) for key, entry in sorted(value.items())), source
        key = f"doc.clause.{name}.{value}"
        shown = self.money(value) if name == "rounding_step" else value
        if self.words.has(key):
            return self.words(key), source
        return self.words(f"doc.clause.{name}.is", value=shown, days=self.words.units(value, "day")), source

    def _entry(self, name: str, key: str, value: Any) -> str:
        """One entry of a clause that differs by ownership."""
        shown = (
            self.open
            if value == UNKNOWN
            else self.words(f"doc.clause.{name}.one", value=self._word(f"doc.unit.{value}", value))
        )
        if key == "*":
            return shown
        clause = f"doc.clause.{key}"
        return self.words(
            "doc.entry", key=self.words(clause) if self.words.has(clause) else self.ownership(key), value=shown
        )

    def _word(self, key: str, code: Any) -> Any:
        """The word for a code of a clause, or the code itself."""
        return self.words(key) if self.words.has(key) else code

    def _price(self, row: Any) -> str:
        """A price, its range, and for a flat rate what it includes and how long."""
        low, high = row.minimum, row.maximum
        if low is not None and high is not None and low != high:
            price = self.words("doc.price.range", low=self.money(low), high=self.money(high))
        else:
            price = self.money(high if high is not None else row.price)
        if row.unit not in ("", "act"):
            price = self.words("doc.price.unit", price=price, unit=self.unit(row.unit))
        if row.basis != "flat":
            return price
        parts = [self.words("doc.basis.flat", price=price)]
        if row.includes:
            parts.append(self.words("doc.flat.includes", care=", ".join(self.named(code) for code in row.includes)))
        if row.episode_days is not None:
            days = self.open if row.episode_days == UNKNOWN else row.episode_days
            parts.append(self.words("doc.flat.days", days=days))
        return " · ".join(parts)

    def _demanded(self, row: Any) -> Iterable[str]:
        """Where, for whom and when a paper or fact is demanded, and who bears its want."""
        if row.levels:
            yield ", ".join(self.named(code) for code in row.levels)
        if row.under_months is not None:
            yield self.words("doc.under-months", months=row.under_months)
        if row.when:
            yield self.words(f"doc.when.{row.when}")
        if row.refuses:
            yield self.words(f"bearer.{row.borne_by}")

    def _limit(self, row: Any) -> str:
        """A ceiling, a count or an interval, and over what it is counted."""
        parts = []
        for kind in ("amount", "count", "interval"):
            value = getattr(row, kind)
            if value is None:
                continue
            shown = self.money(value) if kind == "amount" and value != UNKNOWN else value
            parts.append(self.open if value == UNKNOWN else self.words(f"doc.limit.{kind}", value=shown))
        if row.months is not None:
            parts.append(self.words.units(row.months, "month"))
        if row.approvable:
            parts.append(self.words("doc.limit.approvable"))
        if row.borne_by:
            parts.append(self.words(f"bearer.{row.borne_by}"))
        return " · ".join((*parts, self._scope(row)))

    def _scope(self, row: Any) -> str:
        return f"{self.words(f'doc.scope.{row.scope}')}, {self.words(f'doc.per.{row.per}')}"

    def _about(self, row: Any) -> str:
        care = ", ".join(self.named(code) for code in (*row.families, *row.acts)) or self.words("doc.all-care")
        return f"{self.named(row.scheme)} · {care}" if row.scheme else care

    def _where(self, level: str, ownership: str, scheme: str, dispenser: str) -> str:
        named = (self.named(level), self.ownership(ownership), self.named(scheme), dispenser)
        return " · ".join(text for text in named if text)

    def _both(self, table: str) -> Iterable[tuple[str, Any]]:
        """The rows of the arrangement, but for open ones that the annex closes, then those of the annex."""
        national: Sequence[Any] = getattr(self.arrangement, table)
        local: Sequence[Any] = getattr(self.agreement.annex, table)
        still = {_place(row) for row in national if UNKNOWN in msgspec.structs.astuple(row)}
        closed = still & {_place(row) for row in local}
        for row in national:
            if _place(row) not in closed or UNKNOWN not in msgspec.structs.astuple(row):
                yield "arrangement", row
        yield from (("annex-closes" if _place(row) in closed else "annex", row) for row in local)

    def _origin(self, origin: str, row: Any) -> str:
        return self.words(f"doc.origin.{origin}") + (f", {row.clause}" if row.clause else "")


def _place(row: Any) -> object:
    """What a row settles: its code, or for which scheme, care and facilities it is the price or the rate."""
    return getattr(row, "code", "") or tuple(
        getattr(row, key, "") for key in ("scheme", "act", "family", "level", "ownership", "dispenser")
    )
