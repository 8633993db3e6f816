"""Amounts in words, as accountants write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.invoicing.amounts import currency_name, in_words
from facility_agent.vocabulary.money import MINOR_DIGITS

FRENCH = [
    (0, "zéro franc CFA"),
    (1, "un franc CFA"),
    (2, "deux francs CFA"),
    (16, "seize francs CFA"),
    (21, "vingt et un francs CFA"),
    (70, "soixante-dix francs CFA"),
    (71, "soixante et onze francs CFA"),
    (80, "quatre-vingts francs CFA"),
    (81, "quatre-vingt-un francs CFA"),
    (91, "quatre-vingt-onze francs CFA"),
    (100, "cent francs CFA"),
    (101, "cent un francs CFA"),
    (200, "deux cents francs CFA"),
    (201, "deux cent un francs CFA"),
    (1_000, "mille francs CFA"),
    (1_001, "mille un francs CFA"),
    (2_000, "deux mille francs CFA"),
    (80_000, "quatre-vingt mille francs CFA"),
    (123_450, "cent vingt-trois mille quatre cent cinquante francs CFA"),
    (123_456, "cent vingt-trois mille quatre cent cinquante-six francs CFA"),
    (200_000, "deux cent mille francs CFA"),
    (1_000_000, "un million de francs CFA"),
    (1_000_001, "un million un francs CFA"),
    (1_200_000, "un million deux cent mille francs CFA"),
    (200_000_000, "deux cents millions de francs CFA"),
    (3_000_000_000, "trois milliards de francs CFA"),
]


@pytest.mark.parametrize(("amount", "said"), FRENCH)
def test_francs_in_french_words(amount: int, said: str) -> None:
    assert in_words(amount, "XOF") == said


OTHERS = [
    (0, "XOF", "en", "zero CFA francs"),
    (1, "XOF", "en", "one CFA franc"),
    (71, "XOF", "en", "seventy-one CFA francs"),
    (123_456, "XOF", "en", "one hundred and twenty-three thousand, four hundred and fifty-six CFA francs"),
    (1_000_000, "RWF", "en", "one million Rwandan francs"),
    (100, "CDF", "fr", "un franc congolais"),
    (101, "CDF", "fr", "un franc congolais et un centime"),
    (1_250, "CDF", "fr", "douze francs congolais et cinquante centimes"),
    (5, "CDF", "fr", "zéro franc congolais et cinq centimes"),
    (20_000_000_000, "MRU", "fr", "deux cents millions d’ouguiyas"),
    (240, "MRU", "fr", "deux ouguiyas et quarante centièmes"),
    (101, "GHS", "en", "one Ghanaian cedi and one pesewa"),
    (5_000_000, "MGA", "fr", "cinq millions d’ariary"),
    (7, "RWF", "rw", "sept francs rwandais"),
]


@pytest.mark.parametrize(("amount", "currency", "language", "said"), OTHERS)
def test_other_currencies_and_english(amount: int, currency: str, language: str, said: str) -> None:
    assert in_words(amount, currency, language) == said


@pytest.mark.parametrize("currency", sorted(MINOR_DIGITS))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_currency_of_the_arrangements_has_words(currency: str, language: str) -> None:
    assert currency_name(currency, language)
    assert in_words(12_345, currency, language)
    # Two currencies may share a name only where people do: both CFA francs.
    same = {name for name in MINOR_DIGITS if currency_name(name, language) == currency_name(currency, language)}
    assert same == ({"XOF", "XAF"} if currency in ("XOF", "XAF") else {currency})


@given(st.integers(0, 10**12), st.integers(0, 10**12))
@settings(deadline=None, max_examples=100)
def test_two_sums_never_read_the_same(one: int, other: int) -> None:
    assert (in_words(one, "XOF") == in_words(other, "XOF")) == (one == other)
