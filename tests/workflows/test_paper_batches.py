"""Batches on paper: copied or imported whole, judged by the same rules, decided by somebody who did not enter them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import msgspec
import pytest

from facility_agent.documents.tables_xlsx import tables_xlsx
from facility_agent.exchange.paper_lists import COLUMNS, read_lines
from facility_agent.exchange.tables import rows_of
from facility_agent.vocabulary.errors import InputErrors
from facility_agent.workflows import audit_desk, month_papers, paper_batches, review
from facility_agent.workflows.claim_numbers import by_number
from facility_agent.workflows.paper_batches import Paper
from tests.documents.reading import text_of
from tests.workflows.nothing import refused, told
from tests.workflows.places import Places

HEAD = [names[0] for names in COLUMNS.values()]
#: A consultation at the tariff, and one billed five times as much; the mutual owes 70 % of 100 francs for each.
GOOD = ["1", "03/03/2026", "MLT-000001-01", "12", "consultation-nurse", "1", "100", "70"]
DEAR = ["2", "2026-03-04", "MLT-000002-02", "13", "consultation-nurse", "1", "500", "350"]
FRONT = Paper("CSPS-EX1", "2026-03", 420, date(2026, 4, 4))


@pytest.fixture
async def mutual(ready: Places) -> AsyncIterator[Places]:
    ready.at(date(2026, 4, 5))
    yield ready


async def entered(places: Places, *lines: list[str], by: str = "agent", **front: object) -> str:
    paper = msgspec.structs.replace(FRONT, **front)
    return (await paper_batches.enter(places.mutual, paper, [HEAD, *lines], "papier", "keyed", by)).id


async def test_a_paper_batch_is_judged_like_any_other_and_answered_on_paper(mutual: Places) -> None:
    site = mutual.mutual
    batch = await entered(mutual, GOOD, DEAR)
    (line,) = await audit_desk.batches(site)
    assert (line.state, line.entered_by, line.batch.due) == ("received", "agent", 420)
    view = await audit_desk.audit(site, batch)
    assert [(answer.claimed, answer.computed) for answer in view.recomputed] == [(70, 70), (350, 70)]
    async with refused("decided-by-enterer", site):
        await audit_desk.decide(site, batch, {}, "agent")
    letters = [entry.name for entry in await site.store.letters("out")]
    assert (await audit_desk.decide(site, batch, {}, "medecin")).amount == 140
    assert (await audit_desk.pay(site, batch, "ESPECES-1", date(2026, 4, 5), "tresorier")).amount == 140
    assert [entry.name for entry in await site.store.letters("out")] == letters
    assert (await audit_desk.batches(site))[0].state == "reconciled"


async def test_pages_of_paper_are_kept_beside_it_and_the_answer_is_printed(mutual: Places) -> None:
    site = mutual.mutual
    batch = await entered(mutual, GOOD, DEAR)
    page = b"%PDF-1.7 page"
    for _ in range(2):
        await paper_batches.attach(site, batch, "../page 1.exe", page, "agent")
    ((digest, name),) = await site.store.paper_scans(batch)
    assert name == "page-1.pdf" and await site.store.paper_scan(batch, digest) == (name, page)
    assert await site.store.paper_scan("another", digest) is None
    odd = {"scan-empty": b"", "scan-kind": b"<html>", "scan-large": page + bytes(paper_batches.LARGEST_SCAN)}
    for code, data in odd.items():
        async with refused(code, site):
            await paper_batches.attach(site, batch, "page.pdf", data, "agent")
    async with refused("scan-batch", site):
        await paper_batches.attach(site, "another", "page.pdf", page, "agent")
    decision = await audit_desk.decide(site, batch, {}, "medecin")
    held = await site.store.batch(batch)
    assert held is not None and await month_papers.kinds(site, held.batch) == ("decision",)
    # People read numbers: the second claim is a double of the first one, and its reason says which that is.
    doubled = await entered(mutual, [*GOOD[:3], "14", *GOOD[4:]], total=70)
    (answer,) = await by_number(site, (await audit_desk.audit(site, doubled)).proposals)
    said = {str(found.evidence["claim"]) for found in answer.lines[0].findings if "claim" in found.evidence}
    assert said and said <= {item.number for item in held.batch.items}
    printed = text_of(await month_papers.paper(site, batch, "decision"))
    assert held.batch.number in printed and decision.decided_by in printed


async def test_the_same_paper_twice_and_a_paper_that_is_wrong_change_nothing(mutual: Places) -> None:
    site = mutual.mutual
    strange = ["1", "03/03/2026", "MLT-999999-99", "1", "consultation-nurse", "1", "100", "70"]
    odd: dict[str, tuple[list[list[str]], dict[str, object]]] = {
        "paper-total": ([GOOD], {}),
        "paper-other-month": ([[GOOD[0], "03/04/2026", *GOOD[2:]]], {"total": 70}),
        "paper-sheet-mixed": ([GOOD, ["1", *DEAR[1:]]], {}),
        "paper-nothing-asked": ([[*GOOD[:7], "0"]], {"total": 0}),
        "paper-empty": ([], {}),
        "paper-received": ([GOOD, DEAR], {"received_on": date(2026, 4, 6)}),
        "agreement-missing": ([GOOD, DEAR], {"facility": "INCONNU"}),
        "month-malformed": ([GOOD, DEAR], {"month": "mars"}),
    }
    for code, (lines, front) in odd.items():
        async with refused(code, site):
            await entered(mutual, *lines, **front)
    async with refused("paper-heading", site):
        await paper_batches.enter(site, FRONT, [HEAD[1:], GOOD[1:]], "papier", "keyed", "agent")
    await entered(mutual, GOOD, DEAR)
    async with refused("paper-batch-twice", site):
        await entered(mutual, GOOD, DEAR, by="medecin")
    # Somebody whom the register does not know is no error of the paper: the rules say it.
    unknown = await entered(mutual, strange, total=70)
    assert (await audit_desk.audit(site, unknown)).report.accepted == 0
    assert {row.entered_by for row in (await review.queue(site)).rows} == {"agent"}


def test_every_cell_that_cannot_be_read_is_named_with_its_row() -> None:
    wrong = [
        ["=1+1", "31/02/2026", "<b>Awa</b>", "", "consultation-nurse", "0", "1,5", "10"],
        ["2", "03/03/2026", "MLT-000001-01", "", "", "1", "100", "101"],
        ["3", "03/03/2026", "MLT-000001-01", "", "consultation-nurse", "1", "100", "101"],
    ]
    with pytest.raises(InputErrors) as caught:
        read_lines([HEAD, *wrong], "papier", "XOF")
    told(caught.value, "paper-mistakes")
    found = {(mistake.line, mistake.key, mistake.code) for mistake in caught.value.mistakes}
    assert found == {
        (2, "feuille", "paper-text"),
        (2, "jour", "paper-day"),
        (2, "numero membre", "paper-text"),
        (2, "quantite", "paper-number"),
        (2, "prix unitaire", "paper-number"),
        (3, "acte", "paper-missing"),
        (4, "demande au payeur", "paper-asked"),
    }


@pytest.mark.parametrize("language", [0, 1], ids=["fr", "en"])
def test_the_workbook_filled_in_reads_like_what_is_keyed(language: int) -> None:
    heading = [names[language] for names in COLUMNS.values()]
    book = tables_xlsx([("Lignes", heading, [GOOD, DEAR])])
    assert read_lines(rows_of(book, "b.xlsx"), "b.xlsx", "XOF") == read_lines([HEAD, GOOD, DEAR], "b.xlsx", "XOF")


def test_a_currency_with_cents_is_read_in_minor_units() -> None:
    (line,) = read_lines([HEAD, [*GOOD[:6], "12,5", "8.75"]], "papier", "CDF")
    assert (line.price, line.asked) == (1250, 875)
