"""A newborn has no number yet: a provisional one stands under the mother's, with a proof and until an age.

The number is made of the mother's number, the day of birth and the rank among twins, so that two facilities give the
same child the same number without asking anybody. The rights are the mother's, for as many days as the clause
`newborn_days` says; which papers prove the birth is said by the arrangement's papers (`identification`) that are
marked for newborns. When the mutual has given a permanent number, the register names the provisional one beside it
(`Beneficiary.formerly`): claims keep the number under which they were made, and a history holds both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import MEMBER, UNKNOWN, Finding, note, refuse, unchecked
from facility_agent.vocabulary.records import Beneficiary, Coverage, PastLine, Record, Visit

#: Under this word a visit keeps the paper that proved the birth (`Visit.admissions`).
NEWBORN: Final = "newborn"
_FORM: Final = re.compile(r"(?P<mother>.+)-N(?P<born>\d{6})-(?P<rank>[1-9])", re.ASCII)
_CLAUSE: Final = "newborn_days"


class Provisional(Record, frozen=True):
    """What a provisional number says: whose child, born when, and which one of twins."""

    mother: str
    born: date
    rank: int


def provisional_number(mother: str, born: date, rank: int = 1) -> str:
    """The number of a newborn until the mutual gives one.

    >>> provisional_number("KDG-000123-02", date(2026, 3, 10))
    'KDG-000123-02-N260310-1'
    """
    if not 1 <= rank <= 9:
        raise ValueError("twins are counted from 1 to 9")
    return f"{mother}-N{born:%y%m%d}-{rank}"


def provisional(number: str) -> Provisional | None:
    """The parts of a provisional number, or None for any other number.

    >>> provisional("KDG-000123-02-N260310-1").born
    datetime.date(2026, 3, 10)
    >>> provisional("KDG-000123-02") is None, provisional("KDG-000123-02-N260230-1") is None
    (True, True)
    """
    found = _FORM.fullmatch(number)
    if found is None:
        return None
    try:
        born = datetime.strptime(found["born"], "%y%m%d").date()
    except ValueError:
        return None
    return Provisional(found["mother"], born, int(found["rank"]))


def newborn_coverage(number: str, of_mother: tuple[Coverage, ...], child: Beneficiary | None = None) -> tuple[
    Coverage, ...
]:  # fmt: skip
    """The mother's entitlements as the child's; `child` is what the desk wrote down, if it is this installation's.

    The same on both sides from the number and the register alone. The mother's death ends nothing for the child.
    """
    said = provisional(number)
    if said is None:
        return ()
    person = child or Beneficiary(number, "")
    given: list[Coverage] = []
    for entry in of_mother:
        if entry.beneficiary.number != said.mother:
            continue
        home = entry.beneficiary
        kept = msgspec.structs.replace(
            person, number=number, birth_date=said.born, birth_year=said.born.year, household=home.household,
            phone=person.phone or home.phone, village=person.village or home.village,
        )  # fmt: skip
        given.append(msgspec.structs.replace(entry, beneficiary=kept))
    return tuple(given)


def of_newborn(terms: Terms, visit: Visit) -> tuple[Finding, ...]:
    """What is asked of a newborn under the mother's rights: its age and its paper; of anybody else nothing."""
    said = provisional(visit.beneficiary.number)
    if said is None:
        return ()
    proof = _proof(terms, visit)
    return (_age(terms, visit, said),) if proof is None else (_age(terms, visit, said), proof)


def _age(terms: Terms, visit: Visit, said: Provisional) -> Finding:
    """The mother's rights hold for a newborn for so many days after the birth."""
    days = terms.clause(_CLAUSE)
    if days == UNKNOWN:
        return unchecked("newborn-under-mother", _CLAUSE, "clause", "days", mother=said.mother, until="")
    until = said.born + timedelta(days=int(days))
    if visit.day < said.born or visit.day > until:
        return refuse("newborn-too-old", _CLAUSE, MEMBER, member=visit.beneficiary.number, until=until.isoformat())
    return note("newborn-under-mother", _CLAUSE, mother=said.mother, until=until.isoformat())


def _proof(terms: Terms, visit: Visit) -> Finding | None:
    """A newborn is received on a paper that the arrangement names."""
    proofs = newborn_proofs(terms)
    if not proofs:
        return unchecked("newborn-proof-missing", "identification", "clause", "proofs", proofs="")
    if any(entry.programme == NEWBORN and entry.proof in proofs for entry in visit.admissions):
        return None
    return unchecked("newborn-proof-missing", "identification", "fact", "proof", review=True, proofs=", ".join(proofs))


def newborn_proofs(terms: Terms) -> tuple[str, ...]:
    """The papers of the arrangement that prove a birth, by code."""
    return tuple(dict.fromkeys(row.code for row in terms.arrangement.duties.identifications if row.newborn))


def under_one_number(lines: tuple[PastLine, ...], number: str, others: frozenset[str]) -> tuple[PastLine, ...]:
    """The history of somebody with several numbers, all of it under the number that is asked; each line once."""
    if not others:
        return lines
    return tuple(
        msgspec.structs.replace(line, member=number) if line.member in others else line for line in dict.fromkeys(lines)
    )


def with_former_numbers(coverages: Iterable[Coverage], former: Mapping[str, str]) -> tuple[Coverage, ...]:
    """The register with the numbers that people had before, which the members' file does not know."""
    if not former:
        return tuple(coverages)
    return tuple(
        msgspec.structs.replace(
            entry,
            beneficiary=msgspec.structs.replace(entry.beneficiary, formerly=former[entry.beneficiary.number]),
        )
        if entry.beneficiary.number in former
        else entry
        for entry in coverages
    )
