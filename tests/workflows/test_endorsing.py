"""A batch goes through the hand between: returned with a reason, sent again, endorsed, and taken with both seals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from facility_agent.exchange import seals
from facility_agent.exchange.messages import BatchMessage, decode, encode
from facility_agent.exchange.seals import PART
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.month import Endorsement
from facility_agent.workflows import audit_desk, endorsing, exchange, mail, month_end
from facility_agent.workflows.site import OUTBOX, Site
from tests.workflows.march import close_march, live_march
from tests.workflows.nothing import refused
from tests.workflows.places import Places
from tests.workflows.post import letter, stranger


@pytest.fixture
async def between(ready: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """A third installation that the arrangement places between the two."""

    async def named(site: Site, batch: object) -> str:
        return "AUTRE"

    monkeypatch.setattr(endorsing, "validator_of", named)
    async with stranger(ready, tmp_path / "between", "mutual") as site:
        yield site


def newest(site: Site, name: str) -> bytes:
    return max((site.folder / OUTBOX).glob(f"{name}*.fae"), key=lambda path: path.stat().st_mtime_ns).read_bytes()


async def test_a_batch_is_returned_sent_again_endorsed_and_kept_with_both_seals(ready: Places, between: Site) -> None:
    await live_march(ready)
    batch, sealed = await close_march(ready)
    facility, mutual = ready.facility, ready.mutual
    assert (await month_end.batch_of(facility, batch.id)).state == "sealed"
    with pytest.raises(InputError) as caught:
        await exchange.receive(mutual, sealed.read_bytes(), "agent")
    assert caught.value.code == "envelope-for-somebody-else"
    for again in (False, True):
        received = await exchange.receive(between, sealed.read_bytes(), "district")
        assert (received.again, received.about, received.reply) == (again, batch.id, "")
    async with refused("reason-missing", between):
        await endorsing.send_back(between, batch.id, " ", "district")
    await endorsing.send_back(between, batch.id, "Le cachet manque.", "district")
    async with refused("endorsement-said", between):
        await endorsing.endorse(between, batch.id, "district")
    await exchange.receive(facility, newest(between, "endorsement-"), "comptable")
    last = (await facility.store.batch_events(batch.id))[-1]
    assert (last.state, last.detail) == ("sealed", "Le cachet manque.")
    await month_end.export(facility, batch.id, "comptable")
    await exchange.receive(between, newest(facility, "batch-"), "district")
    await endorsing.endorse(between, batch.id, "district")

    await exchange.receive(mutual, newest(between, "batch-"), "agent")
    kept = await mutual.store.passing(batch.id)
    assert kept is not None and kept.state == "endorsed"
    hands = [(seal.party, seal.word) for seal in await endorsing.verified(mutual, kept.core, kept.seals)]
    assert hands == [(facility.config.code, "closed"), ("AUTRE", "endorsed")]
    assert await endorsing.by_whom(mutual, batch.id) == "AUTRE"
    theirs = (await audit_desk.audit(mutual, batch.id)).claims
    assert theirs == (await month_end.batch_of(facility, batch.id)).claims
    await exchange.receive(facility, newest(between, "endorsement-"), "comptable")
    assert (await month_end.batch_of(facility, batch.id)).state == "sent"
    await exchange.receive(facility, newest(mutual, "receipt-"), "comptable")
    assert (await month_end.batch_of(facility, batch.id)).state == "received"


async def test_a_receipt_that_overtakes_the_endorsement_moves_the_batch(ready: Places, between: Site) -> None:
    await live_march(ready)
    batch, sealed = await close_march(ready)
    await exchange.receive(between, sealed.read_bytes(), "district")
    await endorsing.endorse(between, batch.id, "district")
    await exchange.receive(ready.mutual, newest(between, "batch-"), "agent")
    await exchange.receive(ready.facility, newest(ready.mutual, "receipt-"), "comptable")
    assert (await month_end.batch_of(ready.facility, batch.id)).state == "received"
    await exchange.receive(ready.facility, newest(between, "endorsement-"), "comptable")
    assert (await month_end.batch_of(ready.facility, batch.id)).state == "received"


async def test_what_no_seal_vouches_for_goes_nowhere(ready: Places, between: Site) -> None:
    await live_march(ready)
    batch, _ = await close_march(ready)
    view = await month_end.batch_of(ready.facility, batch.id)
    message = BatchMessage(view.batch, view.claims)
    core = encode(message)
    own = endorsing.own_seal(ready.facility, core, "closed")

    async def carried(sender: Site, to: Site, part: bytes | None) -> bytes:
        name = await mail.send(sender, to.config.code, "batch", message, "essai", {PART: part} if part else None)
        data = await sender.store.sealed(name)
        assert data is not None
        return data

    other = msgspec.structs.replace(own, digest="0" * 64)
    for part, code in (
        (None, "seal-missing"),
        (b"nothing", "seal-broken"),
        (seals.packed([other]), "seal-broken"),
        (seals.packed([msgspec.structs.replace(own, party="INCONNU")]), "seal-broken"),
        (seals.packed([msgspec.structs.replace(own, word="endorsed")]), "seal-broken"),
    ):
        data = await carried(ready.facility, between, part)
        async with refused(code, between):
            await exchange.receive(between, data, "district")
    data = await carried(between, ready.mutual, seals.packed([endorsing.own_seal(between, core, "endorsed")]))
    with pytest.raises(InputError) as caught:
        await exchange.receive(ready.mutual, data, "agent")
    assert caught.value.code == "batch-of-another-facility" and await ready.mutual.store.batches() == ()
    assert decode("batch", core) == message


async def test_nobody_else_says_that_a_batch_was_endorsed(ready: Places, between: Site) -> None:
    await live_march(ready)
    batch, _ = await close_march(ready)
    said = Endorsement(batch.id, batch.number, "endorsed", "", ready.facility.today(), "x")
    data = await letter(ready.mutual, ready.facility, "endorsement", said)
    with pytest.raises(InputError) as caught:
        await exchange.receive(ready.facility, data, "comptable")
    assert caught.value.code == "answer-of-another" and caught.value.fields["sender"] == "MLT"
    assert (await month_end.batch_of(ready.facility, batch.id)).state == "sealed"
    data = await letter(between, ready.facility, "endorsement", msgspec.structs.replace(said, batch="nowhere"))
    async with refused("batch-unknown", ready.facility):
        await exchange.receive(ready.facility, data, "comptable")
