"""The payer's answers on paper: a receipt that promises nothing, a decision with its reasons, a payment."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from facility_agent.documents.receipt_pdf import decision_pdf, receipt_pdf, remittance_pdf, sentence
from facility_agent.invoicing.statement import statement
from facility_agent.vocabulary.findings import CATALOGUE, Finding, note, reduce, refuse
from facility_agent.vocabulary.settlement import ClaimDecision, Decision, LineDecision, Receipt, Remittance
from facility_agent.words import Words
from tests.documents.reading import codes_of, ink_outside, pages_of, text_of
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, batch

DAY = date(2026, 4, 20)
STATEMENT = statement(batch(5), ARRANGEMENT, AGREEMENT)
INVENTED = statement(batch(5, invented=True), ARRANGEMENT, AGREEMENT)
RECEIPT = Receipt("b1", "2026-03-1", date(2026, 4, 9), 5, 5070, "5e" * 32)
ABOVE = reduce("price-above-tariff", "tariff", "facility", 500, act="consult", price=600, tariff=100, quantity=1)
DOSE = refuse("quantity-outside-band", "protocol", "facility", act="al", quantity=4, expected=2, band="15-24 kg")
UNHEARD = Finding("unheard-of", "refuse")


def decided(claims: int = 2, **changes: Any) -> Decision:
    """The first line of every claim accepted, the second reduced, the third refused for two reasons."""
    lines = (
        LineDecision("1", "accepted", 1000, 1000),
        LineDecision("2", "reduced", 600, 100, (ABOVE,)),
        LineDecision("3", "refused", 900, 0, (UNHEARD, DOSE)),
    )
    findings = (note("late-entry", day="2026-03-02", entered="2026-03-09"),)
    made = tuple(ClaimDecision(f"c{number}", lines, findings if number == 0 else ()) for number in range(claims))
    return Decision("d1", "b1", DAY, "Fatou Sow", made, **changes)


def paid(amount: int = 5070, items: int = 5) -> Remittance:
    rows = tuple((f"c{number}", 1000 + 7 * number) for number in range(items))
    return Remittance("r1", "b1", "d1", "OM-77812", date(2026, 5, 2), "XOF", amount, rows)


def test_a_receipt_says_what_arrived_and_promises_nothing() -> None:
    document = receipt_pdf(RECEIPT, STATEMENT, made_on=DAY)
    found = text_of(document)
    assert len(pages_of(document)) == 1
    assert "Accusé de réception du bordereau n° 2026-03-1" in found and "le 09/04/2026" in found
    assert "5 feuilles de soins, pour un montant demandé de 5 070 F CFA" in found
    assert "Il ne promet aucun paiement" in found
    assert codes_of(document) == [RECEIPT.envelope]


def test_a_decision_gives_every_line_its_amounts_and_all_its_reasons() -> None:
    labels = {("c0", "1"): "Consultation", ("c0", "2"): "Artéméther-luméfantrine 20/120"}
    found = text_of(decision_pdf(decided(), STATEMENT, labels, made_on=DAY, contest_until=date(2026, 5, 20)))
    assert "Décidé par Fatou Sow le 20/04/2026." in found
    assert "Feuille de soins n° 00001 · KDG-000000-01" in found and "Feuille de soins n° 00002 · KDG-000001-01" in found
    assert "Consultation acceptée 1 000 1 000" in found and "réduite 600 100 Réduction : " in found
    assert "Rejet : finding.unheard-of Rejet : " in found
    assert "Total demandé 5 000 F CFA" in found and "Total à payer 2 200 F CFA" in found
    assert "Soit : deux mille deux cents francs CFA." in found
    assert "contestée jusqu’au 20/05/2026 inclus" in found


def test_an_open_time_to_contest_is_said_to_be_open() -> None:
    assert "ne fixe pas de délai pour contester" in text_of(decision_pdf(decided(), STATEMENT, made_on=DAY))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", [kind for kind in CATALOGUE.values() if kind.clinical], ids=lambda kind: kind.code)
def test_a_reason_never_speaks_clinically(kind: Any, language: str) -> None:
    words = Words(language)
    evidence: dict[str, str | int] = {field: f"<{field}>" for field in kind.fields}
    said = sentence(Finding(kind.code, kind.weights[0], evidence=evidence), words)
    clinical = words(f"finding.{kind.code}.clinical", **evidence)
    assert clinical not in said
    assert said.endswith(words(f"finding.{kind.code}", **evidence))


def test_a_claim_that_the_statement_does_not_know_is_named_by_its_id() -> None:
    decision = Decision("d1", "b1", DAY, "Fatou Sow", (ClaimDecision("c99", (LineDecision("1", "pending", 5, 0),)),))
    found = text_of(decision_pdf(decision, STATEMENT, made_on=DAY))
    assert "Feuille de soins n° c99" in found and "en attente d’une pièce" in found


def test_a_payment_lists_what_it_settles() -> None:
    found = text_of(remittance_pdf(paid(), STATEMENT, made_on=DAY))
    assert "Payé le 02/05/2026, référence OM-77812." in found
    assert "5 00005 KDG-000004-01 Awa Ouédraogo 1 028" in found
    assert "Somme payée 5 070 F CFA" in found and "Soit : cinq mille soixante-dix francs CFA." in found


def test_long_answers_run_over_pages_and_stay_on_them() -> None:
    many = statement(batch(150, names=("N" * 60, "Ɓah d’Almeida")), ARRANGEMENT, AGREEMENT)
    for document in (decision_pdf(decided(150), many, made_on=DAY), remittance_pdf(paid(1, 150), many, made_on=DAY)):
        pages = pages_of(document)
        assert len(pages) > 3 and ink_outside(document) == []
        assert all(f"Page {number} sur {len(pages)}" in page for number, page in enumerate(pages, start=1))
        assert all("Mutuelle Laafi de N’Dorola" in page for page in pages)
        whole = " ".join(pages)
        assert all(item.number in whole for item in many.rows)


def test_a_claim_of_very_many_lines_is_printed_whole() -> None:
    lines = tuple(LineDecision(f"line-{number}", "reduced", 600, 100, (ABOVE, UNHEARD)) for number in range(90))
    document = decision_pdf(
        msgspec.structs.replace(decided(), claims=(ClaimDecision("c0", lines),)), STATEMENT, made_on=DAY
    )
    assert ink_outside(document) == []
    found = text_of(document)
    assert all(f"line-{number} " in found for number in range(90))


def test_what_is_invented_is_marked_and_bytes_are_the_same() -> None:
    for make in (
        lambda said: receipt_pdf(RECEIPT, said, made_on=DAY),
        lambda said: decision_pdf(decided(30), said, made_on=DAY),
        lambda said: remittance_pdf(paid(), said, made_on=DAY),
    ):
        assert all("EXEMPLE INVENTÉ" in page for page in pages_of(make(INVENTED)))
        assert "INVENTÉ" not in text_of(make(STATEMENT))
        assert make(STATEMENT) == make(STATEMENT)


def test_answers_are_said_in_english_too() -> None:
    assert "It promises no payment" in text_of(receipt_pdf(RECEIPT, STATEMENT, "en", made_on=DAY))
    assert "In words: two thousand, two hundred CFA francs." in text_of(
        decision_pdf(decided(), STATEMENT, None, "en", made_on=DAY)
    )
