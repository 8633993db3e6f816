"""Counter-verification: members are asked, at home or on the telephone, whether the care took place and what they paid.

Whom to ask is drawn like a sample, or chosen by a person; the list names no condition and no suspicion. An answer that
differs is a reason to look, and changes no amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from facility_agent.audit.draw import Item, random_draw
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.reviews import CounterCheck
from facility_agent.workflows.site import Site

How = Literal["visit", "call"]


class CheckList(msgspec.Struct, frozen=True):
    """Who is still to be asked, with telephone and village, and what was answered."""

    waiting: tuple[tuple[CounterCheck, str, str], ...]
    answered: tuple[CounterCheck, ...]

    @property
    def differing(self) -> int:
        return sum(check.differs for check in self.answered)


async def ask(site: Site, batch_id: str, claims: Sequence[str], how: How, by: str) -> int:
    """Put claims of a batch on the list; a claim stands there once per way of asking. Returns how many are new."""
    entry = await site.store.batch(batch_id)
    if entry is None:
        raise InputError("batch-unknown", batch=batch_id)
    items = {item.claim: item for item in entry.batch.items}
    strange = next((claim for claim in claims if claim not in items), "")
    if strange or not claims:
        raise InputError("counter-none", batch=entry.batch.number)
    today = site.today()
    checks = [
        CounterCheck(
            site.new_id(), claim, items[claim].number, items[claim].member, items[claim].name, entry.batch.facility,
            items[claim].day, how, today, items[claim].member_pays,
        )
        for claim in dict.fromkeys(claims)
    ]  # fmt: skip
    return await site.store.put_counter_checks(checks, site.now(), by)


async def ask_some(site: Site, batch_id: str, size: int, how: How, by: str) -> int:
    """Put claims on the list that chance has chosen."""
    entry = await site.store.batch(batch_id)
    if entry is None:
        raise InputError("batch-unknown", batch=batch_id)
    items = [Item(item.claim, item.due) for item in entry.batch.items]
    chosen = random_draw(items, size, site.randomness(32).hex()).drawn
    return await ask(site, batch_id, chosen, how, by)


async def lists(site: Site) -> CheckList:
    """The list of those who are still to be asked, and the answers."""
    waiting = await site.store.counter_checks("asked")
    found = []
    for check in waiting:
        coverage = await site.store.coverage_of(check.member)
        person = coverage[0].beneficiary if coverage else None
        found.append((check, person.phone if person else "", person.village if person else ""))
    return CheckList(tuple(found), await site.store.counter_checks("answered"))


async def answer(site: Site, id: str, came: bool, paid: int | None, said: str, by: str) -> CounterCheck:
    """Write an answer down, once. InputError `counter-unknown`."""
    check = next((each for each in await site.store.counter_checks("asked") if each.id == id), None)
    if check is None:
        raise InputError("counter-unknown")
    told = msgspec.structs.replace(check, came=came, paid=paid, said=said.strip(), answered_on=site.today())
    await site.store.put_counter_checks([told], site.now(), by)
    return told
