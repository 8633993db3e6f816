"""The words: gettext catalogues, French first and English, read once with Babel.

Every room keeps its own catalogue, `<language>/<room>.po`, whose message ids are keys such as
`finding.waiting-period`, `error.envelope-truncated` or `page.desk.title`; `{field}` marks a named field.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Final

from facility_agent.vocabulary.findings import CATALOGUE, Finding

LANGUAGES = ("fr", "en")

_FIELD: Final = re.compile(r"\{(\w+)\}")
_KEY: Final = re.compile(r'^msgid "(.+)"$', re.MULTILINE)
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_RANGE: Final = re.compile(r"[0-9]+-[0-9]*")
_DIGEST: Final = re.compile(r"((?:\d+-)?[0-9a-f]{8})[0-9a-f]{24,}")

#: What a number in a finding measures, where it is more than a count: by field, or by code (or fact) and field.
_MEASURES: Final[dict[str, str]] = {
    **dict.fromkeys(("amount", "price", "tariff", "flat", "limit", "used", "stated", "computed"), "money"),
    **dict.fromkeys(("facility_amount", "mutual_amount"), "money"),
    **{f"{fact}.{side}": "money" for fact in ("ceiling", "deductible", "member_pays") for side in ("ours", "theirs")},
    **dict.fromkeys(("days", "grace", "register-old.limit"), "day"),
    "months": "month",
    **dict.fromkeys(("minutes", "provider-day-impossible.limit"), "minute"),
    **dict.fromkeys(("age-incompatible.age", "age-incompatible.minimum", "age-incompatible.maximum"), "age"),
    **dict.fromkeys(("quantity-outside-age-band.age", "weight-age-differ.age"), "age"),
    **dict.fromkeys(("days-over-maximum.maximum",), "day"),
    "grams": "mass",
    "quantity-outside-band.fits": "mass-range",
    "quantity-outside-age-band.fits": "age-range",
    **dict.fromkeys(("serial", "line"), "name"),
}

#: Fields that hold codes (one, or several after each other), and the words that speak for a code without a name.
_CODED: Final[dict[str, str]] = {
    **{field: field for field in ("act", "other", "test", "tests", "prerequisite", "benefit", "family", "scheme")},
    "expected_acts": "act",
    "condition": "condition",
    **{field: field for field in ("programme", "document", "payer", "facility", "country", "role", "sex", "scope")},
    **{field: field for field in ("claim", "successor", "batch", "by", "flat", "fact", "proof")},
    "proofs": "proof",
    "ours": "answer",
    "theirs": "answer",
    "level": "level",
    "required": "level",
    "band": "fact",
    "field": "fact",
}


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Mapping[str, str]:
    """All messages of a language, key to sentence; a key given twice is a bug and raises ValueError."""
    from babel.messages.pofile import read_po

    messages: dict[str, str] = {}
    for file in sorted(resources.files(__package__).joinpath(language).iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".po"):
            continue
        # Babel keeps the first of two messages with one key and says nothing.
        keys = Counter(_KEY.findall(file.read_text(encoding="utf-8")))
        twice = [key for key, times in keys.items() if times > 1 or key in messages]
        if twice:
            raise ValueError(f"{file.name}: {', '.join(twice)} stands twice")
        with file.open("rb") as stream:
            messages.update((str(each.id), str(each.string)) for each in read_po(stream, locale=language) if each.id)
    return messages


@lru_cache(maxsize=4096)
def fields_of(sentence: str) -> frozenset[str]:
    """The named fields of a sentence.

    >>> sorted(fields_of("{act} : {price} au lieu de {tariff}"))
    ['act', 'price', 'tariff']
    """
    return frozenset(_FIELD.findall(sentence))


@lru_cache(maxsize=64)
def _signs(language: str, currency: str) -> tuple[str, str, str]:
    """What groups thousands, what leads the fraction, and the currency's sign: asked of Babel once, it is slow."""
    from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

    return get_group_symbol(language), get_decimal_symbol(language), get_currency_symbol(currency, locale=language)


class Words:
    """Speaks one language. An unknown key is returned as it is, so that a page never fails for want of a word."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._messages = catalogue(self.language)

    def __call__(self, key: str, /, **fields: object) -> str:
        """The sentence of `key` with its fields filled in; a field that is not given shows as its own name."""

        def shown(field: re.Match[str]) -> str:
            value = fields.get(field[1], field[0])
            return self.day(value) if isinstance(value, date) else str(value)

        sentence = self._messages.get(key, key)
        return _FIELD.sub(shown, sentence) if fields else sentence

    def has(self, key: str) -> bool:
        """Whether the catalogue has this key."""
        return key in self._messages

    def day(self, value: date | None) -> str:
        """A day as people of the language write it, `14/03/2026` in both.

        >>> Words("fr").day(date(2026, 3, 14))
        '14/03/2026'
        """
        return "" if value is None else f"{value.day:02d}/{value.month:02d}/{value.year:04d}"

    def month(self, value: str) -> str:
        """`2026-03` as a month's name and year."""
        from babel.dates import format_date

        return format_date(date.fromisoformat(f"{value}-01"), "LLLL yyyy", locale=self.language)

    def number(self, value: int) -> str:
        """A whole number grouped by thousands, so that the eye can read it; a year is not."""
        from babel.numbers import format_decimal

        return str(value) if -10_000 < value < 10_000 else format_decimal(value, format="#,##0", locale=self.language)

    def amount(self, minor: int, currency: str, *, symbol: bool = True) -> str:
        """An amount grouped by thousands, with the currency's own digits.

        >>> Words("fr").amount(1234567, "XOF").replace("\\u202f", " ").replace("\\xa0", " ")
        '1 234 567 F CFA'
        """
        from facility_agent.vocabulary.money import digits

        group, point, sign = _signs(self.language, currency)
        places = digits(currency)
        whole, rest = divmod(abs(minor), 10**places)
        figures = f"{'-' if minor < 0 else ''}{whole:,}".replace(",", group)
        figures += f"{point}{rest:0{places}d}" if places else ""
        if not symbol or currency == "XTS":
            return figures
        return f"{sign}\N{NO-BREAK SPACE}{figures}" if self.language == "en" else f"{figures}\N{NO-BREAK SPACE}{sign}"

    def state(self, of: str, value: str) -> str:
        """The word for a state: `state("batch", "paid in part")`; `of` is visit, claim, batch or agreement."""
        return self(f"state.{of}.{re.sub('[ _]', '-', value)}")

    def finding(
        self, found: Finding, clinical: bool = False, *, currency: str = "", names: Mapping[str, str] | None = None
    ) -> str:
        """The sentence of a finding: neutral, or where `clinical` and the code touches health, the clinical one.

        Amounts are minor units of `currency` (without one they show plain); `names` gives the names of codes: acts,
        benefits, schemes, levels, parties, claim numbers. What could not be judged says why.

        >>> from facility_agent.vocabulary.findings import refuse
        >>> Words("fr").finding(refuse("late-entry", "", "", day="2026-03-02", entered="2026-03-04"))
        'Soins du 02/03/2026, saisis le 04/03/2026.'
        """
        known = {field: value for field, value in found.evidence.items() if value not in ("", None)}
        keys = [key for key in _sentences(found, clinical) if key in self._messages]
        fitting = (key for key in keys if fields_of(self._messages[key]) <= known.keys())
        key = next(fitting, keys[0] if keys else f"finding.{found.code}")
        names = names or {}
        shown = dict.fromkeys(fields_of(self._messages.get(key, "")), "—")
        about = (found.code, found.evidence.get("fact", ""))
        shown |= {field: self._shown(about, field, value, currency, names) for field, value in known.items()}
        if isinstance(unit := known.get("unit"), str):
            shown |= {field: self.units(known[field], unit) for field in ("quantity", "expected") if field in known}
        sentence = self(key, **shown)
        if found.weight != "unchecked" or not found.cause:
            return sentence
        missing = names.get(found.missing) or self._word(("fact", "document"), found.missing)
        return f"{sentence} {self(f'finding.unchecked.{found.cause}', missing=missing)}"

    def _shown(
        self, about: tuple[object, object], field: str, value: str | int, currency: str, names: Mapping[str, str]
    ) -> str:
        """One field of a finding in the reader's way; `about` is its code and the fact that it speaks of."""
        measures = (_MEASURES.get(key) for key in (f"{about[0]}.{field}", f"{about[1]}.{field}", field))
        measure = next(filter(None, measures), "")
        if isinstance(value, int) or (measure == "money" and value.isdecimal()):
            return self._measured(int(value), measure, currency)
        if measure.endswith("-range") and _RANGE.fullmatch(value):
            return self.range(value, measure.removesuffix("-range"))
        if _ISO_DAY.fullmatch(value):
            return self.day(date.fromisoformat(value))
        if field in _CODED:
            parts = [value] if value in names else value.split(", ")
            value = ", ".join(names.get(part) or self._word((_CODED[field],), part) for part in parts)
        return _DIGEST.sub(r"\1…", value)

    def _measured(self, value: int, measure: str, currency: str) -> str:
        """A number with its unit, in the plural that the language wants."""
        from babel.units import format_unit

        if measure == "name":
            return str(value)
        if measure == "money":
            return self.amount(value, currency or "XTS")
        if measure == "minute" and value >= 60:
            return f"{value // 60}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{value % 60:02d}"
        measure = measure.removesuffix("-range")
        if measure == "mass":
            return f"{self._decimal(value)}\N{NO-BREAK SPACE}kg"
        if measure == "age":
            # Small children are known by their months.
            if value < 60:
                return self._measured(value, "month", "")
            years = self._measured(value // 12, "year", "")
            return f"{years} {self._measured(value % 12, 'month', '')}" if value % 12 else years
        if not measure:
            return self.number(value)
        return format_unit(value, f"duration-{measure}", locale=self.language).replace(" ", "\N{NO-BREAK SPACE}")

    def units(self, number: str | int, unit: str) -> str:
        """So many units of a medicine; of what has no word of its own, the number alone.

        >>> Words("fr").units(24, "tablet"), Words("en").units(1, "act")
        ('24 comprimés', '1')
        """
        key = f"unit.{unit}.{'one' if number == 1 else 'many'}"
        return self(key, number=number) if self.has(key) else str(number)

    def range(self, value: str, measure: str) -> str:
        """A range as `5000-15000` or `35000-` (grams or months), the upper end excluded.

        >>> Words("en").range("35000-", "mass").replace("\\xa0", " ")
        '35 kg and over'
        """
        first, last = (self._measured(int(end), measure, "") if end else "" for end in value.split("-"))
        if not last:
            return self("range.from", first=first)
        return self("range.between", first=first, last=last) if value[0] != "0" else self("range.below", last=last)

    def _decimal(self, grams: int) -> str:
        """Grams as kilograms, without needless figures.

        >>> Words("fr")._decimal(8400), Words("en")._decimal(12000)
        ('8,4', '12')
        """
        from babel.numbers import format_decimal

        return format_decimal(Decimal(grams) / 1000, format="#,##0.###", locale=self.language)

    def _word(self, kinds: Sequence[str], code: str) -> str:
        """The word for a code, such as `fact.weight`, or the code itself."""
        return next((self._messages[key] for kind in kinds if (key := f"{kind}.{code}") in self._messages), code)


def _sentences(found: Finding, clinical: bool) -> Iterator[str]:
    """The keys of the sentences that may speak for a finding, best first.

    A sentence for the weight comes first, then the general one, then a shorter one; the first one counts whose
    fields all have a value, so that no page shows a gap.
    """
    kind = CATALOGUE.get(found.code)
    bases = [f"finding.{found.code}"]
    if clinical and kind is not None and kind.clinical:
        bases.insert(0, f"finding.{found.code}.clinical")
    for base in bases:
        yield from (f"{base}.{found.weight}", base, f"{base}.short")
