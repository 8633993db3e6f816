"""Cards at the mutual: signed for a person, a household or the whole register, and kept, so that printing needs no key.

Whoever holds a card that is good until the day asked for is left as they are: a run that was interrupted goes on where
it stopped. Some hundreds are in memory at a time, however many there are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import date

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from facility_agent.eligibility.card import Issuer, card_text, unsigned_token
from facility_agent.eligibility.digits import to_digits
from facility_agent.exchange.keys import load_signing
from facility_agent.exchange.revocations import is_set
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id
from facility_agent.vocabulary.records import Card, CardKind, Coverage
from facility_agent.workflows.site import KEYS, Site

#: Cards in one printed file: ten sheets.
TOGETHER = 100
Progress = Callable[[int], None]


class IssuedCard(msgspec.Struct, frozen=True):
    """A card and the digits of its QR symbol."""

    card: Card
    text: str


class Run(msgspec.Struct, frozen=True):
    """What came of issuing to many: how many cards were made, and how many people hold a good one already."""

    issued: int
    held: int


class Blank(msgspec.Struct, frozen=True):
    """A card that is printed: what it says, its digits, and the holder's portrait if there is one."""

    card: Card
    text: str
    portrait: bytes | None


class Press:
    """The card key in somebody's hands: signs blanks under the next serials."""

    def __init__(self, site: Site, key: Ed25519PrivateKey, issuer: Issuer) -> None:
        self._site, self._key, self._issuer = site, key, issuer

    async def issue(self, blanks: Sequence[Card]) -> tuple[IssuedCard, ...]:
        """Give these cards the next serials, sign and keep them, all or none."""
        store, made = self._site.store, []
        async with store.transaction():
            if not blanks:
                return ()
            serials = await store.next_numbers("card", len(blanks))
            for blank, serial in zip(blanks, serials, strict=True):
                card = msgspec.structs.replace(blank, key=self._issuer.key, serial=serial)
                to_sign, assemble = unsigned_token(card, self._issuer)
                made.append((card, assemble(self._key.sign(to_sign))))
            texts = [card_text(token) for _, token in made]
            await store.add_cards(self._site.config.code, made, texts)
        return tuple(IssuedCard(card, text) for (card, _), text in zip(made, texts, strict=True))


async def open_press(site: Site, passphrase: str) -> Press:
    """The card key, with its passphrase; InputError `key-missing`, `key-passphrase-wrong`."""
    key = load_signing(site.folder / KEYS, "card", passphrase)
    return Press(site, key, (await site.issuers())[key_id(key.public_key().public_bytes_raw()).hex()])


async def issue_cards(
    site: Site, coverages: Iterable[Coverage], expires: date, passphrase: str
) -> tuple[IssuedCard, ...]:
    """A new card to each of these people, whatever they hold already."""
    press = await open_press(site, passphrase)
    return await press.issue(await blanks(site, coverages, expires))


async def issue_to_all(
    site: Site, expires: date, passphrase: str, *, kind: CardKind = "member", progress: Progress = lambda done: None
) -> Run:
    """A card to everybody of the register, or to every household, who holds no good one; `progress` hears of people."""
    own = site.config.code
    portions = site.store.households_in_portions(own) if kind == "household" else site.store.people_in_portions(own)
    return await _issue_missing(site, portions, expires, passphrase, kind, progress)


async def issue_to(
    site: Site, numbers: Iterable[str], expires: date, passphrase: str, *, kind: CardKind = "member"
) -> Run:
    """The same for members or households by their numbers; InputError `member-unknown`."""
    people: dict[tuple[str, str], Coverage] = {}
    for number in numbers:
        found = await site.store.coverage_of(number)
        if kind == "household":
            found = await site.store.household(found[0].beneficiary.household if found else number)
        found = found or await site.store.household(number)
        if not found:
            raise InputError("member-unknown", member=number)
        people |= {(entry.beneficiary.number, entry.scheme): entry for entry in found}

    async def portions() -> AsyncIterator[tuple[Coverage, ...]]:
        yield tuple(people.values())

    return await _issue_missing(site, portions(), expires, passphrase, kind, lambda done: None)


async def _issue_missing(
    site: Site, portions: AsyncIterator[tuple[Coverage, ...]], expires: date, passphrase: str, kind: CardKind,
    progress: Progress,
) -> Run:  # fmt: skip
    press, issued, held = await open_press(site, passphrase), 0, 0
    async for people in portions:
        wanted = await blanks(site, people, expires, kind)
        good = {one.member or one.household for one in await good_cards(site, [_holder(one) for one in wanted], kind)
                if one.expires >= expires}  # fmt: skip
        missing = [one for one in wanted if _holder(one) not in good]
        made = await press.issue(missing)
        issued, held = issued + len(made), held + len(wanted) - len(made)
        progress(len(people))
    return Run(issued, held)


async def good_cards(site: Site, numbers: Sequence[str], kind: CardKind = "member") -> tuple[Card, ...]:
    """The cards of these people that are neither revoked nor under a key that was compromised, by serial."""
    state = await site.store.revocations(site.config.code)
    bitmap, keys = state.bitmap if state else b"", await site.issuers()
    return tuple(
        one.card
        for one in await site.store.cards_held(site.config.code, numbers, kind)
        if not is_set(bitmap, one.card.serial) and one.card.key in keys and keys[one.card.key].revoked_on is None
    )


async def blanks(
    site: Site, coverages: Iterable[Coverage], expires: date, kind: CardKind = "member"
) -> tuple[Card, ...]:
    """What the cards of these people or their households say, before they have serials; who has died gets none."""
    today = site.today()
    living = [
        entry for entry in coverages
        if entry.beneficiary.deceased_on is None and (entry.until is None or entry.until >= today)
    ]  # fmt: skip
    if kind == "household":
        return _of_households(living, today, expires)
    people = {entry.beneficiary.number: entry for entry in reversed(living)}
    hashes = await site.store.portrait_hashes(list(people))
    return tuple(
        Card(
            key="",
            serial=0,
            member=number,
            name=entry.beneficiary.name,
            birth_year=entry.beneficiary.birth_date.year if entry.beneficiary.birth_date
            else entry.beneficiary.birth_year,
            sex=entry.beneficiary.sex,
            issued=today,
            expires=expires,
            household=entry.beneficiary.household,
            package=entry.package,
            photo=hashes.get(number, ""),
        )
        for number, entry in sorted(people.items())
    )  # fmt: skip


def _of_households(people: Iterable[Coverage], today: date, expires: date) -> tuple[Card, ...]:
    """One card per household, in the name of its policyholder."""
    homes: dict[str, list[Coverage]] = {}
    for entry in people:
        if entry.beneficiary.household:
            homes.setdefault(entry.beneficiary.household, []).append(entry)
    found = []
    for number, members in sorted(homes.items()):
        head = min(members, key=lambda entry: (not entry.beneficiary.policyholder, entry.beneficiary.number))
        found.append(
            Card("", 0, "", head.beneficiary.name, None, "", today, expires, number, head.package, kind="household")
        )
    return tuple(found)


async def to_print(site: Site, kind: CardKind = "member", *, again: bool = False) -> AsyncIterator[tuple[Blank, ...]]:
    """The cards of the register that wait for the printer, some at a time; `printed` notes that they are out of it."""
    own, after = site.config.code, 0
    while True:
        kept = await site.store.cards_to_print(own, kind, site.today(), after, TOGETHER, again=again)
        if not kept:
            return
        after = kept[-1].card.serial
        good = {card.serial for card in await good_cards(site, [_holder(one.card) for one in kept], kind)}
        found = [await _blank(site, one.card, one.token) for one in kept if one.card.serial in good]
        if found:
            yield tuple(found)


async def cards_of(site: Site, numbers: Iterable[str], kind: CardKind = "member") -> tuple[Blank, ...]:
    """The newest good card of each member, or of each member of a household; InputError `card-none`."""
    found: list[Blank] = []
    for number in numbers:
        holders = [number]
        if kind != "household" and not await site.store.coverage_of(number):
            people = await site.store.household(number)
            holders = list(dict.fromkeys(entry.beneficiary.number for entry in people)) or holders
        newest = {_holder(card): card for card in await good_cards(site, holders, kind)}
        if not newest:
            raise InputError("card-none", member=number)
        for card in newest.values():
            kept = await site.store.card_with(site.config.code, card.serial)
            assert kept is not None
            found.append(await _blank(site, card, kept.token))
    return tuple(found)


async def printed(site: Site, cards: Iterable[Blank]) -> None:
    """These cards have left the printer."""
    await site.store.note_printed(site.config.code, [one.card.serial for one in cards], site.today())


async def _blank(site: Site, card: Card, token: bytes) -> Blank:
    portrait = await site.store.portrait(card.member) if card.member else None
    return Blank(card, to_digits(token), portrait)


def _holder(card: Card) -> str:
    return card.household if card.kind == "household" else card.member
