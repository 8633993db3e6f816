"""Care protocols as data: what is asked when, for whom, with which medicine, and where a person is sent on.

A sheet (`[[protocol]]`) gathers what a medical adviser reads on one page; its rules (`[[rule]]`) are what a claim is
held against. Items are what rules speak of (tests, medicines, acts), conditions what people come with. All of them
stand in an arrangement's own files, or in a shared set that it includes by version.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from facility_agent.arrangements.row import Row, Text
from facility_agent.vocabulary.records import Sex

Kind = Literal[
    "test-first", "band", "incompatible", "prerequisite", "forbidden", "expected", "for-whom", "where", "repeat",
    "refer", "days-at-once", "fact",
]  # fmt: skip
RuleWeight = Literal["note", "reduce", "refuse"]

#: Evidence that bears a cut. What rests on general knowledge is to be confirmed by the national programme: it notes.
SOURCED: Final = ("published", "implementation", "derived", "invented")


class Item(Row, frozen=True, kw_only=True):
    """A test, medicine or act that rules name. The acts of an arrangement answer to it by code, alias or ATC code.

    Quantities are compared only where the code is the same: an ATC code says nothing of the strength of a tablet.
    """

    code: str
    name: Text
    kind: Literal["test", "medicine", "act"]
    atc: str = ""
    aliases: tuple[str, ...] = ()


class Condition(Row, frozen=True, kw_only=True):
    """A condition by its local name and what people call it; `icd10` holds codes, or the first signs of several.

    `frequent` ones come first at the desk.
    """

    code: str
    name: Text
    icd10: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    frequent: bool = False


class Protocol(Row, frozen=True, kw_only=True):
    """One sheet: whom it is for, what is proposed, danger signs, where to refer, when to come back.

    `order` names the items that choosing the condition proposes, tests first; `from_months` and `under_months` say
    for which ages, both open when left out.
    """

    code: str
    name: Text
    conditions: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    from_months: int | None = None
    under_months: int | None = None
    for_whom: Text | None = None
    danger_signs: tuple[Text, ...] = ()
    referral: Text | None = None
    follow_up: Text | None = None
    follow_up_days: int | None = None


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A quantity by weight (grams) or, without a weight, by age (months); upper ends are excluded.

    A band that names neither holds for everybody. `minimum` is the least that is enough, where it is not the quantity.
    """

    quantity: int
    from_grams: int | None = None
    to_grams: int | None = None
    from_months: int | None = None
    to_months: int | None = None
    minimum: int | None = None

    @property
    def least(self) -> int:
        return self.quantity if self.minimum is None else self.minimum

    def holds_weight(self, grams: int) -> bool:
        """Whether this weight falls into the band."""
        return self.from_grams is not None and self.from_grams <= grams and (not self.to_grams or grams < self.to_grams)

    def holds_age(self, months: int) -> bool:
        """Whether this age falls into the band."""
        first, last = self.from_months, self.to_months
        return first is not None and first <= months and (not last or months < last)


class Rule(Row, frozen=True, kw_only=True):
    """What a claim is held against. Rules that name conditions speak only when the claim states one of them.

    `acts` and `atc` (first signs of codes) choose the lines, `others` what should or should not go with them:

    - `test-first`: one of `others` in the same visit or `days` before, with a `positive` result where asked;
    - `band`: the quantity by weight or age, `side` says which side is looked at;
    - `incompatible`, `prerequisite`: `others` in this visit (for a prerequisite, up to `days` before);
    - `forbidden`: not for these conditions, `others` excepted; `expected`: one of `acts` or `others` is given;
    - `for-whom`: sex, age, weight, pregnancy, week of pregnancy; `where`: levels, ranks, roles;
    - `repeat`: `days` between two, at most `maximum` `per` period; `refer`: from low ranks the person is sent on;
    - `days-at-once`: at most `maximum` days of treatment in one line, `approved` ones excepted;
    - `fact`: a fact that the claim should state.

    `from_week` may differ by country, `*` standing for the others. Without a source a rule may at most note.
    """

    code: str
    kind: Kind
    name: Text
    protocol: str = ""
    acts: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    weight: RuleWeight = "note"
    days: int = 0
    positive: bool = False
    bands: tuple[Band, ...] = ()
    side: Literal["both", "over", "under"] = "both"
    sex: Sex = ""
    from_months: int | None = None
    under_months: int | None = None
    from_grams: int | None = None
    pregnant: bool | None = None
    from_week: int | dict[str, int] | None = None
    until_week: int | None = None
    levels: tuple[str, ...] = ()
    from_rank: int | None = None
    until_rank: int | None = None
    roles: tuple[str, ...] = ()
    maximum: int | None = None
    per: Literal["visit", "episode", "pregnancy", "month", "year"] = "visit"
    in_stay: bool = False
    approved: bool = False
    fact: str = ""
    why: Text | None = None

    @property
    def sourced(self) -> bool:
        """Whether a source bears this rule; the others are to be confirmed by the national programme."""
        return self.evidence in SOURCED and bool(self.source)


class Indicator(Row, frozen=True, kw_only=True):
    """A line of the adherence table: of the claims or pregnancies `among`, the share with what it counts.

    The base is claims that state one of `conditions` or hold one of `acts`; counted is one of `with_acts` (with this
    `result`), in the claim or up to `days` before, `least` times. `without` counts the claims that lack it.
    `wanted` says whether more is better.
    """

    code: str
    name: Text
    neutral: Text
    protocol: str = ""
    conditions: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    with_acts: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    result: str = ""
    days: int = 0
    least: int = 1
    without: bool = False
    under_months: int | None = None
    wanted: Literal["more", "less"] = "more"
