"""What a form field must look like: each reader gives a value, or an InputError that names its field.

The sentences name the field by its label (`field.<name>`), and the line where the field stands in a table: the
input `price-3` is the price of line 3.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.money import digits

Form = Mapping[str, Any]

_LONGEST: Final = 200
_LONGEST_PASSWORD: Final = 500
_HOUR: Final = re.compile(r"(\d{1,2})\s*[:hH.]\s*(\d{2})")
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]+")
#: No clinic, no medicine and no month counts further; a longer number is a slip of the finger.
_MOST: Final = 10**12
#: Nobody is older, and no agreement runs longer.
_YEARS: Final = range(1900, 2101)


def text(form: Form, name: str, longest: int = _LONGEST) -> str:
    """A line of text without control signs, at most `longest` signs."""
    value = form.get(name, "")
    if not isinstance(value, str) or not value:
        return ""
    if not (value.isascii() and value.isalnum()):
        kept = (sign for sign in value if sign.isspace() or unicodedata.category(sign) != "Cc")
        value = _SPACES.sub(" ", "".join(kept))
    if len(value) > longest:
        raise InputError("form-too-long", field=name, longest=longest)
    return value.strip()


def needed(form: Form, name: str, longest: int = _LONGEST) -> str:
    """A text that must not be empty."""
    value = text(form, name, longest)
    if not value:
        raise InputError("form-missing", field=name)
    return value


def password(form: Form, name: str = "password") -> str:
    """A password as it was typed, spaces and all."""
    value = form.get(name, "")
    if not isinstance(value, str) or not value:
        raise InputError("form-missing", field=name)
    if len(value) > _LONGEST_PASSWORD:
        raise InputError("form-too-long", field=name, longest=_LONGEST_PASSWORD)
    return value


def number(form: Form, name: str, *, lowest: int = 0) -> int | None:
    """A whole number, or None when nothing was written.

    >>> number({"weight": " 12 500 "}, "weight"), number({}, "weight")
    (12500, None)
    """
    value = _SPACES.sub("", text(form, name))
    if not value:
        return None
    if not re.fullmatch(r"[0-9]+", value) or not lowest <= int(value) < _MOST:
        raise InputError("form-number", field=name, value=value, lowest=lowest)
    return int(value)


def amount(form: Form, name: str, currency: str) -> int | None:
    """An amount of money in minor units, or None when nothing was written.

    >>> amount({"price": "1 500"}, "price", "XOF"), amount({"price": "12,5"}, "price", "CDF")
    (1500, 1250)
    """
    value = _SPACES.sub("", text(form, name)).replace(",", ".")
    if not value:
        return None
    places = digits(currency)
    match = re.fullmatch(rf"([0-9]+)(?:\.([0-9]{{1,{places}}}))?" if places else r"([0-9]+)()", value)
    if match is None or int(match[1]) >= _MOST:
        raise InputError("form-amount", field=name, value=text(form, name))
    return int(match[1]) * 10**places + int((match[2] or "").ljust(places, "0") or 0)


def written(minor: int, currency: str) -> str:
    """An amount in minor units as `amount` reads it.

    >>> written(1500, "XOF"), written(1250, "CDF")
    ('1500', '12.50')
    """
    places = digits(currency)
    return f"{minor // 10**places}.{minor % 10**places:0{places}d}" if places else str(minor)


def kilograms(form: Form, name: str) -> int | None:
    """A weight written in kilograms, in grams.

    >>> kilograms({"weight": "8,4"}, "weight"), kilograms({"weight": "62"}, "weight")
    (8400, 62000)
    """
    value = _SPACES.sub("", text(form, name)).replace(",", ".")
    if not value:
        return None
    match = re.fullmatch(r"([0-9]{1,3})(?:\.([0-9]{1,3}))?", value)
    if match is None:
        raise InputError("form-weight", field=name, value=value)
    return int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0"))


def day(form: Form, name: str) -> date | None:
    """A day, as a browser sends it (2026-03-14) or as people write it (14/03/2026); None when empty.

    >>> day({"day": "14/03/2026"}, "day") == day({"day": "2026-03-14"}, "day")
    True
    """
    value = text(form, name)
    if not value:
        return None
    written = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", value)
    try:
        found = date(int(written[3]), int(written[2]), int(written[1])) if written else date.fromisoformat(value)
    except ValueError:
        raise InputError("form-day", field=name, value=value) from None
    if found.year not in _YEARS:
        raise InputError("form-day", field=name, value=value)
    return found


def hour(form: Form, name: str) -> str:
    """An hour of the day as `HH:MM`, or nothing.

    >>> hour({"at": "8h05"}, "at"), hour({}, "at")
    ('08:05', '')
    """
    value = text(form, name)
    if not value:
        return ""
    match = _HOUR.fullmatch(value)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise InputError("form-hour", field=name, value=value)
    return f"{int(match[1]):02d}:{match[2]}"


def choice(form: Form, name: str, allowed: tuple[str, ...]) -> str:
    """One of the values that the page offered, or nothing."""
    value = text(form, name)
    if value and value not in allowed:
        raise InputError("form-choice", field=name, value=value)
    return value


def chosen(form: Form, name: str, allowed: tuple[str, ...]) -> str:
    """One of the values that the page offered, which must be there."""
    needed(form, name)
    return choice(form, name, allowed)


def identity(form: Form, name: str = "id") -> str:
    """The id that a page made up for a paper that will carry it in a code, so that a form sent twice makes one."""
    value = needed(form, name, 60)
    try:
        return str(UUID(value))
    except ValueError:
        raise InputError("form-choice", field=name, value=value) from None


def flag(form: Form, name: str) -> bool:
    """Whether a box was ticked."""
    return text(form, name) in ("1", "on", "yes", "true")


def yes_no(form: Form, name: str) -> bool | None:
    """Yes, no, or not asked."""
    return {"yes": True, "no": False}.get(choice(form, name, ("yes", "no")))


def uploaded(form: Form, name: str) -> bytes:
    """The bytes of a file that was sent; an empty one is an error."""
    field = form.get(name)
    data = field.file.read() if isinstance(field, web.FileField) else b""
    if not data:
        raise InputError("form-file", field=name)
    return data


def typed(form: Form) -> dict[str, str]:
    """What was typed, to be shown again when something in it is wrong."""
    return {name: value for name, value in form.items() if isinstance(value, str)}
