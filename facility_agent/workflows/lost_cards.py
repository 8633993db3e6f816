"""A lost card: its serial is revoked at once, a paper certificate stands in for it, a new card takes its place.

Each step is an event of the old card: who, when, why, and the serial of what replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from facility_agent.exchange.revocations import is_set, with_set
from facility_agent.storage.store.cards import CardEvent
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Card
from facility_agent.workflows.cards import IssuedCard, blanks, open_press
from facility_agent.workflows.site import Site


class Replaced(msgspec.Struct, frozen=True):
    """What was made, and the serials that no longer count because of it."""

    made: IssuedCard
    revoked: tuple[int, ...]


class CardHistory(msgspec.Struct, frozen=True):
    """One card or certificate of a member, and what happened to it."""

    card: Card
    events: tuple[CardEvent, ...]


async def lost(site: Site, number: str, until: date, passphrase: str, by: str, reason: str = "") -> Replaced:
    """Revoke a member's cards and make the paper that stands in for the newest; InputError `card-none`.

    `number` is the member's. The list of revoked cards still has to be sent to the facilities.
    """
    press = await open_press(site, passphrase)
    cards = await _cards(site, number)
    own = [card for card in cards if card.kind == "member"]
    if not own:
        raise InputError("card-none", member=number)
    (blank,) = await _blank(site, number, until)
    paper = msgspec.structs.replace(
        blank, kind="certificate", replaces=own[-1].serial, household=own[-1].household, photo=own[-1].photo
    )
    async with site.store.transaction():
        (made,) = await press.issue([paper])
        stopped = await _stop(site, cards, by, "lost", reason, made.card.serial)
    return Replaced(made, stopped)


async def reissue(site: Site, number: str, expires: date, passphrase: str, by: str, reason: str = "") -> Replaced:
    """A new card for a member; the earlier ones and their certificates no longer count."""
    press = await open_press(site, passphrase)
    cards = await _cards(site, number)
    blank = await _blank(site, number, expires)
    async with site.store.transaction():
        (made,) = await press.issue(blank)
        stopped = await _stop(site, cards, by, "replaced", reason, made.card.serial)
    return Replaced(made, stopped)


async def revoke(site: Site, serials: Iterable[int], by: str = "", reason: str = "") -> None:
    """Revoke cards by serial: the next list names them. InputError `card-serial-unknown` for one never issued."""
    chosen = sorted(set(serials))
    for serial in chosen:
        if await site.store.card_with(site.config.code, serial) is None:
            raise InputError("card-serial-unknown", serial=serial)
    async with site.store.transaction():
        for serial in chosen:
            await site.store.add_card_event(site.config.code, serial, site.now(), by, "revoked", reason)
        await _add_to_list(site, chosen)


async def history(site: Site, number: str) -> tuple[CardHistory, ...]:
    """Every card and certificate of a member, by serial, with its events; InputError `card-none`."""
    cards = await _cards(site, number)
    if not cards:
        raise InputError("card-none", member=number)
    events = await site.store.card_events(site.config.code, [card.serial for card in cards])
    return tuple(CardHistory(card, tuple(event for event in events if event.serial == card.serial)) for card in cards)


async def _blank(site: Site, number: str, until: date) -> tuple[Card, ...]:
    people = await site.store.coverage_of(number)
    if not people:
        raise InputError("member-unknown", member=number)
    blank = await blanks(site, people, until)
    if not blank:
        raise InputError("card-not-entitled", member=number)
    return blank


async def _cards(site: Site, number: str) -> tuple[Card, ...]:
    """All cards and certificates that were ever made for a member, by serial."""
    own = site.config.code
    kinds = [await site.store.cards_held(own, (number,), kind) for kind in ("member", "certificate")]
    return tuple(sorted((one.card for held in kinds for one in held), key=lambda card: card.serial))


async def _stop(site: Site, cards: Iterable[Card], by: str, kind: str, reason: str, successor: int) -> tuple[int, ...]:
    """Revoke what still counts, each with an event that names what follows; returns the serials."""
    state = await site.store.revocations(site.config.code)
    bitmap = state.bitmap if state else b""
    known = await site.store.card_events(site.config.code, [card.serial for card in cards])
    replaced = {event.serial for event in known if event.kind == "replaced"}
    stopped = tuple(card.serial for card in cards if not is_set(bitmap, card.serial))
    for card in cards:
        if card.serial in stopped or (kind == "replaced" and card.serial not in replaced):
            await site.store.add_card_event(site.config.code, card.serial, site.now(), by, kind, reason, successor)
    if stopped:
        await _add_to_list(site, stopped)
    return stopped


async def _add_to_list(site: Site, serials: Iterable[int]) -> None:
    state = await site.store.revocations(site.config.code)
    bitmap = with_set(state.bitmap if state else b"", serials)
    await site.store.put_revocations(site.config.code, state.sequence + 1 if state else 1, site.today(), bitmap)
