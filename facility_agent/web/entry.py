"""Entry under way: what is typed is kept on the server and judged as it stands, and whole lines are put in at once.

Everything works without a script: the buttons send the form. With one, each line shows its shares and what the rules
say of it while the next one is typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from facility_agent.arrangements.model import Act
from facility_agent.storage.store.care import VisitEntry
from facility_agent.vocabulary.bedside import CareNote, Rest
from facility_agent.vocabulary.records import Visit
from facility_agent.web import forms
from facility_agent.web.visit_form import ROWS, entry_of, written_amount
from facility_agent.workflows.site import Site

#: What of a form is kept: its rows and facts, not its token nor which button was pressed.
_NOT_KEPT = ("csrf", "do", "add", "fill", "repeat")


class Kept(NamedTuple):
    """A visit that is kept already, where the form wants what the desk answered."""

    visit: Visit


class Line(NamedTuple):
    """A line that is put into the form at once."""

    act: str
    quantity: int | None = None
    prescribed: int | None = None
    prescription: str = ""


def with_lines(
    typed: Mapping[str, str], lines: Iterable[Line], acts: Mapping[str, Act], language: str
) -> dict[str, str]:
    """What was typed, with lines put into the first rows that are empty."""
    values = dict(typed)
    row = 0
    for line in lines:
        row += 1
        while values.get(f"act-{row}"):
            row += 1
        values[f"act-{row}"] = entry_of(acts[line.act], language) if line.act in acts else line.act
        values[f"quantity-{row}"] = str(line.quantity) if line.quantity else ""
        values[f"prescribed-{row}"] = str(line.prescribed) if line.prescribed else ""
        values[f"rx-{row}"] = line.prescription
    values["rows"] = str(max(int(values.get("rows") or 0), row + 1, ROWS))
    return values


async def lines_wanted(site: Site, form: forms.Form, rests: Mapping[str, Rest]) -> list[Line]:
    """The lines that a button of the form asks for: a usual act, the rest of a prescription, an earlier visit."""
    if act := forms.text(form, "add", 80):
        return [Line(act)]
    if rest := rests.get(forms.text(form, "fill", 90)):
        return [Line(rest.prescription.act, rest.left, None, rest.prescription.id)]
    if earlier := await site.store.visit(forms.text(form, "repeat", 60)):
        return [Line(line.act, line.quantity) for line in earlier.visit.lines]
    return []


def typed_of(
    entry: VisitEntry, rests: Iterable[Rest], notes: Iterable[CareNote], acts: Mapping[str, Act], currency: str,
    language: str,
) -> dict[str, str]:  # fmt: skip
    """A kept visit as its form would have been typed, to be gone on with."""
    visit = entry.visit
    values = {
        "register_number": visit.register_number,
        "day": f"{visit.day:%d/%m/%Y}",
        "at": visit.at,
        "referred_from": visit.referred_from,
        "condition": visit.condition,
        "condition_text": visit.condition_text,
        "gestation_weeks": "" if visit.gestation_weeks is None else str(visit.gestation_weeks),
        "weight": "" if visit.weight_grams is None else f"{visit.weight_grams / 1000:g}".replace(".", ","),
        "pregnant": {True: "yes", False: "no"}.get(visit.pregnant, ""),  # type: ignore[arg-type]
        "emergency": "1" if visit.emergency else "",
        "version": str(entry.version),
        **{f"document.{paper}": "1" for paper in visit.documents},
    }
    for line in visit.lines:
        values |= {
            f"act-{line.id}": entry_of(acts[line.act], language) if line.act in acts else line.act,
            f"quantity-{line.id}": str(line.quantity),
            f"prescribed-{line.id}": "" if line.prescribed is None or line.prescribed_on else str(line.prescribed),
            f"price-{line.id}": written_amount(line.price, currency),
            f"role-{line.id}": line.role,
            f"result-{line.id}": line.result,
            f"rx-{line.id}": line.prescription if line.prescribed_on else "",
        }
    marks: dict[str, tuple[str, str]] = {note.id.rpartition(":")[2]: (note.kind, note.act) for note in notes}
    for rest in rests:
        row = rest.prescription.id.rpartition(":")[2]
        values[f"prescribed-{row}"] = str(rest.prescription.quantity)
        marks[row] = ("elsewhere" if rest.prescription.elsewhere else "out-of-stock", rest.prescription.act)
    given = {line.id for line in visit.lines}
    for row, (mark, act) in marks.items():
        values[f"mark-{row}"] = mark
        if row not in given:
            values[f"act-{row}"] = entry_of(acts[act], language) if act in acts else act
            values[f"quantity-{row}"] = "0"
            values.setdefault(f"prescribed-{row}", str(next(n.quantity for n in notes if n.id.endswith(f":{row}"))))
    last = max((int(name[4:]) for name in values if name.startswith("act-")), default=0)
    values["rows"] = str(max(ROWS, last + 1))
    return {name: value for name, value in values.items() if value}


async def keep_entry(site: Site, visit: str, form: forms.Form, by: str) -> None:
    """Keep what is typed, so that a browser that closes or a server that stops loses nothing."""
    typed = {name: value for name, value in forms.typed(form).items() if name not in _NOT_KEPT and value}
    await site.store.put_entry_draft(visit, msgspec.json.encode(typed), site.now(), by)


async def kept_entry(site: Site, visit: str) -> dict[str, str]:
    """What was typed for a visit and not saved."""
    held = await site.store.entry_draft(visit)
    return msgspec.json.decode(held, type=dict[str, str]) if held else {}
