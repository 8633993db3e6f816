"""A district's agreement through the pages, from the empty form to the sixth that joins; and what the pages refuse."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import openpyxl
import pytest

from facility_agent.arrangements.agreement import Agreement, signed_terms
from facility_agent.demo.sites import PASSPHRASE
from facility_agent.workflows import packs
from facility_agent.workflows.site import Site
from tests.documents.reading import pages_of
from tests.web.conftest import visiting
from tests.web.visitor import Page, Visitor
from tests.workflows.district import CENTRES, LATE, MINISTRY, MUTUALS, NAMES, make, opened

ALL = (*CENTRES, *MUTUALS, LATE, MINISTRY)
DRAFTER = MUTUALS[1]


class District:
    """The installations, a person at each of them, and the post between them."""

    def __init__(self, sites: dict[str, Site], people: dict[str, Visitor]) -> None:
        self.sites, self.people = sites, people

    async def carry(self, sender: str) -> None:
        """Everything in somebody's outbox, through the page of envelopes of the one it is for."""
        for path in sorted((self.sites[sender].folder / "outbox").glob("*.fae")):
            letters = {letter.name: letter for letter in await self.sites[sender].store.letters("out")}
            to = letters[path.name].recipient
            page = await brought(self.people[to], path)
            assert page.status == 200, page.text
            path.unlink()

    async def copy(self, code: str, id: str) -> Agreement:
        return next(entry for entry in await self.sites[code].store.agreements() if entry.id == id)


@pytest.fixture(scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("district")
    await make(folder, ALL)
    return folder


@pytest.fixture
async def district(made: Path, tmp_path: Path) -> AsyncIterator[District]:
    folder = Path(shutil.copytree(made, tmp_path / "district"))
    async with opened(folder, ALL) as sites, visiting() as visit:
        yield District(sites, {code: await visit(site, "responsable") for code, site in sites.items()})


async def sent(visitor: Visitor, path: str, files: dict[str, tuple[str, bytes]], **fields: str) -> Page:
    """A form with files."""
    form = aiohttp.FormData({"csrf": visitor.csrf, **fields})
    for name, (filename, data) in files.items():
        form.add_field(name, data, filename=filename)
    async with visitor.client.post(path, data=form, headers={"Accept-Language": visitor.language}) as response:
        return Page(response.status, str(response.url.relative()), await response.text())


async def brought(visitor: Visitor, path: Path, **fields: str) -> Page:
    return await sent(visitor, "/envelopes", {"file": (path.name, path.read_bytes())}, **fields)


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


PARTIES = [["Nom", "Code", "Rôle", "Niveau", "Statut"],
           *[[NAMES[code], code, "formation", "csps", "public"] for code in CENTRES],
           [NAMES["MUT-A"], "MUT-A", "mutuelle", None, None]]  # fmt: skip
TARIFFS = [["acte", "prix", "regime"], ["consultation-nurse", 1000, "gratuite"], ["malaria-rapid-test", "1 500", None]]
MONEY = {"clause.rounding": "down", "clause.rounding_step": "1", "rate-1": "70 %", "clause.payment_days": "45"}


async def drafted(visitor: Visitor, **fields: str) -> Page:
    """The form filled in: the lists as workbooks, the clauses of money by hand."""
    form = await visitor.get("/agreements/draft?start=2026-03-01")
    own = {name: form.value(f"{name}-1") for name in ("name", "code")} | {"role": "payer"}
    rows = {f"{name}-1": value for name, value in own.items()}
    lists = {"parties": ("parties.xlsx", workbook(PARTIES)), "tariffs": ("tarifs.xlsx", workbook(TARIFFS))}
    given = {"start": "01/03/2026", "until": "28/02/2029", "rows": "4", "do": "save", "invented": "1", **rows, **MONEY}
    return await sent(visitor, "/agreements/draft", lists, **{**given, **fields})


def id_of(page: Page) -> str:
    found = re.match(r"/agreements/([0-9a-f-]{36})", page.url)
    assert found is not None, (page.url, page.text)
    return found[1]


async def test_five_sign_and_a_sixth_joins_through_the_pages(district: District) -> None:
    drafter = district.people[DRAFTER]
    page = await drafted(drafter)
    id = id_of(page)
    assert "Le projet est gardé" in page.text and "Clauses d’argent encore ouvertes" not in page.text
    await drafter.post(f"/agreements/{id}/send")
    await district.carry(DRAFTER)
    for code in (*CENTRES, *MUTUALS):
        visitor = district.people[code]
        before = await visitor.get(f"/agreements/{id}")
        assert before.status == 200 and f"/agreements/{id}/sign" in before.links
        signed = await visitor.post(
            f"/agreements/{id}/sign", by=f"Chef de {code}", capacity="ICP", passphrase=PASSPHRASE
        )
        assert "La convention est signée" in signed.text, signed.text
        assert PASSPHRASE not in signed.html
        await visitor.post(f"/agreements/{id}/send")
        await district.carry(code)
    copies = [await district.copy(code, id) for code in (*CENTRES, *MUTUALS)]
    assert len({signed_terms(copy) for copy in copies}) == len({copy.digest for copy in copies}) == 1
    assert len({copy.signatures for copy in copies}) == 1 and {copy.state for copy in copies} == {"in force"}
    terms = copies[0]
    assert [party.code for party in terms.parties] == [DRAFTER, *CENTRES, "MUT-A"]
    assert terms.annex.clauses.payment_days == 45 and terms.annex.rates[0].rate == 70
    assert {(row.act, row.price) for row in terms.annex.tariffs} == {
        ("consultation-nurse", 1000), ("malaria-rapid-test", 1500),
    }  # fmt: skip
    late = district.people[LATE]
    await drafter.post(f"/agreements/{id}/send", guest=LATE)
    await district.carry(DRAFTER)
    invited = await late.get(f"/agreements/{id}")
    assert f"/agreements/{id}/join" in invited.links
    joined = await late.post(
        f"/agreements/{id}/join", start="01/04/2026", by="Cheffe", capacity="ICP", passphrase=PASSPHRASE
    )
    assert "L’adhésion est écrite" in joined.text, joined.text
    await late.post(f"/agreements/{id}/send")
    await district.carry(LATE)
    for code in (*CENTRES, *MUTUALS, LATE):
        copy = await district.copy(code, id)
        assert [page.party.code for page in copy.adhesions] == [LATE] and copy.digest == terms.digest
    seen = await district.people["CSPS-1"].get(f"/agreements/{id}")
    assert "A adhéré, compte depuis le 01/04/2026" in seen.text
    for path, count in ((f"/agreements/{id}/print", 0), (f"/agreements/{id}/adhesion?party={LATE}", 1)):
        async with district.people["CSPS-1"].client.get(path) as response:
            assert response.headers["Content-Disposition"].startswith("attachment")
            pages = pages_of(await response.read())
            assert len(pages) == count or (count == 0 and len(pages) > 2)


async def test_a_list_becomes_rows_and_a_draft_can_be_corrected_and_taken_away(district: District) -> None:
    visitor = district.people[DRAFTER]
    read = await drafted(visitor, do="parties")
    assert read.value("name-2") == NAMES["CSPS-1"] and read.value("code-5") == "MUT-A"
    assert await district.sites[DRAFTER].store.agreements() == ()
    id = id_of(await drafted(visitor))
    form = await visitor.get(f"/agreements/draft?instead={id}")
    assert form.value("code-3") == "CSPS-2" and form.value("rate-1") == "70" and form.value("until") == "28/02/2029"
    rows = {f"{name}-{place}": form.value(f"{name}-{place}") for place in (1, 2) for name in ("name", "code")}
    again = await sent(visitor, "/agreements/draft", {}, start="01/03/2026", rows="5", do="save", instead=id,
                       **{"role-1": "payer", "role-2": "facility"}, **rows, **{**MONEY, "rate-1": "2/3"})  # fmt: skip
    (held,) = await district.sites[DRAFTER].store.agreements()
    assert id_of(again) == held.id != id and [party.code for party in held.parties] == [DRAFTER, "CSPS-1"]
    assert held.annex.rates[0].rate == "2/3" and len(held.annex.tariffs) == 2, "the list that was read stays"
    gone = await visitor.post(f"/agreements/{held.id}/withdraw")
    assert "Le projet est retiré" in gone.text and await district.sites[DRAFTER].store.agreements() == ()


async def test_open_money_clauses_are_shown_with_what_closes_them_and_stop_the_signature(district: District) -> None:
    visitor = district.people[DRAFTER]
    page = await drafted(visitor, **{name: "" for name in MONEY})
    id = id_of(page)
    for said in ("Arrondi des parts", "taux du régime Mutuelle de santé", "une réponse dans le projet"):
        assert said in page.text, said
    assert f"/agreements/{id}/sign" not in page.links and f"/agreements/draft?instead={id}" in page.links
    refused = await visitor.post(f"/agreements/{id}/sign", by="X", capacity="Y", passphrase=PASSPHRASE)
    assert refused.status == 422 and "Complétez l'annexe" in refused.text


WRONG_FORMS = {
    "a rate above all": ({"rate-1": "170"}, "n’est pas un taux"),
    "a rate and a flat part": ({"copay-1": "100"}, "pas les deux"),
    "no first day": ({"start": ""}, "À partir du"),
    "an end before the beginning": ({"until": "01/01/2026"}, "avant son premier jour"),
    "no law on that day": ({"start": "01/01/1990"}, "1990"),
    "a level that is none": ({"level-1": "palace"}, "palace"),
    "an ownership that is none": ({"ownership-1": "publik"}, "publik"),
    "a step that is no number": ({"clause.rounding_step": "five"}, "Pas de l’arrondi"),
    "two of one code": ({"code-1": "CSPS-1"}, "deux fois"),
}


@pytest.mark.parametrize("what", WRONG_FORMS)
async def test_a_wrong_form_comes_back_with_its_sentence_and_what_was_typed(what: str, lone: Visitor) -> None:
    fields, sentence = WRONG_FORMS[what]
    page = await drafted(lone, **fields)
    assert page.status == 422 and sentence in page.text, page.text
    assert page.value("until") == fields.get("until", "28/02/2029") and page.faults == []
    assert (await lone.get("/agreements")).text.count("Ouvrir") == 0


@pytest.fixture(scope="module")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visitor]:
    """One mutual that keeps nothing of what these tests send it."""
    folder = tmp_path_factory.mktemp("alone")
    await make(folder, (DRAFTER,))
    async with opened(folder, (DRAFTER,)) as sites, visiting() as visit:
        yield await visit(sites[DRAFTER], "responsable")


@pytest.fixture
def lone(alone: Visitor) -> Visitor:
    return alone


async def test_all_mistakes_of_an_annex_stand_on_the_page(lone: Visitor) -> None:
    bad = b'[[rate]]\nscheme = "nobody"\nrate = 70\n\n[clause]\nfollow_up_days = { value = { "*" = 3 } }\n'
    form = {"start": "01/03/2026", "rows": "1", "do": "save", "code-1": "M", "name-1": "M", "role-1": "payer"}
    page = await sent(lone, "/agreements/draft", {"annex": ("annexe.toml", bad)}, **form)
    assert page.status == 422
    assert "annex.toml:2: rate.scheme" in page.text and "annex.toml:6: clause.follow_up_days" in page.text
    tariffs = workbook([["acte", "prix"], ["consultation-nurse", 100], ["nothing-known", "cher"]])
    page = await sent(lone, "/agreements/draft", {"tariffs": ("prix.xlsx", tariffs)}, **form)
    assert page.status == 422 and "prix.xlsx:3" in page.text and "nothing-known" in page.text and "cher" in page.text
    broken = await sent(lone, "/agreements/draft", {"tariffs": ("prix.xlsx", b"PK\x03\x04 no")}, **form)
    assert broken.status == 422 and "prix.xlsx ne peut pas être lu" in broken.text


async def test_a_whole_annex_is_drafted_in_the_page_row_by_row(district: District) -> None:
    visitor = district.people[DRAFTER]
    empty = await visitor.get("/agreements/draft?start=2026-03-01")
    assert "Fixé par l’arrangement" in empty.text and "Laissé ouvert" in empty.text
    wanted = {"rate.scheme-1": "mutual", "rate.family-1": "medicine", "rate.rate-1": "75 %", "rows.rate": "1",
              "rows.limit": "1", "rows.waiting": "1", "rows.requirement": "1", "law": "2026-02-01"}  # fmt: skip
    more = await drafted(visitor, **{**wanted, "do": "more.rate"})
    assert more.value("rate.rate-1") == "75 %" and more.value("rows.rate") == "2" and "Ligne ajoutée 2" in more.text
    rows = {**wanted, "rows.rate": "2", "rate.scheme-2": "mutual", "rate.family-2": "laboratory", "rate.copay-2": "2OO",
            "open.limit.amount-1": "60 000", "open.waiting.months-2": "3", "waiting.scheme-1": "mutual",
            "waiting.months-1": "9", "waiting.family.maternity-1": "1",
            "requirement.code-1": "bon de prise en charge"}  # fmt: skip
    wrong = await drafted(visitor, **rows)
    assert wrong.status == 422 and wrong.value("rate.copay-2") == "2OO" and wrong.faults == []
    assert "« 2OO » ne va pas ici" in wrong.text and "rate.copay-2-wrong" in wrong.html
    other = await drafted(visitor, **{**rows, "law": "2016-04-02"})
    assert other.status == 422 and "une autre version de l’arrangement" in other.text
    assert await district.sites[DRAFTER].store.agreements() == ()
    id = id_of(await drafted(visitor, **{**rows, "rate.copay-2": "200"}))
    annex = (await district.copy(DRAFTER, id)).annex
    said = {(row.family, row.rate, row.copay) for row in annex.rates}
    assert said == {("", 70, None), ("medicine", 75, None), ("laboratory", None, 200)}
    assert {(row.code, row.months, row.families) for row in annex.waitings} == {
        ("mutual-waiting", 3, ()), ("annex-mutual-waiting-1", 9, ("maternity",)),
    }  # fmt: skip
    assert [(row.code, row.amount) for row in annex.limits] == [("mutual-ceiling", 60_000)]
    async with visitor.client.get(f"/agreements/{id}/annex") as response:
        written = await response.read()
    async with visitor.client.get(f"/agreements/{id}/print") as response:
        paper = " ".join(" ".join(pages_of(await response.read())).split())
    assert "75 %" in paper and "bon de prise en charge" in paper and "9 mois" in paper
    form = {"start": "01/03/2026", "rows": "2", "do": "save", "invented": "1"}
    names = {f"{key}-1": value for key, value in {"name": "M", "code": DRAFTER, "role": "payer"}.items()}
    names |= {f"{key}-2": value for key, value in {"name": "C", "code": "CSPS-1", "role": "facility"}.items()}
    again = id_of(await sent(visitor, "/agreements/draft", {"annex": ("annexe.toml", written)}, **form, **names))
    assert (await district.copy(DRAFTER, again)).annex == annex
    filled = await visitor.get(f"/agreements/draft?instead={id}")
    assert filled.value("open.limit.amount-1") == "60000" and filled.value("rate.copay-2") == "200"


async def test_a_page_on_paper_is_kept_and_given_back_as_it_was(district: District) -> None:
    visitor, scan = district.people[DRAFTER], b"%PDF-1.4 page signee"
    id = id_of(await drafted(visitor))
    form = {"party": "CSPS-2", "by": "Awa Œuvrard", "capacity": "ICP", "on": "19/02/2026"}
    for fields, sentence in (({"on": "21/02/2026"}, "à venir"), ({"party": LATE}, "Partie")):
        wrong = await sent(visitor, f"/agreements/{id}/paper", {"scan": ("p.pdf", scan)}, **{**form, **fields})
        assert wrong.status == 422 and sentence in wrong.text
    assert (await sent(visitor, f"/agreements/{id}/paper", {}, **form)).status == 422
    page = await sent(visitor, f"/agreements/{id}/paper", {"scan": ("p.pdf", scan)}, **form)
    assert "La page est entrée" in page.text and "Awa Œuvrard, ICP, le 19/02/2026" in page.text
    (link,) = (link for link in page.links if "/scans/" in link)
    async with visitor.client.get(link) as response:
        assert await response.read() == scan
        assert response.headers["Content-Disposition"].startswith("attachment")
    assert (await visitor.get(f"/agreements/{id}/scans/{'0' * 64}")).status == 404
    mine = await visitor.post(f"/agreements/{id}/sign", by="Le président", capacity="président", passphrase=PASSPHRASE)
    assert "en vigueur" in mine.text


async def test_it_is_suspended_resumed_ended_and_each_is_undone(district: District) -> None:
    visitor = district.people[DRAFTER]
    id = id_of(await drafted(visitor))
    at = f"/agreements/{id}"
    refused = await visitor.post(f"{at}/moves", move="suspend", suspend_on="01/03/2026")
    assert refused.status == 422 and "projet" in refused.text and "Rien n’a été changé" in refused.text
    await sent(visitor, f"{at}/paper", {"scan": ("p", b"x")}, party="CSPS-1", by="A", capacity="ICP", on="19/02/2026")
    await visitor.post(f"{at}/sign", by="P", capacity="président", passphrase=PASSPHRASE)
    suspended = await visitor.post(f"{at}/moves", move="suspend", suspend_on="01/04/2026")
    assert "La suspension est écrite" in suspended.text and "Annuler" in suspended.text
    undone = await visitor.post(f"{at}/moves", move="undo")
    assert "C’est annulé" in undone.text and "en vigueur" in undone.text
    await visitor.post(f"{at}/moves", move="suspend", suspend_on="01/04/2026")
    early = await visitor.post(f"{at}/moves", move="resume", resume_on="31/03/2026")
    assert early.status == 422 and "commence le 01/04/2026" in early.text
    resumed = await visitor.post(f"{at}/moves", move="resume", resume_on="01/05/2026")
    assert "La reprise est écrite" in resumed.text
    outside = await visitor.post(f"{at}/moves", move="end", end_on="01/03/2029")
    assert outside.status == 422 and "28/02/2029" in outside.text
    ended = await visitor.post(f"{at}/moves", move="end", end_on="28/02/2029")
    assert "La fin est écrite" in ended.text and "finit le 28/02/2029" in ended.text
    twice = await visitor.post(f"{at}/moves", move="end", end_on="28/02/2028")
    assert twice.status == 422 and "terminée" in twice.text


async def test_an_amendment_takes_over_once_all_have_signed_it(district: District) -> None:
    visitor, site = district.people[DRAFTER], district.sites[DRAFTER]
    id = id_of(await drafted(visitor))
    page = {"by": "A", "capacity": "ICP", "on": "19/02/2026"}
    await sent(visitor, f"/agreements/{id}/paper", {"scan": ("p", b"x")}, party="CSPS-1", **page)
    await visitor.post(f"/agreements/{id}/sign", by="P", capacity="président", passphrase=PASSPHRASE)
    form = await visitor.get(f"/agreements/{id}/amend?start=2026-07-01")
    assert form.value("rate-1") == "70" and form.value("start") == "01/07/2026"
    assert form.value("code-2") == "CSPS-1" and form.value("name-5") == NAMES["MUT-A"]
    early = await sent(visitor, f"/agreements/{id}/amend", {}, start="01/03/2026", **MONEY)
    assert early.status == 422
    new = {"name-1": "Poste de Zorgo", "code-1": "PS-1", "role-1": "facility", "parent-1": "CSPS-3", "rows": "2",
           "since-1": "01/08/2026", "name-2": NAMES["CSPS-2"], "code-2": "CSPS-2", "role-2": "facility",
           "last-2": "30/06/2026"}  # fmt: skip
    wrong = await sent(visitor, f"/agreements/{id}/amend", {}, start="01/07/2026", **{**MONEY, **new, "parent-1": "X"})
    assert (
        wrong.status == 422 and wrong.value("since-1") == "01/08/2026" and "n’est pas une autre formation" in wrong.text
    )
    given = {**MONEY, **new, "rate-1": "80"}
    later = id_of(await sent(visitor, f"/agreements/{id}/amend", {}, start="01/07/2026", **given))
    shown = await visitor.get(f"/agreements/{later}")
    assert "liée à partir du 01/08/2026" in shown.text and "facture par CSPS-3" in shown.text
    assert "liée jusqu’au 30/06/2026" in shown.text
    await visitor.post(f"/agreements/{later}/sign", by="P", capacity="président", passphrase=PASSPHRASE)
    assert (await district.copy(DRAFTER, id)).state == "in force"
    await sent(visitor, f"/agreements/{later}/paper", {"scan": ("p", b"y")}, party="CSPS-1", **page)
    earlier, amendment = await district.copy(DRAFTER, id), await district.copy(DRAFTER, later)
    assert (earlier.state, str(earlier.ended_on), amendment.annex.rates[0].rate) == ("amended", "2026-06-30", 80)
    assert [party.code for party in amendment.parties] == [DRAFTER, *CENTRES, "MUT-A", "PS-1"]
    assert len(amendment.annex.tariffs) == 2, "what the amendment does not change stays"
    assert await site.agreement("CSPS-1", DRAFTER, amendment.start) == amendment


async def test_the_law_arrives_through_the_page_of_envelopes_and_over_http(district: District) -> None:
    ministry = district.sites[MINISTRY]
    signed = await packs.make(ministry, ["bf/2016-04-02", "bf/2026-02-01"], None, "La ministre", "ministre", PASSPHRASE)
    (plain,) = await packs.write(ministry, signed)
    visitor = district.people["CSPS-1"]
    page = await brought(visitor, plain)
    assert "Paquet d’arrangements reçu" in page.text and "bf/2026-02-01" in page.text
    clauses = await visitor.get("/agreements/clauses?day=01/03/2026")
    assert "Paquet n° 1 de MIN, signé par La ministre" in clauses.text.replace("\u00a0", " ")
    assert "paquet n° 1 de MIN" in (await visitor.get("/agreements/new")).text.replace("\u00a0", " ")
    other = district.people["MUT-A"]
    for status in (201, 200):
        async with other.client.post("/api/envelopes", data=plain.read_bytes()) as response:
            assert (response.status, (await response.json())["kind"]) == (status, "arrangements")
    async with other.client.post("/api/envelopes", data=plain.read_bytes()[:-9]) as response:
        assert (response.status, (await response.json())["error"]) == (422, "pack-malformed")
    assert (await district.people[MINISTRY].get("/envelopes")).links >= {f"/envelopes/{plain.name}"}


async def test_only_a_manager_binds_the_installation(world: Any, visit: Any) -> None:
    clerk = await visit(world.facility, "comptable")
    (held,) = await world.facility.store.agreements()
    page = await clerk.get(f"/agreements/{held.id}")
    assert page.status == 200 and "Faire vivre" not in page.text
    for path in ("/agreements/new", "/agreements/draft", f"/agreements/{held.id}/sign", f"/agreements/{held.id}/amend"):
        assert (await clerk.get(path)).status == 403, path
    assert (await clerk.post(f"/agreements/{held.id}/moves", move="end", end_on="01/05/2026")).status == 403
    assert (await clerk.get("/agreements/nothing")).status == 422


async def test_guessing_a_passphrase_becomes_slow(district: District) -> None:
    visitor = district.people[DRAFTER]
    id = id_of(await drafted(visitor))
    said = [
        await visitor.post(f"/agreements/{id}/sign", by="X", capacity="Y", passphrase="une phrase au hasard")
        for _ in range(9)
    ]
    assert {page.status for page in said[:8]} == {422} and said[8].status == 429
    assert "une phrase au hasard" not in said[0].html
