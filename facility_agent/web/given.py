"""What a row of the visit's form says beside its act: prescribed, given, out of stock, not given, for elsewhere.

`quantity` is what was given. With a mark it is what was given of it all the same; a mark without a prescribed quantity
means that the quantity typed was prescribed and that nothing was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from facility_agent.vocabulary.bedside import CareNote, Prescription, Rest
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import CareLine, Visit
from facility_agent.web import forms

MARKS: Final = ("out-of-stock", "not-given", "elsewhere")


class Row(NamedTuple):
    """What a row says of its act; `prescription` is the earlier one that it fills."""

    given: int
    prescribed: int | None
    mark: str
    prescription: str


def row_of(form: forms.Form, row: int) -> Row:
    """Row `row` of the form; InputError names the field that cannot be used."""
    mark = forms.choice(form, f"mark-{row}", MARKS)
    given = forms.number(form, f"quantity-{row}", lowest=0 if mark else 1)
    prescribed = forms.number(form, f"prescribed-{row}", lowest=1)
    if mark and prescribed is None:
        given, prescribed = 0, given or 1
    if given is None:
        given = 0 if mark else prescribed or 1
    if mark and prescribed is not None and given >= prescribed:
        raise InputError("form-nothing-missing", field=f"mark-{row}", given=given, prescribed=prescribed)
    return Row(given, prescribed, mark, forms.text(form, f"rx-{row}", 90))


def filled(line: CareLine, row: Row, rests: Mapping[str, Rest], visit: str) -> tuple[int | None, date | None, str]:
    """What the line says of its prescription: the quantity that was left, the day it was written, its id."""
    rest = rests.get(row.prescription)
    if rest is not None:
        return rest.left, rest.prescription.written_on, rest.prescription.id
    if row.prescribed is None:
        return None, None, ""
    writes = row.mark in ("out-of-stock", "elsewhere")
    return row.prescribed, None, f"{visit}:{line.id}" if writes else ""


def beside_care(
    rows: Mapping[int, tuple[str, Row]], visit: Visit, until: date | None
) -> tuple[tuple[Prescription, ...], tuple[CareNote, ...]]:
    """The prescriptions that a visit leaves to be filled, and what it could not give; `rows` gives act and row."""
    written, notes = [], []
    for number, (act, row) in rows.items():
        if not row.mark or row.prescribed is None:
            continue
        id, missing = f"{visit.id}:{number}", row.prescribed - row.given
        if row.mark != "not-given" and not row.prescription:
            written.append(
                Prescription(
                    id,
                    visit.facility,
                    visit.id,
                    visit.beneficiary.number,
                    act,
                    row.prescribed,
                    visit.day,
                    until,
                    row.mark == "elsewhere",
                )
            )
        if row.mark != "elsewhere":
            notes.append(
                CareNote(id, row.mark, visit.day, visit.id, act, missing, visit.beneficiary.number)  # type: ignore[arg-type]
            )
    return tuple(written), tuple(notes)
