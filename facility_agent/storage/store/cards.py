"""Cards as they were issued, what happened to each of them, and the portraits that they are compared with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from facility_agent.storage.store.base import Shelf, decoded, instant, marks, portions
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.records import Card, CardKind, Coverage

#: Rows of the version that is held; numbers lead, so that nothing is sorted (see `registers`).
_HELD = "JOIN register_held h ON h.payer = b.payer AND b.said + 0 <= h.sequence AND h.sequence < b.unsaid + 0"
#: So many cards or people in one go; what is held in memory is this many, however large the register.
PORTION = 500


class KeptCard(msgspec.Struct, frozen=True):
    """A card with the bytes of its token (empty for cards of before they were kept) and the day of its print."""

    card: Card
    token: bytes
    printed: date | None = None


class CardEvent(msgspec.Struct, frozen=True):
    """What happened to a card: `kind` is lost, revoked or replaced; `successor` the serial that took its place."""

    serial: int
    at: str
    who: str
    kind: str
    reason: str
    successor: int | None


class Cards(Shelf):
    """Who holds which card."""

    async def add_cards(self, payer: str, cards: Sequence[tuple[Card, bytes]], texts: Sequence[str]) -> None:
        """Keep new cards with their tokens, all or none; InputError `card-serial-taken` for a serial in use."""
        async with self.transaction():
            for some in portions([str(card.serial) for card, _ in cards]):
                numbers = [int(serial) for serial in some]
                taken = await self.database.rows(
                    f"SELECT serial FROM card WHERE payer = $1 AND serial IN ({marks(len(numbers), after=1)})",
                    payer, *numbers,
                )  # fmt: skip
                if taken:
                    raise InputError("card-serial-taken", serial=taken[0]["serial"])
            await self.database.many(
                "INSERT INTO card (payer, serial, number, issued, expires, text_digest, document, kind, token) "
                f"VALUES ({marks(9)})",
                [
                    (
                        payer, card.serial, card.member or card.household, card.issued.isoformat(),
                        card.expires.isoformat(), digest(text.encode()), canonical(card), card.kind, token,
                    )
                    for (card, token), text in zip(cards, texts, strict=True)
                ],
            )  # fmt: skip

    async def cards_held(self, payer: str, numbers: Sequence[str], kind: CardKind = "member") -> tuple[KeptCard, ...]:
        """The cards of one kind that these people or households were given, by serial."""
        found: list[KeptCard] = []
        for some in portions(numbers):
            rows = await self.database.rows(
                "SELECT document, token, printed FROM card "
                f"WHERE payer = $1 AND kind = $2 AND number IN ({marks(len(some), after=2)})",
                payer, kind, *some,
            )  # fmt: skip
            found += [_kept(row) for row in rows]
        return tuple(sorted(found, key=lambda one: one.card.serial))

    async def card_with(self, payer: str, serial: int) -> KeptCard | None:
        """The card of this serial."""
        row = await self._one(
            "SELECT document, token, printed FROM card WHERE payer = $1 AND serial = $2", payer, serial
        )
        return _kept(row) if row else None

    async def cards_to_print(
        self, payer: str, kind: CardKind, day: date, after: int, limit: int, *, again: bool
    ) -> tuple[KeptCard, ...]:
        """The next cards by serial that are each holder's newest and still valid that day; `again`: printed ones too.

        Revoked ones stand on the list of revocations and are left out by whoever asks.
        """
        rows = await self.database.rows(
            "SELECT document, token, printed FROM card c WHERE payer = $1 AND kind = $2 AND expires >= $3 "
            "AND serial > $4 AND token IS NOT NULL AND ($5 = 1 OR printed = '') AND NOT EXISTS (SELECT 1 FROM card n "
            "WHERE n.payer = c.payer AND n.number = c.number AND n.kind = c.kind AND n.serial > c.serial) "
            f"ORDER BY serial LIMIT {int(limit)}",
            payer, kind, day.isoformat(), after, int(again),
        )  # fmt: skip
        return tuple(_kept(row) for row in rows)

    async def count_cards(self, payer: str, kind: CardKind, day: date) -> int:
        """How many cards of a kind are valid that day; for a progress bar."""
        row = await self._one(
            "SELECT COUNT(*) AS n FROM card WHERE payer = $1 AND kind = $2 AND expires >= $3",
            payer, kind, day.isoformat(),
        )  # fmt: skip
        return int(row["n"]) if row else 0

    async def note_printed(self, payer: str, serials: Sequence[int], day: date) -> None:
        """These cards were printed that day."""
        await self.database.many(
            "UPDATE card SET printed = $1 WHERE payer = $2 AND serial = $3",
            [(day.isoformat(), payer, serial) for serial in serials],
        )

    async def add_card_event(
        self, payer: str, serial: int, at: datetime, who: str, kind: str, reason: str, successor: int | None = None
    ) -> None:
        """Something happened to a card: an event that nothing takes back."""
        async with self.transaction():
            row = await self._one(
                "SELECT COALESCE(MAX(place), 0) AS place FROM card_event WHERE payer = $1 AND serial = $2",
                payer, serial,
            )  # fmt: skip
            assert row is not None
            await self.database.rows(
                "INSERT INTO card_event (payer, serial, place, at, who, kind, reason, successor) "
                f"VALUES ({marks(8)})",
                payer, serial, row["place"] + 1, instant(at), who, kind, reason, successor,
            )  # fmt: skip

    async def card_events(self, payer: str, serials: Iterable[int]) -> tuple[CardEvent, ...]:
        """What happened to some cards, in order."""
        found: list[CardEvent] = []
        for some in portions([str(serial) for serial in serials]):
            rows = await self.database.rows(
                "SELECT serial, at, who, kind, reason, successor FROM card_event "
                f"WHERE payer = $1 AND serial IN ({marks(len(some), after=1)}) ORDER BY at, serial, place",
                payer, *(int(serial) for serial in some),
            )  # fmt: skip
            found += [CardEvent(**row) for row in rows]
        return tuple(found)

    async def people_in_portions(self, payer: str) -> AsyncIterator[tuple[Coverage, ...]]:
        """A payer's people by number, some hundreds at a time; nobody stands in two portions."""
        last = ""
        while True:
            rows = await self.database.rows(
                f"SELECT b.document FROM beneficiary b {_HELD} WHERE b.payer = $1 AND b.number > $2 AND b.number <= "
                f"COALESCE((SELECT b.number FROM beneficiary b {_HELD} WHERE b.payer = $1 AND b.number > $2 "
                f"ORDER BY b.number LIMIT 1 OFFSET {PORTION - 1}), b.number) ORDER BY b.number, b.scheme",
                payer, last,
            )  # fmt: skip
            if not rows:
                return
            found = tuple(decoded(row["document"], Coverage) for row in rows)
            last = found[-1].beneficiary.number
            yield found

    async def households_in_portions(self, payer: str) -> AsyncIterator[tuple[Coverage, ...]]:
        """A payer's households, some hundreds at a time, with all their people; no household stands in two portions."""
        last = ""
        while True:
            rows = await self.database.rows(
                f"SELECT DISTINCT b.household FROM beneficiary b {_HELD} WHERE b.payer = $1 AND b.household > $2 "
                f"ORDER BY b.household LIMIT {PORTION // 5}",
                payer, last,
            )  # fmt: skip
            if not rows:
                return
            before, last = last, rows[-1]["household"]
            people = await self.database.rows(
                f"SELECT b.document FROM beneficiary b {_HELD} WHERE b.payer = $1 AND b.household > $2 "
                "AND b.household <= $3 ORDER BY b.household, b.number, b.scheme",
                payer, before, last,
            )  # fmt: skip
            yield tuple(decoded(row["document"], Coverage) for row in people)

    async def put_portraits(self, payer: str, portraits: Iterable[tuple[str, str, bytes]]) -> None:
        """Keep portraits by (number, hash, picture); a later one replaces an earlier one."""
        await self.database.many(
            "INSERT INTO portrait (payer, number, hash, picture) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (payer, number) DO UPDATE SET hash = excluded.hash, picture = excluded.picture",
            [(payer, number, hashed, picture) for number, hashed, picture in portraits],
        )

    async def portrait(self, number: str) -> bytes | None:
        """A person's portrait as it is kept, or None."""
        row = await self._one("SELECT picture FROM portrait WHERE number = $1 ORDER BY payer LIMIT 1", number)
        return bytes(row["picture"]) if row else None

    async def portrait_hashes(self, numbers: Sequence[str]) -> dict[str, str]:
        """The hashes of some people's portraits, by number; who has none is left out."""
        found: dict[str, str] = {}
        for some in portions(numbers):
            rows = await self.database.rows(
                f"SELECT number, hash FROM portrait WHERE number IN ({marks(len(some))}) ORDER BY payer DESC", *some
            )
            found |= {row["number"]: row["hash"] for row in rows}
        return found


def _kept(row: dict[str, Any]) -> KeptCard:
    printed = date.fromisoformat(row["printed"]) if row["printed"] else None
    return KeptCard(decoded(row["document"], Card), bytes(row["token"] or b""), printed)
