"""A payer's monthly statement: the same figures on the page, on paper and as CSV, and as known at the month's end."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from facility_agent.documents.payer_statement import MonthRow, PayerMonth, payer_statement_csv, payer_statement_pdf
from facility_agent.workflows import payer_month
from tests.documents.reading import text_of
from tests.web.visitor import Visitor
from tests.web.world import World


def row(number: str, **more: object) -> MonthRow:
    known = {
        "facility": "CSPS (exemple)", "care_month": "2026-02", "currency": "XOF", "received": date(2026, 3, 2),
        "claimed": 5_000, "decided": date(2026, 3, 12), "accepted": 4_000, "paid": 0, "paid_before": 0,
        "last_paid": None,
    }  # fmt: skip
    return MonthRow(number, **{**known, **more})  # type: ignore[arg-type]


ROWS = (
    row("=A1", paid=1_500, last_paid=date(2026, 3, 20)),
    row("B-2", received=date(2026, 2, 27), decided=date(2026, 2, 28), paid_before=4_000, last_paid=date(2026, 3, 1)),
    row("B-3", decided=None, accepted=None, late=True),
    row("B-4", currency="CDF", claimed=1_205, accepted=1_205),
)
MARCH = PayerMonth("Mutuelle (exemple)", "2026-03", date(2026, 3, 1), date(2026, 3, 31), ROWS, date(2026, 4, 1), True)


def test_a_month_adds_up_in_each_currency() -> None:
    cdf, xof = MARCH.sums
    assert (cdf.currency, cdf.received, cdf.owed) == ("CDF", 1, 1_205)
    assert (xof.received, xof.received_amount) == (2, 10_000)
    assert (xof.decided, xof.accepted, xof.paid) == (1, 4_000, 1_500)
    assert (xof.owed, xof.waiting, xof.late) == (2_500, 5_000, 1)
    assert [(each.days_to_decide, each.days_to_pay) for each in ROWS] == [(10, 8), (1, 1), (None, None), (10, None)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_paper_and_csv_say_the_same(language: str) -> None:
    read = list(csv.reader(io.StringIO(payer_statement_csv(MARCH, language).decode("utf-8-sig")), delimiter=";"))
    assert [line[0] for line in read[1:]] == ["'=A1", "B-2", "B-3", "B-4"]
    assert read[4][4] == "12,05" and read[3][6] == "" and read[3][-2]
    paper = text_of(payer_statement_pdf(MARCH, language))
    assert all(each.number in paper for each in ROWS) and "12" in paper


async def test_a_month_is_told_as_it_was_known_at_its_end(world: World, officer: Visitor) -> None:
    march = await payer_month.month_of_payer(world.mutual, "2026-03")
    (february,) = march.rows
    assert february.number == world.february.number and february.owed == 0
    assert (february.days_to_decide, february.days_to_pay) == (14, 0)
    before = await payer_month.month_of_payer(world.mutual, "2026-02")
    assert before.rows == ()
    page = await officer.get("/statement?month=2026-03")
    assert page.status == 200 and world.february.number in page.text and "16/03/2026" in page.text
    paper, file = sorted(link for link in page.links if "/files/" in link)[::-1]
    async with officer.client.get(paper) as answer:
        assert answer.status == 200 and (await answer.read()).startswith(b"%PDF")
    async with officer.client.get(file) as answer:
        assert world.february.number in (await answer.text())
    assert (await officer.get("/statement?month=2026-13")).status == 422
    assert (await officer.get("/statement/files/2026-03.exe")).status == 404
