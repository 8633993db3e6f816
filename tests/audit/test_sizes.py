"""Sample sizes and limits are those of the AICPA guide *Audit Sampling* (2017), cell by cell.

Published figures, in percent. Four cells of A-2 differ in print: 400 and 1,300 stand there, and are what exact rates
give; 112 stands there twice, where 112 items still leave a risk above 10 %, and 113 are needed.
"""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.audit.limits import binomial_upper, hypergeometric_upper, poisson_upper, student
from facility_agent.audit.sizes import attribute_size, binomial, monetary_size
from facility_agent.vocabulary.errors import InputError

TABLES = Path(__file__).parent / "tables"


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def part(percent: str) -> Fraction:
    return Fraction(percent) / 100


def test_attribute_sizes_are_those_of_tables_a_1_and_a_2() -> None:
    cells = rows("attribute_sizes")
    assert len(cells) == 392
    wrong = [
        cell
        for cell in cells
        if attribute_size(part(cell["risk"]), part(cell["tolerable"]), part(cell["expected"])) != int(cell["size"])
    ]
    assert wrong == []


def test_monetary_unit_sizes_are_those_of_table_c_1() -> None:
    cells = rows("monetary_sizes")
    assert len(cells) == 418
    wrong = [
        cell
        for cell in cells
        if monetary_size(part(cell["risk"]), part(cell["tolerable"]), Fraction(cell["ratio"])) != int(cell["size"])
    ]
    assert wrong == []


def test_upper_limits_are_those_of_tables_a_3_and_a_4() -> None:
    cells = rows("upper_limits")
    assert len(cells) == 462
    for cell in cells:
        limit = binomial_upper(int(cell["errors"]), int(cell["size"]), 1 - float(part(cell["risk"])))
        assert math.ceil(round(limit * 1000, 6)) / 10 == float(cell["limit"]), cell


@pytest.mark.parametrize(
    ("errors", "binomial_percent", "poisson_percent"),
    [(0, 4.87, 4.99), (1, 7.66, 7.91), (2, 10.12, 10.49), (3, 12.42, 12.92)],
)
def test_limits_of_sixty_items(errors: int, binomial_percent: float, poisson_percent: float) -> None:
    assert round(100 * binomial_upper(errors, 60, 0.95), 2) == binomial_percent
    assert round(100 * poisson_upper(errors, 60, 0.95), 2) == poisson_percent


@pytest.mark.parametrize(("freedom", "value"), [(1, 6.3138), (4, 2.1318), (29, 1.6991), (99, 1.6604), (999, 1.6464)])
def test_the_quantile_of_student_is_the_printed_one(freedom: int, value: float) -> None:
    assert float(student(freedom)) == value


@pytest.mark.parametrize(
    ("risk", "tolerable", "expected"),
    [("5", "5", "5"), ("5", "5", "6"), ("0", "5", "0"), ("5", "0", "0"), ("5", "100", "0"), ("5", "5", "4.9")],
)
def test_a_plan_that_no_sample_can_keep_is_refused_with_a_sentence(risk: str, tolerable: str, expected: str) -> None:
    with pytest.raises(InputError) as said:
        attribute_size(part(risk), part(tolerable), part(expected))
    assert said.value.code == "sample-impossible"


@given(size=st.integers(1, 300), data=st.data(), confidence=st.sampled_from([0.8, 0.9, 0.95]))
@settings(max_examples=150, deadline=None)
def test_a_limit_leaves_just_the_risk_and_grows_with_the_errors(
    size: int, data: st.DataObject, confidence: float
) -> None:
    errors = data.draw(st.integers(0, size - 1))
    limit = binomial_upper(errors, size, confidence)
    assert binomial(errors, size, limit) == pytest.approx(1 - confidence, abs=1e-9)
    assert errors / size < limit
    assert limit <= binomial_upper(errors + 1, size, confidence)


@given(batch=st.integers(2, 300), data=st.data())
@settings(max_examples=150, deadline=None)
def test_looking_at_more_of_a_batch_never_leaves_more_open(batch: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, batch - 1))
    confidence = Fraction(95, 100)
    most = hypergeometric_upper(0, size, batch, confidence)
    assert hypergeometric_upper(0, size + 1, batch, confidence) <= most
    assert hypergeometric_upper(0, batch, batch, confidence) == 0
    assert most / batch <= binomial_upper(0, size, 0.95) + 1 / batch
