"""Batches of facilities without the program: keyed or imported at the payer, marked as received on paper.

The paper's own amounts are the claim: what it asks of us, and the rest as paid by the member. From there on the batch
is recomputed, flagged and decided like any other. Whoever enters it does not decide it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

import msgspec

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.exchange.paper_lists import PaperLine, read_lines
from facility_agent.invoicing.batch import faults, gather
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.periods import month_period
from facility_agent.vocabulary.records import (
    Adjudication,
    Basis,
    Beneficiary,
    CareLine,
    Claim,
    LineAdjudication,
    Share,
    Visit,
)
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.site import Site

#: The largest page, and the kinds that are kept by their first bytes.
LARGEST_SCAN: Final = 8 * 1024 * 1024
SCANS: Final = {b"%PDF-": "pdf", b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "jpg"}


class Paper(msgspec.Struct, frozen=True):
    """The front sheet of a batch on paper: whose, of which month, and what it says to come to, in minor units."""

    facility: str
    month: str
    total: int
    received_on: date


async def facilities(site: Site) -> tuple[tuple[str, str], ...]:
    """The facilities with which we have an agreement: code and name, in order of their names."""
    found = {
        party.code: party.name
        for agreement in await site.store.agreements()
        for party in agreement.everybody
        if party.role == "facility"
    }
    return tuple(sorted(found.items(), key=lambda entry: (entry[1], entry[0])))


async def enter(
    site: Site, paper: Paper, rows: Sequence[Sequence[str]], name: str, origin: Literal["keyed", "workbook"], by: str
) -> Batch:
    """Keep a batch that came on paper, all of it or nothing.

    InputError `agreement-missing`, `paper-*`, `claim-in-another-batch`; the same lines a second time are refused.
    """
    try:
        until = month_period(paper.month).until
    except ValueError:
        raise InputError("month-malformed", month=paper.month) from None
    assert until is not None
    if paper.received_on > site.today() or paper.received_on.isoformat()[:7] < paper.month:
        raise InputError("paper-received", day=paper.received_on.isoformat())
    agreement = await site.agreement(paper.facility, site.config.code, until)
    if agreement is None or agreement.party(site.config.code) is None or agreement.party(paper.facility) is None:
        raise InputError("agreement-missing", payer=paper.facility, day=until.isoformat())
    known = terms(site.arrangement(until), agreement, paper.facility)
    currency = known.arrangement.currency
    lines = read_lines(rows, name, currency)
    strange = next((line for line in lines if line.day.isoformat()[:7] != paper.month), None)
    if strange is not None:
        raise InputError("paper-other-month", row=strange.row, day=strange.day.isoformat(), month=paper.month)
    asked = sum(line.asked for line in lines)
    if asked != paper.total:
        raise InputError("paper-total", total=paper.total, sum=asked)
    sheets: dict[str, list[PaperLine]] = {}
    for line in lines:
        sheets.setdefault(line.sheet, []).append(line)
    for sheet in sheets.values():
        if len({(line.day, line.member) for line in sheet}) > 1:
            raise InputError("paper-sheet-mixed", sheet=sheet[0].sheet, row=sheet[-1].row)
    written = digest(canonical([paper.facility, paper.month, *(msgspec.to_builtins(line) for line in lines)]))
    scheme = site.config.scheme
    families = {act.code: act.family for act in known.acts.values()}
    async with site.store.transaction():
        claims = [await _claim(site, paper, sheet, known, agreement.id, by) for sheet in sheets.values()]
        place = await site.store.next_number(f"paper-batch:{paper.facility}")
        earlier = await site.store.batches(paper.month)
        main = any(row.batch.facility == paper.facility and row.batch.scheme == scheme for row in earlier)
        batch = gather(
            claims, paper.facility, site.config.code, scheme, paper.month,
            f"{paper.facility}-{site.config.code}-P{place:04d}", site.new_id(),
            "supplementary" if main else "main", paper.received_on, site.config.invented, currency,
        )  # fmt: skip
        wrong = faults(batch, claims)
        if wrong or len(batch.items) != len(claims):
            raise InputError("paper-nothing-asked", name=name)
        for claim in claims:
            await site.store.mint(claim, families, site.now(), by, "received")
        await site.store.put_batch(batch, "received", site.now(), by)
        await site.store.put_paper_batch(batch.id, origin, written, site.now(), by)
    return batch


async def attach(site: Site, batch: str, name: str, scan: bytes, by: str) -> None:
    """Keep a scanned page of a batch on paper beside it.

    Only pictures and PDF: what is opened later on another computer must be a page and nothing else. InputError
    `scan-batch`, `scan-empty`, `scan-large`, `scan-kind`.
    """
    if batch not in await site.store.paper_batches():
        raise InputError("scan-batch")
    if not scan:
        raise InputError("scan-empty", name=name)
    if len(scan) > LARGEST_SCAN:
        raise InputError("scan-large", name=name, limit=LARGEST_SCAN // 1024 // 1024)
    kind = next((kind for start, kind in SCANS.items() if scan.startswith(start)), None)
    if kind is None:
        raise InputError("scan-kind", name=name)
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name.rpartition(".")[0] or name).strip("-")[:60] or "page"
    await site.store.put_paper_scan(batch, digest(scan), f"{plain}.{kind}", scan, site.now(), by)


async def _claim(
    site: Site, paper: Paper, sheet: list[PaperLine], known: Terms, agreement: str, by: str
) -> Claim:  # fmt: skip
    """One care sheet as a claim whose answer is what the paper says."""
    first = sheet[0]
    coverage = await site.store.coverage_of(first.member)
    person = coverage[0].beneficiary if coverage else Beneficiary(first.member, "")
    visit = Visit(
        id=site.new_id(),
        facility=paper.facility,
        day=first.day,
        beneficiary=person,
        lines=tuple(
            CareLine(str(place), line.act, line.quantity, line.price) for place, line in enumerate(sheet, start=1)
        ),
        register_number=first.register,
        identified="paper",
        entered_on=site.today(),
        entered_by=by,
    )
    judged = tuple(
        _as_written(str(place), line, site.config.code, site.config.scheme) for place, line in enumerate(sheet, start=1)
    )
    number = await site.store.next_number(f"paper-claim:{paper.facility}:{first.day.year}")
    return Claim(
        id=visit.id,
        number=f"{paper.facility}-P{first.day.year}-{number:06d}",
        visit=visit,
        coverage=coverage,
        basis=Basis(known.rule_set, agreement),
        adjudication=Adjudication(visit.id, known.arrangement.currency, known.rule_set, judged),
        minted_on=site.today(),
    )


def _as_written(id: str, line: PaperLine, payer: str, scheme: str) -> LineAdjudication:
    """A line's answer as the paper gives it: our share is what it asks, the member has paid the rest."""
    submitted = line.quantity * line.price
    rest = submitted - line.asked
    shares = (Share(payer, scheme, line.asked),) if line.asked else ()
    return LineAdjudication(id, line.act, submitted, line.price, submitted, rest, rest, 0, shares)
