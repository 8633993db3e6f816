"""Keys that are renewed, stolen or lost: old cards stay readable, the wrong ones do not, and trust can be rebuilt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from facility_agent.arrangements.duties import Delegation, Duties
from facility_agent.arrangements.moves import Move
from facility_agent.demo.sites import PASSPHRASE
from facility_agent.eligibility.card import card_text, unsigned_token
from facility_agent.exchange.keys import load_signing
from facility_agent.exchange.parties import PublicKeys, decode_public_keys, encode_public_keys
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import cards, contracting, desk, keyring, membership
from facility_agent.workflows.cards import Run, issue_cards
from facility_agent.workflows.site import Site, open_site, trusted
from tests.builders import arrangement, text
from tests.workflows.nothing import refused
from tests.workflows.places import EXPIRES, QUICK, Places
from tests.workflows.post import agreed, brought, letter, stranger
from tests.workflows.test_desk import codes

WELL, OTHER = "MLT-000001-01", "MLT-000002-01"


async def carry_keys(places: Places) -> None:
    """Our list of keys, in a letter to the health centre."""
    path = await keyring.send_keys(places.mutual, places.facility.config.code)
    received = await brought(places.facility, path.read_bytes())
    assert (received.kind, received.about) == ("keys", "MLT")


async def new_card(places: Places, member: str) -> str:
    coverages = await places.mutual.store.coverage_of(member)
    (issued,) = await issue_cards(places.mutual, coverages, EXPIRES, PASSPHRASE)
    return issued.text


def current(site: Site, role: str) -> str:
    return site.own_keys().current(role).key  # type: ignore[arg-type]


async def test_after_a_rotation_old_cards_are_read_and_new_ones_once_the_letter_has_come(ready: Places) -> None:
    former = current(ready.mutual, "card")
    made = keyring.rotate(ready.mutual, "card", PASSPHRASE, "président", cost=QUICK)
    text_of_new = await new_card(ready, OTHER)
    before = await desk.verify_text(ready.facility, text_of_new, "accueil")
    assert "card-issuer-unknown" in codes(before)
    await carry_keys(ready)
    after = await desk.verify_text(ready.facility, text_of_new, "accueil")
    assert (after.verdict.colour, after.card and after.card.key) == ("green", made.key)
    old = await desk.verify_text(ready.facility, ready.cards[WELL].text, "accueil")
    assert (old.verdict.colour, old.card and old.card.key) == ("green", former)
    assert await cards.issue_to_all(ready.mutual, EXPIRES, PASSPHRASE) == Run(2, 28), "old cards stay good"


async def test_a_stolen_card_key_shuts_out_the_thief_and_not_the_members(ready: Places) -> None:
    stolen = load_signing(ready.mutual.folder / "keys", "card", PASSPHRASE)
    issuer = (await ready.mutual.issuers())[current(ready.mutual, "card")]
    ready.at(date(2026, 3, 20))
    keyring.compromised(ready.mutual, issuer.key, date(2026, 3, 10), "président", "ordinateur volé")
    async with refused("key-missing", ready.mutual):
        await new_card(ready, WELL)
    keyring.rotate(ready.mutual, "card", PASSPHRASE, "président", cost=QUICK)
    await carry_keys(ready)

    genuine = ready.cards[WELL].card
    old = await desk.verify_text(ready.facility, ready.cards[WELL].text, "accueil")
    assert (old.verdict.colour, old.how, old.card) == ("amber", "number", None)
    assert "card-key-compromised" in codes(old) and old.coverage

    def forged(issued: date) -> str:
        card = msgspec.structs.replace(genuine, issued=issued, serial=4_000)
        to_sign, assemble = unsigned_token(card, issuer)
        return card_text(assemble(stolen.sign(to_sign)))

    late = await desk.verify_text(ready.facility, forged(date(2026, 3, 10)), "accueil")
    assert (late.verdict.colour, late.coverage) == ("red", ())
    # Whoever dates it back gets what anybody gets who types the number, and no more.
    backdated = await desk.verify_text(ready.facility, forged(date(2026, 2, 25)), "accueil")
    assert (backdated.verdict.colour, backdated.how) == ("amber", "number")

    assert await cards.issue_to_all(ready.mutual, EXPIRES, PASSPHRASE) == Run(30, 0), "everybody gets a new card"
    (blank,) = await cards.cards_of(ready.mutual, [WELL])
    new = await desk.verify_text(ready.facility, blank.text, "accueil")
    assert (new.verdict.colour, new.how) == ("green", "card")


async def test_the_day_of_a_theft_may_move_back_and_never_forward(ready: Places) -> None:
    key = current(ready.mutual, "card")
    keyring.compromised(ready.mutual, key, date(2026, 3, 1), "président")
    for day, now in ((date(2026, 3, 2), READY_DAY), (date(2026, 3, 3), READY_DAY)):
        ready.at(now)
        async with refused("key-day", ready.mutual):
            keyring.compromised(ready.mutual, key, day, "président")
    keyring.compromised(ready.mutual, key, date(2026, 2, 20), "président")
    async with refused("key-unknown", ready.mutual):
        keyring.compromised(ready.mutual, "00" * 8, date(2026, 2, 20), "président")
    (held,) = [entry for entry in ready.mutual.own_keys().keys if entry.key == key]
    assert (held.revoked_on, ready.mutual.own_keys().sequence) == (date(2026, 2, 20), 2)


READY_DAY = date(2026, 3, 2)


async def test_a_new_agreement_key_that_the_old_one_vouches_for_signs_for_the_mutual(ready: Places) -> None:
    made = keyring.rotate(ready.mutual, "agreement", PASSPHRASE, "président", cost=QUICK)
    await carry_keys(ready)
    await agreed(ready.facility, ready.mutual, 2027)
    last = (await ready.mutual.store.agreements())[-1]
    await contracting.keep(ready.facility, last, "MLT")
    assert {entry.key for entry in last.signatures} > {made.key}
    # A second rotation is vouched for by the first: a facility that missed a letter still follows.
    keyring.rotate(ready.mutual, "agreement", PASSPHRASE, "président", cost=QUICK)
    third = keyring.rotate(ready.mutual, "card", PASSPHRASE, "président", cost=QUICK)
    await carry_keys(ready)
    assert third.key in await ready.facility.issuers()


async def test_a_lost_agreement_key_is_replaced_by_hand_and_not_by_letter(ready: Places) -> None:
    made = keyring.start_anew(ready.mutual, "agreement", "une toute autre phrase", "président", cost=QUICK)
    await carry_keys(ready)
    held = await ready.facility.partner("MLT")
    assert made.key not in {entry.key for entry in held.keys}, "nobody vouches for it"
    old = await ready.mutual.store.agreements()
    await contracting.keep(ready.facility, old[0], "MLT")  # what the lost key signed stays signed
    await keyring.trust(ready.facility, decode_public_keys(encode_public_keys(ready.mutual.own_keys())))
    assert made.key in {entry.key for entry in (await ready.facility.partner("MLT")).keys}
    signed = await contracting.sign(ready.mutual, old[0], "Le président", "président", "une toute autre phrase")
    await contracting.keep(ready.facility, signed, "MLT")
    assert (await desk.verify_text(ready.facility, ready.cards[WELL].text, "accueil")).verdict.colour == "green"


async def test_a_stolen_agreement_key_vouches_for_nothing_any_more(ready: Places) -> None:
    stolen = current(ready.mutual, "agreement")
    vouched = keyring.rotate(ready.mutual, "card", PASSPHRASE, "voleur", cost=QUICK)
    keyring.compromised(ready.mutual, stolen, date(2026, 3, 1), "président", "phrase connue de tous")
    await carry_keys(ready)
    held = await ready.facility.partner("MLT")
    assert vouched.key not in {entry.key for entry in held.keys}
    async with refused("key-missing", ready.mutual):
        keyring.rotate(ready.mutual, "card", PASSPHRASE, "président")
    again = keyring.start_anew(ready.mutual, "agreement", PASSPHRASE, "président", cost=QUICK)
    await keyring.trust(ready.facility, ready.mutual.own_keys())
    assert again.key in {entry.key for entry in (await ready.facility.partner("MLT")).of("agreement")}
    # The agreement that the stolen key had signed before is the one that both sides keep.
    await contracting.keep(ready.facility, (await ready.mutual.store.agreements())[0], "MLT")


def without(keys: PublicKeys, role: str) -> PublicKeys:
    return msgspec.structs.replace(keys, keys=tuple(key for key in keys.keys if key.role != role))


def lifted(keys: PublicKeys) -> PublicKeys:
    free = tuple(msgspec.structs.replace(key, revoked_on=None, until=None) for key in keys.keys)
    return msgspec.structs.replace(keys, keys=free)


def exchanged(keys: PublicKeys) -> PublicKeys:
    other = tuple(msgspec.structs.replace(key, start=date(2020, 1, 1)) for key in keys.keys)
    return msgspec.structs.replace(keys, keys=other)


@pytest.fixture(scope="module")
async def robbed(made_ready: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Places]:
    """The health centre has heard of a theft; nothing in these tests changes what it holds."""
    from tests.workflows.places import copied_places

    folder = tmp_path_factory.mktemp("robbed")
    async with copied_places(made_ready.folder, folder, made_ready.cards, made_ready.now) as places:  # type: ignore[attr-defined]
        keyring.compromised(places.mutual, current(places.mutual, "card"), date(2026, 3, 1), "président")
        keyring.rotate(places.mutual, "card", PASSPHRASE, "président", cost=QUICK)
        await carry_keys(places)
        yield places


WRONG = {
    "an older list": ("party-keys-older", lambda keys: msgspec.structs.replace(keys, sequence=1)),
    "without the card keys": ("party-keys-changed", lambda keys: without(keys, "card")),
    "a theft taken back": ("party-keys-changed", lifted),
    "keys of other days": ("party-keys-changed", exchanged),
    "somebody else's": ("party-keys-of-another", lambda keys: msgspec.structs.replace(keys, party="AUTRE")),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_list_of_keys_that_takes_back_or_swaps_is_not_taken(what: str, robbed: Places) -> None:
    code, change = WRONG[what]
    own = robbed.mutual.own_keys()
    later = msgspec.structs.replace(own, sequence=own.sequence + 5)
    data = await letter(robbed.mutual, robbed.facility, "keys", change(later))
    async with refused(code, robbed.facility):
        await brought(robbed.facility, data)


async def test_an_old_file_of_keys_is_not_trusted_again_by_mistake(robbed: Places) -> None:
    old = msgspec.structs.replace(lifted(robbed.mutual.own_keys()), sequence=0)
    async with refused("party-keys-older", robbed.facility):
        await keyring.trust(robbed.facility, old)


async def test_the_same_list_twice_changes_nothing(robbed: Places) -> None:
    before = await robbed.facility.partner("MLT")
    await brought(robbed.facility, await letter(robbed.mutual, robbed.facility, "keys", robbed.mutual.own_keys()))
    assert await robbed.facility.partner("MLT") == before


async def test_what_happened_to_a_key_outlives_the_program(ready: Places, tmp_path: Path) -> None:
    keyring.rotate(ready.mutual, "card", PASSPHRASE, "président", cost=QUICK)
    own = ready.mutual.own_keys()
    async with open_site(ready.mutual.folder, ready.pair.clock) as again:
        assert again.own_keys() == own
    (ready.mutual.folder / "keys" / "states.json").write_bytes(b"{")
    with pytest.raises(InputError, match="key-file-unreadable"):
        ready.mutual.own_keys()


async def test_a_facility_reads_no_card_of_a_mutual_that_it_has_not_signed_with(ready: Places, tmp_path: Path) -> None:
    async with stranger(ready, tmp_path / "other", "mutual") as other:
        await membership.import_members(other, b"numero,menage,nom,depuis\nAUT-0001,AUT-0001,Quelqu'un,2024-01-01\n")
        (issued,) = await issue_cards(other, await other.store.all_coverages("AUTRE"), EXPIRES, PASSPHRASE)
        answer = await desk.verify_text(ready.facility, issued.text, "accueil")
        assert (answer.verdict.colour, answer.card) == ("red", None) and "card-issuer-unknown" in codes(answer)
        for site in (ready.facility, other):
            await keyring.trust(site, (other if site is ready.facility else ready.facility).own_keys())
        await agreed(ready.facility, other)
        signed = (await other.store.agreements())[-1]
        await contracting.keep(ready.facility, signed, "AUTRE")
        again = await desk.verify_text(ready.facility, issued.text, "accueil")
        assert again.card is not None and "card-issuer-unknown" not in codes(again)


def test_whom_a_facility_trusts_is_who_signed_and_whom_the_arrangement_names() -> None:
    from tests.builders import FACILITY, MUTUAL, STATE, agreement

    everybody = [PublicKeys(code, code, ()) for code in (FACILITY, MUTUAL, STATE, "UNION", "STRANGER")]

    def codes_of(**changes: object) -> set[str]:
        under = arrangement(**changes)
        return {party.party for party in trusted(FACILITY, everybody, [agreement()], under)}

    issuing = Duties(delegations=(Delegation(code="cards", to="UNION", name=text("Cards"), cards=True),))
    deciding = Duties(delegations=(Delegation(code="decide", to="UNION", name=text("Decide")),))
    assert codes_of() == {MUTUAL, STATE}  # the State pays without an agreement
    assert codes_of(duties=issuing) == {MUTUAL, STATE, "UNION"}
    assert codes_of(duties=deciding) == {MUTUAL, STATE}
    assert {party.party for party in trusted("CSPS-9", everybody, [agreement()], None)} == set()
    one_sided = agreement(signatures=agreement().signatures[:-1])
    assert {party.party for party in trusted(FACILITY, everybody, [one_sided], None)} == set()
    ended = agreement(moves=(Move(number=1, kind="end", on=date(2025, 12, 31)),))
    assert {party.party for party in trusted(FACILITY, everybody, [ended], None)} == {MUTUAL}
