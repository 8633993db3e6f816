"""What is believed of a copy that somebody sends: everybody speaks for themselves, and nobody for others."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.arrangements.agreement import Adhesion, Agreement, Party, Signature, adhesion_terms
from facility_agent.arrangements.moves import Move
from facility_agent.demo.sites import PASSPHRASE, annex
from facility_agent.exchange.keys import load_signing
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id
from facility_agent.workflows import agreements, contracting, exchange
from facility_agent.workflows.site import KEYS, Site
from tests.workflows.district import CENTRES, LATE, MUTUALS, START, make, opened
from tests.workflows.post import letter

ALL = (*CENTRES, *MUTUALS, LATE)
A, B, FIRST, SECOND = MUTUALS[0], MUTUALS[1], CENTRES[0], CENTRES[1]
replace = msgspec.structs.replace


@pytest.fixture(scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("district")
    await make(folder, ALL)
    return folder


@pytest.fixture
async def sites(made: Path, tmp_path: Path) -> AsyncIterator[dict[str, Site]]:
    shutil.copytree(made, tmp_path / "district")
    async with opened(tmp_path / "district", ALL) as found:
        yield found


async def drafted(sites: dict[str, Site]) -> Agreement:
    facilities = tuple(Party(code=code, name=code, role="facility", level="csps") for code in CENTRES)
    parties = (*facilities, *(Party(code=code, name=code, role="payer") for code in MUTUALS))
    return await contracting.save_draft(sites[A], contracting.draft(sites[A], START, None, parties, annex()), "x")


async def told(sites: dict[str, Site], sender: str, recipient: str, copy: Agreement) -> Agreement:
    """The copy as the recipient keeps it."""
    data = await letter(sites[sender], sites[recipient], "agreement", copy)
    await exchange.receive(sites[recipient], data, "x")
    return next(entry for entry in await sites[recipient].store.agreements() if entry.id == copy.id)


def paper(party: str, on: date = START) -> Signature:
    return Signature(party=party, by="Quelqu’un", capacity="ICP", on=on, signature="ab" * 32)


async def test_a_page_on_paper_of_a_third_is_left_out_and_everything_else_kept(sites: dict[str, Site]) -> None:
    copy = replace(await drafted(sites), signatures=(paper(A), paper(SECOND)))
    kept = await told(sites, A, FIRST, copy)
    assert [entry.party for entry in kept.signatures] == [A] and kept.digest == copy.digest
    vouched = await told(sites, SECOND, FIRST, replace(copy, signatures=(paper(SECOND),)))
    assert {entry.party for entry in vouched.signatures} == {A, SECOND}


async def test_our_own_page_is_not_believed_before_we_entered_it(sites: dict[str, Site]) -> None:
    draft = await drafted(sites)
    page = (FIRST, "Awa", "ICP", date(2026, 2, 19), b"scan")
    theirs = await agreements.enter_paper(sites[A], draft, *page[1:], page[0], "x")
    with pytest.raises(InputError) as caught:
        await told(sites, A, FIRST, theirs)
    assert caught.value.code == "agreement-page-unknown"
    await told(sites, A, FIRST, draft)
    await agreements.enter_paper(sites[FIRST], draft, *page[1:], page[0], "x")
    assert (await told(sites, A, FIRST, theirs)).signatures == theirs.signatures


async def test_a_signature_of_somebody_whose_keys_nobody_compared_is_left_out(sites: dict[str, Site]) -> None:
    signed = await contracting.sign(sites[A], await drafted(sites), "P", "président", PASSPHRASE)
    twice = await contracting.sign(sites[SECOND], signed, "C", "ICP", PASSPHRASE)
    await sites[FIRST].store.database.rows("DELETE FROM party WHERE code = $1", SECOND)
    kept = await told(sites, A, FIRST, twice)
    assert [entry.party for entry in kept.signatures] == [A]


async def test_nobody_suspends_or_ends_for_another(sites: dict[str, Site]) -> None:
    signed = await contracting.sign(sites[A], await drafted(sites), "P", "président", PASSPHRASE)
    stop = Move(number=1, kind="suspend", on=START, by=B, who="?")
    everybody = Move(number=2, kind="end", on=START, who="?")
    own = Move(number=3, kind="suspend", on=START, by=A, who="P")
    kept = await told(sites, A, FIRST, replace(signed, moves=(stop, everybody, own)))
    assert kept.moves == (own,)
    late = await told(sites, A, FIRST, signed)
    assert late.moves == (own,), "an old copy that comes late takes nothing back"


FORGED = {
    "by the key of another": lambda own, other, page: other.sign(page).hex(),
    "over another page": lambda own, other, page: own.sign(page + b" ").hex(),
    "that is nothing": lambda own, other, page: "00",
}


@pytest.mark.parametrize("how", FORGED)
async def test_an_adhesion_is_believed_for_the_signature_of_the_one_who_joins(how: str, sites: dict[str, Site]) -> None:
    signed = await contracting.sign(sites[A], await drafted(sites), "P", "président", PASSPHRASE)
    party, start = agreements.own_party(sites[LATE]), date(2026, 4, 1)
    own, other = (load_signing(sites[code].folder / KEYS, "agreement", PASSPHRASE) for code in (LATE, A))
    page = adhesion_terms(signed, party, start)
    name = key_id(own.public_key().public_bytes_raw()).hex()
    good = Signature(party=LATE, by="C", capacity="ICP", on=START, key=name, signature=own.sign(page).hex())
    bad = replace(good, signature=FORGED[how](own, other, page))
    with pytest.raises(InputError) as caught:
        await told(sites, A, FIRST, replace(signed, adhesions=(Adhesion(party=party, start=start, signature=bad),)))
    assert (caught.value.code, caught.value.fields["party"]) == ("agreement-signature", LATE)
    kept = await told(sites, A, FIRST, replace(signed, adhesions=(Adhesion(party=party, start=start, signature=good),)))
    assert [entry.party.code for entry in kept.adhesions] == [LATE]


async def test_two_signatures_of_one_party_and_one_who_joined_twice_are_no_copy(sites: dict[str, Site]) -> None:
    signed = await contracting.sign(sites[A], await drafted(sites), "P", "président", PASSPHRASE)
    again = replace(signed, signatures=(*signed.signatures, paper(A)))
    inside = Adhesion(party=signed.parties[0], start=START, signature=paper(signed.parties[0].code))
    for copy in (again, replace(signed, adhesions=(inside,))):
        with pytest.raises(InputError) as caught:
            await told(sites, A, FIRST, copy)
        assert caught.value.code == "agreement-signature"


async def test_a_scan_travels_beside_the_page_that_names_it(sites: dict[str, Site]) -> None:
    draft = await drafted(sites)
    mine = await agreements.enter_paper(sites[A], draft, "P", "président", date(2026, 2, 19), b"page A", A, "x")
    path = await contracting.send(sites[A], mine, FIRST)
    await exchange.receive(sites[FIRST], path.read_bytes(), "x")
    assert await sites[FIRST].store.scan(mine.signatures[0].signature) == b"page A"
    assert await sites[FIRST].store.scans_of(mine.id) == (mine.signatures[0].signature,)


async def test_who_is_bound_already_on_those_days_signs_no_second_one(sites: dict[str, Site]) -> None:
    first = await drafted(sites)
    for code in (A, FIRST):
        first = await contracting.sign(sites[code], first, "P", "chef", PASSPHRASE)
    await told(sites, FIRST, A, first)
    second = contracting.draft(sites[A], date(2026, 6, 1), None, first.parties, annex())
    with pytest.raises(InputError) as caught:
        await contracting.sign(sites[A], second, "P", "président", PASSPHRASE)
    assert caught.value.code == "agreement-overlaps"
    await agreements.end(sites[A], await agreements.find(sites[A], first.id), date(2026, 5, 31), "P")
    assert (await contracting.sign(sites[A], second, "P", "président", PASSPHRASE)).signatures


async def test_only_who_is_across_from_a_signer_may_join(sites: dict[str, Site]) -> None:
    draft = await drafted(sites)
    with pytest.raises(InputError) as caught:
        await told(sites, A, LATE, draft)
    assert caught.value.code == "agreement-party", "a draft is for its parties"
    signed = await contracting.sign(sites[A], draft, "P", "président", PASSPHRASE)
    kept = await told(sites, A, LATE, signed)
    with pytest.raises(InputError) as caught:
        await agreements.join(sites[LATE], kept, date(2026, 2, 28), "C", "ICP", PASSPHRASE)
    assert caught.value.code == "agreement-day-outside"
    joined = await agreements.join(sites[LATE], kept, START, "C", "ICP", PASSPHRASE)
    assert joined.state == "in force" and await agreements.join(sites[LATE], joined, START, "C", "ICP", "") == joined
