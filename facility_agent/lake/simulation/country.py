"""The invented country of the simulation: its rules, its facilities by level, and the people around each facility.

A facility and its nearest hospital make a *catchment*: everything that its people receive is made there, so that a
catchment is made alone, in any order and on any core, and holds the whole history of its people.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from random import Random

import msgspec

from facility_agent.arrangements.agreement import Agreement, Party, Signature, with_digest
from facility_agent.arrangements.library import load
from facility_agent.arrangements.model import Arrangement
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.records import Beneficiary, Coverage, Record

MUTUAL, SCHEME = "M-1", "mutual"
#: The one whose claims the centre lays beside ours.
OTHER_MUTUAL = "M-2"
START = date(2026, 1, 1)
#: 20 million claims a year in 1,800 facilities.
CLAIMS_A_YEAR, FACILITIES = 20_000_000, 1_800
#: Of a hundred facilities so many of each level, and claims a month of one, before they are scaled.
LEVELS = (("post", "Poste", 70, 500), ("centre", "Centre", 24, 1_400), ("hospital", "Hôpital", 6, 4_600))
#: People of a facility by its claims of a month.
PEOPLE_PER_CLAIM = 8
HOUSEHOLD = 6


class Place(Record, frozen=True):
    """A facility: its number, level, its claims of a month at full size, and the hospital that it sends people to."""

    number: int
    code: str
    level: str
    kind: str
    monthly: float
    hospital: str


@lru_cache(maxsize=1)
def rules() -> Arrangement:
    """The complete invented arrangement, with referral asked above hospitals and ceilings that a year of care meets.

    Its own ceilings are set for examples of one visit, and would cut most of a year's care.
    """
    shipped = load().versions("XX")[-1]
    limits = tuple(
        msgspec.structs.replace(limit, amount=limit.amount * 20) if isinstance(limit.amount, int) else limit
        for limit in shipped.limits
    )
    clauses = msgspec.structs.replace(shipped.clauses, referral_from_rank=4)
    bare = msgspec.structs.replace(shipped, limits=limits, clauses=clauses, digest="")
    return msgspec.structs.replace(bare, digest=digest(canonical(bare)))


def place(number: int) -> Place:
    """The facility of a number, from 0; levels follow each other in the proportions of the country.

    >>> [place(number).level for number in (0, 69, 70, 93, 94, 99, 100)]
    ['post', 'post', 'centre', 'centre', 'hospital', 'hospital', 'post']
    """
    left, mean = number % 100, sum(share * claims for _, _, share, claims in LEVELS) / 100
    for level, kind, share, claims in LEVELS:
        if left < share:
            monthly = claims * CLAIMS_A_YEAR / 12 / FACILITIES / mean
            return Place(number, f"F-{number:04d}", level, kind, monthly, f"R-{number // 100:02d}")
        left -= share
    raise AssertionError(number)


@lru_cache(maxsize=8)
def agreement(here: Place) -> Agreement:
    """Between the mutual, a facility and the hospital that it sends people to; all confessional, in the South."""
    parties = (
        _party(here.code, here.level, here.kind),
        _party(here.hospital, "hospital", "Hôpital"),
        Party(code=MUTUAL, name=MUTUAL, role="payer", invented=True),
    )
    signed = tuple(Signature(party=party.code, by="—", capacity="—", on=date(2024, 1, 1)) for party in parties)
    rule = rules()
    return with_digest(
        Agreement(
            id=f"S-{here.number:04d}",
            country=rule.country,
            arrangement=rule.start,
            start=rule.start,
            parties=parties,
            signatures=signed,
        )
    )


def _party(code: str, level: str, kind: str) -> Party:
    return Party(
        code=code, name=code, role="facility", type=kind, level=level, ownership="confessional", region="South",
        invented=True,
    )  # fmt: skip


def people(here: Place, claims_a_month: float, chance: Random) -> list[Beneficiary]:
    """The people of a facility, by households; a phone serves a household, and one in thirty a whole compound."""
    count = max(60, round(claims_a_month * PEOPLE_PER_CLAIM))
    made = []
    for number in range(count):
        home, rank = divmod(number, HOUSEHOLD)
        years = chance.randrange(20, 60) if rank < 2 else chance.randrange(6, 45)
        phone = home - home % 8 if home % 30 < 8 else home
        made.append(
            Beneficiary(
                f"{here.number:04d}-{number:06d}",
                f"Personne inventée {here.number} {number}",
                "F" if rank % 2 else "M",
                date(START.year - years, chance.randrange(1, 13), chance.randrange(1, 28)),
                household=f"{here.number:04d}-{home:06d}",
                phone=f"7{here.number:04d}{phone:05d}",
                policyholder=rank == 0,
            )
        )
    return made


def coverage(person: Beneficiary) -> Coverage:
    """Two years a member, paid for the time of the simulation."""
    return Coverage(person, MUTUAL, SCHEME, date(2024, 1, 1), paid_until=date(2027, 12, 31))
