"""The benchmark of the adjudication measures what it says, on sizes too small to tell anything about speed."""

from __future__ import annotations

from itertools import islice

import pytest

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.library import load
from facility_agent.bench.adjudicate import run
from facility_agent.bench.care import COUNTRY, DAY, LINES_PER_VISIT, MEDICINES, Case, agreement_under, cases

ARRANGEMENT = load().versions(COUNTRY)[-1]
FIGURES = ("claims_per_s", "claims_per_processor_s", "p50_ms", "p95_ms", "p99_ms", "ratio_to_calibration")


@pytest.fixture(scope="module")
def made() -> list[Case]:
    return list(islice(cases(ARRANGEMENT, 12, seed=1), 300))


def test_the_figures_bear_the_names_that_others_read_and_none_is_nothing() -> None:
    shown = run(claims=20, earlier=3, larger=())
    assert set(shown) == {*FIGURES, "claims", "earlier_lines", "peak_memory_mb", "scaling", "protocols_share"}
    assert 0 <= float(str(shown["protocols_share"])) < 1
    assert all(float(str(shown[name])) > 0 for name in (*FIGURES, "peak_memory_mb"))
    assert (shown["claims"], shown["earlier_lines"]) == (20, 3 * LINES_PER_VISIT)


def test_the_scaling_shows_the_same_again_with_ten_and_a_hundred_times_as_many_claims() -> None:
    sizes = run(claims=3, earlier=0)["scaling"]
    assert isinstance(sizes, list)
    assert [entry["claims"] for entry in sizes] == [3, 30, 300]
    assert all(entry["claims_per_s"] > 0 and entry["peak_memory_mb"] > 0 for entry in sizes)


def test_every_claim_has_three_acts_and_three_medicines_and_the_history_that_was_asked_for(made: list[Case]) -> None:
    for case in made:
        given = [line.act for line in case.visit.lines]
        assert len(given) == len(set(given)) == 6
        assert sum(act in MEDICINES for act in given) == 3
        assert len(case.history.lines) == 12 * LINES_PER_VISIT
        assert all(line.day < DAY for line in case.history.lines)


def test_the_same_seed_makes_the_same_care_and_another_one_other_care(made: list[Case]) -> None:
    assert list(islice(cases(ARRANGEMENT, 12, seed=1), 300)) == made
    assert list(islice(cases(ARRANGEMENT, 12, seed=2), 300)) != made


def test_the_care_is_neither_all_clean_nor_all_refused_and_all_payers_pay(made: list[Case]) -> None:
    agreement = agreement_under(ARRANGEMENT)
    answers = [adjudicate(ARRANGEMENT, agreement, case.coverage, case.history, case.visit) for case in made]
    lines = [line for answer in answers for line in answer.lines]
    refused = sum(not line.shares for line in lines)
    assert 0.02 < refused / len(lines) < 0.25
    assert {share.scheme for line in lines for share in line.shares} == {
        *("mutual", "insurer", "company", "elders", "early-years")
    }
    codes = {finding.code for answer in answers for finding in answer.all_findings}
    assert {"price-above-tariff", "ceiling-reached", "follow-up-window", "deductible"} <= codes
