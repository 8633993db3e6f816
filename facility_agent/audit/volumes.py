"""More than one line, or one working day, usually holds. Too few figures, or no clause, and nothing is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from statistics import median

from facility_agent.arrangements.model import Act
from facility_agent.audit.month import Flag, Month
from facility_agent.vocabulary.findings import UNKNOWN, note, unchecked
from facility_agent.vocabulary.records import CareLine, Claim


def quantity_outlier(month: Month) -> Iterator[Flag]:
    """A quantity far from what this facility usually gives: 0.6745 · (x − median) / max(MAD, 1) above the bar.

    Reckoned in whole numbers per facility and act; a handful of lines is not judged.
    """
    amounts: dict[tuple[str, str], list[int]] = {}
    for past in month.past:
        amounts.setdefault((past.facility, past.act), []).append(past.quantity)
    for claim in (*month.held, *month.live):
        for line in claim.visit.lines:
            amounts.setdefault((claim.visit.facility, line.act), []).append(line.quantity)
    usual = {
        key: _twice_median_and_four_mads(values)
        for key, values in amounts.items()
        if len(values) >= month.bars.outlier_lines
    }
    for claim in month.live:
        for line in claim.visit.lines:
            middle, spread = usual.get((claim.visit.facility, line.act), (2 * line.quantity, 0))
            if 6745 * (4 * line.quantity - 2 * middle) > 10_000 * month.bars.outlier_score * max(spread, 4):
                finding = note(
                    "quantity-outlier", "quantities", review=True,
                    act=line.act, quantity=line.quantity, median=middle // 2,
                )  # fmt: skip
                yield month.flag(claim, finding, lines=[line.id])


def provider_day(month: Month) -> Iterator[Flag]:
    """More standard minutes of one role in a day at one facility than the clause lets one person work.

    Where the lines name who prescribed, each person is counted apart: several doctors share a hospital's day. Acts
    without standard minutes count nothing, and neither do lines whose role is not known. The flag is about the first
    audited claim beyond the limit; the money is that of all audited claims from there on.
    """
    limit = month.terms("").clause("provider_day_minutes")
    missing = "provider_day_minutes" if limit == UNKNOWN else "minutes"
    if limit == UNKNOWN or not any(act.minutes for act in month.acts.values()):
        if month.live:
            finding = unchecked(
                "provider-day-impossible", "provider_day_minutes", "clause", missing,
                day="", role="", minutes=0, limit="",
            )  # fmt: skip
            yield Flag((), (), finding)
        return
    worked: dict[tuple[str, date, str, str], list[tuple[Claim, int]]] = {}
    for claim in (*month.held, *month.live):
        for who, minutes in _minutes(month.acts, claim).items():
            worked.setdefault((claim.visit.facility, claim.visit.day, *who), []).append((claim, minutes))
    for (_, day, role, _), entries in sorted(worked.items()):
        entries.sort(key=lambda entry: (entry[0].visit.at, entry[0].id))
        total, beyond = 0, []
        for claim, minutes in entries:
            total += minutes
            if total > int(limit) and claim.id in month.claims:
                beyond.append(claim)
        if beyond:
            finding = note(
                "provider-day-impossible", "provider_day_minutes", review=True,
                day=day.isoformat(), role=role, minutes=total, limit=int(limit),
            )  # fmt: skip
            others = [claim.id for claim, _ in entries if claim is not beyond[0]]
            money = sum(month.money(claim) for claim in beyond)
            yield Flag((beyond[0].id, *others), (), finding, money)


def _minutes(acts: Mapping[str, Act], claim: Claim) -> dict[tuple[str, str], int]:
    """Standard minutes of the claim's acts by the role that worked them, and by person where one is named."""
    found: dict[tuple[str, str], int] = {}
    for line in claim.visit.lines:
        act = acts.get(line.act)
        role = role_of(act, line)
        if act is not None and act.minutes and role:
            who = role, line.prescriber
            found[who] = found.get(who, 0) + act.minutes * line.quantity
    return found


def role_of(act: Act | None, line: CareLine) -> str:
    """The role that the line states, or the only one that may do the act."""
    if line.role or act is None or len(act.roles) != 1:
        return line.role
    return act.roles[0]


def _twice_median_and_four_mads(values: list[int]) -> tuple[int, int]:
    """Twice the median and four times the median absolute deviation, both whole numbers.

    >>> _twice_median_and_four_mads([1, 2, 3, 10])
    (5, 4)
    """
    middle = int(2 * median(values))
    return middle, int(2 * median(abs(2 * value - middle) for value in values))
