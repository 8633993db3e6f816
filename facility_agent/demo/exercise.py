"""Make an exercise: a health post and a mutual that are invented, an agreement of both, and ten cases.

The country is the invented one, so that no figure passes for a real one. Everything is counted from the day on which
the exercise is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.arrangements.agreement import Annex, Party
from facility_agent.config import FILE, Config
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.randomness import SYSTEM
from facility_agent.vocabulary.records import Beneficiary, Coverage
from facility_agent.workflows import cards, contracting, exchange, lost_cards, membership
from facility_agent.workflows.accounts import add_account
from facility_agent.workflows.clock import Clock, SetClock, SystemClock
from facility_agent.workflows.exercise import LOGIN, PASSWORD, Case, write_cases
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import Site, open_site

FACILITY: Final = Config(
    role="facility", code="EX-POSTE", name="Exercice — poste de santé inventé", country="XX", zone="UTC",
    invented=True, exercise=True, type="Poste", level="post", ownership="public", region="North", port=8090,
)  # fmt: skip
MUTUAL: Final = Config(
    role="mutual", code="EX-MUT", name="Exercice — mutuelle inventée", country="XX", zone="UTC", invented=True,
    exercise=True, scheme="mutual", member_pattern="EXM-######-##", household_pattern="EXM-######", port=8091,
)  # fmt: skip
#: The keys of an exercise protect nothing: their passphrase is known.
PASSPHRASE: Final = "phrase secrete de l'exercice"
_LONG_AGO: Final = timedelta(days=500)


async def make_exercise(folder: Path, clock: Clock | None = None) -> Path:
    """Make both installations in `folder`, once; returns the folder of the health post, which is then served."""
    post = folder / FACILITY.code
    if (post / FILE).is_file():
        return post
    now = (clock or SystemClock()).now()
    told = SetClock(now - _LONG_AGO)
    for config in (FACILITY, MUTUAL):
        await install(folder / config.code, config, PASSPHRASE, told, SYSTEM, Cost(8192, 1, 1))
    async with open_site(post, told) as facility, open_site(folder / MUTUAL.code, told) as mutual:
        await facility.store.put_public_keys(mutual.own_keys())
        await mutual.store.put_public_keys(facility.own_keys())
        await add_account(facility, LOGIN, "Exercice", PASSWORD, ("reception", "care", "till", "manager"))
        cases = await _cases(mutual, told, now)
        await _agree(facility, mutual, now.date())
        for publish in (membership.publish_register, membership.publish_revocations):
            letter = await publish(mutual, FACILITY.code)
            await exchange.receive(facility, letter.read_bytes(), LOGIN, letter.name)
    write_cases(post, cases)
    return post


async def _agree(facility: Site, mutual: Site, today: date) -> None:
    """Both sign an agreement under the invented arrangement, in force since its first day."""
    start = facility.arrangement(today).start
    parties = (
        Party(code=FACILITY.code, name=FACILITY.name, role="facility", type=FACILITY.type, level=FACILITY.level,
              ownership=FACILITY.ownership, region=FACILITY.region, invented=True),
        Party(code=MUTUAL.code, name=MUTUAL.name, role="payer", invented=True),
    )  # fmt: skip
    drafted = contracting.draft(facility, start, None, parties, Annex(invented=True))
    once = await contracting.sign(facility, drafted, "Exercice", "ICP", PASSPHRASE)
    letter = await contracting.send(facility, once, MUTUAL.code)
    await exchange.receive(mutual, letter.read_bytes(), LOGIN, letter.name)
    twice = await contracting.sign(mutual, once, "Exercice", "président", PASSPHRASE)
    answer = await contracting.send(mutual, twice, FACILITY.code)
    await exchange.receive(facility, answer.read_bytes(), LOGIN, answer.name)


def _people(today: date) -> Iterator[Coverage]:
    """Eight invented people, by the case that they stand for."""
    since, paid = today - timedelta(days=900), today + timedelta(days=200)
    rows = (
        ("OUATTARA Exercice Awa", "F", 1988, since, paid),
        ("DIALLO Exercice Moussa", "M", 1975, since, today - timedelta(days=60)),
        ("N’DIAYE Exercice Fatou", "F", 1992, since, paid),
        ("TRAORE Exercice Salif", "M", 1981, since, paid),
        ("KONE Exercice Aïcha", "F", 1990, since, paid),
        ("SOW Exercice Ibrahima", "M", 1969, since, paid),
        ("BARRY Exercice Mariam", "F", 1996, today - timedelta(days=20), paid),
        ("CAMARA Exercice Élise", "F", 1985, since, paid),
    )
    for place, (name, sex, year, joined, until) in enumerate(rows, 1):
        person = Beneficiary(
            f"EXM-{place:06d}-01", name, sex, date(year, 3, place), household=f"EXM-{place:06d}",  # type: ignore[arg-type]
            policyholder=True, village="Village inventé",
        )  # fmt: skip
        yield Coverage(person, MUTUAL.code, "mutual", joined, paid_until=until)


async def _cases(mutual: Site, clock: SetClock, now: datetime) -> tuple[Case, ...]:
    """Fill the register, issue the cards, each on its day, and say what each case is."""
    today, people = now.date(), tuple(_people(now.date()))
    good, unpaid, lost, late, forgot, other, new, altered = people
    later = today + timedelta(days=365)
    (ended,) = await cards.issue_cards(mutual, [late], today - timedelta(days=30), PASSPHRASE)
    clock.set(now)
    strange = msgspec.structs.replace(other.beneficiary, sex="F", birth_date=date(2001, 1, 1))
    lent = msgspec.structs.replace(other, beneficiary=strange)
    shown = await cards.issue_cards(mutual, [good, unpaid, lost, lent, new, altered], later, PASSPHRASE)
    await lost_cards.revoke(mutual, [shown[2].card.serial])
    await membership.replace_members(mutual, people)
    changed = shown[5].text[:-40] + str((int(shown[5].text[-40]) + 1) % 10) + shown[5].text[-39:]
    scanned = {
        "in-order": ("green", shown[0].text, shown[0].card), "contribution": ("red", shown[1].text, shown[1].card),
        "cancelled": ("red", shown[2].text, shown[2].card), "ended": ("red", ended.text, ended.card),
        "lent": ("amber", shown[3].text, shown[3].card), "new-member": ("red", shown[4].text, shown[4].card),
        "altered": ("red", changed, shown[5].card),
    }  # fmt: skip
    found = [Case(code, "scan", colour, text, card) for code, (colour, text, card) in scanned.items()]  # type: ignore[arg-type]
    found.insert(4, Case("forgotten", "number", "amber", forgot.beneficiary.number))
    return (*found, Case("child", "no-card", "green"), Case("emergency", "emergency", "amber"))
