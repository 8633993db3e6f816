"""An agreement's life: signed, on paper, joined, amended, suspended, ended; every wrong move has its sentence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.arrangements.agreement import Agreement, Party, Signature, in_force, with_digest
from facility_agent.demo.sites import FACILITY, MUTUAL, PASSPHRASE, Pair, annex, open_pair
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import agreements, contracting
from tests.workflows.nothing import refused

START, LATER = date(2026, 2, 1), date(2026, 7, 1)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    async with open_pair(tmp_path / "sites", 3) as opened:
        yield opened


def parties() -> tuple[Party, ...]:
    return (
        Party(code=FACILITY.code, name=FACILITY.name, role="facility", level="csps", ownership="public", region="Nord"),
        Party(code=MUTUAL.code, name=MUTUAL.name, role="payer"),
    )


async def test_two_signatures_on_paper_bring_it_into_force(pair: Pair) -> None:
    drafted = contracting.draft(pair.facility, START, None, parties(), annex())
    assert drafted.state == "draft" and not in_force(drafted, FACILITY.code, MUTUAL.code, START)
    one = await agreements.enter_paper(pair.facility, drafted, "Awa", "ICP", START, b"scan 1", FACILITY.code, "x")
    assert one.state == "signed by one"
    two = await agreements.enter_paper(pair.facility, one, "Issa", "président", START, b"scan 2", MUTUAL.code, "x")
    assert two.state == "in force" and in_force(two, FACILITY.code, MUTUAL.code, START)
    assert (await pair.facility.store.agreements())[0] == two


async def test_nobody_signs_on_paper_while_a_money_clause_is_open(pair: Pair) -> None:
    bare = with_digest(Agreement(id="b", country="BF", arrangement=START, start=START, parties=parties()))
    with pytest.raises(InputError) as error:
        await agreements.enter_paper(pair.facility, bare, "Awa", "ICP", START, b"scan", FACILITY.code, "x")
    assert error.value.code == "agreement-open" and "rounding" in str(error.value.fields["clauses"])
    assert await pair.facility.store.agreements() == ()


async def test_a_page_of_ours_that_we_never_signed_is_not_believed(pair: Pair) -> None:
    drafted = contracting.draft(pair.mutual, START, None, parties(), annex())
    forged = Signature(party=FACILITY.code, by="personne", capacity="ICP", on=START, signature="0" * 64)
    with pytest.raises(InputError) as error:
        await contracting.keep(pair.facility, msgspec.structs.replace(drafted, signatures=(forged,)), MUTUAL.code)
    assert error.value.code == "agreement-page-unknown"
    assert await pair.facility.store.agreements() == ()


async def test_another_health_centre_joins_by_one_page_and_counts_from_its_day(pair: Pair) -> None:
    signed = await pair.sign_agreement()
    other = Party(code="CSPS-EX2", name="Autre CSPS (inventé)", role="facility", level="csps", ownership="public")
    page = ("X", "ICP", date(2026, 2, 19), b"page", "x")
    joined = await agreements.join_on_paper(pair.mutual, signed, other, LATER, *page)
    assert joined.digest == signed.digest and joined.state == "in force"
    assert not in_force(joined, "CSPS-EX2", MUTUAL.code, date(2026, 6, 30))
    assert in_force(joined, "CSPS-EX2", MUTUAL.code, LATER)
    assert in_force(joined, FACILITY.code, MUTUAL.code, START)
    again = await agreements.join_on_paper(pair.mutual, joined, other, LATER, *page)
    assert again == joined and len(again.adhesions) == 1


async def test_an_amendment_takes_over_on_its_day_once_it_is_signed(pair: Pair) -> None:
    signed = await pair.sign_agreement()
    draft = await agreements.amend(pair.mutual, signed, LATER, annex(), "x")
    assert draft.state == "draft" and draft.amends == signed.id
    for code in (FACILITY.code, MUTUAL.code):
        assert (await agreements.find(pair.mutual, signed.id)).state == "in force"
        draft = await agreements.enter_paper(pair.mutual, draft, "X", "y", START, b"page", code, "x")
    earlier = await agreements.find(pair.mutual, signed.id)
    assert earlier.state == "amended" and earlier.ended_on == date(2026, 6, 30)
    assert in_force(earlier, FACILITY.code, MUTUAL.code, date(2026, 6, 30))
    assert not in_force(earlier, FACILITY.code, MUTUAL.code, LATER)
    assert in_force(draft, FACILITY.code, MUTUAL.code, LATER)


OTHER = Party(code="CSPS-EX2", name="Autre CSPS (inventé)", role="facility", level="csps", ownership="public")


async def test_an_amendment_adds_a_party_moves_one_and_ends_one_each_from_its_day(pair: Pair) -> None:
    signed = await pair.sign_agreement()
    joined = await agreements.join_on_paper(
        pair.mutual, signed, msgspec.structs.replace(OTHER, code="CSPS-EX3"), START, "X", "ICP", START, b"p", "x"
    )
    rows = (
        msgspec.structs.replace(joined.parties[0], parent="CSPS-EX2"),
        msgspec.structs.replace(OTHER, start=date(2026, 8, 1)),
        msgspec.structs.replace(OTHER, code="CSPS-EX3", until=date(2026, 9, 30)),
    )
    draft = await agreements.amend(pair.mutual, joined, LATER, annex(), "x", rows=rows)
    codes = (FACILITY.code, MUTUAL.code, "CSPS-EX2", "CSPS-EX3")
    assert {party.code for party in draft.parties} == set(codes) and draft.party(FACILITY.code) == rows[0]
    for code in codes:
        assert (await agreements.find(pair.mutual, signed.id)).state == "in force", "not before all bound have signed"
        draft = await agreements.enter_paper(pair.mutual, draft, "X", "y", START, b"page", code, "x")
    assert (await agreements.find(pair.mutual, signed.id)).state == "amended"
    days = [(date(2026, 6, 30), "", False, True), (LATER, "CSPS-EX2", False, True),
            (date(2026, 8, 1), "CSPS-EX2", True, True), (date(2026, 10, 1), "CSPS-EX2", True, False)]  # fmt: skip
    for day, parent, second, third in days:
        held = await pair.mutual.agreement(FACILITY.code, MUTUAL.code, day)
        party = held.party(FACILITY.code) if held else None
        assert party is not None and party.parent == parent, day
        for code, binds in (("CSPS-EX2", second), ("CSPS-EX3", third)):
            found = await pair.mutual.agreement(code, MUTUAL.code, day)
            assert in_force(found, code, MUTUAL.code, day) is binds, (code, day)


WRONG_ROWS = {
    "agreement-party-role": {"code": FACILITY.code, "role": "payer"},
    "agreement-parent": {"code": "NEW", "parent": "NOWHERE"},
    "agreement-level": {"code": "NEW", "level": "palace"},
    "agreement-party-days": {"code": "NEW", "until": date(2026, 6, 29)},
}


@pytest.mark.parametrize("code", WRONG_ROWS)
async def test_a_wrong_party_of_an_amendment_changes_nothing(pair: Pair, code: str) -> None:
    signed = await pair.sign_agreement()
    row = msgspec.structs.replace(OTHER, **WRONG_ROWS[code])
    async with refused(code, pair.mutual):
        await agreements.amend(pair.mutual, signed, LATER, annex(), "x", rows=(row,))


async def test_who_joins_with_a_key_names_the_parent_through_which_it_bills(pair: Pair) -> None:
    drafted = contracting.draft(pair.mutual, START, None, (OTHER, parties()[1]), annex())
    signed = await contracting.sign(pair.mutual, drafted, "P", "président", PASSPHRASE)
    held = await contracting.keep(pair.facility, signed, MUTUAL.code)
    page = (LATER, "Awa", "ICP", PASSPHRASE)
    for parent in ("NOWHERE", MUTUAL.code, FACILITY.code):
        async with refused("agreement-parent", pair.facility):
            await agreements.join(pair.facility, held, *page, parent=parent)
    joined = await agreements.join(pair.facility, held, *page, parent="CSPS-EX2")
    found = await contracting.keep(pair.mutual, joined, FACILITY.code)
    assert found.party(FACILITY.code) == joined.party(FACILITY.code)
    assert joined.adhesions[0].party.parent == "CSPS-EX2"


async def test_suspension_and_end_close_it_from_their_day(pair: Pair) -> None:
    signed = await pair.sign_agreement()
    suspended = await agreements.suspend(pair.mutual, signed, date(2026, 3, 1), "x")
    assert in_force(suspended, FACILITY.code, MUTUAL.code, date(2026, 2, 28))
    assert not in_force(suspended, FACILITY.code, MUTUAL.code, date(2026, 3, 1))
    lifted = await agreements.resume(pair.mutual, suspended, date(2026, 3, 15), "x")
    assert not in_force(lifted, FACILITY.code, MUTUAL.code, date(2026, 3, 14))
    assert in_force(lifted, FACILITY.code, MUTUAL.code, date(2026, 3, 15))
    ended = await agreements.end(pair.mutual, lifted, date(2026, 3, 31), "x")
    assert ended.state == "ended" and in_force(ended, FACILITY.code, MUTUAL.code, date(2026, 3, 31))
    assert not in_force(ended, FACILITY.code, MUTUAL.code, date(2026, 4, 1))


@pytest.mark.parametrize("move", ["suspend", "end", "resume", "amend", "join"])
async def test_a_draft_cannot_be_moved_like_an_agreement_in_force(pair: Pair, move: str) -> None:
    drafted = contracting.draft(pair.mutual, START, None, parties(), annex())
    other = Party(code="CSPS-EX2", name="Autre", role="facility")
    calls = {
        "suspend": lambda: agreements.suspend(pair.mutual, drafted, START, "x"),
        "end": lambda: agreements.end(pair.mutual, drafted, START, "x"),
        "resume": lambda: agreements.resume(pair.mutual, drafted, START, "x"),
        "amend": lambda: agreements.amend(pair.mutual, drafted, LATER, annex(), "x"),
        "join": lambda: agreements.join_on_paper(pair.mutual, drafted, other, LATER, "X", "y", START, b"page", "x"),
    }
    with pytest.raises(InputError) as error:
        await calls[move]()
    assert error.value.code == ("agreement-not-open" if move == "join" else "agreement-state")
    assert await pair.mutual.store.agreements() == ()


async def test_an_unknown_agreement_is_named(pair: Pair) -> None:
    with pytest.raises(InputError) as error:
        await agreements.find(pair.mutual, "nothing")
    assert error.value.code == "agreement-unknown"
