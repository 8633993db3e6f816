"""The way of a claim is told whatever was given and found: every row has its words, every amount stands there."""

from __future__ import annotations

from datetime import date

import pytest

from facility_agent.adjudication import adjudicate
from facility_agent.documents.way import Step, way
from facility_agent.vocabulary.records import Basis, Claim
from facility_agent.words import LANGUAGES, Words
from tests.golden.made_up import Case, cases

MADE_UP = list(cases(150))


def told(case: Case, words: Words) -> tuple[Claim, tuple[Step, ...]]:
    answer = adjudicate(*case)
    arrangement, agreement, coverage, history, visit = case
    claim = Claim("c", "N-1", visit, coverage, Basis(answer.rule_set), answer, date(2026, 1, 1))
    return claim, way(claim, arrangement, agreement, history, words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_is_a_sentence_and_every_amount_of_the_answer_is_told(language: str) -> None:
    words = Words(language)
    for case in MADE_UP:
        claim, steps = told(case, words)
        assert all(step.says and "{" not in step.says and not step.says.startswith("way.") for step in steps)
        for line in claim.adjudication.lines:
            said = " ".join(step.says for step in steps if step.act == line.act)
            amounts = (line.member_pays, line.facility_bears, *(share.amount for share in line.shares))
            assert all(words.amount(amount, "XTS") in said for amount in amounts)
            assert all(words.finding(finding, currency="XTS") in said for finding in line.findings)


def test_the_steps_name_the_rate_its_base_and_where_it_stands() -> None:
    words = Words("fr")
    for case in MADE_UP:
        claim, steps = told(case, words)
        for line in claim.adjudication.lines:
            if len(line.shares) == 1 and not line.deductible:
                assert any(f"sur {words.amount(line.eligible, 'XTS')}" in step.says for step in steps if step.origin)
