"""Payment per head: both sides count the same persons from the same register, and name those on whom they part."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.arrangements.model import Arrangement, Capitation
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import exchange, head_count, membership
from facility_agent.workflows.site import OUTBOX, Site
from tests.documents.reading import text_of
from tests.workflows.nothing import refused
from tests.workflows.places import Places, carry_lists
from tests.workflows.post import letter

DAY = date(2026, 3, 2)
#: Two of the thirty members are listed elsewhere, and one has left (`places.LAPSED`).
ELSEWHERE = ("MLT-000003-01", "MLT-000003-02")


@pytest.fixture
def paid_per_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """The arrangement pays 250 for each listed person and quarter at the level of the health centre."""
    plain = Site.arrangement

    def with_row(site: Site, on: date) -> Arrangement:
        found = plain(site, on)
        level = "csps"
        row = Capitation(code="listed", scheme="mutual", level=level, amount=250, per="quarter", evidence="invented")
        return msgspec.structs.replace(found, capitations=(row,), digest=f"{found.digest}-heads")

    monkeypatch.setattr(Site, "arrangement", with_row)


async def list_people(places: Places, *elsewhere: str) -> None:
    """The mutual lists its members with the health centre, all but some."""
    own = places.facility.config.code
    rows = [
        msgspec.structs.replace(row, listed_at="AILLEURS" if row.beneficiary.number in elsewhere else own)
        for row in await places.mutual.store.all_coverages("MLT")
    ]
    await membership.replace_members(places.mutual, tuple(rows))


async def test_both_sides_count_the_same_and_the_letter_proves_it(ready: Places, paid_per_head: None) -> None:
    await list_people(ready, *ELSEWHERE)
    await carry_lists(ready)
    ours = await head_count.count(ready.facility, "CSPS-EX1", "MLT", DAY)
    (due,) = ours.dues
    assert (due.heads, due.amount, due.start, due.until) == (27, 27 * 250, date(2026, 1, 1), date(2026, 3, 31))
    assert not {*ELSEWHERE, "MLT-000009-01"} & set(due.persons)
    theirs = await head_count.count(ready.mutual, "CSPS-EX1", "MLT", DAY)
    assert theirs.fingerprint == ours.fingerprint and theirs.content == ours.content
    name = await head_count.send(ready.facility, "MLT", DAY)
    data = (ready.facility.folder / OUTBOX / name).read_bytes()
    for again in (False, True):
        received = await exchange.receive(ready.mutual, data, "agent")
        assert (received.kind, received.again) == ("count", again)
    (checked,) = await head_count.checked(ready.mutual)
    assert checked.same and checked.same_register
    found = text_of(await head_count.paper(ready.mutual, "CSPS-EX1", DAY))
    assert "27" in found and due.persons[-1] in found and ELSEWHERE[0] not in found and ours.fingerprint[:8] in found


async def test_who_is_on_one_list_only_is_named(ready: Places, paid_per_head: None) -> None:
    await list_people(ready)
    await carry_lists(ready)
    await list_people(ready, *ELSEWHERE)
    name = await head_count.send(ready.facility, "MLT", DAY)
    await exchange.receive(ready.mutual, (ready.facility.folder / OUTBOX / name).read_bytes(), "agent")
    (checked,) = await head_count.checked(ready.mutual)
    assert checked.same, "counted again from the very version that the other side had"
    ours = await head_count.count(ready.mutual, "CSPS-EX1", "MLT", DAY)
    forged = msgspec.structs.replace(ours, sequence=99, content="0" * 64, counted_on=date(2026, 3, 1))
    extra = msgspec.structs.replace(forged.dues[0], persons=(*forged.dues[0].persons[1:], "MLT-999999-99"))
    forged = msgspec.structs.replace(forged, dues=(extra,))
    await exchange.receive(ready.mutual, await letter(ready.facility, ready.mutual, "count", forged), "agent")
    checked = (await head_count.checked(ready.mutual))[1]
    ((_, parted),) = checked.differences
    assert parted.only_theirs == ("MLT-999999-99",) and parted.only_ours == (ours.dues[0].persons[0],)
    assert not checked.same and not checked.same_register


async def test_what_cannot_be_counted_is_a_sentence(ready: Places, paid_per_head: None, tmp_path: Path) -> None:
    facility = ready.facility
    for arguments, code in (
        (("CSPS-EX1", "MLT", date(2027, 1, 1)), "count-in-future"),
        (("CSPS-EX1", "AUTRE", DAY), "count-no-register"),
        (("INCONNU", "MLT", DAY), "count-nothing"),
    ):
        async with refused(code, facility):
            await head_count.count(facility, *arguments)
    assert await head_count.counts(facility, DAY) == (), "nobody is listed yet"
    await list_people(ready)
    await carry_lists(ready)
    assert [each.payer for each in await head_count.counts(facility, DAY)] == ["MLT"]
    counted = await head_count.count(facility, "CSPS-EX1", "MLT", DAY)
    stranger = msgspec.structs.replace(counted, facility="AUTRE")
    data = await letter(facility, ready.mutual, "count", stranger)
    async with refused("count-of-another", ready.mutual):
        await exchange.receive(ready.mutual, data, "agent")
    forged = msgspec.structs.replace(counted, facility="CSPS-EX1", counted_on=date(2028, 1, 1))
    await exchange.receive(ready.mutual, await letter(facility, ready.mutual, "count", forged), "agent")
    (checked,) = await head_count.checked(ready.mutual)
    assert checked.ours is None and isinstance(checked.error, InputError) and not checked.same
