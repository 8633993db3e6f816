"""The exercise: ten cases that give the answers they promise, apart from everything real, and every page says so."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from facility_agent.demo import exercise as making
from facility_agent.vocabulary.records import Admission, Beneficiary
from facility_agent.words import LANGUAGES, Words
from facility_agent.workflows import desk
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.desk import Asked
from facility_agent.workflows.exercise import LOGIN, PASSWORD, cases_of
from facility_agent.workflows.site import open_site
from tests.web.conftest import visiting

#: An ordinary day, a leap day, and the last day of a year.
DAYS = [
    datetime(2026, 11, 24, 9, tzinfo=UTC),
    datetime(2028, 2, 29, 9, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 59, tzinfo=UTC),
]
CODES = [
    "in-order", "contribution", "cancelled", "ended", "forgotten", "lent", "new-member", "altered", "child",
    "emergency",
]  # fmt: skip


@pytest.mark.parametrize("now", DAYS)
async def test_each_case_has_the_answer_that_it_promises_on_any_day(tmp_path: Path, now: datetime) -> None:
    post = await making.make_exercise(tmp_path, SetClock(now))
    assert await making.make_exercise(tmp_path, SetClock(now)) == post, "a second start changes nothing"
    async with open_site(post, SetClock(now)) as site:
        cases = cases_of(site)
        assert [case.code for case in cases] == CODES
        found = {}
        for case in cases:
            if case.step in ("scan", "number"):
                found[case.code] = await desk.verify_text(site, case.text, LOGIN)
            elif case.step == "no-card":
                child = Beneficiary("", "Enfant d'exercice", "F", date(now.year - 2, 1, 1))
                asked = Asked(Admission("early-years", "health-booklet", "EX-1"))
                found[case.code] = await desk.admit_without_card(site, child, LOGIN, asked)
            else:
                found[case.code] = await desk.admit_without_card(
                    site, Beneficiary("", "Inconnu"), LOGIN, Asked(emergency=True)
                )
        assert {code: answer.verdict.colour for code, answer in found.items()} == {
            case.code: case.colour for case in cases
        }


async def test_every_page_says_that_it_is_an_exercise(tmp_path: Path) -> None:
    now = SetClock(DAYS[0])
    post = await making.make_exercise(tmp_path, now)
    async with open_site(post, now) as site, visiting() as visit:
        clerk = await visit(site)
        await clerk.sign_in(LOGIN, PASSWORD)
        page = await clerk.get("/exercise")
        assert page.status == 200 and page.text.count("Voir la réponse") == 10
        pictures = [image["src"] for image in page.every("img")]
        assert len(pictures) == 7
        async with clerk.client.get(pictures[0]) as answer:
            assert (await answer.read()).startswith(b"\x89PNG")
        shown = await clerk.post("/desk/scan", text=cases_of(site)[0].text)
        for each in (page, shown, *[await clerk.get(path) for path in ("/desk", "/desk/emergencies", "/visits")]):
            assert "Exercice — personnes et cartes inventées" in each.text, each.url
        assert "sign-in-exercise" in {cookie.key for cookie in clerk.client.session.cookie_jar}


def test_every_case_is_explained_in_both_languages() -> None:
    for language in LANGUAGES:
        words = Words(language)
        assert all(words.has(f"page.exercise.{part}.{code}") for code in CODES for part in ("case", "do", "then"))
