"""A folder of sealed files: the good ones are taken, each bad one is named with its sentence and changes nothing."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.documents.statement_csv import harmless, looks_like_formula
from facility_agent.documents.tables_xlsx import tables_xlsx
from facility_agent.exchange import envelope
from facility_agent.exchange.messages import BatchMessage
from facility_agent.invoicing.batch import item_of
from facility_agent.words import LANGUAGES, Words
from facility_agent.workflows import intake, month_end
from tests.workflows.nothing import refused
from tests.workflows.places import Places
from tests.workflows.post import brought, letter, stranger

replace = msgspec.structs.replace

#: What a hostile hand may write where a name stands.
NAMES = ('<script>alert("x")</script>', '=HYPERLINK("http://example.invalid")', "@SUM(A1:A9)", "-2+3+cmd|' /C calc'!A0")


async def test_a_folder_is_taken_in_and_the_bad_files_are_named(
    sent: Places, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("usb")
    (view,) = await month_end.batches(sent.facility)
    good = await sent.facility.store.sealed(f"batch-{view.batch.number}.fae")
    assert good is not None
    first = view.batch.items[0]
    odd = {
        "other-month": replace(view.batch, id="b1", month="2026-04"),
        "sums": replace(view.batch, id="b2", items=(replace(first, due=first.due + 1), *view.batch.items[1:])),
    }
    for name, batch in odd.items():
        data = await letter(sent.facility, sent.mutual, "batch", BatchMessage(batch, view.claims))
        (folder / f"{name}.fae").write_bytes(data)
    async with stranger(sent, tmp_path_factory.mktemp("other"), "facility", known=False) as other:
        await other.store.put_public_keys(sent.mutual.own_keys())
        data = await letter(
            other, sent.mutual, "batch", BatchMessage(replace(view.batch, facility="AUTRE"), view.claims)
        )
        (folder / "unknown-key.fae").write_bytes(data)
    with (folder / "200-megabytes.fae").open("wb") as stream:
        stream.write(good)
        stream.truncate(200 * 1024 * 1024)
    (folder / "bomb.fae").write_bytes(await _bomb(sent, monkeypatch))
    (folder / "note.txt").write_text("not for us", encoding="utf-8")
    (folder / "month.fae").write_bytes(good)
    heard: list[tuple[int, int]] = []
    sent.at(date(2026, 4, 5))
    taken = await intake.take_folder(
        sent.mutual, folder, "agent", lambda done, of: heard.append((done, of)), audit=True
    )
    told = {each.file: each.error for each in taken}
    assert told == {
        "other-month.fae": "batch-inconsistent",
        "sums.fae": "batch-inconsistent",
        "unknown-key.fae": "envelope-sender-unknown",
        "200-megabytes.fae": "envelope-altered",
        "bomb.fae": "envelope-too-large",
        "month.fae": "",
    }
    assert heard[0] == (0, 6) and heard[-1] == (6, 6)
    for each in taken:
        for language in LANGUAGES:
            assert not each.error or Words(language).has(f"error.{each.error}")
    rows = await sent.mutual.store.batches()
    assert [row.batch.id for row in rows] == [view.batch.id]
    assert await sent.mutual.store.receipt(view.batch.id) is not None
    assert await sent.mutual.store.audit(view.batch.id) is not None
    again = await intake.take_folder(sent.mutual, folder, "agent")
    assert [each.again for each in again if not each.error] == [True]
    assert len(await sent.mutual.store.batches()) == 1


async def _bomb(places: Places, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A genuine letter that swells to more than anybody opens."""
    with monkeypatch.context() as patch:
        squeeze = zlib.compress
        swollen = msgspec.msgpack.encode([b"", {"core": b""}]) + bytes(envelope.MAX_OPENED + 1)
        patch.setattr(envelope.zlib, "compress", lambda data, level: squeeze(swollen, 9))
        (view,) = await month_end.batches(places.facility)
        return await letter(places.facility, places.mutual, "batch", BatchMessage(view.batch, view.claims))


async def test_a_folder_that_is_not_there_is_said(sent: Places) -> None:
    async with refused("intake-folder", sent.mutual):
        await intake.take_folder(sent.mutual, Path("nowhere-at-all"), "agent")


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_is_a_script_or_a_formula_is_only_a_name(sent: Places, name: str) -> None:
    (view,) = await month_end.batches(sent.facility)
    first = view.claims[0]
    person = replace(first.visit.beneficiary, name=name)
    claim = replace(first, visit=replace(first.visit, beneficiary=person))
    items = (item_of(claim, view.batch.payer, view.batch.scheme), *view.batch.items[1:])
    message = BatchMessage(replace(view.batch, items=items), (claim, *view.claims[1:]))
    received = await brought(sent.mutual, await letter(sent.facility, sent.mutual, "batch", message))
    kept = await sent.mutual.store.batch(received.about)
    assert kept is not None and kept.batch.items[0].name == name
    assert not looks_like_formula(harmless(name))
    book = tables_xlsx([("Liste", ["Nom"], [[kept.batch.items[0].name]])])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
