"""Newborns: received under the mother's number until the mutual gives one, and one history whatever the number.

Claims are never rewritten. The register names a person's former number, and whoever asks for a history asks for both.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from facility_agent.arrangements.terms import Terms, terms
from facility_agent.eligibility.newborn import (
    NEWBORN,
    newborn_coverage,
    newborn_proofs,
    provisional,
    provisional_number,
    under_one_number,
)
from facility_agent.storage.store.newborns import KeptNewborn
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Admission, Beneficiary, Coverage, History, Sex
from facility_agent.workflows import membership
from facility_agent.workflows.site import Site


class Birth(msgspec.Struct, frozen=True):
    """What the desk is told of a birth: whose child, when, which of twins, and the paper that was shown."""

    mother: str
    born: date
    proof: str
    proof_number: str = ""
    rank: int = 1
    name: str = ""
    sex: Sex = ""


async def admit(site: Site, birth: Birth, by: str) -> str:
    """Write a newborn down under a provisional number, which is given back; the same child again is the same number.

    InputError `member-unknown`, `newborn-mother`, `newborn-day`, `newborn-proof`.
    """
    of_mother = await site.store.coverage_of(birth.mother)
    if not of_mother:
        raise InputError("member-unknown", member=birth.mother)
    mother = of_mother[0].beneficiary
    if mother.sex == "M":
        raise InputError("newborn-mother", member=birth.mother)
    if birth.born > site.today():
        raise InputError("newborn-day", day=birth.born.isoformat(), today=site.today().isoformat())
    proofs = newborn_proofs(await _terms(site, of_mother))
    if proofs and birth.proof not in proofs:
        raise InputError("newborn-proof", proofs=", ".join(proofs))
    number = provisional_number(birth.mother, birth.born, birth.rank)
    child = Beneficiary(
        number, birth.name.strip() or f"NN {mother.name}", birth.sex, birth.born, birth.born.year, mother.household
    )
    kept = KeptNewborn(child, Admission(NEWBORN, birth.proof, birth.proof_number))
    async with site.store.transaction():
        await site.store.put_newborn(kept, birth.mother, site.now(), by)
    return number


async def proof_of(site: Site, number: str) -> tuple[Admission, ...]:
    """The proof of birth that was shown for a provisional number, as a visit carries it."""
    kept = await site.store.newborn(number) if provisional(number) else None
    return (kept.proof,) if kept and kept.proof.proof else ()


async def proofs(site: Site) -> tuple[str, ...]:
    """The papers that prove a birth here, by code."""
    return newborn_proofs(await _terms(site, ()))


async def merge(site: Site, pairs: Iterable[tuple[str, str]], by: str) -> int:
    """Permanent numbers in place of provisional ones, (provisional, permanent); returns how many were new.

    The register goes to its next sequence and names both. InputError `newborn-number`, `member-unknown`,
    `newborn-differs`, `number-taken-over`: nothing is changed then.
    """
    new = 0
    async with site.store.transaction():
        for former, number in pairs:
            said = provisional(former)
            if said is None:
                raise InputError("newborn-number", number=former)
            held = await site.store.coverage_of(number)
            if not held:
                raise InputError("member-unknown", member=number)
            person = held[0].beneficiary
            if person.birth_date is not None and person.birth_date != said.born:
                raise InputError("newborn-differs", former=former, number=number, born=person.birth_date.isoformat())
            new += await site.store.renumber(former, number, site.now(), by)
        if new:
            await membership.replace_members(site, await site.store.all_coverages(site.config.code))
    return new


async def coverage_of(site: Site, number: str) -> tuple[Coverage, ...]:
    """The entitlements under a number; under a newborn's provisional number the mother's, whatever came later."""
    found = await site.store.coverage_of(number)
    said = None if found else provisional(number)
    if said is None:
        return found
    kept = await site.store.newborn(number)
    return newborn_coverage(number, await site.store.coverage_of(said.mother), kept.child if kept else None)


async def current(site: Site, number: str) -> str:
    """The number of today: the permanent one once the register names it beside the provisional one."""
    said = provisional(number)
    of_mother = await site.store.coverage_of(said.mother) if said else ()
    for home in {entry.beneficiary.household for entry in of_mother} - {""}:
        for entry in await site.store.household(home):
            if entry.beneficiary.formerly == number:
                return entry.beneficiary.number
    return number


async def other_numbers(site: Site, person: Beneficiary, coverage: Iterable[Coverage]) -> frozenset[str]:
    """The other numbers under which claims of the same person may stand."""
    former = {entry.beneficiary.formerly for entry in coverage if entry.beneficiary.number == person.number}
    return frozenset({person.formerly, *former, await current(site, person.number)} - {"", person.number})


async def history_of(site: Site, person: Beneficiary, coverage: Iterable[Coverage] = ()) -> History:
    """The earlier lines of a person, under every number, and of the household, as this installation knows them."""
    if not person.number:
        return History()
    others = await other_numbers(site, person, coverage)
    homes = (person.household,) if person.household else ()
    lines = await site.store.history((person.number, *sorted(others)), homes)
    return History(
        under_one_number(lines, person.number, others),
        counted=await site.store.counted(person.number, person.household),
    )


async def _terms(site: Site, coverage: tuple[Coverage, ...]) -> Terms:
    today = site.today()
    agreement = await site.agreement(site.config.code, coverage[0].payer if coverage else None, today)
    return terms(site.arrangement(today), agreement, site.config.code)
