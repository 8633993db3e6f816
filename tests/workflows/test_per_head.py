"""A head count is invoiced like care: counted again by its payer, answered per person, paid, booked, contested."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from facility_agent.audit.decide import Override
from facility_agent.exchange.messages import BatchMessage
from facility_agent.invoicing.capitation import HeadCount
from facility_agent.invoicing.standing import standing as standing_of
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows import (
    audit_desk,
    auditing,
    books,
    contesting,
    exchange,
    explaining,
    head_count,
    membership,
    money_in,
    month_end,
    month_papers,
    per_head,
    timing,
    visit_life,
)  # fmt: skip
from facility_agent.workflows.site import OUTBOX
from tests.documents.reading import text_of
from tests.workflows.nothing import refused
from tests.workflows.places import Places, carry_lists, people
from tests.workflows.post import brought, letter
from tests.workflows.test_head_count import DAY, list_people
from tests.workflows.test_head_count import paid_per_head as paid_per_head

START, RATE = date(2026, 1, 1), 250
#: Whom the mutual takes off its list after the health centre has counted, and whom it lists elsewhere.
GONE, MOVED = "MLT-000005-02", "MLT-000006-03"


@pytest.fixture
async def invoiced(ready: Places, paid_per_head: None) -> tuple[Batch, bytes]:
    """The invoice of the health centre for its 29 persons, sealed."""
    await list_people(ready)
    await carry_lists(ready)
    batch = await per_head.invoice(ready.facility, "MLT", "mutual", DAY, START, "comptable")
    exported = await month_end.export(ready.facility, batch.id, "comptable")
    assert exported.sealed is not None
    return batch, exported.sealed.read_bytes()


async def test_persons_on_whom_both_agree_are_paid_and_booked(ready: Places, invoiced: tuple[Batch, bytes]) -> None:
    (batch, data), facility, mutual = invoiced, ready.facility, ready.mutual
    assert (batch.kind, batch.number, batch.due, batch.month) == ("per-head", "CSPS-EX1-MLT-0001", 29 * RATE, "2026-03")
    for again in (False, True):
        assert (await brought(mutual, data)).again == again
    view = await audit_desk.audit(mutual, batch.id)
    assert view.report.look_at == () and view.proposals[0].amount == batch.due
    await audit_desk.decide(mutual, batch.id, {}, "agent")
    for name in ("receipt", "decision"):
        await brought(facility, (mutual.folder / OUTBOX / f"{name}-{batch.number}.fae").read_bytes())
    await audit_desk.pay(mutual, batch.id, "VIR-9", DAY, "tresorier")
    paid = next((mutual.folder / OUTBOX).glob("remittance-*.fae"))
    await brought(facility, paid.read_bytes())
    await money_in.enter(facility, "m", "bank", "MLT", DAY, batch.due, "VIR-9", "comptable")
    entry = await facility.store.batch(batch.id)
    assert entry is not None and entry.state == "reconciled"
    book = await books.book_of(facility)
    assert standing_of(book, batch).paid == batch.due and book.balances["care", ""] == -batch.due
    rows = (await books.journal(facility, DAY, DAY)).decode("utf-8-sig").splitlines()
    assert sum("Forfaits par tête" in row and batch.number in row for row in rows) == 2
    assert await facility.store.claims_of_month(facility.config.code, "2026-03") == (), "no visit was billed"


@pytest.fixture
async def parted(ready: Places, invoiced: tuple[Batch, bytes]) -> Batch:
    """The invoice at a mutual that no longer keeps the version that was counted, and lists two persons otherwise."""
    own = ready.facility.config.code
    rows = [
        msgspec.structs.replace(row, listed_at="AILLEURS" if row.beneficiary.number == MOVED else own)
        for row in await ready.mutual.store.all_coverages("MLT")
        if row.beneficiary.number != GONE
    ]
    await membership.replace_members(ready.mutual, tuple(rows))
    await ready.mutual.store.database.rows("UPDATE register_held SET floor = sequence WHERE payer = 'MLT'")
    await brought(ready.mutual, invoiced[1])
    return invoiced[0]


async def test_each_person_on_whom_they_part_is_named_and_what_is_cut_can_be_contested(
    ready: Places, parted: Batch
) -> None:
    facility, mutual, outbox = ready.facility, ready.mutual, ready.mutual.folder / OUTBOX
    view = await audit_desk.audit(mutual, parted.id)
    (line,) = view.proposals[0].lines
    found = {(found.code, found.evidence["member"]) for found in line.findings}
    assert found == {("head-unknown", GONE), ("head-listed-elsewhere", MOVED)}
    assert (line.outcome, line.amount) == ("reduced", 27 * RATE)
    assert view.report.look_at[0].at_risk == parted.due and view.flags == ()
    claim = await audit_desk.claim_view(mutual, parted.id, view.claims[0].id)
    assert claim.others == () and claim.proposal == view.proposals[0]
    decision = await audit_desk.decide(mutual, parted.id, {}, "agent")
    await brought(facility, (outbox / f"decision-{parted.number}.fae").read_bytes())
    standing = standing_of(await books.book_of(facility), parted)
    assert (standing.owed, standing.refused_facility, standing.refused_member) == (27 * RATE, 2 * RATE, 0)
    for site in (facility, mutual):
        assert GONE in text_of(await month_papers.paper(site, parted.id, "decision"))
    async with refused("count-not-replaced", facility):
        await visit_life.begin_replacement(facility, view.claims[0].id, "comptable")

    async with refused("count-not-explained", facility):
        await explaining.explain(facility, parted.number)

    ready.at(date(2026, 3, 10))
    key = (view.claims[0].id, line.line)
    await contesting.contest(facility, parted.id, {key: "Inscrite chez nous en février."}, "comptable")
    assert standing_of(await books.book_of(facility), parted).contested == 2 * RATE
    await brought(mutual, (facility.folder / OUTBOX / f"contest-{parted.number}.fae").read_bytes())
    ready.at(date(2026, 3, 11))
    again = await contesting.answer(mutual, parted.id, {key: Override(28 * RATE, "Une fiche retrouvée.")}, "agent")
    assert again.amount == decision.amount + RATE
    for path in sorted(outbox.glob("decision-*.fae"), key=lambda path: path.stat().st_mtime_ns):
        await brought(facility, path.read_bytes())
    ready.at(date(2026, 3, 12))
    await money_in.enter(facility, "m", "bank", "MLT", DAY, 27 * RATE, parted.number, "comptable")
    (entry,) = await timing.every(facility)
    assert entry.state == "paid in part" and {clock.step for clock in entry.clocks} >= {"submit", "payment", "contest"}
    await money_in.write_off(facility, "w", parted.id, "", None, "Accord du mois.", "comptable")
    standing = standing_of(await books.book_of(facility), parted)
    assert (standing.paid, standing.written_off, standing.open, standing.refused_facility) == (
        27 * RATE, RATE, 0, RATE,
    )  # fmt: skip


async def test_a_mutual_that_cannot_count_leaves_the_amount_and_asks_a_person(
    ready: Places, invoiced: tuple[Batch, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, data = invoiced
    await brought(ready.mutual, data)

    async def none(*_: object) -> None:
        raise InputError("count-no-register", payer="MLT")

    monkeypatch.setattr(head_count, "count", none)
    view = await audit_desk.audit(ready.mutual, batch.id)
    ((line,), looked) = view.proposals[0].lines, view.report.look_at
    assert (line.outcome, line.amount) == ("accepted", batch.due)
    assert [found.code for found in looked[0].findings] == ["heads-not-counted"] and view.report.with_unchecked == 1


async def test_what_cannot_be_invoiced_is_a_sentence_and_takes_no_number(
    ready: Places, invoiced: tuple[Batch, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    facility = ready.facility
    for on, start, code in (
        (DAY, START, "count-invoiced"),
        (date(2026, 3, 1), START, "count-invoiced"),
        (DAY, date(2026, 4, 1), "count-nothing"),
        (date(2026, 4, 2), date(2026, 4, 1), "count-in-future"),
    ):
        async with refused(code, facility):
            await per_head.invoice(facility, "MLT", "mutual", on, start, "comptable")
    plain = head_count.count

    async def open_rate(*arguments: Any) -> HeadCount:
        found = await plain(*arguments)
        dues = tuple(msgspec.structs.replace(due, rate=None, missing="amount") for due in found.dues)
        return msgspec.structs.replace(found, dues=dues)

    monkeypatch.setattr(head_count, "count", open_rate)
    async with refused("count-rate-open", facility):
        await per_head.invoice(facility, "MLT", "mutual", DAY, START, "comptable")
    monkeypatch.setattr(head_count, "count", plain)
    ready.at(date(2026, 4, 2))
    later = await per_head.invoice(facility, "MLT", "mutual", date(2026, 4, 2), date(2026, 4, 1), "comptable")
    assert later.number == "CSPS-EX1-MLT-0002", "no number is lost to what failed"


async def test_a_letter_whose_count_is_not_what_it_bills_is_not_taken(
    ready: Places, invoiced: tuple[Batch, bytes]
) -> None:
    batch, mutual = invoiced[0], ready.mutual
    view = await month_end.batch_of(ready.facility, batch.id)
    count = await ready.facility.store.batch_count(batch.id)
    assert count is not None
    (due,) = count.dues
    twice = msgspec.structs.replace(due, persons=(*due.persons[1:], due.persons[-1]))
    for wrong in (
        None,
        msgspec.structs.replace(count, dues=(msgspec.structs.replace(due, persons=due.persons[1:]),)),
        msgspec.structs.replace(count, dues=(twice,)),
        msgspec.structs.replace(count, facility="AUTRE"),
        msgspec.structs.replace(count, dues=()),
    ):
        message = BatchMessage(batch, view.claims, count=wrong)
        data = await letter(ready.facility, mutual, "batch", message)
        async with refused("batch-inconsistent", mutual):
            await exchange.receive(mutual, data, "agent")


async def test_an_invoice_is_audited_from_its_file_with_the_members_file(
    ready: Places, invoiced: tuple[Batch, bytes], tmp_path: Path
) -> None:
    sealed, register = tmp_path / "lot.fae", tmp_path / "membres.csv"
    sealed.write_bytes(invoiced[1])
    listed = [{**row, "formation": "AILLEURS" if row["numero"] == MOVED else "CSPS-EX1"} for row in people()]
    with register.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(row for row in listed if row["numero"] != GONE)
    messages = await auditing.read_batches([sealed], ready.mutual)
    laws: Any = SimpleNamespace(on=lambda country, day: ready.mutual.arrangement(day))
    (found,) = await auditing.audit_files(messages, register, laws, None, ready.mutual)
    assert (found.report.claimed, found.report.accepted) == (29 * RATE, 27 * RATE)
    codes = {code.code: code.claims for code in found.report.codes}
    assert (
        codes.keys() == {"head-unknown", "head-listed-elsewhere"} and found.queue[0].claim == messages[0].claims[0].id
    )


async def test_the_statement_names_the_persons_and_says_the_sum_in_words(
    ready: Places, invoiced: tuple[Batch, bytes]
) -> None:
    batch = invoiced[0]
    name = ready.facility.folder / "exports" / "2026-03" / f"bordereau-{batch.number}.pdf"
    said = " ".join(text_of(name.read_bytes()).split())
    assert "Facture par tête" in said and "sept mille deux cent cinquante" in said and GONE in said
