"""What cannot be so of a person, whatever the register or the claim says."""

from __future__ import annotations

from datetime import date
from typing import Final

from facility_agent.vocabulary.findings import Finding, note
from facility_agent.vocabulary.records import Beneficiary

#: The oldest person whose age was ever proved lived 122 years; an older one is a slip of the pen.
OLDEST: Final = 122


def plausible(person: Beneficiary, on: date) -> Finding | None:
    """Nobody is born after the day of care, and nobody is 130 years old; a person looks, nothing is cut."""
    born = person.birth_date
    year = born.year if born else person.birth_year
    if year is None:
        return None
    if (born > on if born else year > on.year) or on.year - year > OLDEST:
        shown = born.isoformat() if born else str(year)
        field = "birth_date" if born else "birth_year"
        return note("person-implausible", "dates", review=True, field=field, register=shown)
    return None
