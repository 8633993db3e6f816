"""Amounts in words, as they stand above a signature: « cent vingt-trois mille francs CFA ».

The names of the currencies stand here, beside the grammar that joins them to a number: *un million de francs*.
"""

from __future__ import annotations

from facility_agent.vocabulary.money import digits
from facility_agent.vocabulary.records import Record


class _Unit(Record, frozen=True):
    """A currency's name in the singular and plural, and that of its hundredth."""

    one: str
    many: str
    part: str = ""
    parts: str = ""


_UNITS: dict[str, dict[str, _Unit]] = {
    "fr": {
        "XOF": _Unit("franc CFA", "francs CFA"),
        "XAF": _Unit("franc CFA", "francs CFA"),
        "RWF": _Unit("franc rwandais", "francs rwandais"),
        "GNF": _Unit("franc guinéen", "francs guinéens"),
        "BIF": _Unit("franc burundais", "francs burundais"),
        "MGA": _Unit("ariary", "ariary"),
        "CDF": _Unit("franc congolais", "francs congolais", "centime", "centimes"),
        # A khoums is a fifth of an ouguiya; amounts count hundredths.
        "MRU": _Unit("ouguiya", "ouguiyas", "centième", "centièmes"),
        "GHS": _Unit("cedi ghanéen", "cedis ghanéens", "pesewa", "pesewas"),
        "XTS": _Unit("franc d’essai", "francs d’essai"),
    },
    "en": {
        "XOF": _Unit("CFA franc", "CFA francs"),
        "XAF": _Unit("CFA franc", "CFA francs"),
        "RWF": _Unit("Rwandan franc", "Rwandan francs"),
        "GNF": _Unit("Guinean franc", "Guinean francs"),
        "BIF": _Unit("Burundian franc", "Burundian francs"),
        "MGA": _Unit("ariary", "ariary"),
        "CDF": _Unit("Congolese franc", "Congolese francs", "centime", "centimes"),
        "MRU": _Unit("ouguiya", "ouguiyas", "hundredth", "hundredths"),
        "GHS": _Unit("Ghanaian cedi", "Ghanaian cedis", "pesewa", "pesewas"),
        "XTS": _Unit("test franc", "test francs"),
    },
}


def in_words(amount: int, currency: str, language: str = "fr") -> str:
    """An amount of minor units in words, as it stands above a signature; French unless the language is English.

    >>> in_words(123450, "XOF"), in_words(1, "XOF"), in_words(2_000_000, "XOF")
    ('cent vingt-trois mille quatre cent cinquante francs CFA', 'un franc CFA', 'deux millions de francs CFA')
    >>> in_words(1205, "CDF"), in_words(1450, "XOF", "en")
    ('douze francs congolais et cinq centimes', 'one thousand, four hundred and fifty CFA francs')
    """
    language = language if language in _UNITS else "fr"
    unit = _UNITS[language][currency]
    whole, rest = divmod(amount, 10 ** digits(currency))
    if language == "en":
        said = f"{_number(whole, 'en')} {unit.one if whole == 1 else unit.many}"
        return said if not rest else f"{said} and {_number(rest, 'en')} {unit.part if rest == 1 else unit.parts}"
    number = _number(whole, "fr")
    # « un million de francs », « deux milliards d’ouguiyas », but « mille francs ».
    link = " "
    if number.rstrip("s").endswith(("million", "milliard", "billion", "billiard")):
        link = " d’" if unit.many[0] in "aeiou" else " de "
    said = f"{number}{link}{unit.one if whole < 2 else unit.many}"
    return said if not rest else f"{said} et {_number(rest, 'fr')} {unit.part if rest < 2 else unit.parts}"


def currency_name(currency: str, language: str = "fr") -> str:
    """What the currency is called, in the plural.

    >>> currency_name("XOF"), currency_name("RWF", "en")
    ('francs CFA', 'Rwandan francs')
    """
    return _UNITS[language if language in _UNITS else "fr"][currency].many


def _number(value: int, language: str) -> str:
    # Imported late: it loads some fifty languages, and most runs never print an amount in words.
    from num2words import num2words

    return str(num2words(value, lang=language))
