"""Under which names people are kept for the search: two by two as they sound, and what is left of each word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from facility_agent.storage.store.base import Shelf, marks, portions
from facility_agent.vocabulary import names

#: By what a person is looked for: name, year of birth (0 when nobody knows it), village as it sounds.
Naming = tuple[str, int, str]
#: The sign before a word that is known whole.
_WHOLE = "="


class Learnt(NamedTuple):
    """Under which names people are to be kept: rows of the index, and the words that they consist of, in order."""

    places: list[tuple[str, str, str, int, str, str]]
    words: list[str]


def learnt(payer: str, people: Iterable[tuple[str, str, int, str]]) -> Learnt:
    """What is to be kept of these people: number, name, year of birth, village as it sounds."""
    told = list(people)
    places = [(*row, number, payer) for number, name, year, village in told for row in _places(name, year, village)]
    return Learnt(places, sorted({word for _, name, _, _ in told for word in names.words(name)}))


class Names(Shelf):
    """The index of names."""

    async def learn_names(self, told: Learnt) -> None:
        """Keep under which names people are found."""
        await self.database.many(
            "INSERT INTO name_pair (first, second, village, year, number, payer) VALUES ($1, $2, $3, $4, $5, $6) "
            "ON CONFLICT (first, second, village, year, number, payer) DO NOTHING",
            told.places,
        )
        known: set[str] = set()
        for some in portions([f"{_WHOLE}{word}" for word in told.words]):
            found = await self.database.rows(
                f"SELECT variant FROM name_sound WHERE variant IN ({marks(len(some))})", *some
            )
            known |= {row["variant"].removeprefix(_WHOLE) for row in found}
        await self.database.many(
            "INSERT INTO name_sound (variant, sound) VALUES ($1, $2) ON CONFLICT (variant, sound) DO NOTHING",
            sorted(
                {(variant, names.sound(word)) for word in told.words if word not in known for variant in _met(word)}
            ),
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


def _met(word: str) -> frozenset[str]:
    """Under what a word of a name is met when it is not spelled so: what is left of it, and of how it sounds."""
    return names.variants(word) | names.variants(names.sound(word)) | {f"{_WHOLE}{word}"}


def _places(name: str, year: int, village: str) -> set[tuple[str, str, str, int]]:
    """Where a person stands in the index of names."""
    return {(*pair, village, year) for pair in names.pairs(name)}
