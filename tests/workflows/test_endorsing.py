"""A batch goes through the hand between: returned with a reason, sent again, endorsed, and taken with both seals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.demo.sites import PASSPHRASE, annex
from facility_agent.exchange import envelope, seals
from facility_agent.exchange.messages import BatchMessage, decode, encode
from facility_agent.exchange.seals import PART
from facility_agent.storage.store.settlement import BatchEntry
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.month import Endorsement
from facility_agent.words import Words
from facility_agent.workflows import (
    agreements,
    audit_desk,
    contracting,
    endorsing,
    exchange,
    gathering,
    mail,
    month_end,
    visits,
)
from facility_agent.workflows.site import OUTBOX, Site
from tests.documents.reading import text_of
from tests.workflows.march import close_march, live_march
from tests.workflows.nothing import refused, told
from tests.workflows.places import Places
from tests.workflows.post import letter, stranger


@pytest.fixture
async def between(ready: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """A third installation that the arrangement places between the two."""

    async def named(site: Site, batch: object) -> tuple[str, ...]:
        return ("AUTRE",)

    monkeypatch.setattr(endorsing, "hands_of", named)
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
        await endorsing.endorse(between, [batch.id], "district")
    await exchange.receive(facility, newest(between, "endorsement-"), "comptable")
    last = (await facility.store.batch_events(batch.id))[-1]
    assert (last.state, last.detail) == ("sealed", "Le cachet manque.")
    await month_end.export(facility, batch.id, "comptable")
    await exchange.receive(between, newest(facility, "batch-"), "district")
    await endorsing.endorse(between, [batch.id], "district")

    await exchange.receive(mutual, newest(between, "batch-"), "agent")
    kept = await mutual.store.passing(batch.id)
    assert kept is not None and kept.state == "endorsed"
    hands = [(seal.party, seal.word) for seal in await endorsing.verified(mutual, kept.core, kept.seals)]
    assert hands == [(facility.config.code, "closed"), ("AUTRE", "endorsed")]
    assert await endorsing.endorsers(mutual, batch.id) == ("AUTRE",)
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
    await endorsing.endorse(between, [batch.id], "district")
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


async def test_several_batches_go_on_together_or_not_at_all(ready: Places, between: Site) -> None:
    await live_march(ready)
    first, sealed = await close_march(ready)
    ready.at(date(2026, 4, 10))
    await visits.record(ready.facility, ready.visit("MLT-000001-01", date(2026, 4, 10)), "soins")
    await visits.close_day(ready.facility, date(2026, 4, 10), "caisse")
    ready.at(date(2026, 5, 2))
    second = await month_end.close(ready.facility, "2026-04", "MLT", "mutual", "comptable")
    exported = await month_end.export(ready.facility, second.id, "comptable")
    assert exported.sealed is not None
    for data in (sealed.read_bytes(), exported.sealed.read_bytes()):
        await exchange.receive(between, data, "district")
    for chosen, code in (([], "endorse-nothing"), ([first.id, "nowhere"], "batch-unknown")):
        async with refused(code, between):
            await endorsing.endorse(between, chosen, "district")
    assert [row.held.state for row in await gathering.passing(between)] == ["received", "received"]
    names = await endorsing.endorse(between, [first.id, second.id, first.id], "district")
    assert len(names) == 2
    for name in names:
        await exchange.receive(ready.mutual, (between.folder / OUTBOX / name).read_bytes(), "agent")
    for batch in (first, second):
        kept = await ready.mutual.store.passing(batch.id)
        assert kept is not None
        hands = [(seal.party, seal.word) for seal in await endorsing.verified(ready.mutual, kept.core, kept.seals)]
        assert hands == [(ready.facility.config.code, "closed"), ("AUTRE", "endorsed")]
    rows = await gathering.passing(between)
    assert gathering.months(rows) == ("2026-04", "2026-03")
    found = text_of(await gathering.list_of(between, "2026-03"))
    assert first.number in found and second.number not in found and "3 560" not in found
    assert Words("fr").amount(first.due, "XOF").replace("\u202f", " ").replace("\xa0", " ") in found
    with pytest.raises(InputError, match="page-not-found"):
        await gathering.list_of(between, "2026-02")


async def test_a_second_hand_returns_a_batch_to_the_facility_and_to_the_first(
    ready: Places, between: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def two(site: Site, batch: object) -> tuple[str, ...]:
        return ("AUTRE", "REGION")

    monkeypatch.setattr(endorsing, "hands_of", two)
    facility = ready.facility
    async with stranger(ready, tmp_path / "region", "mutual", "REGION") as region:
        for one, other in ((between, region), (region, between)):
            await one.store.put_public_keys(other.own_keys())
        await live_march(ready)
        batch, sealed = await close_march(ready)
        await exchange.receive(between, sealed.read_bytes(), "district")
        for again in (False, True):
            await endorsing.endorse(between, [batch.id], "district")
            await exchange.receive(facility, newest(between, "endorsement-"), "comptable")
            assert (await month_end.batch_of(facility, batch.id)).state == "endorsed"
            await exchange.receive(region, newest(between, "batch-"), "region")
            if again:
                break
            await endorsing.send_back(region, batch.id, "Il manque une page.", "region")
            for path in sorted((region.folder / OUTBOX).glob("endorsement-*.fae")):
                for site in (facility, between):
                    if site.config.code == envelope.look_at(path.read_bytes())[0].recipient:
                        await exchange.receive(site, path.read_bytes(), "x")
            held = await between.store.passing(batch.id)
            assert held is not None and (held.state, held.reason) == ("returned", "Il manque une page.")
            assert (await month_end.batch_of(facility, batch.id)).state == "sealed"
            await month_end.export(facility, batch.id, "comptable")
            await exchange.receive(between, newest(facility, "batch-"), "district")
        await endorsing.endorse(region, [batch.id], "region")
        await exchange.receive(ready.mutual, newest(region, "batch-"), "agent")
        assert await endorsing.endorsers(ready.mutual, batch.id) == ("AUTRE", "REGION")
        await exchange.receive(facility, newest(region, "endorsement-"), "comptable")
        assert (await month_end.batch_of(facility, batch.id)).state == "sent"


async def test_a_level_that_bills_through_a_parent_seals_nothing_while_nobody_named_one(
    ready: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(site: Site, batch: object) -> tuple[str, ...]:
        return ("",)

    await live_march(ready)
    ready.at(date(2026, 4, 2))
    batch = await month_end.close(ready.facility, "2026-03", "MLT", "mutual", "comptable")
    monkeypatch.setattr(endorsing, "hands_of", nobody)
    with pytest.raises(InputError) as caught:
        await month_end.export(ready.facility, batch.id, "comptable")
    told(caught.value, "parent-missing")
    assert (await ready.facility.store.batch(batch.id)) == BatchEntry(batch, "closed")
    assert (await month_end.batch_of(ready.facility, batch.id)).files, "the prints are there"


async def test_the_hand_that_an_annex_names_endorses_by_the_contract_that_it_was_sent(
    ready: Places, tmp_path: Path
) -> None:
    """Nothing is put in place of anything here: the two amend their agreement, and the district holds a copy."""
    facility, mutual = ready.facility, ready.mutual
    async with stranger(ready, tmp_path / "between", "mutual") as between:
        (agreement,) = await facility.store.agreements()
        held = annex()
        named = msgspec.structs.replace(held, clauses=msgspec.structs.replace(held.clauses, validator="AUTRE"))
        drafted = await agreements.amend(facility, agreement, date(2026, 3, 1), named, "directrice")
        once = await contracting.sign(facility, drafted, "Une responsable (exemple)", "ICP", PASSPHRASE)
        both = await contracting.sign(mutual, once, "Le président (exemple)", "président", PASSPHRASE)
        await contracting.keep(facility, both, mutual.config.code)
        copy = await contracting.send(facility, both, "AUTRE")
        await exchange.receive(between, copy.read_bytes(), "district", copy.name)
        await live_march(ready)
        batch, sealed = await close_march(ready)
        assert envelope.look_at(sealed.read_bytes())[0].recipient == "AUTRE"
        await exchange.receive(between, sealed.read_bytes(), "district")
        await endorsing.endorse(between, [batch.id], "district")
        await exchange.receive(mutual, newest(between, "batch-"), "agent")
        assert await endorsing.endorsers(mutual, batch.id) == ("AUTRE",)
        about = (await audit_desk.audit(mutual, batch.id)).about
        assert "endorsement-missing" not in {finding.code for finding in about}
        await exchange.receive(facility, newest(between, "endorsement-"), "comptable")
        assert (await month_end.batch_of(facility, batch.id)).state == "sent"
