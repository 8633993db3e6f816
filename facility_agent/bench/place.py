"""A health centre for the benchmark of the desk: a temporary installation with a register, cards, accounts, claims.

Everything is invented and made from a seed. What the mutual would send in sealed files is laid into the store as the
workflows would lay it there; the benchmark is about the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from facility_agent.adjudication import adjudicate
from facility_agent.bench.care import COUNTRY, DAY, FACILITY, MUTUAL, PAID_UNTIL, agreement_under, cases
from facility_agent.config import Config
from facility_agent.eligibility.card import card_text, unsigned_token
from facility_agent.exchange.keys import Cost
from facility_agent.exchange.parties import PublicKey, PublicKeys, issuers
from facility_agent.exchange.randomness import seeded
from facility_agent.exchange.revocations import with_set
from facility_agent.vocabulary.identifiers import digest, key_id, uuid7
from facility_agent.vocabulary.records import Basis, Beneficiary, Card, Claim, Coverage
from facility_agent.workflows.accounts import add_account, sign_in
from facility_agent.workflows.clock import SetClock
from facility_agent.workflows.installing import install
from facility_agent.workflows.site import Site, open_site

NOON = datetime.combine(DAY, time(12), UTC)
LOGIN, PASSWORD = "accueil", "mot de passe inventé"
#: Who has a card in the benchmark, and who has been here before: one person in so many.
WITH_CARD, SEEN_BEFORE = 10, 20
SINCE = date(2024, 6, 1)


class Place(msgspec.Struct, frozen=True):
    """The installation: its folder, what a clerk types or scans there, and the clerk's sign-in."""

    folder: Path
    numbers: tuple[str, ...]
    cards: tuple[str, ...]
    cookie: str
    csrf: str


async def make_place(folder: Path, members: int, database: str = "") -> Place:
    """Make the installation in `folder`, with a register of `members` people, on a file or at the address of an empty
    PostgreSQL database."""
    config = Config(
        role="facility", code=FACILITY, name="Centre de santé (inventé)", country=COUNTRY, zone="UTC", invented=True,
        level="centre", ownership="public", region="North", database=database or "data.sqlite3",
    )  # fmt: skip
    clock, chance = SetClock(NOON), seeded("bench-desk")
    await install(folder, config, chance(16).hex(), clock, chance, Cost(8192, 1, 1))
    key = Ed25519PrivateKey.from_private_bytes(chance(32))
    payer = _payer(key)
    people = [_person(number) for number in range(1, members + 1)]
    async with open_site(folder, clock, chance) as site:
        await site.store.put_public_keys(payer)
        await site.store.put_agreement(agreement_under(site.arrangement(DAY)), NOON, "bench")
        covered = [Coverage(person, MUTUAL, "mutual", SINCE, paid_until=PAID_UNTIL) for person in people]
        await site.store.replace_register(MUTUAL, 1, DAY, digest(folder.name.encode()), covered)
        await site.store.put_revocations(MUTUAL, 1, DAY, with_set(b"", [members + 1]))
        await _lay_claims(site, people[::SEEN_BEFORE])
        await add_account(site, LOGIN, "Accueil (exemple)", PASSWORD, ("reception",))
        signed_in = await sign_in(site, LOGIN, PASSWORD)
    numbers = tuple(person.number for person in people)
    return Place(folder, numbers, tuple(_cards(people[::WITH_CARD], key, payer)), signed_in.token, signed_in.csrf)


def _payer(key: Ed25519PrivateKey) -> PublicKeys:
    public = key.public_key().public_bytes_raw()
    keys = (PublicKey("card", key_id(public).hex(), public.hex(), SINCE),)
    return PublicKeys(MUTUAL, "Mutuelle (inventée)", keys, "BEN-######", "MEN-######")


def _person(number: int) -> Beneficiary:
    return Beneficiary(
        f"BEN-{number:06d}", f"Personne Inventée {number}", "F" if number % 2 else "M",
        date(1950 + number % 60, 1 + number % 12, 1 + number % 28), household=f"MEN-{number // 5:06d}",
        village="Secteur 1",
    )  # fmt: skip


def _cards(people: Iterable[Beneficiary], key: Ed25519PrivateKey, payer: PublicKeys) -> Iterator[str]:
    """The digits of the people's cards."""
    (issuer,) = issuers([payer]).values()
    for serial, person in enumerate(people, 1):
        year = person.birth_date.year if person.birth_date else None
        card = Card(issuer.key, serial, person.number, person.name, year, person.sex, DAY, PAID_UNTIL, person.household)
        to_sign, assemble = unsigned_token(card, issuer)
        yield card_text(assemble(key.sign(to_sign)))


async def _lay_claims(site: Site, people: list[Beneficiary]) -> None:
    """A claim of last month for each of these people."""
    arrangement = site.arrangement(DAY)
    agreement, families = agreement_under(arrangement), {act.code: act.family for act in arrangement.acts}
    earlier = DAY.replace(month=DAY.month - 1)
    async with site.store.transaction():
        made = islice(cases(arrangement, 0, seed=1), len(people))
        for place, (person, case) in enumerate(zip(people, made, strict=True), 1):
            id = uuid7(place, site.randomness(10))
            visit = msgspec.structs.replace(case.visit, id=id, beneficiary=person, day=earlier, entered_on=earlier)
            coverage = (Coverage(person, MUTUAL, "mutual", SINCE, paid_until=PAID_UNTIL),)
            answer = adjudicate(arrangement, agreement, coverage, case.history, visit)
            claim = Claim(id, f"{FACILITY}-{place:06d}", visit, coverage, Basis(answer.rule_set), answer, earlier)
            await site.store.mint(claim, families, NOON, "bench")
