"""Help while care is entered: which condition is meant, what its protocol proposes, what it would say of the lines.

Nothing here decides anything: a proposal is taken or left, a sentence is read or not, and care goes on.
"""

from __future__ import annotations

import asyncio
import csv
import io
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.arrangements.protocols import Condition, Protocol
from facility_agent.arrangements.rows import Mistake, cells, convert
from facility_agent.arrangements.terms import Terms, terms
from facility_agent.protocols import order_set, pathway
from facility_agent.protocols.order_set import Proposal
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.records import Visit
from facility_agent.workflows.coding import Coding, Found, coding
from facility_agent.workflows.newborns import history_of
from facility_agent.workflows.site import Site

#: The facility's own list of conditions, in its folder, with the columns of the shared list; it comes first.
OWN_LIST: Final = "conditions.csv"


class Advice(msgspec.Struct, frozen=True):
    """What the protocols say of the care entered so far: the line (empty for the visit) and the finding."""

    line: str
    finding: Finding


class OrderSet(msgspec.Struct, frozen=True):
    """The sheets of a condition that are for this person, and what they propose beside the lines entered."""

    sheets: tuple[Protocol, ...]
    lines: tuple[Proposal, ...]


async def terms_for(site: Site, visit: Visit) -> Terms:
    """What holds for this visit here."""
    agreement = await site.agreement(site.config.code, None, visit.day)
    return terms(site.arrangement(visit.day), agreement, site.config.code)


async def coding_of(site: Site) -> Coding:
    """The search over the conditions of today's arrangement and of the facility's own list."""
    return coding(site.arrangement(site.today()).conditions, own_conditions(site.folder))


async def made_ready(site: Site) -> None:
    """Index the conditions beside what goes on, so that whoever looks for one first waits no longer than the others."""
    with suppress(InputError):  # without an arrangement there is nothing to look for yet
        conditions = site.arrangement(site.today()).conditions
        search = await asyncio.to_thread(coding, conditions, own_conditions(site.folder))
        await asyncio.to_thread(search.search, "malaria", site.config.language)


def own_conditions(folder: Path) -> tuple[Condition, ...]:
    """The facility's own list; rows that cannot be read are left out, and `own_mistakes` names them."""
    return _own(folder)[0]


def own_mistakes(folder: Path) -> tuple[Mistake, ...]:
    """What is wrong in the facility's own list."""
    return _own(folder)[1]


def _own(folder: Path) -> tuple[tuple[Condition, ...], tuple[Mistake, ...]]:
    file = folder / OWN_LIST
    if not file.is_file():
        return (), ()
    text = file.read_bytes().decode("utf-8-sig", errors="replace")
    if next(csv.reader(io.StringIO(text)), []) == []:
        return (), ()
    raws, mistakes = cells(OWN_LIST, text, "condition", Condition)
    found = []
    for raw in raws:
        record, wrong = convert(raw, "condition", Condition)
        mistakes += wrong
        found += [record] if record is not None else []
    return tuple(found), tuple(mistakes)


def code_for(known: Terms, found: Found) -> str:
    """The code that the claim carries: that of ICD-10 where the arrangement demands codes, else the local one."""
    if known.clause("condition_code") == "required":
        return found.icd10 or found.code
    return found.written


async def order_of(site: Site, visit: Visit) -> OrderSet:
    """What the protocols of the stated condition propose for this person."""
    known = await terms_for(site, visit)
    return OrderSet(order_set.sheets_of(known, visit), order_set.proposed(known, visit))


async def advise(site: Site, visit: Visit) -> tuple[Advice, ...]:
    """What the protocols would say of the lines entered so far; nothing is saved."""
    known = await terms_for(site, visit)
    past = Past(await history_of(site, visit.beneficiary), visit)
    return tuple(Advice(line, finding) for line, finding in pathway.of_care(known, visit, past))
