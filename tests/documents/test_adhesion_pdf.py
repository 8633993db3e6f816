"""The page of adhesion is one page, signed or empty to fill in; and the agreement of a whole district prints."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from facility_agent.arrangements.agreement import Adhesion, Agreement, Party, Signature
from facility_agent.arrangements.model import Tariff
from facility_agent.documents.adhesion_pdf import adhesion_pdf
from facility_agent.documents.agreement_pdf import agreement_pdf
from tests.documents.reading import codes_of, ink_outside, pages_of, text_of
from tests.invoicing.months import AGREEMENT, ARRANGEMENT

MADE = date(2026, 1, 25)
#: Sixty letters with everything that a name may hold.
NAME = "Centre médical Œuvre-de-l’Étoile Ŋwãɛ̃kɔ̃ N’Dorola-Ouest à Ÿ"
JOINED = Party(code="CSPS-9", name=NAME, role="facility", level="csps", ownership="private", invented=True)
PAGE = Signature(party="CSPS-9", by="Awa Œuvrard", capacity="infirmière-cheffe", on=date(2026, 3, 2), signature="00")
WITH = msgspec.structs.replace(AGREEMENT, adhesions=(Adhesion(party=JOINED, start=date(2026, 4, 1), signature=PAGE),))


def district(count: int, tariffs: int) -> Agreement:
    level = ARRANGEMENT.levels[0].code
    facilities = tuple(
        Party(code=f"F-{n:02}", name=f"{NAME[:56]} {n}", role="facility", level=level) for n in range(count - 1)
    )
    annex = msgspec.structs.replace(
        AGREEMENT.annex, tariffs=tuple(Tariff(act=f"act-{n}", price=100 * n) for n in range(1, tariffs + 1))
    )
    return msgspec.structs.replace(AGREEMENT, parties=(*facilities, AGREEMENT.parties[1]), annex=annex, digest="")


def test_the_page_says_who_joins_what_from_when_and_by_whom_it_is_signed() -> None:
    document = adhesion_pdf(WITH, ARRANGEMENT, "CSPS-9", made_on=MADE)
    found = text_of(document)
    assert len(pages_of(document)) == 1 and codes_of(document) == [AGREEMENT.digest]
    for said in (
        "Page d’adhésion à la convention n° CONV-2026-017",
        "à partir du : 01/04/2026",
        "prestataire",
        "CSPS-9",
        "Signé sur papier par Awa Œuvrard, infirmière-cheffe, le 02/03/2026",
        "EXEMPLE INVENTÉ",
        "Page 1 sur 1",
    ):
        assert said in found, said
    assert ink_outside(document) == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("party", ["", "NOBODY"])
def test_an_empty_page_leaves_room_to_write(language: str, party: str) -> None:
    document = adhesion_pdf(AGREEMENT, ARRANGEMENT, party, language, made_on=MADE)
    found = text_of(document)
    assert len(pages_of(document)) == 1 and found.count("………") >= 6
    assert ("Signature et cachet" if language == "fr" else "Signature and stamp") in found
    assert document == adhesion_pdf(AGREEMENT, ARRANGEMENT, party, language, made_on=MADE)


def test_a_whole_district_is_named_by_its_first_and_a_count() -> None:
    every = district(40, 0)
    signed = tuple(msgspec.structs.replace(PAGE, party=party.code) for party in every.parties)
    document = adhesion_pdf(msgspec.structs.replace(every, signatures=signed), ARRANGEMENT, made_on=MADE)
    assert len(pages_of(document)) == 1 and "et 34 autres" in text_of(document)


@pytest.mark.parametrize(("parties", "tariffs"), [(2, 0), (5, 40), (40, 400)])
def test_every_party_has_its_box_and_every_tariff_its_row(parties: int, tariffs: int) -> None:
    it = msgspec.structs.replace(district(parties, tariffs), signatures=())
    document = agreement_pdf(it, ARRANGEMENT, made_on=MADE)
    pages, found = pages_of(document), text_of(document)
    assert found.count("Nom et qualité") == found.count("Signature et cachet") == parties
    assert all(f"act-{n} " in found for n in range(1, tariffs + 1))
    assert all(f"Page {number} sur {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert ink_outside(document) == []


def test_the_agreement_prints_who_joined_and_what_it_amends() -> None:
    changed: dict[str, Any] = {"amends": "CONV-2025-003"}
    found = text_of(agreement_pdf(msgspec.structs.replace(WITH, **changed), ARRANGEMENT, made_on=MADE))
    assert "a adhéré à la présente convention et y est tenue depuis le 01/04/2026" in found
    assert "prend la place de la convention n° CONV-2025-003" in found
