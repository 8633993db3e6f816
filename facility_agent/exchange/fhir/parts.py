"""The pieces of FHIR resources that we keep: names, codes, references, amounts, periods.

They are FHIR's own, in FHIR's own words: `rename` writes the fields as FHIR does, and what a piece does not know is
left out when it is read. Amounts are exact decimals of the main unit, as they stand in the JSON.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec


def named(name: str) -> str:
    """The name of a field in FHIR's JSON.

    >>> named("unit_price"), named("class_"), named("product_or_service")
    ('unitPrice', 'class', 'productOrService')
    """
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=named):
    """A piece of a resource."""


class Coding(Part, frozen=True, kw_only=True):
    system: str = ""
    code: str = ""
    display: str = ""


class Concept(Part, frozen=True, kw_only=True):
    """A CodeableConcept."""

    coding: tuple[Coding, ...] = ()
    text: str = ""

    @property
    def code(self) -> str:
        """The first code, or the text where there is no code."""
        return next((each.code for each in self.coding if each.code), self.text)


class Identifier(Part, frozen=True, kw_only=True):
    type: Concept | None = None
    system: str = ""
    value: str = ""


class Reference(Part, frozen=True, kw_only=True):
    reference: str = ""
    type: str = ""
    identifier: Identifier | None = None
    display: str = ""

    @property
    def value(self) -> str:
        """What names the thing: its identifier's value, or the last part of the reference."""
        if self.identifier is not None and self.identifier.value:
            return self.identifier.value
        return self.reference.rsplit("/", 1)[-1]


class Money(Part, frozen=True, kw_only=True):
    value: Decimal | None = None
    currency: str = ""


class Quantity(Part, frozen=True, kw_only=True):
    value: Decimal | None = None
    unit: str = ""
    system: str = ""
    code: str = ""


class Period(Part, frozen=True, kw_only=True):
    start: str = ""
    end: str = ""


class Resource(Part, frozen=True, kw_only=True, tag_field="resourceType", tag=True):
    """A whole resource: its type is the name of its class. What is `contained` in it is kept as it is."""

    id: str = ""
    contained: tuple[dict[str, Any], ...] = ()


def concept(system: str, code: str, text: str = "") -> Concept:
    """A concept of one code."""
    return Concept(coding=(Coding(system=system, code=code),), text=text)


def named_by(type: str, system: str, value: str) -> Reference:
    """A reference by what the world calls the thing: no page of ours need be read to follow it."""
    return Reference(type=type, identifier=Identifier(system=system, value=value))
