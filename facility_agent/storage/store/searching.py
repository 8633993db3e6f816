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

from facility_agent.storage.store.base import Shelf, decoded, instant, marks, portions
from facility_agent.vocabulary import names
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Coverage

#: By what a person is looked for: name, year of birth (0 when nobody knows it), village as it sounds.
Naming = tuple[str, int, str]
#: So many candidates are looked at before the best are chosen, and so many other spellings of a name are tried.
_CANDIDATES, _SPELLINGS = 400, 12
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
        if text:
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
        ranked = sorted(_people(rows), key=lambda row: (-_score(row, asked, sought), row["name"], row["number"]))
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
        """Candidates for these names: as they sound, else as they begin and nearly so."""
        # The longest keys tell people apart best.
        heard = sorted({names.sound(word) for word in asked}, key=len, reverse=True)[:2]
        rows = await self._candidates([[key] for key in heard], sought)
        if rows and max(_score(row, asked, sought) for row in rows) >= _SURE * len(asked):
            return rows
        rows += await self._beginning(asked, sought)
        return rows + await self._candidates([await self._near(key) for key in heard], sought)

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
        """Who has one of the first names' keys and, if two are asked for, one of the second's."""
        first, *others = keys
        if not first or not all(others):
            return []
        test, values = f"p.first IN ({marks(len(first))})", list(first)
        for second in others:
            test += f" AND p.second IN ({marks(len(second), len(values))})"
            values += second
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

    async def _near(self, key: str) -> list[str]:
        """The keys of the register that are this one, or off by one sign."""
        some = sorted(names.variants(key))
        rows = await self.database.rows(
            f"SELECT DISTINCT sound FROM name_sound WHERE variant IN ({marks(len(some))})", *some
        )
        found = [row["sound"] for row in rows]
        return sorted(found, key=lambda other: (other != key, not names.near(key, other), other))[:_SPELLINGS]

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

    async def learn_names(self, payer: str, people: Iterable[tuple[str, str, int, str]]) -> None:
        """Keep under which names people are found: number, name, year of birth, village as it sounds."""
        rows = [(*row, number, payer) for number, name, year, village in people for row in _places(name, year, village)]
        await self.database.many(
            "INSERT INTO name_pair (first, second, village, year, number, payer) VALUES ($1, $2, $3, $4, $5, $6) "
            "ON CONFLICT (first, second, village, year, number, payer) DO NOTHING",
            rows,
        )
        heard = {row[0] for row in rows}
        known: set[str] = set()
        for some in portions(sorted(heard)):
            found = await self.database.rows(
                f"SELECT sound FROM name_sound WHERE variant = sound AND variant IN ({marks(len(some))})", *some
            )
            known |= {row["sound"] for row in found}
        await self.database.many(
            "INSERT INTO name_sound (variant, sound) VALUES ($1, $2) ON CONFLICT (variant, sound) DO NOTHING",
            [(variant, key) for key in sorted(heard - known) for variant in sorted(names.variants(key))],
        )

    async def forget_names(
        self, payer: str, people: Iterable[tuple[str, str, int, str]], left: Mapping[str, Iterable[Naming]]
    ) -> None:
        """Forget names under which people are no longer kept; `left` are those that they still have, by number."""
        rows = set()
        for number, name, year, village in people:
            kept = {row for other in left.get(number, ()) for row in _places(*other)}
            rows |= {(*row, number, payer) for row in _places(name, year, village) if row not in kept}
        await self.database.many(
            "DELETE FROM name_pair WHERE first = $1 AND second = $2 AND village = $3 AND year = $4 AND number = $5 "
            "AND payer = $6",
            sorted(rows),
        )


def _places(name: str, year: int, village: str) -> set[tuple[str, str, str, int]]:
    """Where a person stands in the index of names."""
    return {(*pair, village, year) for pair in names.pairs(name)}


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


def _people(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each person once."""
    return list({(row["number"], row["payer"]): row for row in rows}.values())


@lru_cache(maxsize=16_384)
def _told(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """A name's words, and how they sound: candidates share their names."""
    said = names.words(name)
    return frozenset(said), frozenset(names.sound(word) for word in said)


def _score(row: Mapping[str, Any], asked: Sequence[str], sought: Sought) -> int:
    """How near a person is: words as asked, off by a letter, as they sound, as they begin, nearly; the year."""
    said, heard = _told(row["name"])
    points = 0
    for word in asked:
        if word in said:
            points += 12
        elif any(names.near(word, other) for other in said):
            points += 10
        elif names.sound(word) in heard:
            points += 8
        elif any(other.startswith(word) for other in said):
            points += 6
        elif any(names.near(names.sound(word), other) for other in heard):
            points += 4
    return points + (sought.year is not None and row["year"] == sought.year) * 6 - len(said)
