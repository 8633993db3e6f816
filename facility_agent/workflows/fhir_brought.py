"""What other systems bring over FHIR beside single claims: bundles of them on both sides, payments at a facility."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from facility_agent.exchange.fhir.amounts import minor
from facility_agent.exchange.fhir.claims import day_of
from facility_agent.exchange.fhir.outward import Bundle, BundleEntry, PaymentReconciliation
from facility_agent.exchange.fhir.resources import Claim as ClaimResource
from facility_agent.exchange.fhir.resources import ClaimResponse
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.payments import Allocation, MoneyIn
from facility_agent.words import Words
from facility_agent.workflows import money_in
from facility_agent.workflows.books import book_of
from facility_agent.workflows.fhir import visit_id
from facility_agent.workflows.site import Site

#: How many claims a bundle may bring; a larger one would keep the desk waiting.
MOST_CLAIMS: Final = 500


async def bring_bundle(
    site: Site, brought: Bundle, words: Words, take: Callable[[ClaimResource], Awaitable[tuple[ClaimResponse, bool]]]
) -> tuple[Bundle, bool]:
    """Every claim of a bundle, all or nothing; the answers in its order, and whether anything was kept.

    InputError `fhir-not-taken` for anything else in it, `fhir-bundle-large`, and `fhir-bundle-entry`, which says of
    which entry what was wrong.
    """
    if len(brought.entry) > MOST_CLAIMS:
        raise InputError("fhir-bundle-large", claims=len(brought.entry), most=MOST_CLAIMS)
    answers, new = [], False
    async with site.store.transaction():
        for place, entry in enumerate(brought.entry, 1):
            if not isinstance(entry.resource, ClaimResource):
                raise InputError("fhir-not-taken", kind=f"Bundle/{type(entry.resource).__name__}")
            try:
                made, kept = await take(entry.resource)
            except InputError as error:
                reason = words(f"error.{error.code}", **error.fields)
                raise InputError("fhir-bundle-entry", entry=place, reason=reason) from None
            answers.append(BundleEntry(resource=made))
            new = new or kept
    return Bundle(type="collection", entry=tuple(answers)), new


async def bring_payment(site: Site, brought: PaymentReconciliation, by: str) -> tuple[PaymentReconciliation, bool]:
    """Enter money that a payer's system says it paid, and put it on the claims that it names; once however often.

    InputError `fhir-payer` for somebody who was never billed, `fhir-payment-differs` when it came with another amount,
    `fhir-not-found` for a claim that the payer was not billed for, and what `money_in` and the ledger refuse.
    """
    payer = brought.payment_issuer.value if brought.payment_issuer else ""
    batches = {entry.batch.id: entry.batch for entry in await site.store.batches() if entry.batch.payer == payer}
    if not batches:
        raise InputError("fhir-payer", payer=payer)
    names = (brought.payment_identifier, *brought.identifier)
    reference = next((each.value for each in names if each is not None and each.value), "")
    day, amount = day_of(brought.payment_date), minor(brought.payment_amount)
    id = visit_id(f"payment:{payer}:{reference}", day)
    held = await site.store.payment("money", id)
    if held is None and brought.payment_amount.currency not in ("", site.arrangement(day).currency):
        raise InputError(
            "fhir-amount", value=str(brought.payment_amount.value), currency=brought.payment_amount.currency
        )
    if isinstance(held, MoneyIn):
        if held.amount != amount:
            raise InputError("fhir-payment-differs", reference=reference, amount=held.amount)
        return brought, False
    of_claim = {name: item for batch in batches.values() for item in batch.items for name in (item.claim, item.number)}
    within = {item.claim: batch.id for batch in batches.values() for item in batch.items}
    async with site.store.transaction():
        await money_in.enter(site, id, "bank", payer, day, amount, reference, by)
        book = await book_of(site)
        if book.money[id].free == amount:
            parts = []
            for place, each in enumerate(brought.detail, 1):
                name = each.request.value if each.request else ""
                if name not in of_claim or each.amount is None:
                    raise InputError("fhir-not-found", kind="Claim", id=name[:64])
                claim = of_claim[name].claim
                parts.append(
                    Allocation(f"{id}-{place}", id, within[claim], claim, minor(each.amount), site.today(), by)
                )
            await money_in.book_parts(site, parts, by, book)
    return brought, True
