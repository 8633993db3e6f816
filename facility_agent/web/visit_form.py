"""The form of a visit: what was given to whom, when, by whom, at what price.

`read_visit` fills a draft with care. A price left empty is the tariff's; a row left empty is no line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Final

import msgspec

from facility_agent.arrangements.model import Act
from facility_agent.vocabulary.bedside import Rest
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.money import digits
from facility_agent.vocabulary.records import CareLine, Visit
from facility_agent.web import forms
from facility_agent.web.choosing import JOIN, find_act
from facility_agent.web.given import Row, filled, row_of

ROWS: Final = 5
MOST_ROWS: Final = 60
RESULTS: Final = ("negative", "positive")


def rows_of(form: forms.Form) -> int:
    """How many rows the form has."""
    return min(MOST_ROWS, max(ROWS, forms.number(form, "rows") or 0))


def roles_of(acts: Iterable[Act]) -> tuple[str, ...]:
    """The roles that the contract names for any act, in its order."""
    return tuple(dict.fromkeys(role for act in acts for role in act.roles))


def entry_of(act: Act, language: str) -> str:
    """An act as the list of the form offers it."""
    return f"{act.code}{JOIN}{act.name.say(language)}"


def read_visit(
    form: forms.Form,
    draft: Visit,
    acts: Mapping[str, Act],
    prices: Mapping[str, int],
    currency: str,
    today: date,
    by: str,
    clinical: bool = True,
    papers: tuple[str, ...] = (),
    rests: Mapping[str, Rest] | None = None,
    usual: Collection[str] = (),
) -> Visit:
    """The draft with the care that the form says; InputError names the field that cannot be used.

    Without a clinical role the clinical fields are not read, whatever the browser sends.
    """
    lines = tuple(
        line
        for row in range(1, rows_of(form) + 1)
        if (line := _line(form, row, acts, prices, currency, clinical, draft.id, rests or {}, usual)) is not None
    )
    if not lines and not marked_rows(form, acts, usual):
        raise InputError("form-no-lines", field="act-1")
    return msgspec.structs.replace(read_facts(form, draft, currency, today, by, clinical, papers), lines=lines)


def lines_so_far(
    form: forms.Form, acts: Mapping[str, Act], prices: Mapping[str, int], currency: str, clinical: bool
) -> tuple[CareLine, ...]:
    """The lines that can be read already; what is still being typed is left out, and nobody is told off for it."""
    found = []
    for row in range(1, rows_of(form) + 1):
        try:
            line = _line(form, row, acts, {**dict.fromkeys(acts, 0), **prices}, currency, clinical, "", {}, ())
        except InputError:
            continue
        found += [line] if line is not None else []
    return tuple(found)


def read_facts(
    form: forms.Form,
    draft: Visit,
    currency: str,
    today: date,
    by: str,
    clinical: bool = True,
    papers: tuple[str, ...] = (),
) -> Visit:
    """The draft with what the form says of the visit as a whole, its lines left as they are."""
    visit = msgspec.structs.replace(
        draft,
        day=forms.day(form, "day") or draft.day,
        at=forms.hour(form, "at"),
        register_number=forms.text(form, "register_number", 30),
        emergency=forms.flag(form, "emergency"),
        pregnant=forms.yes_no(form, "pregnant"),
        referred_from=forms.text(form, "referred_from", 120),
        referred_to=forms.text(form, "referred_to", 120),
        documents=tuple(paper for paper in papers if forms.flag(form, f"document.{paper}")),
        entered_on=today,
        entered_by=by,
        currency=currency,
    )
    if not clinical:
        return visit
    return msgspec.structs.replace(
        visit,
        condition=forms.text(form, "condition", 40),
        justification=forms.text(form, "justification"),
        condition_text=forms.text(form, "condition_text"),
        gestation_weeks=forms.number(form, "gestation_weeks"),
        weight_grams=forms.kilograms(form, "weight"),
    )


def _line(
    form: forms.Form, row: int, acts: Mapping[str, Act], prices: Mapping[str, int], currency: str, clinical: bool,
    visit: str, rests: Mapping[str, Rest], usual: Collection[str],
) -> CareLine | None:  # fmt: skip
    written = forms.text(form, f"act-{row}")
    price = forms.amount(form, f"price-{row}", currency)
    if not written:
        if price is None and not any(forms.text(form, f"{name}-{row}") for name in ("quantity", "prescribed", "mark")):
            return None
        raise InputError("form-act-missing", field=f"act-{row}")
    act, said = find_act(written, acts, f"act-{row}", usual), row_of(form, row)
    if not said.given:
        return None
    if price is None:
        if act not in prices:
            raise InputError("form-price-missing", field=f"price-{row}", act=act)
        price = prices[act]
    line = CareLine(
        id=str(row),
        act=act,
        quantity=said.given,
        price=price,
        role=forms.text(form, f"role-{row}", 40),
        result=forms.choice(form, f"result-{row}", RESULTS) if clinical else "",
        days=forms.number(form, f"days-{row}", lowest=1) if clinical else None,
        justification=forms.text(form, f"justification-{row}") if clinical else "",
    )
    prescribed, on, prescription = filled(line, said, rests, visit)
    return msgspec.structs.replace(line, prescribed=prescribed, prescribed_on=on, prescription=prescription)


def marked_rows(form: forms.Form, acts: Mapping[str, Act], usual: Collection[str] = ()) -> dict[int, tuple[str, Row]]:
    """The rows that say that something was not given, by number: the act and what the row says."""
    return {
        row: (find_act(written, acts, f"act-{row}", usual), row_of(form, row))
        for row in range(1, rows_of(form) + 1)
        if (written := forms.text(form, f"act-{row}")) and forms.text(form, f"mark-{row}")
    }


def shown_again(
    form: forms.Form, visit: Visit, currency: str, acts: Mapping[str, Act], language: str
) -> dict[str, str]:
    """What was typed, with the names, quantities and prices that the contract filled in."""
    values = forms.typed(form)
    for line in visit.lines:
        values[f"act-{line.id}"] = entry_of(acts[line.act], language)
        values[f"quantity-{line.id}"] = str(line.quantity)
        values[f"price-{line.id}"] = written_amount(line.price, currency)
    return values


def written_amount(minor: int, currency: str) -> str:
    """An amount as one types it.

    >>> written_amount(1500, "XOF"), written_amount(1250, "CDF")
    ('1500', '12,50')
    """
    places = digits(currency)
    whole, rest = divmod(minor, 10**places)
    return f"{whole},{rest:0{places}d}" if places else str(whole)
