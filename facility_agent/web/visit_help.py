"""Help on the form of a visit: conditions that are found as one types, order sets, sentences while lines are entered.

Every part works without a script: a button asks for the same.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from aiohttp import web

from facility_agent.arrangements.model import Act
from facility_agent.vocabulary.records import Visit
from facility_agent.web import forms
from facility_agent.web.guard import allowed
from facility_agent.web.keys import SITE
from facility_agent.web.speech import words_of
from facility_agent.web.visit_form import MOST_ROWS, entry_of, rows_of
from facility_agent.workflows import care_help
from facility_agent.workflows.care_help import OrderSet
from facility_agent.workflows.coding import Found, is_code
from facility_agent.workflows.site import Site

routes = web.RouteTableDef()
#: What stands in the list of the field before somebody types.
FIRST: Final = 60


class Helped(msgspec.Struct, frozen=True):
    """What the form shows of a condition: others that may be meant, and what its protocols propose."""

    others: tuple[Found, ...] = ()
    order: OrderSet | None = None


@routes.get("/api/conditions")
@allowed("care")
async def conditions(request: web.Request) -> web.Response:
    """Conditions that a text may mean, as JSON: code, code of ICD-10, name."""
    found = (await care_help.coding_of(request.app[SITE])).search(
        forms.text(request.query, "q", 120), words_of(request).language
    )
    return web.json_response([{"code": row.code, "icd10": row.icd10, "name": row.name} for row in found])


async def frequent(site: Site, language: str) -> tuple[str, ...]:
    """The names of the facility's frequent conditions, for the list of the field."""
    own = care_help.own_conditions(site.folder)
    national = site.arrangement(site.today()).conditions
    rows = (*own, *(row for row in national if row.frequent and row.code not in {each.code for each in own}))
    return tuple(row.name.say(language) for row in rows[:FIRST])


async def stated(site: Site, visit: Visit) -> Visit:
    """The visit with the code that its text means, where it means exactly one; what was written stays as it is."""
    if not visit.condition and not visit.condition_text:
        return visit
    if is_code(visit.condition):
        return msgspec.structs.replace(visit, condition=visit.condition.upper())
    found = (await care_help.coding_of(site)).exactly(visit.condition or visit.condition_text)
    if found is None:
        return msgspec.structs.replace(visit, condition=visit.condition.upper())
    return msgspec.structs.replace(visit, condition=care_help.code_for(await care_help.terms_for(site, visit), found))


async def helped(site: Site, visit: Visit, language: str) -> Helped:
    """The order set of the condition, or the conditions that its text may mean."""
    order = await care_help.order_of(site, visit) if visit.condition else None
    if order is not None and order.sheets:
        return Helped(order=order)
    search = await care_help.coding_of(site)
    return Helped(search.search(visit.condition_text or visit.condition, language), order)


def picked(typed: dict[str, str], found: Found | None, code: str) -> dict[str, str]:
    """The form with the condition that was chosen among several; the prescriber's own words stay."""
    text = typed.get("condition_text", "") or (found.name if found else "")
    return {**typed, "condition": code, "condition_text": text}


def taken(form: forms.Form, typed: dict[str, str], acts: dict[str, Act], language: str) -> tuple[dict[str, str], int]:
    """The proposals that were ticked, on the rows that are still empty; and how many rows the form then has."""
    chosen = [name.removeprefix("take.") for name in form if name.startswith("take.") and forms.flag(form, name)]
    rows, filled = rows_of(form), dict(typed)
    for code in (code for code in chosen if code in acts):
        row = next((at for at in range(1, MOST_ROWS + 1) if not filled.get(f"act-{at}", "").strip()), None)
        if row is None:
            break
        rows = max(rows, row)
        filled[f"act-{row}"] = entry_of(acts[code], language)
        quantity = forms.number(form, f"quantity.{code}", lowest=1)
        filled[f"quantity-{row}"] = "" if quantity is None else str(quantity)
    return filled, rows


def advice_by_line(advice: tuple[care_help.Advice, ...]) -> list[tuple[str, list[Any]]]:
    """The findings by their line, in the order of the form; those of the whole visit first."""
    found: dict[str, list[Any]] = {}
    for each in advice:
        found.setdefault(each.line, []).append(each.finding)
    return sorted(found.items(), key=lambda entry: (bool(entry[0]), len(entry[0]), entry[0]))
