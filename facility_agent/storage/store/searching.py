"""People of the register without a card: by number, household, telephone, name as it sounds, birth year, village.

Names are found by two of them as they sound, in either order, through one index; of those found, the ones spelled as
asked come first. When nobody is found, names that begin so, then names that are off by a sign, are tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from facility_agent.storage.store.base import Shelf, decoded, instant, marks
from facility_agent.vocabulary import names
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Coverage

#: So many candidates are looked at before the best are chosen, and so many other spellings of a name are tried.
_CANDIDATES, _SPELLINGS = 100, 12
#: How a key was met, the surest first.
_AS_HEARD, _BY_LETTER, _BY_SOUND = 0, 1, 2
#: Points for each word asked from which on nobody nearer is looked for.
_SURE = 7
_HELD = "JOIN register_held h ON h.payer = b.payer AND b.said <= h.sequence AND h.sequence < b.unsaid"


class Sought(msgspec.Struct, frozen=True):
    """Whom somebody looks for: a number, household, telephone or names; a birth year and a village narrow."""

    text: str = ""
    year: int | None = None
    village: str = ""


class Found(msgspec.Struct, frozen=True):
    """The people found, the nearest first, and whether there are more of them than are shown."""

    people: tuple[Coverage, ...] = ()
    more: bool = False


class Searching(Shelf):
    """Looking for people."""

    async def search(self, text: str, limit: int = 20) -> tuple[Coverage, ...]:
        """The people found by a text alone."""
        return (await self.seek(Sought(text), limit)).people

    async def seek(self, sought: Sought, limit: int = 20) -> Found:
        """The people found, the nearest first; nobody for a question that says nothing."""
        # PostgreSQL refuses a NUL in any value.
        text = sought.text.replace("\x00", "").strip()
        if any(sign.isdecimal() for sign in text) or len(text.split()) == 1:
            exact = await self._by_identity(text, limit)
            if exact:
                return Found(exact)
        asked = tuple(dict.fromkeys(names.words(text)))[:6]
        if asked:
            rows = await self._named(asked, sought)
        elif sought.village and names.village(sought.village) and not text:
            rows = await self._of_village(sought)
        else:
            return Found()
        ranked = _ranked(rows, asked, sought)
        chosen = ranked[:limit]
        return Found(await self._with_numbers(chosen), len(ranked) > limit or len(rows) >= _CANDIDATES)

    async def _by_identity(self, text: str, limit: int) -> tuple[Coverage, ...]:
        number, phone = "".join(text.split()).upper(), phone_of(text)
        rows = await self.database.rows(
            f"SELECT b.document FROM beneficiary b {_HELD} WHERE b.number IN ($1, $2) OR b.household IN ($1, $2) "
            f"OR (b.phone = $3 AND b.phone <> '') ORDER BY b.name, b.number LIMIT {int(limit)}",
            text, number, phone if phone else "-",
        )  # fmt: skip
        return tuple(decoded(row["document"], Coverage) for row in rows)

    async def _named(self, asked: Sequence[str], sought: Sought) -> list[dict[str, Any]]:
        """Candidates for these names: as they sound, else off by a letter, else nearly so or as they begin."""
        # The longest keys tell people apart best.
        words = sorted({names.sound(word): word for word in asked}.values(), key=lambda word: -len(names.sound(word)))
        rows = await self._candidates([[names.sound(word)] for word in words[:3]], sought)
        if not rows and len(words) > 2:
            rows = await self._candidates([[names.sound(word)] for word in words[:2]], sought)
        if _sure(rows, asked):
            return rows
        spellings = [await self._spellings(word) for word in words[:2]]
        for least in (_BY_LETTER, _BY_SOUND):
            keys = [[key for key, how in some if how <= least][:_SPELLINGS] for some in spellings]
            rows += await self._candidates(keys, sought)
            if _sure(rows, asked):
                return rows
        return rows + await self._beginning(asked, sought)

    async def _beginning(self, asked: Sequence[str], sought: Sought) -> list[dict[str, Any]]:
        """Who has names that begin like these; one sign alone is too little to look for."""
        begun = sorted({names.beginning(word) for word in asked}, key=len, reverse=True)[:2]
        if len(begun[0]) < 2:
            return []
        test, values = "p.first >= $1 AND p.first < $2", [begun[0], _after(begun[0])]
        if len(begun) > 1 and begun[1]:
            test, values = f"{test} AND p.second >= $3 AND p.second < $4", [*values, begun[1], _after(begun[1])]
        return await self._chosen(test, values, sought)

    async def _candidates(self, keys: Sequence[Sequence[str]], sought: Sought) -> list[dict[str, Any]]:
        """Who has one of the first name's keys and one of every other's."""
        if not all(keys):
            return []
        values = [key for some in keys for key in some]
        places, start = [], 0
        for some in keys:
            places.append(f"IN ({marks(len(some), start)})")
            start += len(some)
        test = " AND ".join(f"p.{name} {place}" for name, place in zip(("first", "second"), places, strict=False))
        if len(places) > 2:
            test += (
                f" AND EXISTS (SELECT 1 FROM name_pair q WHERE q.first = p.first AND q.second {places[2]} "
                "AND q.village = p.village AND q.year = p.year AND q.number = p.number AND q.payer = p.payer)"
            )
        return await self._chosen(test, values, sought)

    async def _chosen(self, test: str, values: Sequence[str], sought: Sought) -> list[dict[str, Any]]:
        given: list[Any] = list(values)
        if sought.year is not None:
            given += [sought.year - 1, sought.year, sought.year + 1]
            test += f" AND p.year IN ({marks(3, len(given) - 3)}, 0)"
        if sought.village and (key := names.village(sought.village)):
            given += [key, _after(key)]
            test += f" AND p.village >= ${len(given) - 1} AND p.village < ${len(given)}"
        return await self.database.rows(
            "SELECT b.number, b.payer, b.name, b.year FROM name_pair p JOIN beneficiary b ON b.number = p.number "
            f"AND b.payer = p.payer {_HELD} WHERE {test} LIMIT {_CANDIDATES}",
            *given,
        )

    async def _of_village(self, sought: Sought) -> list[dict[str, Any]]:
        key = names.village(sought.village)
        test = "" if sought.year is None else f"AND b.year IN ({sought.year - 1}, {sought.year}, {sought.year + 1})"
        return await self.database.rows(
            f"SELECT b.number, b.payer, b.name, b.year FROM beneficiary b {_HELD} "
            f"WHERE b.village >= $1 AND b.village < $2 {test} LIMIT {_CANDIDATES}",
            key, _after(key),
        )  # fmt: skip

    async def _spellings(self, word: str) -> list[tuple[str, int]]:
        """The keys of the register that a word may mean, and how: as it sounds, but for a letter, or nearly so."""
        key = names.sound(word)
        some = sorted(names.variants(key) | names.variants(word))
        rows = await self.database.rows(
            f"SELECT variant, sound FROM name_sound WHERE variant IN ({marks(len(some))})", *some
        )
        found = {key: _AS_HEARD}
        for row in rows:
            # What is left of a word is in small letters, of a sound in capitals.
            how = _BY_LETTER if row["variant"] == row["variant"].lower() else _BY_SOUND
            found[row["sound"]] = min(how, found.get(row["sound"], how))
        return sorted(found.items(), key=lambda pair: (pair[1], not names.near(key, pair[0]), pair[0]))

    async def _with_numbers(self, rows: Sequence[Mapping[str, Any]]) -> tuple[Coverage, ...]:
        if not rows:
            return ()
        numbers = [row["number"] for row in rows]
        found: dict[tuple[str, str], list[Coverage]] = {}
        for row in await self.database.rows(
            f"SELECT b.number, b.payer, b.document FROM beneficiary b {_HELD} "
            f"WHERE b.number IN ({marks(len(numbers))}) ORDER BY b.scheme",
            *numbers,
        ):
            found.setdefault((row["number"], row["payer"]), []).append(decoded(row["document"], Coverage))
        return tuple(coverage for row in rows for coverage in found.get((row["number"], row["payer"]), ()))

    async def note_search(
        self, id: str, *, at: datetime, day: date, account: str, sought: Sought, found: Found
    ) -> None:
        """Somebody looked for a person; the same question twice counts once."""
        await self.database.rows(
            "INSERT INTO desk_search (id, at, day, account, document, shown) VALUES ($1, $2, $3, $4, $5, $6) "
            "ON CONFLICT (id) DO NOTHING",
            id, instant(at), day.isoformat(), account, canonical(sought), len(found.people),
        )  # fmt: skip

    async def searches_of(self, day: date) -> tuple[tuple[str, Sought, int], ...]:
        """What was looked for on a day: by whom, what, and how many people were shown."""
        rows = await self.database.rows(
            "SELECT account, document, shown FROM desk_search WHERE day = $1 ORDER BY at, id", day.isoformat()
        )
        return tuple((row["account"], decoded(row["document"], Sought), int(row["shown"])) for row in rows)


def phone_of(text: str) -> str:
    """A telephone number as it is kept: its last eight digits, with or without the country's.

    >>> phone_of("+226 70 11 22 33"), phone_of("70112233"), phone_of("12")
    ('70112233', '70112233', '')
    """
    digits = "".join(sign for sign in text if sign.isdecimal() and sign.isascii())
    return digits[-8:] if len(digits) >= 8 else ""


def _after(beginning: str) -> str:
    """What comes after all texts that begin so."""
    return f"{beginning}\U0010ffff"


def _ranked(rows: Iterable[dict[str, Any]], asked: Sequence[str], sought: Sought) -> list[dict[str, Any]]:
    """Each person once, the nearest first, without those whom one word alone has brought.

    Candidates share their names, so each name is looked at once.
    """
    people = {(row["number"], row["payer"]): row for row in rows}.values()
    points = {name: _points(asked, name) for name in {row["name"] for row in people}}

    def order(row: dict[str, Any]) -> tuple[int, str, str]:
        exact = sought.year is not None and row["year"] == sought.year
        return -points[row["name"]] - 6 * exact, row["name"], row["number"]

    return sorted((row for row in people if _meant(asked, row["name"])), key=order)


def _meant(asked: Sequence[str], name: str) -> bool:
    """Whether two of the words asked, or the only one, are near words of the name."""
    said = names.words(name)
    return sum(any(_nearness(word, other) for other in said) for word in asked) >= min(2, len(asked))


def _sure(rows: Iterable[Mapping[str, Any]], asked: Sequence[str]) -> bool:
    """Whether somebody fits every word that was asked, as it sounds or but for a letter."""
    return any(_points(asked, name) >= _SURE * len(asked) for name in {row["name"] for row in rows})


def _points(asked: Sequence[str], name: str) -> int:
    """How near a name is: its words as asked, off by a letter, as they sound, as they begin, nearly so."""
    said = names.words(name)
    return sum(max((_nearness(word, other) for other in said), default=0) for word in asked) - len(said)


@lru_cache(maxsize=65_536)
def _nearness(word: str, other: str) -> int:
    if word == other:
        return 12
    if names.near(word, other):
        return 10
    if names.sound(word) == names.sound(other):
        return 8
    if other.startswith(word):
        return 6
    return 4 if names.near(names.sound(word), names.sound(other)) else 0
