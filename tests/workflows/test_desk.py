"""At the desk: a card opens what it should, and what is no card of ours says so and leaves no trace."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from facility_agent.cards.degrade import jpeg
from facility_agent.cards.draw import draw_symbol
from facility_agent.demo.sites import PASSPHRASE
from facility_agent.vocabulary.records import Admission, Beneficiary
from facility_agent.workflows import desk, membership
from facility_agent.workflows.cards import issue_cards
from facility_agent.workflows.desk import Answer, Asked
from facility_agent.workflows.received import Received
from tests.workflows.nothing import refused
from tests.workflows.places import LAPSED, LATE, LOST, WAITING, Places, carry_lists
from tests.workflows.post import stranger

WELL = "MLT-000001-01"


def codes(answer: Answer) -> set[str]:
    return {finding.code for finding in answer.verdict.findings}


def picture(digits: str) -> bytes:
    """A photo of a symbol with these digits, flat on a grey table."""
    scene = Image.new("L", (1280, 960), 190)
    scene.paste(draw_symbol(digits), (80, 80))
    return jpeg(scene)


NO_CARD: dict[str, tuple[str, bytes]] = {
    "nothing": ("picture-empty", b""),
    "a text": ("picture-format", b"%PDF-1.7 not a photo"),
    "half a photo": ("picture-format", jpeg(Image.new("L", (640, 480), 100))[:200]),
    "a photo of nothing": ("picture-no-code", jpeg(Image.new("L", (1280, 720), 150))),
    "the code of something else": ("card-not-ours", picture("4006381333931")),
}


@pytest.mark.parametrize("what", NO_CARD)
async def test_a_picture_that_shows_no_card_leaves_no_trace(what: str, held: Places) -> None:
    code, data = NO_CARD[what]
    async with refused(code, held.facility):
        await desk.verify_image(held.facility, data, "accueil")


async def test_half_a_card_is_asked_for_again(held: Places) -> None:
    text = held.cards[WELL].text
    async with refused("card-misread", held.facility):
        await desk.verify_text(held.facility, text[: len(text) // 2], "accueil")


async def test_a_number_in_no_register_is_said_to_be_unknown(held: Places) -> None:
    async with refused("member-unknown", held.facility):
        await desk.verify_text(held.facility, "MLT-009999-01", "accueil")


def _altered(text: str) -> str:
    """The digits with one turned, well inside the signature."""
    place = len(text) - 40
    return text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]


async def test_an_altered_card_opens_nothing(ready: Places) -> None:
    answer = await desk.verify_image(ready.facility, picture(_altered(ready.cards[WELL].text)), "accueil")
    assert answer.verdict.colour == "red"
    assert codes(answer) & {"card-altered", "card-issuer-unknown"}
    assert (answer.card, answer.coverage, answer.verdict.schemes) == (None, (), ())
    assert (answer.how, answer.visit.identified) == ("unknown-card", "none")


async def test_a_card_of_an_unknown_issuer_opens_nothing(ready: Places, tmp_path: Path) -> None:
    async with stranger(ready, tmp_path / "other", "mutual", known=False) as other:
        await membership.import_members(
            other, b"numero,menage,nom,depuis\nAUT-0001,AUT-0001,Quelqu'un (exemple),2024-01-01\n"
        )
        (coverage,) = await other.store.all_coverages("AUTRE")
        (issued,) = await issue_cards(other, [coverage], date(2026, 12, 31), PASSPHRASE)
    answer = await desk.verify_text(ready.facility, issued.text, "accueil")
    assert (answer.verdict.colour, answer.card, answer.coverage) == ("red", None, ())
    assert "card-issuer-unknown" in codes(answer)


CARDS = {
    WELL: ("green", set()),
    LATE: ("red", {"card-expired"}),
    LOST: ("red", {"card-revoked"}),
    LAPSED: ("red", {"contributions-unpaid"}),
    WAITING: ("red", {"waiting-period"}),
}


@pytest.mark.parametrize("member", CARDS)
async def test_a_genuine_card_gives_the_verdict_of_its_member(member: str, ready: Places) -> None:
    colour, expected = CARDS[member]
    answer = await desk.verify_image(ready.facility, picture(ready.cards[member].text), "accueil")
    assert answer.card == ready.cards[member].card
    assert (answer.verdict.colour, expected - codes(answer)) == (colour, set())


async def test_somebody_who_joined_last_month_is_told_when_the_benefits_open(ready: Places) -> None:
    answer = await desk.verify_text(ready.facility, ready.cards[WAITING].text, "accueil")
    opens = {benefit.opens for benefit in answer.verdict.open if benefit.family == "consultation"}
    assert opens == {date(2026, 5, 15)}


async def test_a_card_whose_member_left_the_register_is_red(ready: Places) -> None:
    staying = [entry for entry in await ready.mutual.store.all_coverages("MLT") if entry.beneficiary.number != WELL]
    await membership.replace_members(ready.mutual, tuple(staying))
    await carry_lists(ready)
    answer = await desk.verify_text(ready.facility, ready.cards[WELL].text, "accueil")
    assert answer.verdict.colour == "red"
    assert "member-not-in-register" in codes(answer)
    assert answer.coverage == ()


async def test_an_emergency_is_never_red(ready: Places) -> None:
    asked = Asked(emergency=True)
    for text in (_altered(ready.cards[WELL].text), ready.cards[LATE].text, "MLT-009999-01"):
        answer = await desk.verify_text(ready.facility, text, "accueil", asked)
        assert answer.verdict.colour != "red"
    unknown = await desk.admit_without_card(ready.facility, Beneficiary("", ""), "accueil", asked)
    assert unknown.verdict.colour != "red"


async def test_a_programme_opens_without_a_card_and_knows_the_person_again_by_the_proof(ready: Places) -> None:
    child = Beneficiary("", "Inventé Noël", "M", date(2024, 8, 1))
    asked = Asked(Admission("gratuite", "birth-certificate", "EXEMPLE-N1"))
    first = await desk.admit_without_card(ready.facility, child, "accueil", asked)
    second = await desk.admit_without_card(ready.facility, child, "accueil", asked)
    assert (first.verdict.schemes, first.verdict.colour) == (("gratuite",), "green")
    assert first.verdict.beneficiary == second.verdict.beneficiary
    assert "card-seen-today" in codes(second) - codes(first)


async def test_every_verdict_is_written_down_and_people_are_found(ready: Places) -> None:
    for text in (ready.cards[WELL].text, WELL, ready.cards[LATE].text):
        await desk.verify_text(ready.facility, text, "accueil")
    assert await ready.facility.store.colours() == {"green": 1, "amber": 1, "red": 1}
    found = await desk.search(ready.facility, "  invente2 AWA ")
    assert [entry.beneficiary.number for entry in found] == ["MLT-000002-01"]
    assert len(await desk.search(ready.facility, "MLT-000003")) == 3
    assert await desk.search(ready.facility, "  ") == ()


async def test_nobody_waits_under_a_card_that_names_nobody_but_in_an_emergency_each_does(ready: Places) -> None:
    site, received = ready.facility, Received()
    await received.open(site)
    for emergency in (False, True, True):
        asked = desk.Asked(emergency=emergency)
        received.keep(await desk.verify_text(site, _altered(ready.cards[WELL].text), "accueil", asked))
    first, second = received.waiting()
    assert first.visit.emergency and second.visit.emergency
    await received.drop(site, first.visit.id)
    assert received.waiting() == (second,)


async def test_whoever_comes_again_stands_first_among_those_received_also_after_a_restart(ready: Places) -> None:
    site, received = ready.facility, Received()
    numbers = [f"MLT-{household:06d}-01" for household in range(1, 9)]
    await received.open(site)
    for minute, number in enumerate((*numbers, numbers[0])):
        ready.at(site.today(), f"09:{minute:02d}")
        received.keep(await desk.verify_text(site, number, "accueil"))
    expected = [numbers[0], *reversed(numbers[1:])]
    assert [answer.person for answer in received.waiting()] == expected
    restarted = Received()
    await restarted.open(site)
    assert [answer.person for answer in restarted.waiting()] == expected
