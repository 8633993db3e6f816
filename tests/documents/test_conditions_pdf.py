"""The confidential list: which claims it names, what stands on every page, and what never does."""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.documents.apart import CONDITIONS, Order, fulfil, printed
from facility_agent.invoicing.batch import gather
from facility_agent.invoicing.conditions import conditions_of
from facility_agent.invoicing.statement import statement
from tests.documents.reading import ink_outside, pages_of, text_of
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, CLOSED, FACILITY, MUTUAL, claim

CLAIMS = tuple(claim(number, date(2026, 3, 1 + number % 28), name="Awa Nommée") for number in range(1, 91))
BATCH = gather(CLAIMS, FACILITY, MUTUAL, "classic", "2026-03", "2026-03-1", "b1", "main", CLOSED, True)
ROWS = conditions_of(BATCH, CLAIMS)
PAGE = statement(BATCH, ARRANGEMENT, AGREEMENT)


def test_a_claim_without_a_condition_is_not_listed_and_places_are_those_of_the_batch() -> None:
    first = next(claim for claim in CLAIMS if claim.id == BATCH.items[0].claim)
    silent = msgspec.structs.replace(first.visit, condition="", condition_text=" ".strip())
    some = [msgspec.structs.replace(each, visit=silent) if each is first else each for each in CLAIMS]
    rows = conditions_of(BATCH, some)
    assert [row.position for row in rows] == list(range(2, len(CLAIMS) + 1))
    assert [row.number for row in rows] == [item.number for item in BATCH.items[1:]]
    assert conditions_of(BATCH, ()) == ()


def test_every_page_is_confidential_and_names_nobody() -> None:
    document = fulfil(Order(PAGE, "", "fr", CLOSED, (CONDITIONS,), ROWS))[CONDITIONS]
    pages = pages_of(document)
    assert len(pages) > 1 and all("CONFIDENTIEL" in page and "EXEMPLE INVENTÉ" in page for page in pages)
    found = text_of(document)
    assert (
        found.count("Paludisme grave") == found.count("1F40") == len(CLAIMS) and "90 feuilles de soins sur 90" in found
    )
    assert "Nommée" not in found and "XOF" not in found and ink_outside(document) == []


async def test_the_list_is_a_print_of_its_own_and_the_statement_says_nothing_of_it() -> None:
    made = await printed(PAGE, "ab" * 32, "en", CLOSED, ("pdf",), ROWS)
    assert set(made) == {"pdf", CONDITIONS}
    assert "Paludisme" not in text_of(made["pdf"].files["pdf"])
    assert "CONFIDENTIAL: for the medical adviser alone" in text_of(made[CONDITIONS].files[CONDITIONS])
