"""How often the intervals of an audit hold the truth, over thousands of simulated audits of skewed overpayments.

Most claims are right; the wrong ones are overpaid by a part of themselves, a third of them by the whole. What must not
happen is to ask for more than was overpaid: the lower limit may be above the truth in one audit of twenty.
"""

from __future__ import annotations

from hashlib import sha256
from random import Random

import pytest

from facility_agent.audit.draw import Item, random_draw, stratified_draw
from facility_agent.audit.estimate import LEAST_ERRORS, LEAST_ITEMS, estimate
from facility_agent.audit.limits import binomial_upper
from tests.proof.conftest import Figures

AUDITS, FRAMES, CLAIMS = 10_000, 20, 2_000


def frame(chance: Random, wrong: float) -> tuple[list[Item], dict[str, int]]:
    """Claims of very different amounts, and what each of them was overpaid."""
    items, overpaid = [], {}
    for place in range(CLAIMS):
        amount = 100 + int(chance.lognormvariate(7, 1))
        items.append(Item(f"{place:05d}", amount))
        part = 1.0 if chance.random() < 0.3 else chance.random()
        overpaid[items[-1].id] = max(1, int(amount * part)) if chance.random() < wrong else 0
    return items, overpaid


@pytest.mark.parametrize("method", ["random", "stratified"])
@pytest.mark.parametrize(("wrong", "size"), [(0.05, 400), (0.10, 200), (0.20, 150)])
def test_what_is_asked_back_is_seldom_more_than_was_overpaid(
    figures: Figures, wrong: float, size: int, method: str
) -> None:
    chance = Random(size)
    asked = above = held = 0
    for turn in range(FRAMES):
        items, overpaid = frame(chance, wrong)
        truth = sum(overpaid.values())
        for audit in range(AUDITS // FRAMES // 10 if method == "stratified" else AUDITS // FRAMES):
            seed = sha256(f"{wrong} {size} {turn} {audit}".encode()).hexdigest()
            draw = (
                random_draw(items, size, seed)
                if method == "random"
                else stratified_draw(items, [0, 1000, 3000], size, seed)
            )
            found = estimate(draw, {name: overpaid[name] for name in draw.drawn}, "extrapolate")
            if found.extrapolated:
                asked += 1
                above += found.demand > truth
                held += found.lower <= truth <= found.upper
    assert asked
    figures.note(
        f"audits: {method} samples of {size} among {CLAIMS:,} claims, {wrong:.0%} of them overpaid, skewed",
        f"{asked:,} audits with {LEAST_ITEMS} items and {LEAST_ERRORS} errors or more: more asked than overpaid in "
        f"{above / asked:.1%} (5 % allowed); the 90 % interval held the truth in {held / asked:.1%}",
    )
    assert above / asked <= 0.05


def test_the_exact_limit_of_an_error_rate_holds_as_often_as_it_says(figures: Figures) -> None:
    chance = Random(7)
    for rate in (0.005, 0.02, 0.05):
        limits = {errors: binomial_upper(errors, 200, 0.95) for errors in range(60)}
        held = sum(limits[sum(chance.random() < rate for _ in range(200))] >= rate for _ in range(AUDITS))
        assert held / AUDITS >= 0.945
        figures.note(
            f"audits: exact upper limit of an error rate of {rate:.1%}, 200 items",
            f"{AUDITS:,} audits, held the truth in {held / AUDITS:.1%} (95 % promised)",
        )
