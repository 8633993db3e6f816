"""The desk's page: who is this, what is open, and nobody is turned away."""

from __future__ import annotations

import re

import aiohttp
import pytest

from facility_agent.cards.draw import draw_card, png
from facility_agent.vocabulary.guarantees import numbered
from facility_agent.workflows import guarantees
from facility_agent.workflows.received import Received
from tests.web.conftest import Visit
from tests.web.visitor import Page, Visitor
from tests.web.world import World

AWA, BOUKARY, MARIAM, SALIF = "MLT-000001-01", "MLT-000002-01", "MLT-000003-01", "MLT-000004-01"


def band(page: Page) -> str:
    """The colour of the verdict."""
    found = [section["class"].split()[1] for section in page.every("section") if "verdict" in section.get("class", "")]
    assert len(found) == 1, page.text[:300]
    return found[0]


async def test_a_scanned_card_opens_the_answer_under_its_own_address(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=world.cards[AWA].text)
    assert page.status == 200 and page.url.startswith("/desk/answers/")
    assert band(page) == "green" and "Droits ouverts" in page.text
    assert "OUEDRAOGO Awa" in page.text and "identifié par sa carte" in page.text
    assert any(link.startswith("/visits/new?visit=") for link in page.links)
    assert (await clerk.get(page.url)).text == page.text, "a reload asks nothing again"


async def test_what_is_left_of_a_guarantee_stands_on_the_answer(world: World, clerk: Visitor) -> None:
    number = numbered("MLT", 77)
    await guarantees.telephoned(
        world.facility, MARIAM, "019d0000-0000-7000-8000-0000000000aa", number, ("paracetamol",), None, "soins", 40
    )
    page = await clerk.post("/desk/scan", text=MARIAM)
    shown = page.text.replace("\u00a0", " ")
    assert number in shown and "reste 40" in shown and "dictée au téléphone" in shown
    assert number not in (await clerk.post("/desk/scan", text=AWA)).text


async def test_a_revoked_card_is_red_and_says_that_care_is_possible(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=world.cards[SALIF].text)
    assert band(page) == "red"
    assert "Non couvert ce jour" in page.text and "soins possibles, à la charge du patient" in page.text


async def test_an_emergency_is_never_red(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=world.cards[SALIF].text, emergency="1")
    assert band(page) != "red" and "Urgence : soigner d’abord" in page.text.replace("\u00a0", " ")


async def test_the_same_card_can_be_asked_again_with_an_emergency(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=world.cards[SALIF].text)
    again = await clerk.post(page.url, emergency="1")
    assert band(again) == "amber" and "identifié par sa carte" in again.text


async def test_reasons_stand_where_one_key_hides_them(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=MARIAM)
    assert page.html.count('class="private stack"') == 1
    hidden = page.html.split('class="private stack"')[1].split("</div>")[0]
    assert "31/12/2025" in hidden and "31/12/2025" not in page.html.replace(hidden, "")
    assert [box.get("accesskey") for box in page.every("input") if box.get("id") == "blank"] == ["m"]


async def test_behind_every_reason_stands_its_clause(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=MARIAM)
    assert "Jours de grâce pour la cotisation" in page.text and "/agreements/clauses#arrears_grace_days" in page.html


async def test_a_photo_is_read_by_the_real_decoders(world: World, clerk: Visitor) -> None:
    entry = world.cards[BOUKARY]
    data = aiohttp.FormData({"csrf": clerk.csrf})
    picture = png(draw_card(entry.card, entry.text, payer="Mutuelle inventée", invented=True))
    data.add_field("photo", picture, filename="carte.png", content_type="image/png")
    async with clerk.client.post("/desk/photo", data=data) as answer:
        page = Page(answer.status, str(answer.url.relative()), await answer.text())
    assert "SAWADOGO Boukary" in page.text and "identifié par sa carte" in page.text


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"0" * 50])
async def test_a_photo_that_cannot_be_read_is_an_answer(content: bytes, clerk: Visitor) -> None:
    data = aiohttp.FormData({"csrf": clerk.csrf})
    data.add_field("photo", content, filename="x.png", content_type="image/png")
    async with clerk.client.post("/desk/photo", data=data) as answer:
        page = Page(answer.status, str(answer.url), await answer.text())
    assert page.status == 422 and [box for box in page.every("div") if box.get("role") == "alert"]


@pytest.mark.parametrize("text", ["MLT-999999-01", "???", "<script>alert(1)</script>", "9" * 300, ""])
async def test_what_is_nobodys_card_is_shown_again_with_a_sentence(text: str, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=text)
    assert page.status == 422 and page.value("text") == text
    assert "error." not in page.text and "<script>alert(1)" not in page.html


async def test_a_person_without_a_card_is_received_under_a_programme(clerk: Visitor) -> None:
    fields = {"name": "BARRO Fatou", "sex": "F", "birth_date": "02/01/2024", "programme": "gratuite"}
    page = await clerk.post("/desk/admission", proof="health-booklet", proof_number="C-17", **fields)
    assert band(page) == "green" and "BARRO Fatou" in page.text and "100 %" in page.text
    without = await clerk.post("/desk/admission", **fields)
    assert band(without) == "amber" and "carnet de santé" in without.text


WRONG_PEOPLE = [
    ({"name": "BARRO Fatou"}, "Programme"),
    ({"name": "", "emergency": "1"}, "Nom et prénoms"),
    ({"name": "BARRO Fatou", "emergency": "1", "birth_date": "hier"}, "Date de naissance"),
    ({"name": "BARRO Fatou", "programme": "free-beer"}, "Programme"),
    ({"name": "BARRO Fatou", "emergency": "1", "birth_year": "1066"}, "Année de naissance"),
]


@pytest.mark.parametrize(("fields", "label"), WRONG_PEOPLE)
async def test_a_wrong_field_is_named_and_the_rest_stays(fields: dict[str, str], label: str, clerk: Visitor) -> None:
    page = await clerk.post("/desk/admission", village="Tanghin", **fields)
    assert page.status == 422 and f"«\u00a0{label}\u00a0»" in page.html
    assert page.value("village") == "Tanghin" and page.value("name") == fields["name"]
    assert [box for box in page.every("details") if "open" in box], "the form stays open"


async def test_people_are_found_by_name_and_verified_from_the_list(clerk: Visitor) -> None:
    page = await clerk.get("/members?text=kaboré")
    assert "KABORE Mariam" in page.text and "OUEDRAOGO" not in page.text
    numbers = [field["value"] for field in page.every("input") if field.get("name") == "text" and "id" not in field]
    assert numbers == [MARIAM]
    assert "Personne ne correspond" in (await clerk.get("/members?text=bcdfgh")).text


async def test_who_was_received_waits_once_until_the_care_is_recorded(world: World, visit: Visit) -> None:
    clerk = await visit(world.facility, "responsable")
    for _ in range(2):
        await clerk.post("/desk/scan", text=AWA)
    page = await clerk.get("/desk")
    listed = page.html.split('id="received-title"')[1].split("</section>")[0]
    assert listed.count("OUEDRAOGO Awa") == 1


def _form(page: Page, action: str) -> dict[str, str]:
    """What the browser sends of itself with a form of the page."""
    part = page.html.split(f'action="{action}"')[1].split("</form>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', part))


async def test_a_form_that_is_sent_twice_asks_once(world: World, clerk: Visitor) -> None:
    form = _form(await clerk.get("/desk"), "/desk/scan")
    before = sum((await world.facility.store.colours()).values())
    first = await clerk.post("/desk/scan", **{**form, "text": BOUKARY})
    again = await clerk.post("/desk/scan", **{**form, "text": BOUKARY})
    assert first.url == again.url
    other = await clerk.post("/desk/scan", **{**form, "text": SALIF})
    assert other.url != first.url and "ZONGO Salif" in other.text, "another person in the same form is asked for"
    assert sum((await world.facility.store.colours()).values()) == before + 2


async def test_with_the_script_the_answer_comes_at_once_under_the_same_address(clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=AWA, direct="1")
    assert page.url == "/desk/scan" and band(page) == "amber"
    (address,) = [body["data-address"] for body in page.every("body")]
    assert (await clerk.get(address)).text == page.text


async def test_who_was_received_is_there_after_a_restart(world: World, visit: Visit) -> None:
    before = await visit(world.facility, "responsable")
    page = await before.post("/desk/scan", text=world.cards[AWA].text)
    restarted = await visit(world.facility, "responsable")
    again = await restarted.get(page.url)
    assert band(again) == band(page) and "OUEDRAOGO Awa" in again.text
    received = Received()
    await received.open(world.facility)
    assert AWA in {answer.person for answer in received.waiting()}


async def test_what_the_clerk_saw_on_the_photo_is_kept(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=world.cards[AWA].text)
    assert band(page) == "green"
    yes = await clerk.post(f"{page.url}/photo", photo="yes")
    assert yes.url == page.url and band(yes) == "green" and "c’est la personne de la photo" in yes.text
    no = await clerk.post(f"{page.url}/photo", photo="no")
    assert band(no) == "amber" and "Demandez une autre pièce" in no.text
    seen = await world.facility.store.seen(page.url.rsplit("/", 1)[1])
    assert seen == [("photo", "yes", "responsable"), ("photo", "no", "responsable")]


async def test_an_emergency_stays_on_the_list_until_it_is_settled(world: World, clerk: Visitor) -> None:
    await clerk.post("/desk/admission", name="INCONNU Urgence", emergency="1")
    desk = await clerk.get("/desk")
    assert "/desk/emergencies" in desk.links
    listed = await clerk.get("/desk/emergencies")
    assert "INCONNU Urgence" in listed.text and "Il manque" in listed.text
    actions = [form["action"] for form in listed.every("form") if form.get("action", "").startswith("/desk/emerg")]
    place = listed.html.split("INCONNU Urgence")[0].count('action="/desk/emergencies/')
    settled = await clerk.post(actions[place], remark="carte apportée")
    assert "INCONNU Urgence" not in settled.text and "L’urgence est réglée" in settled.text
    assert (await clerk.post(actions[place], remark="encore")).status == 422


async def test_how_somebody_was_found_is_written_down(world: World, clerk: Visitor) -> None:
    page = await clerk.post("/desk/scan", text=BOUKARY, via="search")
    assert "trouvé par la recherche" in page.text
    searched = await clerk.get("/members?text=sawadogo")
    assert ("via", "search") in {(box.get("name"), box.get("value")) for box in searched.every("input")}
