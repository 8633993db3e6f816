"""Faults that a desk's camera makes, drawn again from the same seed; the decoders get over them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from PIL import Image

from facility_agent.cards.degrade import FRAME, KINDS, ON_CARD, degrade, jpeg, photograph, tilt
from facility_agent.cards.draw import draw_card
from facility_agent.cards.read import read_picture
from facility_agent.vocabulary.records import Card


@pytest.fixture
def scene(make_card: Callable[..., tuple[Card, str]]) -> tuple[Image.Image, str]:
    card, text = make_card()
    return photograph(draw_card(card, text, payer="Mutuelle inventée"), Random(7)), text


def test_a_photograph_has_the_size_of_the_camera(scene: tuple[Image.Image, str]) -> None:
    picture, text = scene
    assert picture.size == FRAME
    assert read_picture(jpeg(picture)) == text


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ON_CARD])
def test_a_mild_fault_of_the_photo_is_read(kind: str, scene: tuple[Image.Image, str]) -> None:
    picture, text = scene
    for seed in range(4):
        assert read_picture(jpeg(degrade(picture, kind, 0.4, Random(seed)))) == text


@pytest.mark.parametrize("kind", sorted(ON_CARD))
def test_a_mild_fault_of_the_card_is_read(kind: str, make_card: Callable[..., tuple[Card, str]]) -> None:
    card, text = make_card()
    for seed in range(4):
        face = degrade(draw_card(card, text, payer="Mutuelle inventée"), kind, 0.2, Random(seed))
        assert read_picture(jpeg(photograph(face, Random(seed)))) == text


@pytest.mark.parametrize("severity", [0.2, 0.6, 1])
def test_a_tilted_scene_stays_in_the_frame(severity: float) -> None:
    """Black corners on a table are all still there, and the side that is far away is the shorter one."""
    for seed in range(6):
        picture = Image.new("L", FRAME, 150)
        for corner in ((0, 0), (FRAME[0] - 60, 0), (0, FRAME[1] - 60), (FRAME[0] - 60, FRAME[1] - 60)):
            picture.paste(0, (*corner, corner[0] + 60, corner[1] + 60))
        tilted = tilt(picture, severity, Random(seed))
        middle = (FRAME[0] // 2, FRAME[1] // 2)
        quarters = [tilted.crop((x, y, x + middle[0], y + middle[1])) for x in (0, middle[0]) for y in (0, middle[1])]
        dark = sorted(sum(quarter.histogram()[:40]) for quarter in quarters)
        assert dark[0] > 200
        assert dark[1] < dark[2]


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_fault_again_and_another_seed_another(kind: str, scene: tuple[Image.Image, str]) -> None:
    picture, _ = scene
    first, again, other = (degrade(picture, kind, 0.5, Random(seed)).tobytes() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "jpeg"])
def test_no_severity_leaves_the_picture_as_it_was(kind: str, scene: tuple[Image.Image, str]) -> None:
    picture, _ = scene
    assert degrade(picture, kind, 0, Random(1)).tobytes() == picture.tobytes()
