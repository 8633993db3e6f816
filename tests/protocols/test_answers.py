"""Every answer to the golden corpus, to the byte, from what was read once: what a mutation run asks for last.

`tests/golden` reads everything anew; here only the rules run again.
"""

from __future__ import annotations

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.terms import RULES_VERSION, terms
from facility_agent.workflows.examples import answer_of
from tests.golden.corpus import digest_of, stored
from tests.protocols.shelf import dice, law


def test_the_answers_to_the_worked_examples_are_those_written_down() -> None:
    terms.cache_clear()
    answers = (answer_of(arrangement, example) for arrangement, example in law())
    assert digest_of(answers) == stored()[str(RULES_VERSION)]["examples"]


def test_the_answers_to_the_made_up_cases_are_those_written_down() -> None:
    terms.cache_clear()
    assert digest_of(adjudicate(*case) for case in dice()) == stored()[str(RULES_VERSION)]["made up"]
