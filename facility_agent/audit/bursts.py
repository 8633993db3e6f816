"""What many claims have in common: one text, cards in a row, one household's births.

Each choice of a bar stands in `Bars`; a group below it is ordinary. None of these refuses or cuts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from facility_agent.audit.month import Flag, Month
from facility_agent.vocabulary.findings import note
from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.records import Claim, Visit


def copied_text(month: Month) -> Iterator[Flag]:
    """One long text, written by hand, that stands alike on the claims of several persons at one facility."""
    alike: dict[tuple[str, str], list[Claim]] = {}
    for claim in (*month.held, *month.live):
        text = written(claim.visit)
        if len(text) >= month.bars.copied_signs:
            alike.setdefault((claim.visit.facility, text), []).append(claim)
    for group in alike.values():
        persons = {claim.visit.beneficiary.number for claim in group}
        if len(persons) < month.bars.copies:
            continue
        for claim in group:
            if claim.id in month.claims:
                finding = note("copied-text", "texts", review=True, count=len(persons))
                yield month.flag(claim, finding, _some(claim, group))


def sequential_cards(month: Month) -> Iterator[Flag]:
    """Cards numbered in a row, of as many households, seen at one facility on one day: a list, not a queue."""
    seen: dict[tuple[str, str], dict[int, Claim]] = {}
    for claim in (*month.held, *month.live):
        serial = claim.visit.card_serial
        if serial is not None:
            seen.setdefault((claim.visit.facility, claim.visit.day.isoformat()), {}).setdefault(serial, claim)
    for (_, day), cards in sorted(seen.items()):
        numbered = enumerate(sorted(cards))
        for _, row in groupby(numbered, key=lambda entry: entry[1] - entry[0]):
            serials = [serial for _, serial in row]
            group = [cards[serial] for serial in serials]
            households = {claim.visit.beneficiary.household for claim in group} - {""}
            if len(households) < month.bars.card_run:
                continue
            for claim in group:
                if claim.id in month.claims:
                    finding = note(
                        "sequential-cards", "cards", review=True, day=day, count=len(serials), serial=serials[0]
                    )
                    yield month.flag(claim, finding, _some(claim, group))


def household_deliveries(month: Month) -> Iterator[Flag]:
    """More births in one household within a year than its women explain."""
    wanted = month.bars.deliveries
    births = frozenset(act.code for act in month.acts.values() if act.code in wanted or act.family in wanted)
    homes: dict[str, list[Claim]] = {}
    for claim in (*month.held, *month.live):
        if claim.visit.beneficiary.household and any(line.act in births for line in claim.visit.lines):
            homes.setdefault(claim.visit.beneficiary.household, []).append(claim)
    for group in homes.values():
        ordered = sorted(group, key=lambda claim: (claim.visit.day, claim.visit.at, claim.id))
        for place, claim in enumerate(ordered):
            year = [other for other in ordered[: place + 1] if add_months(other.visit.day, 12) > claim.visit.day]
            if len(year) >= month.bars.household_births and claim.id in month.claims:
                finding = note("household-deliveries", "deliveries", review=True, count=len(year), months=12)
                lines = (line.id for line in claim.visit.lines if line.act in births)
                yield month.flag(claim, finding, (other.id for other in year[:-1]), lines)


def written(visit: Visit) -> str:
    """What was written by hand, in small letters and with single spaces."""
    return " ".join(f"{visit.reason} {visit.condition_text} {visit.justification}".casefold().split())


def _some(claim: Claim, group: list[Claim]) -> list[str]:
    """A few of the others, enough to see what they have in common."""
    return [other.id for other in group if other.id != claim.id][:4]
