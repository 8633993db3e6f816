"""The form of a visit: what was given to whom, when, by whom, at what price.

`read_visit` fills a draft with care. A price left empty is the tariff's; a row left empty is no line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import msgspec

from facility_agent.arrangements.model import Act
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.money import digits
from facility_agent.vocabulary.records import CareLine, Visit
from facility_agent.web import forms

ROWS: Final = 5
MOST_ROWS: Final = 60
RESULTS: Final = ("negative", "positive")
#: Between code and name in the list of acts, so that a scanner, a code alone or a chosen entry all fit.
JOIN: Final = " · "


def rows_of(form: forms.Form) -> int:
    """How many rows the form has."""
    return min(MOST_ROWS, max(ROWS, forms.number(form, "rows") or 0))


def roles_of(acts: Iterable[Act]) -> tuple[str, ...]:
    """The roles that the contract names for any act, in its order."""
    return tuple(dict.fromkeys(role for act in acts for role in act.roles))


def entry_of(act: Act, language: str) -> str:
    """An act as the list of the form offers it."""
    return f"{act.code}{JOIN}{act.name.say(language)}"


def find_act(text: str, acts: Mapping[str, Act]) -> str | None:
    """The act that a text means: its code, an entry of the list, its name, another of its names or its ATC code.

    Names are not unique: a text that several acts answer to means none, and InputError `form-act-several` names them.
    """
    code = text.split(JOIN.strip())[0].strip()
    if code in acts:
        return code
    wanted = text.casefold()
    found = [
        act.code
        for act in acts.values()
        if wanted in (name.casefold() for name in (act.code, act.name.fr, act.name.en, *act.aliases, act.atc) if name)
    ]
    if len(found) > 1:
        raise InputError("form-act-several", value=text, acts=", ".join(found))
    return found[0] if found else None


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
) -> Visit:
    """The draft with the care that the form says; InputError names the field that cannot be used.

    Without a clinical role the clinical fields are not read, whatever the browser sends.
    """
    lines = tuple(
        line
        for row in range(1, rows_of(form) + 1)
        if (line := _line(form, row, acts, prices, currency, clinical)) is not None
    )
    if not lines:
        raise InputError("form-no-lines", field="act-1")
    return msgspec.structs.replace(read_facts(form, draft, currency, today, by, clinical, papers), lines=lines)


def lines_so_far(
    form: forms.Form, acts: Mapping[str, Act], prices: Mapping[str, int], currency: str, clinical: bool
) -> tuple[CareLine, ...]:
    """The lines that can be read already; what is still being typed is left out, and nobody is told off for it."""
    found = []
    for row in range(1, rows_of(form) + 1):
        try:
            line = _line(form, row, acts, {**dict.fromkeys(acts, 0), **prices}, currency, clinical)
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
    form: forms.Form, row: int, acts: Mapping[str, Act], prices: Mapping[str, int], currency: str, clinical: bool
) -> CareLine | None:
    written = forms.text(form, f"act-{row}")
    price = forms.amount(form, f"price-{row}", currency)
    quantity = forms.number(form, f"quantity-{row}", lowest=1)
    if not written:
        if price is None and quantity is None:
            return None
        raise InputError("form-act-missing", field=f"act-{row}")
    try:
        act = find_act(written, acts)
    except InputError as error:
        raise InputError(error.code, field=f"act-{row}", **error.fields) from None
    if act is None:
        raise InputError("form-act-unknown", field=f"act-{row}", value=written)
    if price is None:
        if act not in prices:
            raise InputError("form-price-missing", field=f"price-{row}", act=act)
        price = prices[act]
    return CareLine(
        id=str(row),
        act=act,
        quantity=quantity or 1,
        price=price,
        role=forms.text(form, f"role-{row}", 40),
        result=forms.choice(form, f"result-{row}", RESULTS) if clinical else "",
        days=forms.number(form, f"days-{row}", lowest=1) if clinical else None,
        justification=forms.text(form, f"justification-{row}") if clinical else "",
    )


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
