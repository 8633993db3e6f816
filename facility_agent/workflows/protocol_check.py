"""Are the protocols of a folder in order: files without mistakes, enough worked examples, and rules that can speak."""

from __future__ import annotations

from pathlib import Path

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.library import read_folder
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.rows import Mistake
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols.asked import every
from facility_agent.workflows.examples import placed
from facility_agent.workflows.protocol_examples import FEWEST, packages, try_folder


class SetReport(msgspec.Struct, frozen=True):
    """One arrangement or shared set: how many rules, how many of them with a source, which find nothing to look at."""

    name: str
    rules: int
    sourced: int
    idle: tuple[str, ...]


class ProtocolReport(msgspec.Struct, frozen=True):
    """Everything that is to be said of a folder's protocols; `few` are those with too few worked examples."""

    mistakes: tuple[Mistake, ...]
    few: tuple[tuple[str, int], ...]
    sets: tuple[SetReport, ...]
    fewest: int = FEWEST


def _nobody(arrangement: Arrangement) -> Agreement:
    """An agreement without parties: the package alone says what rules find to look at."""
    return Agreement(id="", country=arrangement.country, arrangement=arrangement.start, start=arrangement.start)


def check_protocols(folder: Path) -> ProtocolReport:
    """Read, resolve and count; nothing is written."""
    _, found = read_folder(folder)
    mistakes = [placed(version, mistake) for version, mistake in found]
    trial = try_folder(folder)
    numbers = trial.numbers()
    reports, codes = [], dict[str, None]()
    for place, arrangement in packages(folder):
        codes |= dict.fromkeys(row.code for row in arrangement.protocols)
        known = Terms(arrangement, _nobody(arrangement), "")
        idle = [
            asked.rule.code
            for asked in every(known)
            if not asked.acts and (asked.rule.acts or asked.rule.atc or asked.rule.families)
        ]
        sourced = sum(rule.sourced for rule in arrangement.rules)
        reports.append(SetReport(f"{place.parent.name}/{place.name}", len(arrangement.rules), sourced, tuple(idle)))
    few = tuple((code, numbers.get(code, 0)) for code in codes if numbers.get(code, 0) < FEWEST)
    once = {(each.file, each.line, each.key, each.code, str(each.fields)): each for each in mistakes}
    return ProtocolReport((*once.values(), *trial.mistakes), few, tuple(reports))
