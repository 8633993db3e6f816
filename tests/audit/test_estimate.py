"""What a sample says of the whole, and what may be asked back."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.audit.draw import Draw, Item, Stratum, monetary_draw
from facility_agent.audit.estimate import LEAST_ERRORS, LEAST_ITEMS, estimate
from facility_agent.audit.sampling import Use
from facility_agent.vocabulary.errors import InputError


def drawn(*strata: tuple[int, int]) -> tuple[Draw, list[str]]:
    """A draw of so many items (the second number) from strata of so many (the first)."""
    made, names = [], []
    for place, (size, sample) in enumerate(strata):
        items = tuple(f"{place}-{number}" for number in range(size))
        made.append(Stratum(place, items, items[:sample]))
        names += items[:sample]
    method = "random" if len(strata) == 1 else "stratified"
    return Draw(method, "", "", len(names), tuple(made)), names  # type: ignore[arg-type]


def values(names: list[str], mean: int, spread: int) -> dict[str, int]:
    """As many values above the mean as below it, so that the standard deviation is known."""
    return {name: mean + spread * (1 if place % 2 else -1) for place, name in enumerate(names)}


def test_the_worked_figures_of_a_random_sample() -> None:
    """1,000 items, 100 seen, mean 250, s 800: total 250,000, standard error 75,895, demand 123,985.

    The hundred values are ±spread around the mean with a sample deviation of 800: spread = 800 · √(99/100).
    """
    draw, names = drawn((1000, 100))
    found = estimate(draw, values(names, 250, 796), "extrapolate")
    assert found.total == 250_000
    assert abs(found.lower - 123_985) < 5
    assert abs((found.upper - found.total) - (found.total - found.lower)) <= 1
    assert found.demand == found.lower and found.extrapolated


def test_the_worked_figures_of_a_small_finite_frame() -> None:
    """A textbook case: 9, 10 and 18 of 5 items have a mean of 12.3, so a total of 61.7."""
    draw, names = drawn((5, 3))
    found = estimate(draw, dict(zip(names, (9, 10, 18), strict=True)), "recover")
    assert (found.total, found.observed, found.demand, found.reason) == (61, 37, 37, "recover")


def test_strata_add_up_and_one_that_was_seen_whole_adds_no_doubt() -> None:
    draw, names = drawn((50, 50), (900, 60))
    seen = {name: 100 if name.startswith("0-") else 0 for name in names}
    found = estimate(draw, seen, "extrapolate")
    assert (found.total, found.lower, found.upper, found.errors) == (5000, 5000, 5000, 50)


@pytest.mark.parametrize(
    ("sample", "errors", "use", "reason"),
    [
        (LEAST_ITEMS, LEAST_ERRORS, "extrapolate", ""),
        (LEAST_ITEMS, LEAST_ERRORS, "recover", "recover"),
        (LEAST_ITEMS - 1, LEAST_ERRORS, "extrapolate", "items"),
        (LEAST_ITEMS, LEAST_ERRORS - 1, "extrapolate", "errors"),
        (LEAST_ITEMS, LEAST_ERRORS, "look", "look"),
    ],
)
def test_only_what_was_seen_is_asked_back_unless_use_and_numbers_allow_more(
    sample: int, errors: int, use: Use, reason: str
) -> None:
    draw, names = drawn((2000, sample))
    found = estimate(draw, {name: 500 * (place < errors) for place, name in enumerate(names)}, use)
    assert found.reason == reason
    assert found.observed == 500 * errors
    assert found.demand == {"": found.lower, "look": 0}.get(reason, found.observed)
    assert found.lower >= found.observed


@given(st.integers(2, 60), st.integers(0, 400), st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_the_demand_is_never_below_what_was_seen_nor_above_the_estimate(sample: int, more: int, seed: int) -> None:
    draw, names = drawn((sample + more, sample))
    chance = Random(seed)
    found = estimate(draw, {name: chance.choice((0, 0, 0, chance.randrange(5000))) for name in names}, "extrapolate")
    assert found.observed <= found.lower <= max(found.observed, found.total) <= found.upper
    assert found.observed <= found.demand <= found.upper


def test_an_item_that_nobody_looked_at_stops_the_estimate() -> None:
    draw, names = drawn((10, 3))
    with pytest.raises(InputError) as said:
        estimate(draw, dict.fromkeys(names[:2], 0), "extrapolate")
    assert (said.value.code, said.value.fields["count"]) == ("sample-unfinished", 1)


def test_monetary_units_and_a_single_item_give_no_estimate() -> None:
    units = monetary_draw([Item("a", 5), Item("b", 7)], 1, "ab" * 32)
    with pytest.raises(InputError) as said:
        estimate(units, {"a": 0, "b": 0}, "extrapolate")
    assert said.value.code == "sample-method"
    draw, names = drawn((10, 1))
    with pytest.raises(InputError) as said:
        estimate(draw, dict.fromkeys(names, 0), "extrapolate")
    assert said.value.code == "sample-too-small"
