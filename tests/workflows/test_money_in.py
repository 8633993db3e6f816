"""Money in at the health centre: lists, cheques, notes, advances, in parts and in groups, and the books of it all."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest

from facility_agent.documents.journal import read_chart
from facility_agent.invoicing.entries import ACCOUNTS
from facility_agent.invoicing.ledger import ledger
from facility_agent.invoicing.standing import Standing
from facility_agent.vocabulary.errors import InputError
from facility_agent.words import LANGUAGES, Words
from facility_agent.workflows import bank_file, books, exchange, money_in, month_end
from tests.workflows.march import DUE, live_march
from tests.workflows.nothing import everything
from tests.workflows.places import Places

DAY = date(2026, 4, 21)


def bank_list(*lines: str, head: str = "Date;Libellé;Référence;Débit;Crédit") -> bytes:
    return "\r\n".join((head, *lines, "")).encode("cp1252")


async def answered_at_facility(places: Places) -> None:
    """The receipt, the decision and the announced payment reach the health centre."""
    places.at(DAY)
    for letter in sorted((places.mutual.folder / "outbox").glob("*.fae")):
        if letter.name.startswith(("receipt", "decision", "remittance")):
            await exchange.receive(places.facility, letter.read_bytes(), "comptable", letter.name)


@asynccontextmanager
async def unchanged(code: str, places: Places) -> AsyncIterator[None]:
    """What happens inside is bad input: its sentences in both languages, and the state from before."""
    before = await everything(places.facility)
    with pytest.raises(InputError) as caught:
        yield
    assert caught.value.code == code
    for language in LANGUAGES:
        sentence = Words(language)(f"error.{code}", **caught.value.fields)
        assert "{" not in sentence and sentence.count(". ") >= 2
    assert await everything(places.facility) == before


async def standing(places: Places) -> Standing:
    (shown,) = (await books.overview(places.facility)).standings
    parts = (shown.billed, shown.owed, shown.pending, shown.contested, shown.refused_member, shown.refused_facility)
    assert sum(parts) + shown.written_off + shown.paid == shown.batch.due == DUE, "every franc is somewhere"
    return shown


async def state(places: Places) -> str:
    (entry,) = await places.facility.store.batches()
    return entry.state


async def test_money_moves_the_batch_whether_or_not_the_payer_announced_it(answered: Places) -> None:
    site = answered.facility
    answered.at(DAY)
    for letter in sorted((answered.mutual.folder / "outbox").glob("*.fae")):
        if letter.name.startswith(("receipt", "decision")):
            await exchange.receive(site, letter.read_bytes(), "comptable", letter.name)
    accepted = (await standing(answered)).owed
    assert await state(answered) == "decided" and accepted > 100
    await money_in.enter(site, "m-1", "bank", "MLT", DAY, accepted - 100, "VIR 77", "comptable")
    (shown,) = (await books.overview(site)).standings
    await money_in.put(site, "p-1", "m-1", shown.batch.id, None, "comptable")
    assert await state(answered) == "paid in part"
    await money_in.enter(site, "m-2", "cash", "MLT", DAY, 100, "", "comptable")
    await money_in.put(site, "p-2", "m-2", shown.batch.id, None, "comptable")
    shown = await standing(answered)
    assert (shown.open, await state(answered)) == (0, "reconciled")
    data = (answered.mutual.folder / "outbox" / f"remittance-{shown.batch.number}.fae").read_bytes()
    await exchange.receive(site, data, "comptable")
    assert await state(answered) == "reconciled", "the payer's letter comes behind its money"


async def test_a_line_of_the_bank_pays_the_claims_that_the_payers_list_names(answered: Places) -> None:
    await answered_at_facility(answered)
    accepted = (await standing(answered)).owed
    assert accepted > 0
    data = bank_list("20/04/2026;Frais;F-1;150;", f"21/04/2026;VIR MUTUELLE;VIR-0001;;{accepted}")
    brought = await bank_file.bring(answered.facility, data, "l’état d’avril.csv", "bank", "comptable")
    assert (brought.new, brought.matched, brought.out, brought.again) == (1, 1, 1, 0)
    shown = await standing(answered)
    assert (shown.owed, shown.paid) == (0, accepted)
    assert await state(answered) == "reconciled", "announced and come"
    before = await everything(answered.facility)
    again = await bank_file.bring(answered.facility, data, "autre nom.csv", "bank", "comptable")
    assert (again.new, again.again) == (0, 1)
    assert await everything(answered.facility) == before, "the same list twice counts once"
    longer = bank_list(f"21/04/2026;VIR MUTUELLE;VIR-0001;;{accepted}", "22/04/2026;VERSEMENT;ESP-7;;900")
    more = await bank_file.bring(answered.facility, longer, "mai.csv", "bank", "comptable")
    assert (more.new, more.again, more.matched) == (1, 1, 0), "and so does a line in two lists"


async def test_the_books_go_on_from_what_is_kept_and_are_read_anew_only_when_they_must(
    sent: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, store = sent.facility, sent.facility.store

    async def same() -> None:
        assert await books.book_of(site) == ledger([each.fact for each in await store.noted()])

    await same()
    (entry,) = await store.batches()
    whole, read = store.noted, []

    async def noted() -> Any:
        read.append(1)
        return await whole()

    monkeypatch.setattr(store, "noted", noted)
    steps = (
        ("08:00", money_in.enter(site, "m1", "bank", "MLT", DAY, 100, "VIR-1", "comptable")),
        ("08:01", money_in.put(site, "p1", "m1", entry.batch.id, 60, "comptable")),
        ("08:02", money_in.enter(site, "m2", "cheque", "", DAY, 50, "CHQ-2", "comptable")),
        ("08:03", money_in.recognise(site, "k1", "m2", "MLT", "comptable", advance=True)),
        ("08:04", money_in.write_off(site, "w1", entry.batch.id, "", None, "Accord.", "comptable")),
        ("08:05", money_in.give_back(site, "g1", "m1", 40, "RET-1", "comptable")),
    )
    for hour, step in steps:
        sent.at(DAY, hour)
        await step
        await books.book_of(site)
    assert read == [], "what is new was written behind what is kept"
    with pytest.raises(InputError, match="ledger-money-spent"):
        await money_in.give_back(site, "g2", "m1", 1, "RET-2", "comptable")
    await same()
    sent.at(DAY, "07:00")
    await money_in.enter(site, "m3", "bank", "MLT", DAY, 7, "VIR-3", "comptable")
    read.clear()
    await books.book_of(site)
    assert read == [1], "a clock that ran backwards puts it before: all is read anew"
    await same()


@pytest.mark.parametrize(("difference", "owed", "free"), [(-100, 100, 0), (+250, 0, 250)])
async def test_too_little_leaves_something_owed_and_too_much_stays_free(
    difference: int, owed: int, free: int, answered: Places
) -> None:
    await answered_at_facility(answered)
    accepted = (await standing(answered)).owed
    line = f"21/04/2026;vir 0001;;;{accepted + difference}"
    await bank_file.bring(answered.facility, bank_list(line), "a.csv", "bank", "comptable")
    shown, book = await standing(answered), await books.book_of(answered.facility)
    assert (shown.owed, shown.paid) == (owed, accepted - owed)
    (money,) = book.money.values()
    assert (money.free, money.payer) == (free, "MLT")
    if free:
        async with unchanged("ledger-money-spent", answered):
            await money_in.give_back(answered.facility, "g", money.money.id, free + 1, "RET-1", "comptable")
        await money_in.give_back(answered.facility, "g", money.money.id, free, "RET-1", "comptable")
        assert (await books.book_of(answered.facility)).balances["bank", ""] == accepted


async def test_a_payer_on_paper_is_paid_in_parts_and_the_rest_is_given_up_with_a_reason(sent: Places) -> None:
    site = sent.facility
    sent.at(DAY)
    (shown,) = (await books.overview(site)).standings
    await money_in.enter(site, "m-1", "cheque", "MLT", DAY, 1000, "CHQ 0042", "comptable")
    assert await money_in.put(site, "p-1", "m-1", shown.batch.id, 600, "comptable") == 600
    assert await money_in.put(site, "p-1", "m-1", shown.batch.id, 600, "comptable") == 0, "the same form twice"
    async with unchanged("ledger-money-spent", sent):
        await money_in.put(site, "p-2", "m-1", shown.batch.id, 401, "comptable")
    await money_in.put(site, "p-3", "m-1", shown.batch.id, None, "comptable")
    async with unchanged("money-nothing-open", sent):
        await money_in.put(site, "p-4", "m-1", shown.batch.id, None, "comptable")
    now = await standing(sent)
    assert (now.paid, now.billed) == (1000, DUE - 1000) and await state(sent) == "paid in part"
    async with unchanged("reason-missing", sent):
        await money_in.write_off(site, "w-1", shown.batch.id, "", None, "  ", "directrice")
    given_up = await money_in.write_off(site, "w-1", shown.batch.id, "", None, "la mutuelle a fermé", "directrice")
    assert given_up == DUE - 1000 and (await standing(sent)).written_off == given_up
    assert await state(sent) == "reconciled", "nothing is left of it, although the payer never wrote"
    cashed = bank_list("25/04/2026;REMISE CHEQUE 0042;CHQ0042;;1 000")
    brought = await bank_file.bring(site, cashed, "mai.csv", "bank", "comptable")
    assert (brought.new, brought.banked) == (0, 1), "a cheque that was entered is not counted again"
    balances = (await books.book_of(site)).balances
    assert (balances["bank", ""], balances["cheque", ""]) == (1000, 0)


async def test_an_advance_is_drawn_down_by_invoices(sent: Places) -> None:
    site = sent.facility
    sent.at(DAY)
    (shown,) = (await books.overview(site)).standings
    async with unchanged("advance-nothing", sent):
        await money_in.draw(site, "d-0", shown.batch.id, "comptable")
    await money_in.enter(site, "m-1", "mobile", "MLT", DAY, 500, "OM-1", "comptable", advance=True)
    await money_in.enter(site, "m-2", "mobile", "MLT", DAY, DUE, "OM-2", "comptable", advance=True)
    assert (await standing(sent)).paid == 0, "an advance waits until somebody draws on it"
    assert await money_in.draw(site, "d-1", shown.batch.id, "comptable") == DUE
    book = await books.book_of(site)
    assert {id: each.free for id, each in book.money.items()} == {"m-1": 0, "m-2": 500}
    assert book.balances["advance", "MLT"] == -500


async def test_money_before_the_seal_moves_the_batch_after_it(ready: Places) -> None:
    site = ready.facility
    await live_march(ready)
    ready.at(date(2026, 4, 2), "09:00")
    batch = await month_end.close(site, "2026-03", "MLT", "mutual", "comptable")
    await money_in.enter(site, "m-1", "bank", "MLT", date(2026, 4, 2), batch.due, "VIR 1", "comptable", advance=True)
    assert await money_in.draw(site, "d-1", batch.id, "comptable") == batch.due
    assert await state(ready) == "closed", "it is still to be sealed"
    exported = await month_end.export(site, batch.id, "comptable")
    assert exported.sealed is not None and exported.sealed.is_file()
    assert await state(ready) == "reconciled"


async def test_notes_have_a_receipt_and_a_payment_names_the_invoice(sent: Places) -> None:
    site = sent.facility
    sent.at(DAY)
    (shown,) = (await books.overview(site)).standings
    made = await money_in.enter(site, "m-1", "cash", "MLT", DAY, 300, f"facture {shown.batch.number}", "comptable")
    assert made.receipt == "CSPS-EX1-E2026-000001"
    assert await money_in.enter(site, "m-1", "cash", "MLT", DAY, 300, "autre", "comptable") == made
    assert (await standing(sent)).paid == 300, "the reference names the invoice"


async def test_an_amount_alone_proposes_and_books_nothing(answered: Places) -> None:
    await answered_at_facility(answered)
    accepted = (await standing(answered)).owed
    line = f"21/04/2026;VIREMENT RECU;ABC;;{accepted}"
    await bank_file.bring(answered.facility, bank_list(line), "a.csv", "bank", "comptable")
    seen = await books.overview(answered.facility)
    (found,) = seen.matches.values()
    assert (found.by, sum(part.amount for part in found.parts)) == ("amount", accepted)
    assert seen.standings[0].paid == 0


WRONG = {
    "money-nothing": ("bank", DAY, 0, "X"),
    "money-in-future": ("bank", date(2026, 4, 22), 10, "X"),
    "reference-missing": ("bank", DAY, 10, " "),
}


@pytest.mark.parametrize("code", WRONG)
async def test_a_payment_that_cannot_be_is_not_written_down(code: str, sent: Places) -> None:
    sent.at(DAY)
    kind, day, amount, reference = WRONG[code]
    async with unchanged(code, sent):
        await money_in.enter(sent.facility, "m", kind, "MLT", day, amount, reference, "comptable")  # type: ignore[arg-type]


async def test_the_same_reference_and_amount_are_not_entered_twice(sent: Places) -> None:
    sent.at(DAY)
    await money_in.enter(sent.facility, "m-1", "bank", "MLT", DAY, 10, "VIR 77-A", "comptable")
    async with unchanged("money-known", sent):
        await money_in.enter(sent.facility, "m-2", "bank", "MLT", DAY, 10, "vir77a", "comptable")


BAD_LISTS = {
    "bank-unreadable": b"\x81\x8d\x00\xff" * 20,
    "bank-columns": b"Nom;Somme\nx;1\n",
    "bank-decimals": bank_list("21/04/2026;a;b;;1.000,00", "21/04/2026;c;d;;1,000.00"),
    "bank-cell": bank_list("21/04/2026;a;b;;mille"),
}


@pytest.mark.parametrize("code", BAD_LISTS)
async def test_a_list_that_cannot_be_read_changes_nothing(code: str, sent: Places) -> None:
    async with unchanged(code, sent):
        await bank_file.bring(sent.facility, BAD_LISTS[code], "l’état.csv", "bank", "comptable")


async def test_the_journal_balances_entry_by_entry_and_says_that_its_accounts_are_a_proposal(answered: Places) -> None:
    await answered_at_facility(answered)
    accepted = (await standing(answered)).owed
    await bank_file.bring(answered.facility, bank_list(f"21/04/2026;VIR;VIR-0001;;{accepted}"), "a", "bank", "=2+2")
    text = (await books.journal(answered.facility, date(2026, 1, 1), date(2026, 12, 31))).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row["Pièce"]] += int(row["Débit"] or 0) - int(row["Crédit"] or 0)
        assert row["Compte"].isdigit() and "à confirmer par le comptable" in row["Mention"]
    assert rows and set(sums.values()) == {0}
    assert sum(int(row["Débit"] or 0) for row in rows if row["Compte"] == "5211") == accepted
    async with unchanged("journal-period", answered):
        await books.journal(answered.facility, date(2026, 2, 1), date(2026, 1, 1))


async def test_a_facility_has_its_own_chart_and_a_wrong_one_is_named(sent: Places) -> None:
    chart = read_chart()
    assert set(chart.accounts) == {*ACCOUNTS, "suspense"} and not chart.confirmed
    own = sent.facility.folder / books.CHART
    lines = [f'{name} = {{ number = "1{place:03d}", name = "Compte" }}' for place, name in enumerate(chart.accounts)]
    head = 'title = "Les nôtres"\nevidence = "confirmed"\nconfirmed_by = "La comptable"\n[accounts]\n'
    own.write_text(head + "\n".join(lines), encoding="utf-8")
    text = (await books.journal(sent.facility, date(2026, 1, 1), date(2026, 12, 31))).decode("utf-8-sig")
    assert "à confirmer" not in text and ";1000;" in text
    own.write_text(head + "\n".join(lines[1:]), encoding="utf-8")
    async with unchanged("chart-wrong", sent):
        await books.journal(sent.facility, date(2026, 1, 1), date(2026, 12, 31))
