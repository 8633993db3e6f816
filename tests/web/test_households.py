"""A household's card: the clerk sees who belongs to it, and chooses; and a newborn without a number."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image

from facility_agent.cards.photo import photo_hash, thumbnail
from facility_agent.demo.sites import PASSPHRASE
from facility_agent.workflows import cards
from tests.web.test_desk import band
from tests.web.visitor import Visitor
from tests.web.world import World

HOME, AWA, ISSA, SALIF = "MLT-000001", "MLT-000001-01", "MLT-000001-02", "MLT-000004-01"


@pytest.fixture
async def household_card(world: World) -> str:
    """The digits of the household's card, issued once."""
    await cards.issue_to(world.mutual, [HOME], date(2026, 12, 31), PASSPHRASE, kind="household")
    (blank,) = await cards.cards_of(world.mutual, [HOME], "household")
    return blank.text


async def test_a_scanned_household_card_shows_its_people_and_one_choice_gives_the_verdict(
    world: World, clerk: Visitor, household_card: str
) -> None:
    picture = io.BytesIO()
    Image.linear_gradient("L").save(picture, "PNG")
    portrait = thumbnail(picture.getvalue())
    await world.facility.store.put_portraits("MLT", [(AWA, photo_hash(portrait), portrait)])
    page = await clerk.post("/desk/scan", text=household_card)
    assert page.status == 200 and f"Ménage {HOME} : qui est là ?" in page.text.replace("\u00a0", " ")
    assert "OUEDRAOGO Awa" in page.text and "1988" in page.text and "2023" in page.text and "SAWADOGO" not in page.text
    assert [image["src"] for image in page.every("img")] == [f"/desk/portraits/{AWA}"] and "Sans photo" in page.text
    async with clerk.client.get(f"/desk/portraits/{AWA}") as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/webp", portrait)
    assert (await clerk.get(f"/desk/portraits/{ISSA}")).status == 404
    chosen = await clerk.post("/desk/household", text=household_card, member=AWA)
    assert chosen.url.startswith("/desk/answers/") and band(chosen) == "green"
    assert "OUEDRAOGO Awa" in chosen.text and "identifié par la carte du ménage" in chosen.text
    again = await clerk.post(chosen.url, emergency="1")
    assert "OUEDRAOGO Awa" in again.text, "the choice is kept when the same person is asked again"


@pytest.mark.parametrize(("member", "says"), [("", "Choisissez la personne"), (SALIF, "n’est pas du ménage")])
async def test_a_wrong_choice_is_said_and_the_list_stays(
    member: str, says: str, clerk: Visitor, household_card: str
) -> None:
    page = await clerk.post("/desk/household", text=household_card, member=member)
    assert says in page.text and "OUEDRAOGO Issa" in page.text


async def test_a_members_own_card_is_no_household_card(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/household", text="???", member=AWA)
    assert page.status == 422 and "error." not in page.text


async def test_portraits_are_for_those_who_receive_people(world: World, visit: object) -> None:
    stranger = await visit(world.facility)  # type: ignore[operator]
    assert "Nom de connexion" in (await stranger.get(f"/desk/portraits/{AWA}")).text


async def test_a_newborn_is_received_under_its_mother(clerk: Visitor) -> None:
    form = await clerk.get("/desk/newborn?mother=" + AWA)
    assert form.value("mother") == AWA
    page = await clerk.post("/desk/newborn", mother=AWA, birth_date="2026-04-01", rank="1", sex="F")
    assert page.url.startswith("/desk/answers/"), page.text[:400]
    assert "NN OUEDRAOGO Awa" in page.text and f"{AWA}-N260401-1" in page.text
    assert "Nouveau-né sous les droits de sa mère" in page.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"mother": "", "birth_date": "2026-04-01"}, "Numéro de la mère"),
        ({"mother": AWA, "birth_date": ""}, "Date de naissance"),
        ({"mother": AWA, "birth_date": "2026-05-01"}, "Corrigez le jour de la naissance"),
        ({"mother": "MLT-009999-01", "birth_date": "2026-04-01"}, "Vérifiez le numéro"),
        ({"mother": SALIF, "birth_date": "2026-04-01"}, "Vérifiez le numéro de la mère"),
        ({"mother": AWA, "birth_date": "2026-04-01", "rank": "0"}, "Rang de naissance"),
    ],
)
async def test_a_birth_that_cannot_be_is_said_and_nothing_typed_is_lost(
    fields: dict[str, str], says: str, clerk: Visitor
) -> None:
    page = await clerk.post("/desk/newborn", name="Petit Exemple", **fields)
    assert page.status == 422 and says in page.text and page.value("name") == "Petit Exemple"
