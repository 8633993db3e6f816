"""Samples: promise a value before the month is sealed, draw after, look, and say what it shows.

The promise's digest is given to the facility before it seals the month. The seed comes from the sealed batch and the
promised value, so that neither side chose it; everything that is needed to draw again is kept and shown.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec

from facility_agent import __version__
from facility_agent.arrangements.terms import terms
from facility_agent.audit.draw import (
    DRAW_VERSION,
    Draw,
    Item,
    commitment,
    monetary_draw,
    random_draw,
    seed_of,
    stratified_draw,
)
from facility_agent.audit.estimate import SampleFound, shown
from facility_agent.audit.sampling import Use, check_use, uses
from facility_agent.audit.sizes import attribute_size, monetary_size
from facility_agent.storage.store.samples import Promise, Sample, Seen
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, digest
from facility_agent.vocabulary.periods import last_day, month_period
from facility_agent.vocabulary.settlement import Batch
from facility_agent.workflows.site import Site


class Plan(msgspec.Struct, frozen=True):
    """How to draw, and for which use.

    Without a `size` the formulas give it, from rates in per mille: tolerable, expected, risk.
    """

    method: str
    size: int | None = None
    floors: tuple[int, ...] = (0,)
    tolerable: int = 50
    expected: int = 0
    risk: int = 50
    use: Use = "look"


class SampleView(msgspec.Struct, frozen=True):
    """A batch with its promise, its draw, what was seen of it, and what that shows."""

    batch: Batch
    promise: Promise | None
    sample: Sample | None
    seen: dict[str, Seen]
    #: What the contract lets a draw serve.
    uses: tuple[Use, ...]
    found: SampleFound | None


async def promise(site: Site, facility: str, month: str, by: str) -> Promise:
    """Commit to a value for a facility's month, before any of its batches has come."""
    try:
        month_period(month)
    except ValueError:
        raise InputError("month-malformed", month=month) from None
    value = site.randomness(32)
    made = Promise(facility, month, site.today(), commitment(value), value)
    async with site.store.transaction():
        known = await site.store.batches(month)
        if any(row.batch.facility == facility for row in known):
            raise InputError("sample-promise-late", month=month)
        await site.store.put_promise(made, site.now(), by)
    return made


async def view(site: Site, batch_id: str) -> SampleView:
    """Everything about the sample of a batch; InputError `batch-unknown`."""
    batch = await _batch(site, batch_id)
    sample, seen = await site.store.sample(batch_id), await site.store.sample_results(batch_id)
    told = _shown(batch, sample, seen) if sample is not None else None
    promised = await site.store.promise(batch.facility, batch.month)
    return SampleView(batch, promised, sample, seen, await _uses(site, batch), told)


async def found(site: Site, batch: Batch) -> SampleFound | None:
    """What the sample of a batch shows, for its report; None where nothing was drawn."""
    sample = await site.store.sample(batch.id)
    return _shown(batch, sample, await site.store.sample_results(batch.id)) if sample is not None else None


def _shown(batch: Batch, sample: Sample, seen: dict[str, Seen]) -> SampleFound:
    overpaid = {claim: entry.overpaid for claim, entry in seen.items()}
    return shown(sample.draw, len(batch.items), overpaid, sample.use)


async def draw(site: Site, batch_id: str, plan: Plan, by: str) -> Sample:
    """Draw the sample of a batch, once. InputError `sample-promise-none`, `-late`, `sample-second`, `sample-*`.

    What the arrangement does not allow the draw to serve is refused before anything is drawn.
    """
    batch = await _batch(site, batch_id)
    check_use(plan.use, plan.method, await _uses(site, batch))
    known = await site.store.promise(batch.facility, batch.month)
    if known is None:
        raise InputError("sample-promise-none", month=batch.month)
    if known.day > batch.closed_on:
        raise InputError("sample-promise-late", month=batch.month)
    whole = digest(canonical(batch))
    made = drawn(batch, plan, seed_of(whole, known.value, known.committed))
    program = f"facility-agent {__version__}, draw {DRAW_VERSION}"
    sample = Sample(
        batch_id, whole, known.committed, known.day, known.value.hex(), site.today(), program, made,
        plan.use,
    )  # fmt: skip
    await site.store.put_sample(sample, site.now(), by)
    return sample


def drawn(batch: Batch, plan: Plan, seed: str) -> Draw:
    """The draw itself: whoever holds the batch, the plan and the seed draws the same claims."""
    items = [Item(item.claim, item.due) for item in batch.items]
    size = plan.size or size_of(plan)
    if plan.method == "monetary-unit":
        return monetary_draw(items, size, seed)
    if plan.method == "stratified":
        return stratified_draw(items, plan.floors, size, seed)
    return random_draw(items, size, seed)


def size_of(plan: Plan) -> int:
    """How many items the plan needs."""
    risk, tolerable, expected = (Fraction(rate, 1000) for rate in (plan.risk, plan.tolerable, plan.expected))
    if plan.method == "monetary-unit":
        return monetary_size(risk, tolerable, expected / tolerable if tolerable else Fraction(1))
    return attribute_size(risk, tolerable, expected)


async def redraw(site: Site, batch_id: str) -> bool:
    """Whether the kept draw comes out again from the batch and the value that was promised."""
    sample, batch = await site.store.sample(batch_id), await _batch(site, batch_id)
    if sample is None:
        return False
    made = sample.draw
    seed = seed_of(digest(canonical(batch)), bytes.fromhex(sample.value), sample.committed)
    plan = Plan(made.method, made.size, tuple(stratum.floor for stratum in made.strata))
    return seed == made.seed and drawn(batch, plan, seed) == made


async def look(site: Site, batch_id: str, claim: str, overpaid: int, said: str, by: str) -> None:
    """Write down what was found of a drawn claim; 0 for one that is right. InputError `sample-*`."""
    batch, sample = await _batch(site, batch_id), await site.store.sample(batch_id)
    if sample is None or claim not in sample.draw.drawn:
        raise InputError("sample-not-drawn")
    due = next(item.due for item in batch.items if item.claim == claim)
    if not 0 <= overpaid <= due:
        raise InputError("sample-overpaid", amount=overpaid, due=due)
    if overpaid and not said.strip():
        raise InputError("reason-missing")
    await site.store.put_sample_result(batch_id, claim, Seen(overpaid, said.strip(), by), site.now())


async def _batch(site: Site, batch_id: str) -> Batch:
    entry = await site.store.batch(batch_id)
    if entry is None:
        raise InputError("batch-unknown", batch=batch_id)
    return entry.batch


async def _uses(site: Site, batch: Batch) -> tuple[Use, ...]:
    """What the contract in force on the last day of the batch's month lets a draw serve."""
    until = last_day(batch.month)
    agreement = await site.agreement(batch.facility, batch.payer, until)
    known = terms(site.arrangement(until), agreement, batch.facility)
    return uses(known.clause("sampling"), known.clause("extrapolation"))
