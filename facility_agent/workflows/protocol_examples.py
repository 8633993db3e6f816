"""Worked examples of care protocols: a visit in one line, and what the protocols say of it.

`protocol-examples.toml` stands beside the `protocols.toml` that it tries: in a version of an arrangement, in the
country's folder, or in a shared set, whose items then are the acts of an invented package with two levels.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.arrangements.agreement import Agreement, Annex, Party, with_digest
from facility_agent.arrangements.library import read_version, shared_sets, version_folders
from facility_agent.arrangements.model import Act, Arrangement
from facility_agent.arrangements.reader import ENTRY, parse, read
from facility_agent.arrangements.rows import Mistake, Raw, convert, line_of, tables
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols import pathway
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.records import Beneficiary, CareLine, Guarantee, History, PastLine, Sex, Stay, Visit
from facility_agent.words import Words

NAME: Final = "protocol-examples.toml"
FEWEST: Final = 8
DAY: Final = date(2026, 6, 15)
_PERSON, _FACILITY = "P-1", "facility"
#: The package in which a shared set is tried: its own items, and two levels of care.
_TRIAL: Final = """
[arrangement]
country = "{country}"
title = {{ fr = "Protocoles partagés, version {version}", en = "Shared protocols, version {version}" }}
currency = "XTS"
zone = "UTC"
start = 2000-01-01
[[level]]
code = "first"
rank = 1
name = {{ fr = "Premier niveau", en = "First level" }}
[[level]]
code = "second"
rank = 2
name = {{ fr = "Deuxième niveau", en = "Second level" }}
[[family]]
code = "care"
name = {{ fr = "Soins", en = "Care" }}
"""


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of care, where a number (the quantity) or a word (the result) does not say enough."""

    quantity: int = 1
    result: str = ""
    role: str = ""
    days: int | None = None
    justification: str = ""


class Before(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An act of an earlier claim, so many days before the visit."""

    act: str
    days_ago: int
    quantity: int = 1


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One example: the person and the visit, the care by act, and the findings that the protocols give.

    A finding is its code, or its code and weight (`care-expected:note`). What is not written is not known, but the
    sex, which is female.
    """

    name: str
    protocol: str
    care: dict[str, int | str | Given]
    expect: tuple[str, ...]
    condition: str = ""
    months: int | None = None
    years: int | None = None
    grams: int | None = None
    sex: Sex = "F"
    pregnant: bool | None = None
    week: int | None = None
    level: str = "first"
    country: str = ""
    emergency: bool = False
    stay: bool = False
    referred_to: str = ""
    register_number: str = ""
    justification: str = ""
    approved: tuple[str, ...] = ()
    earlier: tuple[Before, ...] = ()


class Tried(msgspec.Struct, frozen=True):
    """An example with the file and line where it stands, and how its answer differs; nothing when it holds."""

    file: str
    line: int
    protocol: str
    name: str
    differences: tuple[str, ...]


class Trial(msgspec.Struct, frozen=True):
    """All examples of a folder, tried, and the mistakes in their files."""

    tried: tuple[Tried, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def failed(self) -> tuple[Tried, ...]:
        return tuple(each for each in self.tried if each.differences)

    def numbers(self) -> dict[str, int]:
        """How many examples each protocol has."""
        found: dict[str, int] = {}
        for each in self.tried:
            found[each.protocol] = found.get(each.protocol, 0) + 1
        return found


def try_folder(folder: Path, language: str = "en") -> Trial:
    """Try every example file below a folder of contracts."""
    tried: list[Tried] = []
    mistakes: list[Mistake] = []
    for place, arrangement in packages(folder):
        file = place / NAME
        if not file.is_file():
            continue
        name = f"{place.parent.name}/{place.name}/{NAME}"
        examples, wrong = read_examples(file.read_text(encoding="utf-8-sig"))
        mistakes += [msgspec.structs.replace(each, file=name) for each in wrong]
        for line, example in examples:
            answer = answer_of(arrangement, example)
            tried.append(Tried(name, line, example.protocol, example.name, differences(answer, example, language)))
    return Trial(tuple(tried), tuple(mistakes))


def packages(folder: Path) -> list[tuple[Path, Arrangement]]:
    """What protocols are tried on: the shared sets, each in a package of its own items, and the arrangements."""
    found = [(place, made) for place in shared_sets(folder) if (made := trial_package(place)) is not None]
    for place in version_folders(folder):
        arrangement, _ = read_version(place)
        if arrangement is not None and arrangement.rules:
            found.append((place, arrangement))
    return found


def trial_package(place: Path, country: str = "ZZ") -> Arrangement | None:
    """A shared set as an arrangement that holds nothing else; None when the set has mistakes."""
    included = [entry for entry in sorted(place.iterdir()) if entry.name != NAME and entry.suffix in (".toml", ".csv")]
    files = {entry.name: entry.read_text(encoding="utf-8-sig") for entry in included}
    head = f"include = {msgspec.json.encode(sorted(files)).decode()}\n"
    made = read({**files, ENTRY: head + _TRIAL.format(country=country, version=place.name)}).arrangement
    return with_items(made) if made is not None else None


def with_items(arrangement: Arrangement) -> Arrangement:
    """The arrangement with an act for every item that its package has none for, so that every rule can speak."""
    known = {act.code for act in arrangement.acts}
    units = {"medicine": "tablet"}
    own = tuple(
        Act(code=item.code, name=item.name, family="care", unit=units.get(item.kind, "act"), atc=item.atc)
        for item in arrangement.items
        if item.code not in known
    )
    return msgspec.structs.replace(arrangement, acts=arrangement.acts + own, digest=arrangement.digest + "+items")


def read_examples(text: str) -> tuple[tuple[tuple[int, Written], ...], tuple[Mistake, ...]]:
    """The examples of a file with their lines, and every mistake in it."""
    mistakes: list[Mistake] = []
    document = parse(NAME, text, mistakes)
    rows = document.pop("example", [])
    for key in document:
        mistakes.append(Mistake(NAME, line_of(text, key), key, "unknown-table", {"key": key, "known": "example"}))
    found: list[tuple[int, Written]] = []
    for raw in tables(NAME, text, "example", rows):
        written, wrong = convert(Raw(raw.file, raw.line, raw.values, raw.lines), "example", Written)
        mistakes += wrong
        if written is not None:
            found.append((raw.line, written))
    return tuple(found), tuple(mistakes)


def answer_of(arrangement: Arrangement, example: Written) -> tuple[Finding, ...]:
    """What the protocols say of the example's visit."""
    if example.country:
        arrangement = msgspec.structs.replace(
            arrangement, country=example.country, digest=f"{arrangement.digest}-{example.country}"
        )
    known = terms_of(arrangement, example.level)
    visit = visit_of(example)
    lines = tuple(
        PastLine(f"earlier-{at}", _PERSON, "", _FACILITY, DAY - timedelta(days=past.days_ago), past.act, "",
                 past.quantity, 0)
        for at, past in enumerate(example.earlier)
    )  # fmt: skip
    return tuple(finding for _, finding in pathway.of_care(known, visit, Past(History(lines), visit)))


def visit_of(example: Written) -> Visit:
    """The visit that an example tells of."""
    months = example.months if example.months is not None else None if example.years is None else 12 * example.years
    born = None if months is None else add_months(DAY, -months)
    care = []
    for at, (act, said) in enumerate(example.care.items()):
        given = said if isinstance(said, Given) else Given(said) if isinstance(said, int) else Given(result=said)
        care.append(
            CareLine(str(at), act, given.quantity, 100, role=given.role, result=given.result, days=given.days,
                     justification=given.justification)
        )  # fmt: skip
    return Visit(
        "example", _FACILITY, DAY, Beneficiary(_PERSON, "Personne inventée", example.sex, born), tuple(care),
        register_number=example.register_number, emergency=example.emergency, referred_to=example.referred_to,
        guarantees=(Guarantee("A-1", example.approved, DAY, DAY),) if example.approved else (),
        stay=Stay(DAY, DAY) if example.stay else None, pregnant=example.pregnant, gestation_weeks=example.week,
        weight_grams=example.grams, condition=example.condition, justification=example.justification,
    )  # fmt: skip


def terms_of(arrangement: Arrangement, level: str) -> Terms:
    """What holds between an invented facility of this level and nobody else."""
    facility = Party(code=_FACILITY, name="Invented facility", role="facility", invented=True, level=level)
    return Terms(
        arrangement,
        with_digest(
            Agreement(
                id="example", country=arrangement.country, arrangement=arrangement.start, start=arrangement.start,
                parties=(facility,), annex=Annex(),
            )
        ),
        _FACILITY,
    )  # fmt: skip


def differences(answer: tuple[Finding, ...], example: Written, language: str) -> tuple[str, ...]:
    """Findings that were expected and did not come, and those that nobody expected, as sentences."""
    say = Words(language)
    left = [f"{finding.code}:{finding.weight}" for finding in answer]
    missing = []
    for wanted in sorted(example.expect, key=lambda code: ":" not in code):
        match = next((given for given in left if wanted in (given, given.split(":")[0])), None)
        if match is None:
            missing.append(say("example.finding-missing", finding=wanted))
        else:
            left.remove(match)
    return (*missing, *(say("example.finding-surplus", finding=given) for given in left))
