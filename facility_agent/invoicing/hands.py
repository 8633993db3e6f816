"""The hands through which a batch goes before it reaches its payer: the facility's parent, then a named endorser."""

from __future__ import annotations

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import UNKNOWN


def hands(terms: Terms, agreement: Agreement | None, facility: str) -> tuple[str, ...]:
    """Who endorses a batch of this facility, in order, by their codes.

    The parent comes first where the arrangement sends the facility's level through it (`level.through`); it is an empty
    text while the agreement names none. Then comes whoever the clause `validator` names, unless that is open.
    """
    level = next((row for row in terms.arrangement.levels if row.code == terms.level), None)
    party = agreement.party(facility) if agreement is not None else None
    found = []
    if level is not None and level.through == "parent":
        found.append(party.parent if party is not None else "")
    named = terms.clause("validator")
    if named not in ("", UNKNOWN, facility, *found):
        found.append(str(named))
    return tuple(found)
