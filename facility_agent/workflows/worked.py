"""A worked example as it is written beside the law: a visit in a few lines, and who pays what.

`contracts/<country>/<day>/examples.toml`; what is left out takes the usual value (a card in order, an agreement in
force, a person of 1990), so that an example shows only what its clause is about.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

from facility_agent.arrangements.agreement import Annex
from facility_agent.arrangements.annex import annex_of
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.reader import parse
from facility_agent.arrangements.rows import Mistake, Raw, convert, faults, line_of, tables
from facility_agent.vocabulary.records import Admission, Guarantee, Sex, Stay

NAME = "examples.toml"
FACILITY = "facility"


class Person(msgspec.Struct, frozen=True):
    """Who came. Without a coverage only a programme can pay."""

    birth_date: date | None = date(1990, 1, 1)
    sex: Sex = "F"
    deceased_on: date | None = None
    birth_date_known: bool = True


class Covered(msgspec.Struct, frozen=True):
    """One coverage of the person; its payer is the scheme's, or `mutual`."""

    scheme: str
    since: date
    until: date | None = None
    paid_until: date | None = None
    suspended_on: date | None = None
    policyholder_paid_until: date | None = None
    payer: str = ""


class Place(msgspec.Struct, frozen=True):
    """The facility as the agreement names it; its type says what it may dispense and how it is paid."""

    level: str = ""
    ownership: str = "public"
    region: str = ""
    type: str = ""


class Agreed(msgspec.Struct, frozen=True):
    """The agreement, when it is not simply in force; `signed = false` leaves it a draft.

    `others` are further facilities that it binds, each with its level.
    """

    start: date | None = None
    until: date | None = None
    suspended_on: date | None = None
    signed: bool = True
    payers: tuple[str, ...] = ()
    others: dict[str, str] = {}


class Care(msgspec.Struct, frozen=True):
    """One line of care. Prices are inputs of the example, not tariffs."""

    act: str
    unit_price: int
    quantity: int = 1
    at: str = ""
    role: str = ""
    result: str = ""
    prescribed: int | None = None
    prescribed_on: date | None = None
    days: int | None = None
    justification: str = ""
    prescriber: str = ""


class Earlier(msgspec.Struct, frozen=True):
    """A line of an earlier claim, of this person or of another of the household; `shares` by scheme."""

    on: date
    act: str
    quantity: int = 1
    eligible: int = 0
    shares: dict[str, int] = {}
    deductible: int = 0
    deductibles: dict[str, int] = {}
    guarantee: str = ""
    condition: str = ""
    at: str = ""
    who: Literal["person", "household"] = "person"
    facility: str = FACILITY


class Expect(msgspec.Struct, frozen=True):
    """The answer: each payer's total, the member's, the facility's, and every finding, in any order.

    A finding is its code (`waiting-period`) or its code and weight (`waiting-period:refuse`).
    """

    payers: dict[str, int]
    member_pays: int
    facility_bears: int
    findings: tuple[str, ...]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One worked example as it is written. Its name is a sentence that cites the clause it shows."""

    name: str
    on: date
    care: tuple[Care, ...]
    expect: Expect
    person: Person = Person()
    coverage: Covered | None = None
    coverages: tuple[Covered, ...] = ()
    admissions: tuple[Admission, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    documents: tuple[str, ...] = ()
    facility: Place = Place()
    agreement: bool | Agreed = True
    annex: str = ""
    earlier: tuple[Earlier, ...] = ()
    emergency: bool = False
    identified: Literal["card", "number", "paper", "none"] = "card"
    card_expires: date | None = None
    card_revoked: bool = False
    pregnant: bool | None = None
    gestation_weeks: int | None = None
    weight_grams: int | None = None
    condition: str = ""
    chronic: bool | None = None
    referred_from: str = ""
    referred_to: str = ""
    justification: str = ""
    reason: str = ""
    register_number: str = ""
    stay: Stay | None = None
    at: str = ""
    entered_on: date | None = None
    currency: str = ""


class File(msgspec.Struct, frozen=True):
    """The tables of an examples file."""

    defaults: dict[str, Any] = {}
    annexes: dict[str, dict[str, Any]] = {}
    example: tuple[dict[str, Any], ...] = ()


class Example(msgspec.Struct, frozen=True):
    """A worked example with the line on which it stands and the annex that it names."""

    written: Written
    line: int
    annex: Annex = Annex()

    @property
    def name(self) -> str:
        return self.written.name


def read_examples(text: str, arrangement: Arrangement | None = None) -> tuple[tuple[Example, ...], tuple[Mistake, ...]]:
    """The examples of a file and every mistake in it.

    `[defaults]` fills the tables `person`, `facility` and `coverage` and any key that an example leaves out;
    `[annexes.<name>]` holds rows and clauses as an agreement's annex does, for the examples that name it.
    """
    mistakes: list[Mistake] = []
    document = parse(NAME, text, mistakes)
    for key, code, fields in faults(document, File):
        mistakes.append(Mistake(NAME, line_of(text, key), key, code, {"row": NAME, **fields}))
    if mistakes:
        return (), tuple(mistakes)
    file = msgspec.convert(document, File)
    defaults = _known(file.defaults, text, mistakes)
    annexes = _annexes(file.annexes, text, arrangement, mistakes)
    raws = [
        Raw(NAME, raw.line, _filled(raw.values, defaults), raw.lines)
        for raw in tables(NAME, text, "example", list(file.example))
    ]
    found: list[Example] = []
    names: set[str] = set()
    for raw in raws:
        written, wrong = convert(raw, "example", Written)
        mistakes += wrong
        if written is None:
            continue
        if written.name in names:
            mistakes.append(raw.mistake("example", "name", "twice", code=written.name))
        names.add(written.name)
        if written.annex not in annexes:
            mistakes.append(raw.mistake("example", "annex", "names-nothing", key="annexes", name=written.annex))
            continue
        annex = annexes[written.annex]
        if annex is not None:
            found.append(Example(written, raw.line, annex))
    return tuple(found), tuple(mistakes)


def _known(defaults: dict[str, Any], text: str, mistakes: list[Mistake]) -> dict[str, Any]:
    """The defaults that an example can have; the others are told once, not in every example."""
    known = Written.__struct_fields__
    for key in defaults.keys() - set(known):
        fields = {"row": "defaults", "key": key, "known": ", ".join(known)}
        mistakes.append(Mistake(NAME, line_of(text, key, "defaults"), f"defaults.{key}", "unknown-key", fields))
    return {key: value for key, value in defaults.items() if key in known}


def _annexes(
    written: dict[str, dict[str, Any]], text: str, arrangement: Arrangement | None, mistakes: list[Mistake]
) -> dict[str, Annex | None]:
    """The annexes that examples may name, None for one with mistakes; the empty name closes nothing."""
    annexes: dict[str, Annex | None] = {"": Annex()}
    for name, rows in written.items():
        head = {key: rows[key] for key in ("invented", "note") if key in rows}
        rest = {key: value for key, value in rows.items() if key not in head}
        annex, wrong = annex_of({"annex": head, **rest}, "", arrangement)
        for one in wrong:
            line, key = line_of(text, f"annexes.{name}"), f"annexes.{name}.{one.key}"
            mistakes.append(msgspec.structs.replace(one, file=NAME, line=line, key=key))
        annexes[name] = annex
    return annexes


def _filled(values: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """The example with the file's defaults; tables are filled key by key, a coverage only where one is written."""
    filled = {**{key: value for key, value in defaults.items() if key != "coverage"}, **values}
    for key in ("person", "facility"):
        if isinstance(filled.get(key), dict) and isinstance(defaults.get(key), dict):
            filled[key] = {**defaults[key], **filled[key]}
    usual = defaults.get("coverage", {})
    if not isinstance(usual, dict):
        return {**filled, "coverage": usual}
    if isinstance(filled.get("coverage"), dict):
        filled["coverage"] = {**usual, **filled["coverage"]}
    if isinstance(filled.get("coverages"), list):
        filled["coverages"] = [{**usual, **one} if isinstance(one, dict) else one for one in filled["coverages"]]
    return filled
