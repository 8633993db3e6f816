"""Who stands out from their peers: a funnel per peer group, for an act or an indicator, by facility or prescriber.

Peers are facilities of one level, or of one level and size, region or district. Standing out is a reason to
look, and never a refusal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.audit.funnel import Funnel, Unit, funnel
from facility_agent.audit.peers import Alike, Peers, Traits, peers
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.periods import month_of, month_period
from facility_agent.vocabulary.records import Claim
from facility_agent.workflows import adherence_desk
from facility_agent.workflows.site import Site

By = Literal["facility", "prescriber"]


class Group(msgspec.Struct, frozen=True):
    """One peer group with its funnel; the level is a code of the arrangement, empty where nobody says it."""

    peers: Peers
    funnel: Funnel


class Outliers(msgspec.Struct, frozen=True):
    """What was compared in a month, and the funnels; `measures` are the acts and indicators that occur there."""

    month: str
    months: tuple[str, ...]
    measure: str
    by: By
    alike: Alike
    acts: tuple[str, ...]
    indicators: tuple[str, ...]
    groups: tuple[Group, ...]


async def outliers(
    site: Site, month: str = "", measure: str = "", by: By = "facility", alike: Alike = "level"
) -> Outliers:
    """The funnels of a month, by default the newest one and its most frequent act. InputError `month-malformed`.

    `measure` is `act:CODE` (claims with that act among all claims) or `indicator:CODE` (the adherence table's share).
    """
    months = tuple(sorted({row.batch.month for row in await site.store.batches()}, reverse=True))
    chosen = month or (months[0] if months else month_of(site.today()))
    try:
        month_period(chosen)
    except ValueError:
        raise InputError("month-malformed", month=chosen) from None
    claims = await site.store.claims_of_month(None, chosen)
    acts = Counter(act for claim in claims for act in {line.act for line in claim.visit.lines})
    table = await adherence_desk.table(site, chosen)
    indicators = tuple(indicator.code for indicator, rows in table.tables if rows)
    common = tuple(sorted(acts, key=lambda act: (-acts[act], act)))
    kind, _, code = (measure or (f"act:{common[0]}" if common else "act:")).partition(":")
    if kind == "indicator":
        by = "facility"
        rows = next((rows for indicator, rows in table.tables if indicator.code == code), ())
        counted = {(row.facility, row.facility): Unit(row.facility, row.counted, row.base) for row in rows}
    else:
        counted = _with_act(claims, code, by)
    sizes = Counter(claim.visit.facility for claim in claims)
    known = peers(traits_of(await site.store.agreements(), sizes), alike)
    groups: dict[Peers, list[Unit]] = {}
    for (facility, _), unit in counted.items():
        groups.setdefault(known.get(facility, Peers()), []).append(unit)
    made = tuple(
        Group(group, funnel(sorted(units, key=lambda unit: unit.name))) for group, units in sorted(groups.items())
    )
    shown = tuple(sorted({*months, chosen}, reverse=True))
    return Outliers(chosen, shown, f"{kind}:{code}", by, alike, tuple(sorted(common)), indicators, made)


def _with_act(claims: Iterable[Claim], act: str, by: By) -> dict[tuple[str, str], Unit]:
    """Claims with the act among all claims, by facility or prescriber; a line without a prescriber counts nowhere."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for claim in claims:
        facility = claim.visit.facility
        names = {facility} if by == "facility" else {line.prescriber for line in claim.visit.lines} - {""}
        for name in names:
            own = [line for line in claim.visit.lines if by == "facility" or line.prescriber == name]
            seen, of = found.get((facility, name), (0, 0))
            found[facility, name] = seen + any(line.act == act for line in own), of + 1
    label = {key: key[1] if by == "facility" else f"{key[0]} · {key[1]}" for key in found}
    return {key: Unit(label[key], seen, of) for key, (seen, of) in found.items()}


def traits_of(agreements: Iterable[Agreement], sizes: Mapping[str, int]) -> dict[str, Traits]:
    """What makes peers of the facilities with which there is an agreement, and of those that billed without one;
    `sizes` are the claims of each."""
    parties = [party for agreement in agreements for party in agreement.everybody]
    known = {party.code: party for party in parties if party.role == "facility"}
    return {
        code: Traits(known[code].level, known[code].region, sizes.get(code, 0), known[code].parent)
        if code in known
        else Traits(claims=sizes[code])
        for code in {*known, *sizes}
    }
