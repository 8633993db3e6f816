"""Worked examples beside the law, run: where an answer is not the one that its author expected, sentences say so.

pytest and `facility-agent check-contracts` run the same examples; `check_folder` reports every mistake and failure
of a folder of contracts at once.
"""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import Agreement, Party, Signature, with_digest
from facility_agent.arrangements.library import read_folder, version_folders
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.moves import Move
from facility_agent.arrangements.reader import ENTRY
from facility_agent.arrangements.rows import Mistake, line_of
from facility_agent.vocabulary.records import (
    Adjudication,
    Beneficiary,
    CareLine,
    Coverage,
    History,
    PastLine,
    Share,
    Visit,
)
from facility_agent.words import Words
from facility_agent.workflows.worked import FACILITY, NAME, Agreed, Example, Written, read_examples

__all__ = ["CheckReport", "Failure", "check_folder", "read_examples", "run_example", "sentences"]

PERSON, RELATIVE, HOUSEHOLD, MUTUAL = "P-1", "P-2", "H-1", "mutual"


class Failure(msgspec.Struct, frozen=True):
    """An example that does not hold: where it stands, its name, and the differences as sentences."""

    file: str
    line: int
    name: str
    differences: tuple[str, ...]


class CheckReport(msgspec.Struct, frozen=True):
    """A folder of contracts, read and tried: files are named from that folder."""

    versions: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    examples: int
    failures: tuple[Failure, ...]


def check_folder(folder: Path, language: str = "en") -> CheckReport:
    """Read every version below `folder` and run its examples; nothing is written.

    A version with mistakes is not run: its answers would mean nothing.
    """
    library, found = read_folder(folder)
    mistakes = [placed(version, mistake) for version, mistake in found]
    failures: list[Failure] = []
    ran = 0
    versions = [f"{entry.parent.name}/{entry.name}" for entry in version_folders(folder)]
    for entry, version in zip(version_folders(folder), versions, strict=True):
        country, day = version.split("/")
        readable = (each for name in library.countries if name.lower() == country for each in library.versions(name))
        arrangement = next((each for each in readable if each.start.isoformat() == day), None)
        if arrangement is None:
            continue
        mistakes += _zone(version, arrangement, (entry / ENTRY).read_text(encoding="utf-8-sig"))
        text = (entry / NAME).read_text(encoding="utf-8-sig") if (entry / NAME).is_file() else ""
        examples, wrong = read_examples(text, arrangement)
        mistakes += [placed(version, mistake) for mistake in wrong]
        ran += len(examples)
        for example in examples:
            differences = run_example(arrangement, example, language)
            if differences:
                failures.append(Failure(f"{version}/{NAME}", example.line, example.name, differences))
    once = {(each.file, each.line, each.key, each.code, str(each.fields)): each for each in mistakes}
    return CheckReport(tuple(versions), tuple(once.values()), ran, tuple(failures))


def sentences(report: CheckReport, language: str = "en") -> tuple[str, ...]:
    """Every mistake and every failure of the report as one line: file, line, key, sentence."""
    return tuple(sentence(mistake, language) for mistake in report.mistakes) + tuple(
        f"{failure.file}:{failure.line}: {failure.name}: {' '.join(failure.differences)}" for failure in report.failures
    )


def sentence(mistake: Mistake, language: str = "en") -> str:
    """A mistake as people read it, with its place."""
    say = Words(language)
    fields = dict(mistake.fields)
    if "expected" in fields:
        kinds = {word: f"mistake.kind.{word}" for word in fields["expected"].split("|")}
        shown = [say(key) if say.has(key) else say("mistake.quoted", value=word) for word, key in kinds.items()]
        fields["expected"] = say("mistake.or").join(shown)
    place = ":".join(part for part in (mistake.file, str(mistake.line or "")) if part)
    before = "".join(f"{part}: " for part in (place, mistake.key) if part)
    return f"{before}{say(f'mistake.{mistake.code}', **fields)}"


def run_example(arrangement: Arrangement, example: Example, language: str = "en") -> tuple[str, ...]:
    """Where the answer differs from the expected one, as sentences; nothing when the example holds."""
    say, said = Words(language), example.written
    answer = answer_of(arrangement, example)
    differences = [
        say("example.unbalanced", act=line.act, submitted=line.submitted)
        for line in answer.lines
        if line.submitted != sum(share.amount for share in line.shares) + line.member_pays + line.facility_bears
    ]
    paid: dict[str, int] = {}
    for share in answer.shares:
        paid[share.payer] = paid.get(share.payer, 0) + share.amount
    for payer in sorted(paid.keys() | said.expect.payers.keys()):
        wanted, given = said.expect.payers.get(payer, 0), paid.get(payer, 0)
        if wanted != given:
            differences.append(say("example.payer", payer=payer, wanted=wanted, given=given))
    for key in ("member_pays", "facility_bears"):
        wanted, given = getattr(said.expect, key), getattr(answer, key)
        if wanted != given:
            differences.append(say(f"example.{key}", wanted=wanted, given=given))
    missing, surplus = _findings(answer, said.expect.findings)
    differences += [say("example.finding-missing", finding=finding) for finding in missing]
    differences += [say("example.finding-surplus", finding=finding) for finding in surplus]
    return tuple(differences)


def answer_of(arrangement: Arrangement, example: Example) -> Adjudication:
    """The adjudication of the example's visit."""
    said = example.written
    born = said.person.birth_date if said.person.birth_date_known else None
    person = Beneficiary(
        PERSON, "Invented person", said.person.sex, born, household=HOUSEHOLD, deceased_on=said.person.deceased_on
    )
    payers = {scheme.code: scheme.payer or MUTUAL for scheme in arrangement.schemes}
    covered = (*((said.coverage,) if said.coverage else ()), *said.coverages)
    coverage = tuple(
        Coverage(
            person, entry.payer or payers.get(entry.scheme, MUTUAL), entry.scheme, entry.since, entry.until,
            entry.paid_until, entry.suspended_on, policyholder_paid_until=entry.policyholder_paid_until,
        )
        for entry in covered
    )  # fmt: skip
    lines = tuple(
        CareLine(
            str(at), care.act, care.quantity, care.unit_price, care.at, care.role, care.result, care.prescribed,
            care.prescribed_on, days=care.days, justification=care.justification, prescriber=care.prescriber,
        )
        for at, care in enumerate(said.care, 1)
    )  # fmt: skip
    same = set(Visit.__struct_fields__) & set(Written.__struct_fields__) - {"facility"}
    facts = {name: getattr(said, name) for name in same}
    visit = Visit(id="example", facility=FACILITY, day=said.on, beneficiary=person, lines=lines, **facts)
    agreement = _agreement(arrangement, example, {*payers.values(), *(entry.payer for entry in coverage)})
    return adjudicate(arrangement, agreement, coverage, _history(arrangement, example, payers), visit)


def _agreement(arrangement: Arrangement, example: Example, payers: set[str]) -> Agreement:
    """An agreement that every payer of the example signed, in force unless the example says otherwise."""
    written = example.written.agreement
    said = written if isinstance(written, Agreed) else Agreed(signed=written)
    binding = sorted(said.payers or payers)
    place = example.written.facility
    facility = Party(
        code=FACILITY, name="Invented facility", role="facility", invented=True,
        type=place.type, level=place.level, ownership=place.ownership, region=place.region,
    )  # fmt: skip
    start = said.start or arrangement.start
    signers = (FACILITY, *binding) if said.signed else ()
    return with_digest(
        Agreement(
            id="example" if said.signed else "draft", country=arrangement.country, arrangement=arrangement.start,
            start=start, until=said.until,
            parties=(
                facility,
                *(Party(code=code, name=code, role="facility", level=level) for code, level in said.others.items()),
                *(Party(code=code, name=code, role="payer") for code in binding),
            ),
            annex=example.annex,
            moves=(Move(number=1, kind="suspend", on=said.suspended_on),) if said.suspended_on else (),
            signatures=tuple(Signature(party=code, by="Invented signer", capacity="…", on=start) for code in signers),
        )
    )  # fmt: skip


def _history(arrangement: Arrangement, example: Example, payers: dict[str, str]) -> History:
    families = {act.code: act.family for act in (*example.annex.acts, *arrangement.acts)}
    lines = tuple(
        PastLine(
            claim=f"earlier-{at}", member=PERSON if past.who == "person" else RELATIVE, household=HOUSEHOLD,
            facility=past.facility, day=past.on, act=past.act, family=families.get(past.act, ""),
            quantity=past.quantity, eligible=past.eligible, at=past.at, deductible=past.deductible,
            condition=past.condition, deductibles=tuple(past.deductibles.items()), guarantee=past.guarantee,
            shares=tuple(Share(payers.get(scheme, MUTUAL), scheme, paid) for scheme, paid in past.shares.items()),
        )
        for at, past in enumerate(example.written.earlier, 1)
    )  # fmt: skip
    return History(lines)


def _findings(answer: Adjudication, expected: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Expected findings that did not come, and findings that nobody expected."""
    left = [f"{finding.code}:{finding.weight}" for finding in answer.all_findings]
    missing: list[str] = []
    for wanted in sorted(expected, key=lambda code: ":" not in code):
        match = next((given for given in left if wanted in (given, given.split(":")[0])), None)
        if match is None:
            missing.append(wanted)
        else:
            left.remove(match)
    return missing, left


def _zone(version: str, arrangement: Arrangement, text: str) -> list[Mistake]:
    """The zone must be one that the machine knows: days are counted in it."""
    try:
        ZoneInfo(arrangement.zone)
    except (ValueError, OSError, KeyError):
        fields = {"zone": arrangement.zone}
        return [Mistake(f"{version}/{ENTRY}", line_of(text, "zone"), "arrangement.zone", "zone", fields)]
    return []


def placed(version: str, mistake: Mistake) -> Mistake:
    """The mistake with its file named from the checked folder; a file that several
    versions share is named once for all."""
    country = version.split("/")[0]
    file = mistake.file
    above = f"{country}/{file.removeprefix('../')}" if file.startswith("../") else f"{version}/{file}"
    return msgspec.structs.replace(mistake, file=file.removeprefix("../../") if file.startswith("../../") else above)
