"""The price that counts: the tariff in force on the day of care, never more than what was billed."""

from __future__ import annotations

from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import FACILITY, Finding, reduce, refuse
from facility_agent.vocabulary.records import CareLine


def admitted(terms: Terms, line: CareLine, schemes: tuple[str, ...]) -> tuple[int, Finding | None]:
    """The unit price admitted under the first scheme that has one, and the finding when it is not the price billed.

    What lies above the tariff is borne by the facility; an act without any tariff can be paid by nobody.
    """
    row = terms.first_tariff(line.act, schemes)
    if row is None:
        return 0, refuse("tariff-missing", "tariff", FACILITY, act=line.act, level=terms.level)
    if row.basis == "actual":
        return line.price, None
    if row.basis == "capitation":
        if not line.price:
            return 0, None
        return 0, reduce("capitation", row.clause or "tariff", FACILITY, line.price * line.quantity, act=line.act)
    price = row.maximum if row.maximum is not None else int(row.price)
    if line.price <= price:
        return line.price, None
    cut = (line.price - price) * line.quantity
    return price, reduce(
        "price-above-tariff",
        row.clause or "tariff",
        FACILITY,
        cut,
        act=line.act,
        price=line.price,
        tariff=price,
        quantity=line.quantity,
    )
