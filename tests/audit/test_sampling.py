"""What a draw may serve, clause by clause, and that nothing is asked back because of a draw that serves looking."""

from __future__ import annotations

import pytest

from facility_agent.arrangements.library import load
from facility_agent.audit.draw import Item, monetary_draw, random_draw
from facility_agent.audit.estimate import SampleFound, shown
from facility_agent.audit.sampling import Use, check_use, uses
from facility_agent.vocabulary.errors import InputError

SEED = "ab" * 32
ITEMS = [Item(f"C-{number:03d}", 500) for number in range(400)]


@pytest.mark.parametrize(
    ("sampling", "extrapolation", "allowed"),
    [
        (False, False, ("look",)),
        (False, True, ("look",)),
        ("unknown", "unknown", ("look",)),
        ("unknown", True, ("look",)),
        (True, False, ("look", "recover")),
        (True, "unknown", ("look", "recover")),
        (True, True, ("look", "recover", "extrapolate")),
    ],
)
def test_what_the_two_clauses_allow(sampling: object, extrapolation: object, allowed: tuple[Use, ...]) -> None:
    assert uses(sampling, extrapolation) == allowed


@pytest.mark.parametrize(
    ("use", "method", "allowed", "code"),
    [
        ("look", "random", ("look",), ""),
        ("look", "monetary-unit", ("look",), ""),
        ("recover", "random", ("look",), "sample-not-admitted"),
        ("extrapolate", "random", ("look",), "sample-not-admitted"),
        ("recover", "monetary-unit", ("look", "recover"), ""),
        ("extrapolate", "random", ("look", "recover"), "sample-not-extrapolated"),
        ("extrapolate", "stratified", ("look", "recover", "extrapolate"), ""),
        ("extrapolate", "monetary-unit", ("look", "recover", "extrapolate"), "sample-method"),
    ],
)
def test_a_use_that_is_not_allowed_is_refused_before_the_draw(
    use: Use, method: str, allowed: tuple[Use, ...], code: str
) -> None:
    try:
        check_use(use, method, allowed)
        said = ""
    except InputError as error:
        said = error.code
    assert said == code


@pytest.mark.parametrize(
    ("version", "allowed"), [("2025-01-01", ("look", "recover")), ("2026-01-01", ("look", "recover", "extrapolate"))]
)
def test_the_invented_country_admits_them_and_no_real_one_does(version: str, allowed: tuple[Use, ...]) -> None:
    library = load()
    found = {
        (each.country, each.start.isoformat()): uses(each.clauses.sampling, each.clauses.extrapolation)
        for country in library.countries
        for each in library.versions(country)
    }
    assert found["XX", version] == allowed
    assert {use for (country, _), use in found.items() if country != "XX"} == {("look",)}


@pytest.mark.parametrize(
    ("use", "seen", "demand", "reason", "bounded"),
    [
        ("look", 120, 0, "look", False),
        ("look", 60, 0, "look", False),
        ("recover", 119, None, "", False),
        ("recover", 120, 15_000, "recover", False),
        ("extrapolate", 120, "lower", "", True),
    ],
)
def test_what_a_draw_shows(use: Use, seen: int, demand: int | str | None, reason: str, bounded: bool) -> None:
    draw = random_draw(ITEMS, 120, SEED)
    overpaid = {claim: 500 * (place % 4 == 0) for place, claim in enumerate(draw.drawn[:seen])}
    found = shown(draw, len(ITEMS), overpaid, use)
    assert (found.seen, found.of, found.reason, found.lower is not None) == (seen, 400, reason, bounded)
    assert found.demand == (found.lower if demand == "lower" else demand)


def test_monetary_units_ask_back_what_was_seen_and_looking_nothing() -> None:
    draw = monetary_draw(ITEMS, 10, SEED)
    overpaid = {claim: 100 for claim in draw.drawn}
    asked = [shown(draw, 400, overpaid, use) for use in ("recover", "look")]
    assert asked == [
        SampleFound("recover", "monetary-unit", 10, 400, 10, 10, 1000, 1000, "method"),
        SampleFound("look", "monetary-unit", 10, 400, 10, 10, 1000, 0, "look"),
    ]
