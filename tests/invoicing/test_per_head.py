"""An invoice per head bills its count and nothing else; its payer pays for whom both count, and says why not."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from facility_agent.arrangements.library import load
from facility_agent.arrangements.model import Arrangement
from facility_agent.arrangements.terms import Terms
from facility_agent.audit.decide import propose
from facility_agent.audit.heads import recounted, why_not
from facility_agent.invoicing.capitation import Due, HeadCount, dues
from facility_agent.invoicing.per_head import Identity, batch_of, claim_of, mismatched, of_period
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Basis, Claim, Coverage
from facility_agent.vocabulary.settlement import Batch
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, FACILITY, MUTUAL
from tests.invoicing.test_capitation import coverage

DAY, START, UNTIL = date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 31)
NAMED = Identity("b-1", "c-1", "F-M-0001", date(2026, 4, 2))
A, B, C = "KDG-1", "KDG-2", "KDG-3"


def due(*persons: str, rate: int | None = 150, **changes: Any) -> Due:
    said = {"code": "listed", "payer": MUTUAL, "scheme": "classic", "clause": "17", "start": START, "until": UNTIL}
    return Due(**{**said, "counted_on": DAY, "persons": persons, "rate": rate, **changes})


def counted(*dues: Due) -> HeadCount:
    return HeadCount(FACILITY, MUTUAL, DAY, 4, DAY, "0" * 64, dues)


def invoice(*dues: Due) -> tuple[Batch, Claim, HeadCount]:
    count = counted(*dues)
    claim = claim_of(count, NAMED, Basis("rules", "agreement", 4), "XOF")
    return batch_of(claim, NAMED, dues[0], False), claim, count


def test_a_claim_has_a_line_for_each_row_and_all_of_it_is_due_from_the_payer() -> None:
    batch, claim, count = invoice(due(A, B), due(A, code="elders", rate=1000))
    assert [(line.id, line.quantity, line.price) for line in claim.visit.lines] == [
        ("listed", 2, 150), ("elders", 1, 1000),
    ]  # fmt: skip
    assert (batch.due, batch.submitted, batch.kind, batch.month) == (1300, 1300, "per-head", "2026-03")
    assert claim.counted == count.fingerprint and not mismatched(batch, [claim], count)


OTHERWISE = [
    ("no count", None),
    ("nobody", counted()),
    ("one person less", counted(due(A))),
    ("another rate", counted(due(A, B, rate=151))),
    ("an open rate", counted(due(A, B, rate=None))),
    ("another scheme", counted(due(A, B, scheme="free"))),
    ("one person twice", counted(due(A, A))),
    ("another day", counted(due(A, B, counted_on=UNTIL))),
    ("two periods", counted(due(A, B), due(A, code="year", until=date(2026, 12, 31)))),
    ("another facility", msgspec.structs.replace(counted(due(A, B)), facility="AUTRE")),
]


@pytest.mark.parametrize(("what", "count"), OTHERWISE, ids=[what for what, _ in OTHERWISE])
def test_a_batch_that_bills_otherwise_than_its_count_says_is_seen(what: str, count: HeadCount | None) -> None:
    batch, claim, _ = invoice(due(A, B))
    assert mismatched(batch, [claim], count)


def test_a_batch_of_care_has_no_count() -> None:
    batch, claim, count = invoice(due(A))
    care, visited = msgspec.structs.replace(batch, kind="main"), msgspec.structs.replace(claim, counted="")
    assert not mismatched(care, [visited], None)
    assert mismatched(care, [visited], count) and mismatched(care, [claim], None) and mismatched(batch, [visited], None)


@pytest.mark.parametrize(
    ("dues", "code"),
    [
        ([], "count-nothing"),
        ([due()], "count-nothing"),
        ([due(A, scheme="free")], "count-nothing"),
        ([due(A, start=date(2026, 1, 1))], "count-nothing"),
        ([due(A, rate=None)], "count-rate-open"),
        ([due(A), due(A, code="elders", rate=None)], "count-rate-open"),
    ],
)
def test_nothing_is_invoiced_of_nobody_or_at_an_unknown_rate(dues: list[Due], code: str) -> None:
    with pytest.raises(InputError) as caught:
        of_period(counted(*dues), "classic", START)
    assert caught.value.code == code


@pytest.mark.parametrize("version", load().versions("RW")[-2:], ids=lambda version: str(version.start))
def test_rwanda_gives_no_rate_so_that_nothing_can_be_invoiced(version: Arrangement) -> None:
    assert version.capitations and all(row.amount == "unknown" for row in version.capitations)
    row = msgspec.structs.replace(version.capitations[0], scheme="classic", level="csps")
    terms = Terms(msgspec.structs.replace(ARRANGEMENT, capitations=(row,), digest="rw"), AGREEMENT, FACILITY)
    (found,) = dues(terms, [coverage(1)], DAY)
    with pytest.raises(InputError, match="count-rate-open"):
        of_period(counted(found), "classic", found.start)


def test_rows_of_one_scheme_and_period_are_invoiced_together() -> None:
    year = due(A, code="year", start=date(2026, 1, 1), until=date(2026, 12, 31))
    found = of_period(
        counted(due(A), due(B, code="elders"), due(code="empty"), year, due(A, scheme="x")), "classic", START
    )
    assert [entry.code for entry in found.dues] == ["listed", "elders"]


RECOUNTS = [
    ("the same persons", [due(A, B, C)], 450, []),
    ("one person less", [due(A, B)], 300, [("head-unknown", 150)]),
    ("another person instead", [due(A, B, "KDG-9")], 300, [("head-unknown", 150), ("head-not-claimed", 0)]),
    ("one person more", [due(A, B, C, "KDG-9")], 450, [("head-not-claimed", 0)]),
    ("a lower rate", [due(A, B, C, rate=100)], 300, [("head-rate-differs", 150)]),
    ("a higher rate", [due(A, B, C, rate=200)], 450, []),
    ("both", [due(A, B, rate=100)], 200, [("head-unknown", 150), ("head-rate-differs", 100)]),
    ("nobody", [], 0, [("head-unknown", 150)] * 3),
    ("another period", [due(A, B, C, start=date(2026, 1, 1))], 0, [("head-unknown", 150)] * 3),
    ("an open rate", [due(A, B, C, rate=None)], 450, [("heads-not-counted", 0)]),
    ("no register", None, 450, [("heads-not-counted", 0)]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "ours", "paid", "findings"), RECOUNTS, ids=[row[0] for row in RECOUNTS])
def test_the_payer_pays_for_whom_both_count_at_the_lower_rate(
    what: str, ours: list[Due] | None, paid: int, findings: list[tuple[str, int]]
) -> None:
    batch, claim, count = invoice(due(A, B, C))
    answer = recounted(batch, claim, count, ours, lambda person: "head-unknown")
    (line,) = propose(answer, ()).lines
    assert line.amount == paid == answer.computed
    assert [(found.code, found.amount) for found in line.findings] == findings
    assert sum(found.amount for found in line.findings) == batch.due - paid, "every cut is explained"
    judged = answer.adjudication
    assert judged.submitted == sum(share.amount for share in judged.shares) + judged.facility_bears


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "head-unknown"),
        ([coverage(1, listed_at="AUTRE")], "head-listed-elsewhere"),
        ([coverage(1)], "head-listed-elsewhere"),
        ([coverage(1, listed_at=FACILITY, until=date(2026, 2, 1))], "head-not-open"),
        ([coverage(1, listed_at=FACILITY, deceased_on=date(2026, 2, 1))], "head-not-open"),
        ([coverage(1, listed_at=FACILITY)], "head-not-listed"),
    ],
)
def test_who_is_not_counted_is_told_why(rows: list[Coverage], why: str) -> None:
    assert why_not(rows, FACILITY, DAY, 0) == why
