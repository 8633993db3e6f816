"""Agreements: what both sides sign is what both keep, and nothing else is taken for it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.arrangements.agreement import Agreement, Annex, Party, Signature
from facility_agent.demo.sites import PASSPHRASE, annex
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.workflows import contracting
from tests.workflows.nothing import refused
from tests.workflows.places import Places
from tests.workflows.post import brought, letter, stranger

replace = msgspec.structs.replace


@pytest.fixture
async def signed(ready: Places) -> Agreement:
    """The agreement that both have signed."""
    (held,) = await ready.facility.store.agreements()
    return held


def drafted(places: Places, held: Agreement, terms: Annex) -> Agreement:
    """Another agreement between the same two, not signed yet."""
    return contracting.draft(places.facility, date(2027, 1, 1), None, held.parties, terms)


async def test_both_sides_keep_the_same_agreement_in_force(ready: Places, signed: Agreement) -> None:
    (theirs,) = await ready.mutual.store.agreements()
    assert theirs == signed
    assert (signed.state, {entry.party for entry in signed.signatures}) == ("in force", {"CSPS-EX1", "MLT"})
    day = date(2026, 3, 2)
    assert await ready.facility.agreement("CSPS-EX1", "MLT", day) == signed
    assert await ready.facility.agreement("NOBODY", "MLT", day) is None


async def test_nobody_signs_while_a_money_clause_is_open(ready: Places, signed: Agreement) -> None:
    given = annex()
    without_rounding = replace(given, clauses=replace(given.clauses, rounding=UNKNOWN))
    for terms, clause in (
        (without_rounding, "rounding"),
        (replace(given, rates=()), "rate:mutual"),
        (Annex(), "rounding"),
    ):
        async with refused("agreement-open", ready.facility):
            await contracting.sign(ready.facility, drafted(ready, signed, terms), "X", "ICP", PASSPHRASE)
        assert clause


async def test_only_a_party_signs_and_only_with_its_passphrase(
    ready: Places, signed: Agreement, tmp_path: Path
) -> None:
    new = drafted(ready, signed, annex())
    async with stranger(ready, tmp_path / "other", "mutual") as other, refused("agreement-party", other):
        await contracting.sign(other, new, "X", "président", PASSPHRASE)
    async with refused("key-passphrase-wrong", ready.facility):
        await contracting.sign(ready.facility, new, "X", "ICP", "une autre phrase secrete")


FALSE = {
    "over other terms": lambda held: replace(held, until=date(2027, 12, 31)),
    "by an unknown key": lambda held: _with(held, key="00" * 8),
    "by somebody unknown": lambda held: _with(held, party="NOBODY"),
    "that is no signature": lambda held: _with(held, signature="00" * 64),
    "that is not even hexadecimal": lambda held: _with(held, signature="zz"),
    "under another digest": lambda held: replace(held, digest="0" * 64),
}


def _with(held: Agreement, **changes: str) -> Agreement:
    first, *others = held.signatures
    return replace(held, signatures=(replace(first, **changes), *others))


@pytest.mark.parametrize("how", FALSE)
async def test_an_agreement_with_a_false_signature_is_not_kept(how: str, ready: Places, signed: Agreement) -> None:
    data = await letter(ready.mutual, ready.facility, "agreement", FALSE[how](signed))
    async with refused("agreement-signature", ready.facility):
        await brought(ready.facility, data)


async def test_an_agreement_comes_from_one_of_its_parties_and_binds_us(
    ready: Places, signed: Agreement, tmp_path: Path
) -> None:
    async with stranger(ready, tmp_path / "other", "mutual") as other:
        data = await letter(other, ready.facility, "agreement", signed)
        async with refused("agreement-party", ready.facility):
            await brought(ready.facility, data)
        mutual, third = ready.mutual, Party(code="CSPS-EX9", name="Autre CSPS (inventé)", role="facility")
        theirs = contracting.draft(mutual, date(2027, 1, 1), None, (third, signed.parties[1]), annex())
        data = await letter(mutual, ready.facility, "agreement", theirs)
        async with refused("agreement-party", ready.facility):
            await brought(ready.facility, data)


async def test_a_copy_signed_by_one_that_comes_late_takes_no_signature_away(ready: Places, signed: Agreement) -> None:
    for kept in (signed.signatures[:1], signed.signatures[1:], ()):
        late = replace(signed, signatures=kept)
        await brought(ready.facility, await letter(ready.mutual, ready.facility, "agreement", late))
        (held,) = await ready.facility.store.agreements()
        assert held.state == "in force"
        assert sorted(held.signatures, key=_party) == sorted(signed.signatures, key=_party)


def _party(signature: Signature) -> str:
    return signature.party


async def test_other_terms_under_one_number_are_not_taken(ready: Places, signed: Agreement) -> None:
    from facility_agent.arrangements.agreement import with_digest

    other = with_digest(replace(signed, until=date(2027, 12, 31), signatures=()))
    once = await letter(ready.mutual, ready.facility, "agreement", other)
    async with refused("agreement-other-terms", ready.facility):
        await brought(ready.facility, once)


async def test_two_copies_for_one_side_are_two_files(ready: Places, signed: Agreement) -> None:
    before = len(list((ready.facility.folder / "outbox").iterdir()))
    paths = {await contracting.send(ready.facility, signed, "MLT") for _ in range(2)}
    assert len(paths) == 2
    assert len(list((ready.facility.folder / "outbox").iterdir())) == before + 2
    for path in sorted(paths):
        assert not (await brought(ready.mutual, path.read_bytes())).again
    assert await ready.mutual.store.gaps("CSPS-EX1") == ()
