"""Amounts between minor units and FHIR's decimals: exact both ways, and never rounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from facility_agent.exchange.fhir.parts import Money
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.money import MINOR_DIGITS

#: Currencies that are met in other people's claims and in no arrangement (ISO 4217).
_OTHERS: Final = {"USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "CAD": 2, "AUD": 2, "KES": 2, "NPR": 2, "TZS": 2, "GMD": 2,
                  "NGN": 2, "SLE": 2, "CVE": 2, "LRD": 2, "UGX": 0}  # fmt: skip


def money(amount: int, currency: str) -> Money:
    """Minor units as FHIR writes them.

    >>> money(1205, "CDF").value, money(900, "XOF").value
    (Decimal('12.05'), Decimal('900'))
    """
    return Money(value=Decimal(amount).scaleb(-_places(currency)), currency=currency)


def minor(amount: Money) -> int:
    """Minor units of an amount; InputError `fhir-amount` when the currency is unknown or has no such part."""
    value = (amount.value or Decimal(0)).scaleb(_places(amount.currency))
    if value != value.to_integral_value():
        raise InputError("fhir-amount", value=str(amount.value), currency=amount.currency)
    return int(value)


def _places(currency: str) -> int:
    places = MINOR_DIGITS.get(currency, _OTHERS.get(currency))
    if places is None:
        raise InputError("fhir-amount", value="", currency=currency)
    return places
