"""The form of a draft: its parties row by row, the open clauses with the kind of answer that each takes, its files."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

import msgspec
from aiohttp import web

from facility_agent.arrangements.agreement import Annex, Party
from facility_agent.arrangements.model import MONEY_CLAUSES, Arrangement, Clauses, Scheme
from facility_agent.arrangements.openings import PROVENANCE, for_all_care, is_open
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.web import annex_rows, forms

#: Rows of an empty form; more are added by its button.
ROWS: Final = 4
MOST_ROWS: Final = 500
PARTY: Final = ("code", "name", "role", "type", "level", "ownership", "region", "parent")
_RATE: Final = re.compile(r"(\d{1,3})\s*%?|(\d{1,3})\s*/\s*(\d{1,3})")


class OpenClause(NamedTuple):
    """A clause that the arrangement leaves open: its name, and what may be answered."""

    name: str
    kind: str
    options: tuple[str, ...]
    money: bool


def open_clauses(arrangement: Arrangement) -> tuple[OpenClause, ...]:
    """The single clauses that an annex may close, those of money first."""
    hints = typing.get_type_hints(Clauses)
    found = []
    for name in sorted(Clauses.__struct_fields__, key=lambda name: name not in MONEY_CLAUSES):
        kind, options = _kind(hints[name])
        if kind and getattr(arrangement.clauses, name) in (UNKNOWN, {}):
            found.append(OpenClause(name, kind, options, name in MONEY_CLAUSES))
    return tuple(found)


def open_schemes(arrangement: Arrangement) -> tuple[Scheme, ...]:
    """The schemes of which the arrangement gives no rate."""
    known = {row.scheme for row in arrangement.rates if UNKNOWN not in (row.rate, row.copay)}
    return tuple(scheme for scheme in arrangement.schemes if scheme.code not in known)


def read_rows(form: forms.Form, count: int) -> tuple[Party, ...]:
    """The parties that were written; a row without anything is none."""
    found = []
    for place in range(1, count + 1):
        cells = {key: forms.text(form, f"{key}-{place}") for key in PARTY}
        if not (cells["code"] or cells["name"]):
            continue
        for key in ("code", "name"):
            forms.needed(form, f"{key}-{place}")
        role = forms.choice(form, f"role-{place}", ("facility", "payer"))
        if not role:
            raise InputError("form-missing", field=f"role-{place}")
        days = {"start": forms.day(form, f"since-{place}"), "until": forms.day(form, f"last-{place}")}
        invented = forms.flag(form, "invented")
        found.append(Party(**{**cells, **days, "role": role}, invented=invented))  # type: ignore[arg-type]
    return tuple(found)


def rows_typed(parties: Iterable[Party]) -> dict[str, str]:
    """The rows as if somebody had typed them."""
    typed: dict[str, str] = {}
    for place, party in enumerate(parties, 1):
        typed |= {f"{key}-{place}": getattr(party, key) for key in PARTY}
        for name, day in (("since", party.start), ("last", party.until)):
            typed |= {f"{name}-{place}": day.strftime("%d/%m/%Y")} if day else {}
    return typed


def read_count(form: forms.Form) -> int:
    """How many rows the form has."""
    return min(forms.number(form, "rows") or ROWS, MOST_ROWS)


def read_document(
    form: forms.Form, arrangement: Arrangement, base: Annex | None = None
) -> tuple[dict[str, Any], annex_rows.Places]:
    """What was filled in, as a document of an annex, and where its rows stand on the form.

    Header, clauses, rates for all care, and the rows of each table for which the form has a place.
    """
    clauses = {}
    for clause in open_clauses(arrangement):
        value = _answer(form, clause)
        if value not in (None, ""):
            clauses[clause.name] = {"value": value}
    rows = annex_rows.read(form, arrangement, base)
    places = {(table, at): where for (table, at), where in rows.places.items() if table != "rate"}
    rates: list[dict[str, Any]] = []
    for place, scheme in enumerate(open_schemes(arrangement), 1):
        rate, copay = _rate(form, place), forms.amount(form, f"copay-{place}", arrangement.currency)
        if rate is not None and copay is not None:
            raise InputError("form-rate-or-copay", field=f"rate-{place}")
        whence = _whence(base, scheme.code)
        rates += [{**whence, "scheme": scheme.code, "rate": rate}] if rate is not None else []
        rates += [{**whence, "scheme": scheme.code, "copay": copay}] if copay is not None else []
        places |= {("rate", len(rates)): ("", place)} if rate is not None or copay is not None else {}
    places |= {("rate", len(rates) + at): where for (table, at), where in rows.places.items() if table == "rate"}
    others = rows.tables["rate"] if "rate" in rows.tables else _other_rates(base, {row["scheme"] for row in rates})
    tables = {**rows.tables, "rate": [*rates, *others]}
    header = {"invented": forms.flag(form, "invented"), "note": forms.text(form, "note", 500)}
    return {"annex": header, "clause": clauses, **tables}, places


def _whence(base: Annex | None, scheme: str) -> dict[str, Any]:
    """Where the plain rate of a scheme comes from, as the annex said it."""
    plain = (row for row in base.rates if row.scheme == scheme and for_all_care(row)) if base else ()
    return {key: value for row in plain for key, value in msgspec.to_builtins(row).items() if key in PROVENANCE}


def _other_rates(base: Annex | None, said: Collection[str]) -> list[dict[str, Any]]:
    """The rates of an annex for which the form had no place: all but the plain ones of the schemes that it says."""
    kept = [row for row in base.rates if not for_all_care(row) or row.scheme not in said] if base else []
    return list(msgspec.to_builtins(kept))


def typed_annex(annex: Annex, arrangement: Arrangement) -> dict[str, str]:
    """An annex as if somebody had filled in the form, as far as the form can say it."""
    typed = {"note": annex.note, "invented": "1" if annex.invented else ""}
    for clause in open_clauses(arrangement):
        value = getattr(annex.clauses, clause.name)
        if value in (UNKNOWN, {}):
            continue
        shown = value.get("*", "") if isinstance(value, dict) else value
        typed[f"clause.{clause.name}"] = (
            {True: "yes", False: "no"}.get(shown, str(shown)) if isinstance(shown, bool) else str(shown)
        )
    general = {scheme.code: place for place, scheme in enumerate(open_schemes(arrangement), 1)}
    for row in annex.rates:
        place = general.get(row.scheme, 0) if for_all_care(row) and not is_open(row) else 0
        if place and row.rate is not None:
            typed[f"rate-{place}"] = str(row.rate)
        elif place and isinstance(row.copay, int):
            typed[f"copay-{place}"] = forms.written(row.copay, arrangement.currency)
    return typed | annex_rows.typed_rows(annex, arrangement, tuple(general))


def file_of(form: forms.Form, name: str) -> tuple[str, bytes] | None:
    """The name and bytes of a file that was chosen, or None."""
    field = form.get(name)
    if not isinstance(field, web.FileField) or not field.filename:
        return None
    field.file.seek(0)
    return field.filename[-80:], field.file.read()


def _answer(form: forms.Form, clause: OpenClause) -> Any:
    name = f"clause.{clause.name}"
    if clause.kind == "number":
        return forms.number(form, name)
    if clause.kind == "number-of-any":
        value = forms.number(form, name)
        return None if value is None else {"*": value}
    if clause.kind == "flag":
        return forms.yes_no(form, name)
    if clause.kind == "choice":
        return forms.choice(form, name, clause.options)
    return forms.text(form, name)


def _rate(form: forms.Form, place: int) -> int | str | None:
    """A rate as people write it: 70, 70 %, 2/3."""
    text = forms.text(form, f"rate-{place}")
    if not text:
        return None
    match = _RATE.fullmatch(text)
    if match is None or (match[1] and int(match[1]) > 100) or (match[3] and not 0 < int(match[3]) >= int(match[2])):
        raise InputError("form-rate", field=f"rate-{place}", value=text)
    return int(match[1]) if match[1] else f"{match[2]}/{match[3]}"


def _kind(hint: Any) -> tuple[str, tuple[str, ...]]:
    """How a clause of this type is asked for; nothing for what only a file can say."""
    several = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    words = tuple(value for each in several for value in typing.get_args(each) if isinstance(value, str))
    words = tuple(value for value in words if value != UNKNOWN)
    if bool in several:
        return "flag", ()
    if int in several:
        return "number", ()
    if words:
        return "choice", words
    if any(typing.get_origin(each) is dict for each in several):
        return "number-of-any", ()
    return ("text", ()) if str in several else ("", ())
