"""The rules answer as they did: another answer needs another RULES_VERSION."""

from __future__ import annotations

from collections import Counter

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.terms import RULES_VERSION
from facility_agent.vocabulary.findings import CATALOGUE
from tests.golden import corpus
from tests.golden.made_up import cases

RENEW = "python -m tests.golden.write"


def complaint(now: corpus.Digests, held: corpus.Digests | None) -> str:
    """What is to be done about digests that are not the ones written down; nothing when they are."""
    if held is None:
        return f"RULES_VERSION {RULES_VERSION} has no digest yet: write it down with `{RENEW}`."
    if now["made up"] != held["made up"]:
        return (
            f"The rules give other answers, and RULES_VERSION is still {RULES_VERSION}: claims that were judged before "
            f"could not be replayed. Take the change back, or raise RULES_VERSION and run `{RENEW}`."
        )
    if now["examples"] != held["examples"]:
        return (
            f"The worked examples have other answers, and RULES_VERSION is still {RULES_VERSION}. Where examples or "
            f"contracts were edited, run `{RENEW}`; where the code was, raise RULES_VERSION first."
        )
    return ""


def test_the_answers_are_those_of_this_version_of_the_rules() -> None:
    wrong = complaint(corpus.digests(), corpus.stored().get(str(RULES_VERSION)))
    assert not wrong, wrong


def test_a_changed_answer_is_complained_of_with_what_to_do() -> None:
    held = {"examples": "a", "made up": "b"}
    assert complaint(held, dict(held)) == ""
    assert "raise RULES_VERSION and run" in complaint({**held, "made up": "x"}, held)
    assert "Where examples or contracts were edited" in complaint({**held, "examples": "x"}, held)
    assert "has no digest yet" in complaint(held, None)


def test_one_franc_is_enough_to_change_the_digest() -> None:
    answers = list(corpus.made_up())
    line = answers[7].lines[0]
    lines = (msgspec.structs.replace(line, member_pays=line.member_pays + 1), *answers[7].lines[1:])
    answers[7] = msgspec.structs.replace(answers[7], lines=lines)
    assert corpus.digest_of(iter(answers)) != corpus.digest_of(corpus.made_up())


def test_the_made_up_cases_reach_most_rules_and_add_up() -> None:
    seen: Counter[str] = Counter()
    for case in cases(corpus.MADE_UP):
        answer = adjudicate(*case)
        seen.update({finding.code for finding in answer.all_findings})
        for line in answer.lines:
            assert line.submitted == sum(share.amount for share in line.shares) + line.member_pays + line.facility_bears
            assert 0 <= line.eligible <= line.submitted
    engine = {code for code, kind in CATALOGUE.items() if kind.room in ("eligibility", "protocols", "invoicing")}
    assert seen.keys() <= engine
    assert len(seen) >= 40
    assert all(share for share in (seen["price-above-tariff"], seen["waiting-period"], seen["act-excluded"]))
