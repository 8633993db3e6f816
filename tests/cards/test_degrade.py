"""Mild faults that a desk's camera makes, drawn again from the same seed; the decoders get over them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from PIL import Image

from facility_agent.cards.degrade import FRAME, KINDS, degrade, jpeg, photograph
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_mild_fault_is_read(kind: str, scene: tuple[Image.Image, str]) -> None:
    picture, text = scene
    for seed in range(4):
        assert read_picture(jpeg(degrade(picture, kind, 0.4, Random(seed)))) == text


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_fault_again_and_another_seed_another(kind: str, scene: tuple[Image.Image, str]) -> None:
    picture, _ = scene
    first, again, other = (degrade(picture, kind, 0.5, Random(seed)).tobytes() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "jpeg"])
def test_no_severity_leaves_the_picture_as_it_was(kind: str, scene: tuple[Image.Image, str]) -> None:
    picture, _ = scene
    assert degrade(picture, kind, 0, Random(1)).tobytes() == picture.tobytes()
