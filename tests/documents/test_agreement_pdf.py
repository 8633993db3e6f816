"""The agreement on paper: parties, every clause, the annex with its marks, and room to sign."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from facility_agent.arrangements.agreement import Annex, Party, signed_terms
from facility_agent.arrangements.annex import annex_of, document_of
from facility_agent.arrangements.model import Clauses, Limit, Tariff
from facility_agent.arrangements.moves import Move
from facility_agent.documents.agreement_pdf import agreement_pdf
from facility_agent.vocabulary.identifiers import digest
from facility_agent.words import Words
from tests.documents.reading import codes_of, ink_outside, pages_of, text_of
from tests.invoicing.months import AGREEMENT, ARRANGEMENT

MADE = date(2026, 1, 25)


def printed(language: str = "fr", **changes: Any) -> bytes:
    return agreement_pdf(msgspec.structs.replace(AGREEMENT, **changes), ARRANGEMENT, language, made_on=MADE)


FOUND = text_of(printed())

SAID = [
    "Convention de prestations de soins n° CONV-2026-017",
    "Centre de santé de l’Étoile prestataire CSPS-KOS CSPS public",
    "Mutuelle Laafi de N’Dorola payeur MUT-KDG",
    "« Arrangement d’essai », dans sa version en vigueur depuis le 01/01/2026",
    "Elle prend effet le 01/02/2026, sans terme fixé.",
    "État : signée d’un seul côté",
    "1 Gratuité programme de l’État ETAT",
    "Arrondi des parts à l’unité inférieure arrangement",
    "Pas de l’arrondi 5 F CFA annexe",
    "Envoi de la facture au plus tard le 10 du mois suivant arrangement, art. 30",
    "Paiement dans les 30 jours annexe",
    "Recours contre une décision « clause ouverte »",
    "privé : « clause ouverte » ; public : 14 jours",
    "Extrapolation d’un échantillon contrôlé non admise",
    "Gratuité tous les soins 100 % arrangement",
    "Mutuelle classique tous les soins 70 % annexe, clause close",
    "Mutuelle classique Pansement tout, sauf 100 F CFA par acte annexe",
    "Consultation CSPS 100 F CFA arrangement",
    "Accouchement CSPS 900 F CFA annexe, clause close",
    "Délai d’observation Mutuelle classique · Accouchements 9 mois annexe",
    "plafond de 50 000 F CFA · à la charge du bénéficiaire · par ménage, par an",
    "au plus 2 fois · « clause ouverte » · à la charge du bénéficiaire · par personne, par mois",
    "Franchise Mutuelle classique · tous les soins 500 F CFA · par personne, par passage",
    "Pièce exigée ordonnance · Pansement sans quoi la ligne est rejetée",
    "dressing Pansement Consultations",
    "Pour Centre de santé de l’Étoile",
    "Signé par Issa Traoré, président, le 20/01/2026",
]


@pytest.mark.parametrize("sentence", SAID)
def test_the_paper_says_what_the_agreement_says(sentence: str) -> None:
    assert sentence in FOUND


@pytest.mark.parametrize(("language", "said"), [("fr", "CTG · Le centre décide"), ("en", "CTG · The centre decides")])
def test_a_power_that_the_annex_gives_is_printed(language: str, said: str) -> None:
    document = {
        "delegation": [
            {"code": "c", "to": "CTG", "name": {"fr": "Le centre décide", "en": "The centre decides"},
             "power": "decide", "limit": 20_000}
        ]
    }  # fmt: skip
    annex, mistakes = annex_of(document, arrangement=ARRANGEMENT)
    assert mistakes == () and annex is not None and document_of(annex)["delegation"] == document["delegation"]
    paper = text_of(printed(language, annex=annex))
    assert said in paper and ("20 000" in paper or "20,000" in paper)


def test_prices_of_other_levels_are_left_out() -> None:
    assert "77 777" not in FOUND


def test_one_box_is_left_to_sign() -> None:
    assert FOUND.count("Signature et cachet") == 1
    assert text_of(printed(signatures=())).count("Signature et cachet") == 2


def test_a_signature_on_paper_is_said_to_be_one() -> None:
    on_paper = msgspec.structs.replace(AGREEMENT.signatures[0], key="")
    assert "Signé sur papier par Issa Traoré" in text_of(printed(signatures=(on_paper,)))


def test_the_hash_of_the_terms_is_on_every_page() -> None:
    document = printed()
    pages = pages_of(document)
    named = digest(signed_terms(AGREEMENT))
    assert AGREEMENT.digest == named and codes_of(document) == [named] * len(pages)
    assert all(named[:8] in page for page in pages)
    assert codes_of(printed(digest=""))[0] == named


def test_an_invented_annex_is_marked_on_every_page() -> None:
    annex = msgspec.structs.replace(AGREEMENT.annex, invented=True, note="Annexe de démonstration.")
    pages = pages_of(printed(annex=annex))
    assert all("EXEMPLE INVENTÉ" in page for page in pages) and len(pages) > 1
    assert "Annexe de démonstration." in "".join(pages)
    assert "INVENTÉ" not in FOUND
    made_up = Party(code="MUT-KDG", name="Mutuelle", role="payer", invented=True)
    assert "EXEMPLE INVENTÉ" in text_of(printed(parties=(made_up,))) and "(nom inventé)" in text_of(
        printed(parties=(made_up,))
    )


def test_an_open_money_clause_makes_it_a_draft_on_every_page() -> None:
    document = printed(annex=Annex())
    assert all("la convention ne peut pas encore être signée" in page.replace("\n", " ") for page in pages_of(document))
    assert "Clauses d’argent encore ouvertes : Pas de l’arrondi, taux du régime Mutuelle classique." in text_of(
        document
    )
    assert "PROJET" not in FOUND


def test_a_suspended_agreement_says_so() -> None:
    moves = (Move(number=1, kind="suspend", on=date(2026, 5, 3)),)
    assert "suspendue depuis le 03/05/2026" in text_of(printed(moves=moves, until=date(2026, 12, 31)))


def test_a_long_agreement_runs_over_pages_and_stays_on_them() -> None:
    tariffs = tuple(
        Tariff(act=f"act-{n}", price=100 * n, clause="annexe tarifaire, ligne très longue") for n in range(120)
    )
    limits = (Limit(code="x", acts=tuple(f"act-{n}" for n in range(200)), amount=1),)
    parties = (
        *AGREEMENT.parties,
        *(Party(code=f"M{n}", name=f"Mutuelle {n} " + "de loin " * 9, role="payer") for n in range(7)),
    )
    document = printed(annex=Annex(tariffs=tariffs, limits=limits), parties=parties)
    pages = pages_of(document)
    assert len(pages) > 4 and f"Page {len(pages)} sur {len(pages)}" in pages[-1]
    assert ink_outside(document) == []
    found = text_of(document)
    assert all(f"act-{n} " in found for n in range(120))
    assert found.count("Signature et cachet") == 8


def test_it_is_said_in_english_too_and_always_in_the_same_bytes() -> None:
    found = text_of(printed("en"))
    assert "Payment within 30 days annex" in found and "“open clause”" in found
    assert printed() == printed()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("clause", Clauses.__struct_fields__)
def test_every_clause_has_words(clause: str, language: str) -> None:
    words = Words(language)
    assert words.has(f"doc.clause.{clause}")
    kinds = ("is", "one", "yes")
    assert any(words.has(f"doc.clause.{clause}.{kind}") for kind in kinds) or clause in ("rounding", "rest_days")


@pytest.mark.parametrize("state", ["draft", "signed by one", "in force", "amended", "suspended", "ended"])
def test_every_state_has_words(state: str) -> None:
    assert Words("fr").has(f"doc.agreement.state.{state.replace(' ', '-')}")


def test_what_the_annex_closes_is_not_printed_as_open_beside_it() -> None:
    assert "tous les soins « clause ouverte »" not in FOUND and "Accouchement CSPS « clause ouverte »" not in FOUND
    still = text_of(printed(annex=Annex()))
    assert "tous les soins « clause ouverte »" in still and "Accouchement CSPS « clause ouverte »" in still
