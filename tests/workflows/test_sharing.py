"""Two mutuals of a centre: what is shared needs the centre's word and both contracts, and names nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import msgspec
import pytest

from facility_agent.exchange.randomness import seeded
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.member_claims import ReceiptLine
from facility_agent.workflows import audit_desk, exchange, member_claims, sharing
from facility_agent.workflows.centre import Centre, open_centre
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.member_claims import Brought
from facility_agent.workflows.site import open_site
from tests.workflows.nothing import refused
from tests.workflows.office import HEAD, NOW, Office, new_office

SHARED = {"billed-to-another", "two-mutuals-one-hour", "two-memberships-one-day"}
RECEIPT = (date(2026, 3, 3), (ReceiptLine("consultation-nurse", 1, 100),))


@pytest.fixture(scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return await new_office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
async def centre(office: Office) -> AsyncIterator[Centre]:
    """March is with both mutuals."""
    clock = SetClock(NOW)
    async with open_site(office.folder, clock, seeded("s")) as site, open_centre(site, clock, seeded("m")) as opened:
        for code, (_, sealed) in office.sealed.items():
            await exchange.receive(opened.mutuals[code], sealed, "agent")
        yield opened


async def _codes(centre: Centre, office: Office, code: str = "MLT") -> list[str]:
    flags = (await audit_desk.audit(centre.mutuals[code], office.sealed[code][0].id)).flags
    return [flag.code for flag in flags if flag.code in SHARED]


async def test_nothing_is_shared_until_it_is_agreed_and_no_more_when_it_is_ended(
    centre: Centre, office: Office
) -> None:  # fmt: skip
    assert await _codes(centre, office) == []
    await sharing.agree(centre, "MLT", "MLB", HEAD, "shared")
    # Everybody came with either card, at the same hour of the same place, under two lines of the register.
    for code in office.sealed:
        assert await _codes(centre, office, code) == ["two-memberships-one-day"] * 5
    await sharing.agree(centre, "MLB", "MLT", HEAD, "shared")
    await sharing.agree(centre, "MLB", "MLT", HEAD, "apart")
    assert await _codes(centre, office) == []
    kept = [(change.who, change.about, change.old, change.new) for change in await centre.site.store.changes()]
    assert kept[:2] == [(HEAD, "MLB MLT", "shared", "apart"), (HEAD, "MLB MLT", "apart", "shared")]


async def test_a_contract_that_takes_the_power_back_ends_the_sharing(
    centre: Centre, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sharing.agree(centre, "MLT", "MLB", HEAD, "shared")
    other = centre.mutuals["MLB"]
    (agreement,) = await other.store.agreements()
    bare = msgspec.structs.replace(agreement.annex, delegations=agreement.annex.delegations[:2])

    async def amended() -> tuple[object, ...]:
        return (msgspec.structs.replace(agreement, annex=bare, digest="amended"),)

    with monkeypatch.context() as patched:
        patched.setattr(other.store, "agreements", amended)
        for code in office.sealed:
            assert await _codes(centre, office, code) == []
        (row,) = [row for row in await sharing.served(centre) if row.code == "MLB"]
        assert [power.power for power in row.powers] == ["decide", "pay"]
        async with refused("sharing-without-power", centre.site, *centre.mutuals.values()):
            await sharing.agree(centre, "MLT", "MLB", HEAD, "shared")
    with monkeypatch.context() as patched:
        # The other mutual's country has no arrangement for these days: it shares nothing, and our audit goes on.
        patched.setattr(other, "arrangement", lambda day: (_ for _ in ()).throw(InputError("arrangement-missing")))
        assert await _codes(centre, office) == []
        (row,) = [row for row in await sharing.served(centre) if row.code == "MLB"]
        assert row.powers == ()
    assert len(await _codes(centre, office)) == 5
    await sharing.agree(centre, "MLT", "MLB", HEAD, "apart")


async def test_a_receipt_brought_to_two_mutuals_is_noted_by_its_number(centre: Centre) -> None:
    await sharing.agree(centre, "MLT", "MLB", HEAD, "shared")
    one, other = centre.mutuals["MLT"], centre.mutuals["MLB"]
    first = await member_claims.enter(one, Brought("MLT-000001-01", "CSPS-EX1", "A-17", *RECEIPT), "agent")
    told = []
    for receipt in ("a-17", "A-18"):
        again = await member_claims.enter(other, Brought("MLB-000002-01", "CSPS-EX1", receipt, *RECEIPT), "agent")
        told.append([finding.evidence for finding in again.findings if finding.code == "receipt-at-another"])
    assert told == [[{"payer": "MLT", "number": first.number}], []]
    await sharing.agree(centre, "MLT", "MLB", HEAD, "apart")


@pytest.mark.parametrize(
    ("one", "other", "code"), [("MLT", "MLT", "sharing-itself"), ("MLT", "MLC", "mutual-not-served")]
)
async def test_what_cannot_be_agreed_changes_nothing(one: str, other: str, code: str, centre: Centre) -> None:
    async with refused(code, centre.site, *centre.mutuals.values()):
        await sharing.agree(centre, one, other, HEAD, "shared")
