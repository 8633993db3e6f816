"""FHIR's JSON, read and written: exact decimals, our elements kept, and a list of what we do not keep."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from facility_agent.exchange.fhir.outward import Bundle, Communication, PaymentReconciliation
from facility_agent.exchange.fhir.parts import Part, Resource
from facility_agent.exchange.fhir.resources import (
    Claim,
    ClaimResponse,
    Coverage,
    CoverageEligibilityRequest,
    CoverageEligibilityResponse,
)
from facility_agent.vocabulary.errors import InputError

#: What may be brought.
Brought = (
    Claim | ClaimResponse | Coverage | CoverageEligibilityRequest | CoverageEligibilityResponse
    | PaymentReconciliation | Communication
)  # fmt: skip
BROUGHT: tuple[type[Resource], ...] = (
    Claim,
    ClaimResponse,
    Coverage,
    CoverageEligibilityRequest,
    CoverageEligibilityResponse,
)
_ENCODER = msgspec.json.Encoder(decimal_format="number", order="deterministic")

R = TypeVar("R", bound=Resource)


def write(resource: Part) -> bytes:
    """A resource as JSON; what is empty is left out, as FHIR wants it."""
    return _ENCODER.encode(_filled(msgspec.to_builtins(resource, builtin_types=(Decimal,))))


def read(data: bytes, kind: type[R]) -> R:
    """A resource of one type; InputError `fhir-unreadable` says where it does not fit."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("fhir-unreadable", kind=kind.__name__, reason=str(error)[:200]) from None


def read_any(data: bytes) -> Brought | Bundle:
    """Whatever of the types that may be brought, alone or in a bundle."""
    try:
        return msgspec.json.decode(data, type=Brought | Bundle)  # type: ignore[arg-type]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("fhir-unreadable", kind="resource", reason=str(error)[:200]) from None


def not_kept(data: bytes, kept: Part) -> tuple[str, ...]:
    """The elements of what was brought that we do not keep, by path, each once.

    >>> from facility_agent.exchange.fhir.parts import Period
    >>> not_kept(b'{"start": "2026-01-01", "extension": [{"url": "x"}]}', Period(start="2026-01-01"))
    ('extension',)
    """
    found: dict[str, None] = {}
    _compare(msgspec.json.decode(data), msgspec.json.decode(write(kept)), "", found)
    return tuple(found)


def _compare(given: Any, kept: Any, path: str, found: dict[str, None]) -> None:
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            here = f"{path}.{key}" if path else key
            if key not in kept:
                found[here] = None
            else:
                _compare(value, kept[key], here, found)
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for one, other in zip(given, kept, strict=True):
            _compare(one, other, path, found)
    elif given != kept:
        found[path] = None


def _filled(value: Any) -> Any:
    """Without what is empty: FHIR knows no empty text, list or object."""
    if isinstance(value, dict):
        return {key: kept for key, each in value.items() if (kept := _filled(each)) not in ("", None, [], {}, ())}
    if isinstance(value, list | tuple):
        return [_filled(each) for each in value]
    return value
