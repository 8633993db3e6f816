"""Whether two registers know one person: asked of a digest, so that neither shows the other a name."""

from __future__ import annotations

from facility_agent.vocabulary.identifiers import digest
from facility_agent.vocabulary.names import sound, words
from facility_agent.vocabulary.records import Beneficiary, Claim


def person(who: Beneficiary) -> str:
    """A digest over the name as it sounds, the sex and the day of birth; nothing where one of them is not known.

    Whoever has the digest and guesses all three can check the guess: it is shown to those who agreed to share, and to
    nobody else.

    >>> from datetime import date
    >>> one = Beneficiary("A-1", "OUEDRAOGO Awa", "F", date(1988, 5, 12))
    >>> person(one) == person(Beneficiary("B-9", "Awa Wedraogo", "F", date(1988, 5, 12)))
    True
    >>> person(Beneficiary("B-9", "Awa Wedraogo", "F", birth_year=1988))
    ''
    """
    names = sorted(sound(word) for word in words(who.name))
    if not names or not who.sex or who.birth_date is None:
        return ""
    return digest("|".join((*names, who.sex, who.birth_date.isoformat())).encode())


def person_of(claim: Claim) -> str:
    """The digest of whom a claim is about: as the visit names them, else as the register does, which may know the whole
    day of birth where a card says the year alone."""
    who = claim.visit.beneficiary
    known = (row.beneficiary for row in claim.coverage if row.beneficiary.number == who.number)
    return next((found for found in map(person, (who, *known)) if found), "")
