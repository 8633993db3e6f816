"""Signed packs of the law: made by an authority, taken in once, and refused with a sentence that changes nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.arrangements.library import shipped_folder
from facility_agent.demo.sites import PASSPHRASE
from facility_agent.exchange.keys import load_signing
from facility_agent.exchange.packs import Pack, SignedPack, encode_pack, pack_of, sign_pack
from facility_agent.vocabulary.errors import InputError, InputErrors
from facility_agent.words import Words
from facility_agent.workflows import exchange, packs, shelf
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.examples import sentence
from facility_agent.workflows.site import Site, open_site
from tests.workflows.district import MINISTRY, NOW, make, opened
from tests.workflows.nothing import everything
from tests.workflows.places import Places

CENTRE = "CSPS-1"
CODES = (CENTRE, "MUT-A", MINISTRY)
NEW = "bf/2027-01-01"


@pytest.fixture(scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("district")
    await make(folder, CODES)
    return folder


@pytest.fixture
async def sites(made: Path, tmp_path: Path) -> AsyncIterator[dict[str, Site]]:
    shutil.copytree(made, tmp_path / "district")
    async with opened(tmp_path / "district", CODES) as found:
        yield found


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """The ministry's own folder: what is shipped, and a version to come in which nothing else changes."""
    root = tmp_path / "law"
    shutil.copytree(shipped_folder(), root)
    shutil.copytree(root / "bf" / "2026-02-01", root / NEW)
    rewritten(root / NEW, ("start = 2026-02-01", "start = 2027-01-01"), ("Burkina Faso :", "Loi nouvelle :"))
    (root / NEW / "examples.toml").unlink()
    return root


def rewritten(version: Path, *changes: tuple[str, str], name: str = "arrangement.toml") -> None:
    text = (version / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    (version / name).write_text(text, encoding="utf-8")


async def pack(sites: dict[str, Site], law: Path, *names: str) -> SignedPack:
    return await packs.make(sites[MINISTRY], names or (NEW,), law, "La ministre", "ministre", PASSPHRASE)


async def refused(site: Site, data: bytes, code: str, what_to_do: tuple[str, str], past: bool = False) -> InputError:
    """This pack is not taken: its code, its sentences, and not one row or file is touched."""
    before = await everything(site)
    library = site.library
    with pytest.raises(InputError) as caught:
        await exchange.receive(site, data, "comptable", past=past)
    assert caught.value.code == code, str(caught.value)
    for language, words in zip(("fr", "en"), what_to_do, strict=True):
        said = Words(language)(f"error.{code}", **caught.value.fields)
        assert words in said and "{" not in said, said
    assert await everything(site) == before and site.library is library
    return caught.value


async def test_a_pack_counts_from_its_day_and_says_whose_it_is(sites: dict[str, Site], law: Path) -> None:
    site, signed = sites[CENTRE], await pack(sites, law)
    received = await exchange.receive(site, encode_pack(signed), "comptable")
    assert (received.kind, received.again, received.sender, received.about) == ("arrangements", False, MINISTRY, NEW)
    assert site.arrangement(date(2027, 1, 1)).title.fr.startswith("Loi nouvelle")
    assert site.arrangement(date(2026, 12, 31)).title.fr.startswith("Burkina Faso")
    origin = await packs.origin(site, site.arrangement(date(2027, 1, 1)))
    assert origin.pack is not None
    assert (origin.kind, origin.pack.by, origin.pack.number, origin.key) == ("pack", "La ministre", 1, signed.key)
    assert (await packs.origin(site, site.arrangement(date(2026, 3, 1)))).kind == "shipped"


async def test_it_counts_once_by_whatever_door_it_comes(sites: dict[str, Site], law: Path) -> None:
    site, ministry = sites[CENTRE], sites[MINISTRY]
    plain, sealed = await packs.write(ministry, await pack(sites, law), [CENTRE])
    first = await exchange.receive(site, sealed.read_bytes(), "comptable", sealed.name)
    doors = [await exchange.receive(site, path.read_bytes(), "comptable") for path in (plain, sealed, plain)]
    assert not first.again and [door.again for door in doors] == [True, True, True]
    (held,) = await site.store.packs()
    assert held.number == 1 and len(os.listdir(site.folder / "arrangements")) == 1
    assert (plain.suffix, sealed.suffix) == (".fap", ".fae")


async def test_the_folder_is_readable_and_written_again_when_it_is_not_as_signed(
    sites: dict[str, Site], law: Path
) -> None:
    site = sites[CENTRE]
    await exchange.receive(site, encode_pack(await pack(sites, law)), "comptable")
    (held,) = await site.store.packs()
    place = site.folder / "arrangements" / shelf.folder_name(held)
    entry = place / NEW / "arrangement.toml"
    wanted = entry.read_bytes()
    assert wanted == (law / NEW / "arrangement.toml").read_bytes()
    assert (place / "bf" / "tariffs.csv").is_file() and not (place / "tg").exists()
    entry.write_text("forged", encoding="utf-8")
    (place / "bf" / "stray.toml").write_text("", encoding="utf-8")
    async with open_site(site.folder, SetClock(NOW)) as again:
        assert entry.read_bytes() == wanted and not (place / "bf" / "stray.toml").exists()
        assert again.arrangement(date(2027, 1, 1)).title.fr.startswith("Loi nouvelle")
    shutil.rmtree(place)
    async with open_site(site.folder, SetClock(NOW)) as again:
        assert again.arrangement(date(2027, 1, 1)).title.fr.startswith("Loi nouvelle")


async def test_a_pack_replaces_the_shipped_version_of_its_day_and_keeps_an_earlier_pack_as_it_was(
    sites: dict[str, Site], law: Path
) -> None:
    site = sites[CENTRE]
    rewritten(law / "bf" / "2026-02-01", ("Burkina Faso :", "Corrigé :"))
    await exchange.receive(site, encode_pack(await pack(sites, law, "bf/2026-02-01")), "comptable")
    corrected = site.arrangement(date(2026, 3, 1))
    assert corrected.title.fr.startswith("Corrigé")
    common = (law / "bf" / "common.toml").read_text(encoding="utf-8")
    (law / "bf" / "common.toml").write_text(common + "\n# another day\n", encoding="utf-8")
    await exchange.receive(site, encode_pack(await pack(sites, law)), "comptable")
    assert site.arrangement(date(2026, 3, 1)).digest == corrected.digest
    assert len(await site.store.packs()) == 2


async def test_a_server_that_runs_sees_a_pack_that_somebody_else_received(sites: dict[str, Site], law: Path) -> None:
    site, data = sites[CENTRE], encode_pack(await pack(sites, law))
    assert site.arrangement(date(2027, 1, 1)).title.fr.startswith("Burkina")
    async with open_site(site.folder, SetClock(NOW)) as other:
        await exchange.receive(other, data, "cli")
    assert site.arrangement(date(2027, 1, 1)).title.fr.startswith("Loi nouvelle")


def altered(signed: SignedPack, **changes: object) -> SignedPack:
    changed = msgspec.structs.replace(pack_of(signed), **changes)
    return msgspec.structs.replace(signed, signed=msgspec.json.encode(changed, order="sorted"))


FORGED: dict[str, tuple[Callable[[SignedPack], bytes], str, tuple[str, str]]] = {
    "cut off": (lambda it: encode_pack(it)[:-40], "pack-malformed", ("de nouveau", "again")),
    "nothing inside": (lambda it: b"FAP1", "pack-malformed", ("de nouveau", "again")),
    "a name that climbs": (
        lambda it: encode_pack(altered(it, files={**pack_of(it).files, "bf/../../../etc/x.toml": ""})),
        "pack-malformed", ("de nouveau", "again"),
    ),
    "another text": (
        lambda it: encode_pack(altered(it, files={**pack_of(it).files, "bf/common.toml": "# ours"})),
        "pack-signature", ("le paquet de nouveau", "for the pack again"),
    ),
    "somebody unknown": (
        lambda it: encode_pack(altered(it, authority="NOBODY")), "pack-signer-unknown", ("empreintes", "fingerprints"),
    ),
    "somebody who is no authority": (
        lambda it: encode_pack(altered(it, authority="MUT-A")), "pack-not-an-authority", ("--authority", "--authority"),
    ),
    "an unknown key": (
        lambda it: encode_pack(msgspec.structs.replace(it, key="00" * 8)),
        "pack-signature", ("le paquet de nouveau", "for the pack again"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
async def test_a_forged_pack_is_not_taken(how: str, sites: dict[str, Site], law: Path) -> None:
    change, code, what_to_do = FORGED[how]
    await refused(sites[CENTRE], change(await pack(sites, law)), code, what_to_do)


async def test_a_mutual_cannot_make_law_for_those_who_only_know_its_keys(sites: dict[str, Site], law: Path) -> None:
    signed = await packs.make(sites["MUT-A"], [NEW], law, "Le président", "président", PASSPHRASE)
    data = encode_pack(signed)
    await refused(sites[CENTRE], data, "pack-not-an-authority", ("--authority", "--authority"))
    await sites[CENTRE].store.put_authority("MUT-A", NOW)
    assert not (await exchange.receive(sites[CENTRE], data, "comptable")).again


async def resigned(sites: dict[str, Site], law: Path, name: str, text: Callable[[str], str], number: int = 1) -> bytes:
    """A pack that its author signed without looking: the program itself would not make it."""
    files = dict(packs.collected(law, [NEW]))
    files[name] = text(files.get(name, ""))
    made = Pack("BF", number, date(2026, 2, 20), MINISTRY, "La ministre", "ministre", files)
    return encode_pack(sign_pack(made, load_signing(sites[MINISTRY].folder / "keys", "agreement", PASSPHRASE)))


async def test_every_mistake_of_a_pack_is_named_with_file_line_and_sentence(sites: dict[str, Site], law: Path) -> None:
    wrong = '\n[[rate]]\nscheme = "nowhere"\nrate = 170\n\n[[waitings]]\ncode = "x"\n'
    data = await resigned(sites, law, f"{NEW}/arrangement.toml", lambda text: text + wrong)
    error = await refused(sites[CENTRE], data, "pack-mistakes", ("À signaler", "To be told"))
    assert isinstance(error, InputErrors)
    lines = (law / NEW / "arrangement.toml").read_text(encoding="utf-8").count("\n")
    said = [sentence(mistake, "fr") for mistake in error.mistakes]
    assert error.fields["count"] == len(said) == 3
    assert any(line.startswith(f"{NEW}/arrangement.toml:{lines + 3}:") and "nowhere" in line for line in said), said
    assert any("170" in line for line in said) and any("waitings" in line for line in said)


async def test_an_example_that_does_not_hold_here_stops_the_pack(sites: dict[str, Site], law: Path) -> None:
    shutil.copy(law / "bf" / "2026-02-01" / "examples.toml", law / NEW / "examples.toml")
    examples = (law / NEW / "examples.toml").read_text(encoding="utf-8").replace("2026-", "2027-")
    (law / NEW / "examples.toml").write_text(examples, encoding="utf-8")
    broken = examples.replace("member_pays = 0", "member_pays = 1", 1)
    assert broken != examples
    data = await resigned(sites, law, f"{NEW}/examples.toml", lambda text: broken)
    error = await refused(sites[CENTRE], data, "pack-mistakes", ("À signaler", "To be told"))
    assert isinstance(error, InputErrors) and {it.code for it in error.mistakes} >= {"example-fails"}


async def test_nobody_signs_a_pack_with_mistakes(sites: dict[str, Site], law: Path) -> None:
    (law / NEW / "arrangement.toml").write_text("[arrangement]\ncountry = 3\n", encoding="utf-8")
    before = await everything(sites[MINISTRY])
    with pytest.raises(InputErrors) as caught:
        await pack(sites, law)
    told_codes = {mistake.code for mistake in caught.value.mistakes}
    assert caught.value.code == "pack-mistakes" and told_codes >= {"bad-value", "missing-key"}
    for names, code in (((NEW, "tg/2024-04-01"), "pack-one-country"), (("bf/2001-01-01",), "pack-version-missing")):
        with pytest.raises(InputError) as error:
            await pack(sites, law, *names)
        assert error.value.code == code
    assert await everything(sites[MINISTRY]) == before


SUCCESSION = {
    "before the end of a shipped version": ("start = 2025-06-01", "pack-overlaps", ("dernier jour", "last day")),
    "open where a later version is held": ("start = 2026-01-01", "pack-overlaps", ("dernier jour", "last day")),
    "ended before the next one begins": (
        "start = 2015-01-01\nuntil = 2016-03-30", "pack-gap", ("sans trou", "without a gap"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", SUCCESSION)
async def test_a_pack_that_overlaps_or_leaves_a_gap_changes_nothing(
    how: str, sites: dict[str, Site], law: Path
) -> None:
    days, code, what_to_do = SUCCESSION[how]
    rewritten(law / NEW, ("start = 2027-01-01", days))
    name = f"bf/{days[8:18]}"
    shutil.move(law / NEW, law / name)
    await refused(sites[CENTRE], encode_pack(await pack(sites, law, name)), code, what_to_do)


async def test_an_older_pack_and_another_one_under_its_number_are_refused(sites: dict[str, Site], law: Path) -> None:
    site, first = sites[CENTRE], await pack(sites, law)
    second = await pack(sites, law)
    await exchange.receive(site, encode_pack(second), "comptable")
    await refused(site, encode_pack(first), "pack-older", ("Gardez", "Keep"))
    other = await resigned(sites, law, "bf/common.toml", lambda text: text + "\n# other\n", number=2)
    await refused(site, other, "pack-number-reused", ("lequel", "which one"))


async def test_a_pack_of_another_country_is_refused(sites: dict[str, Site], law: Path) -> None:
    signed = await pack(sites, law, "tg/2024-04-01")
    await refused(sites[CENTRE], encode_pack(signed), "pack-other-country", ("destiné", "for whom"))


async def test_a_pack_that_reaches_back_to_decided_claims_is_taken_only_by_who_says_so(
    sent: Places, sites: dict[str, Site], law: Path
) -> None:
    """The month was carried and decided; then the law of its days changes."""
    from facility_agent.workflows import audit_desk

    mutual = sent.mutual
    (batch,) = await sent.facility.store.batches()
    letter = await sent.facility.store.sealed(f"batch-{batch.batch.number}.fae")
    assert letter is not None
    await exchange.receive(mutual, letter, "agent")
    await mutual.store.put_public_keys(sites[MINISTRY].own_keys())
    await mutual.store.put_authority(MINISTRY, NOW)
    rewritten(law / "bf" / "2026-02-01", ("Burkina Faso :", "Rétroactif :"))
    data = encode_pack(await pack(sites, law, "bf/2026-02-01"))
    sent.at(date(2026, 4, 10))
    await audit_desk.decide(mutual, batch.batch.id, {}, "agent")
    decision = await mutual.store.decision(batch.batch.id)
    error = await refused(mutual, data, "pack-past-decided", ("--past", "--past"))
    assert error.fields["count"] == len(batch.batch.items) and error.fields["start"] == "2026-02-01"
    assert not (await exchange.receive(mutual, data, "agent", past=True)).again
    assert mutual.arrangement(date(2026, 3, 10)).title.fr.startswith("Rétroactif")
    assert await mutual.store.decision(batch.batch.id) == decision
    later = encode_pack(await pack(sites, law))
    assert not (await exchange.receive(mutual, later, "agent")).again, "a version to come touches no decided day"
