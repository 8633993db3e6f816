"""Rows that only a whole arrangement has, in words: levels, schemes, acts, the path of care, guarantees, duties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from facility_agent.arrangements.duties import Commitment, Delegation, GuaranteeRule, Identification, Reason
from facility_agent.arrangements.layouts import Layout
from facility_agent.arrangements.model import Act, Level, ReferralRule, Scheme
from facility_agent.documents.clause_words import ClauseWords
from facility_agent.vocabulary.findings import UNKNOWN


class RowWords:
    """Says one row, with the names that its arrangement gives to codes; what is open is said as open."""

    def __init__(self, said: ClauseWords) -> None:
        self.said, self.words = said, said.words
        self._papers = said.arrangement.duties.identifications

    def level(self, row: Level) -> str:
        through = self.words("law.level.through-parent") if row.through else ""
        return self._joined((self.words("law.level.rank", rank=row.rank), ", ".join(row.types), through))

    def scheme(self, row: Scheme) -> str:
        """Who pays, for whom, where, for which care, at whose prices and with which papers."""
        payer = row.payer or self.words("doc.scheme.own-payer")
        parts = [self.words("law.scheme.order", order=row.order), self.words(f"doc.scheme-kind.{row.kind}"), payer]
        if row.programme:
            parts.append(self.words("law.scheme.programme"))
        parts += self._persons(row)
        parts += self._listed("law.scheme.proofs", row.proofs)
        parts += self._listed("law.scheme.ownership", [self.said.ownership(code) for code in row.ownership])
        parts += self._listed("law.scheme.regions", row.regions)
        parts += self._listed("law.scheme.care", self._care(row))
        if row.tariff == "own":
            parts.append(self.words("law.scheme.own-tariff"))
        if not row.agreement:
            parts.append(self.words("law.scheme.no-agreement"))
        return self._joined((*parts, self.words(f"law.scheme.card.{row.card}")))

    def _persons(self, row: Scheme) -> Iterator[str]:
        if row.under_months is not None:
            yield self.words("doc.under-months", months=row.under_months)
        if row.over_months is not None:
            yield self.words("law.over-months", months=row.over_months)
        if row.pregnant:
            yield self.words("law.pregnant")

    def act(self, row: Act) -> str:
        """What an act of the package is, who may do or prescribe it, where, to whom, how often and how it is priced."""
        unit = self.said.unit(row.unit) if row.unit != "act" else ""
        parts = [self.said.named(row.family), unit, self.words(f"law.status.{row.status}")]
        parts += self._listed("law.act.levels", [self.said.named(code) for code in row.levels])
        parts += self._listed("law.act.dispensers", row.dispensers)
        parts += self._listed("law.act.roles", self._roles(row.roles))
        parts += self._listed("law.act.prescribers", self._roles(row.prescribers))
        if row.sex:
            parts.append(self.words(f"law.act.sex.{row.sex}"))
        for key in ("minimum_age_months", "maximum_age_months", "maximum_quantity", "minutes"):
            if getattr(row, key) is not None:
                parts.append(self.words(f"law.act.{key}", value=getattr(row, key)))
        for key in ("follow_up", "test", "day_of_stay", "observation"):
            if getattr(row, key):
                parts.append(self.words(f"law.act.{key}"))
        if row.letter:
            parts.append(self.words("law.act.letter", letter=row.letter, coefficient=row.coefficient))
        parts += self._listed("law.act.aliases", row.aliases)
        return self._joined((*parts, row.atc))

    def _roles(self, codes: Iterable[str]) -> list[str]:
        return [self.words(f"role.{code}") if self.words.has(f"role.{code}") else code for code in codes]

    def referral(self, row: ReferralRule) -> tuple[str, str]:
        """At which levels, and what may come directly or from where."""
        where = ", ".join(self.said.named(code) for code in row.levels) or self.words("law.referral.every-level")
        if row.kind == "direct":
            parts = [self.words("law.referral.direct"), *self._care(row)]
            if row.under_months is not None:
                parts.append(self.words("doc.under-months", months=row.under_months))
            return where, self._joined(parts)
        sent = ", ".join(self.said.named(code) for code in row.sent_from)
        parts = [self.words("law.referral.path", levels=sent)]
        if row.document:
            parts.append(self.words("law.referral.document", document=row.document))
        consequence = "doc.requirement.refuses" if row.refuses else "doc.requirement.asked"
        bearer = self.words(f"bearer.{row.borne_by}") if row.refuses and row.borne_by else ""
        return where, self._joined((*parts, self.words(consequence), bearer))

    def layout(self, row: Layout) -> tuple[str, str]:
        """For which schemes, and the columns of the form."""
        columns = self.said.open
        if row.columns != UNKNOWN:
            columns = ", ".join(self.words(f"doc.column.{name}") for name in row.columns)
        about = ", ".join(self.said.named(code) for code in row.schemes)
        table = self.words(f"law.layout.{row.each}", columns=columns)
        counts = ", ".join(self.words(f"doc.cover.{name}", value="…") for name in row.cover)
        cover = self.words("law.layout.cover", counts=counts) if counts else ""
        return self._joined((row.code, about)), self._joined((table, cover))

    def guarantee(self, row: GuaranteeRule) -> tuple[str, str]:
        """For which care and where, and: its kind, what happens without it, its hours, validity, reuse and silence."""
        care = ", ".join(self._care(row)) or self.words("law.guarantee.none-named")
        where = ", ".join(self.said.named(code) for code in row.levels)
        about = self._joined((self.words(f"law.guarantee.kind.{row.kind}"), self.said.named(row.scheme), care, where))
        parts = [self.words(f"law.guarantee.without.{row.without}")]
        if row.without == "refuse" and row.borne_by:
            parts.append(self.words(f"bearer.{row.borne_by}"))
        if row.above is not None:
            parts.append(self.words("law.guarantee.above", quantity=row.above))
        said, still = self._hours(row)
        if row.silence != UNKNOWN:
            said.append(self.words("law.guarantee.silence", silence=self.words(f"law.silence.{row.silence}")))
        if row.reuse != UNKNOWN:
            said.append(self.words("law.guarantee.reuse", reuse=self.words(f"law.reuse.{row.reuse}")))
        still += [key for key, value in (("silence", row.silence), ("reuse", row.reuse)) if value == UNKNOWN]
        if still:
            said.append(
                self.words("law.guarantee.open", names=", ".join(self.words(f"law.open.{key}") for key in still))
            )
        parts += said
        return about, self._joined(parts)

    def _hours(self, row: GuaranteeRule) -> tuple[list[str], list[str]]:
        """The delays that are known, and the names of those that are open."""
        unit = "" if row.hours_unit == UNKNOWN else f" ({self.words(f'doc.unit.{row.hours_unit}')})"
        values = {"answer": row.answer_hours, "validity": row.validity_days, "emergency": row.emergency_hours}
        known = {key: value for key, value in values.items() if value != UNKNOWN}
        said = [self.words(f"law.guarantee.{key}", value=value, unit=unit) for key, value in known.items()]
        still = [key for key in values if key not in known]
        return said, still + (["unit"] if row.hours_unit == UNKNOWN and known.keys() - {"validity"} else [])

    def identification(self, row: Identification) -> str:
        papers = {paper.code: paper.name.say(self.words.language) for paper in self._papers}
        instead = self.words("law.instead", paper=papers.get(row.instead, row.instead)) if row.instead else ""
        return self._joined((self.said.named(row.scheme), self.said.named(row.level), instead))

    def commitment(self, row: Commitment) -> str:
        """Who owes it, within which days, how it is measured, and what follows."""
        days = "" if row.days is None else self.words("law.days", days=self._open(row.days))
        step = self.words(f"law.step.{row.step}") if row.step else ""
        return self._joined((self.words(f"law.by.{row.by}"), days, step, row.measure, row.consequence))

    def reason(self, row: Reason) -> str:
        """The finding that it words, and who bears the amount: as the rule says, where the reason does not."""
        bearer = self.words(f"bearer.{row.borne_by}") if row.borne_by else self.words("law.reason.as-the-rule")
        return self._joined((row.finding, bearer))

    def delegation(self, row: Delegation) -> str:
        power = self.words(f"law.power.{row.power}") if row.power else ""
        limit = "" if row.limit is None else self.words("law.limit", amount=self._money(row.limit))
        return self._joined((power, limit))

    def _care(self, row: Any) -> list[str]:
        return [self.said.named(code) for code in (*row.families, *row.acts)]

    def _listed(self, key: str, names: Iterable[str]) -> list[str]:
        text = ", ".join(names)
        return [self.words(key, names=text)] if text else []

    def _open(self, value: Any) -> str:
        return self.said.open if value == UNKNOWN else str(value)

    def _money(self, value: Any) -> str:
        return self.said.open if value == UNKNOWN else self.said.money(value)

    def _joined(self, parts: Iterable[str]) -> str:
        return " · ".join(part for part in parts if part)
