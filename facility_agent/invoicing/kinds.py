"""Which of a month's claims go into which batch of a payer: the main one, a supplementary one, a regularisation.

A claim goes into the main batch while there is none. What comes later is supplementary; what puts right a claim that
was invoiced already is a regularisation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from facility_agent.invoicing.batch import counting, due_of
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import BatchKind

#: In the order in which they are closed.
KINDS: tuple[BatchKind, ...] = ("main", "supplementary", "regularisation")


def kind_of(claim: Claim, invoiced: Collection[str], main_closed: bool) -> BatchKind:
    """The kind of batch into which a claim goes that is in none yet; `invoiced` are the claims that are in one."""
    if claim.replaces and claim.replaces in invoiced:
        return "regularisation"
    return "supplementary" if main_closed else "main"


def to_invoice(
    claims: Iterable[Claim],
    payer: str,
    scheme: str,
    invoiced: Collection[str],
    left_out: Collection[str],
    main_closed: bool,
) -> dict[BatchKind, tuple[Claim, ...]]:
    """The claims that a payer is still to be billed for, by the batch into which they go; kinds without one are absent.

    Claims of which this payer owes nothing, invoiced ones and those that were left out are not among them.
    """
    found: dict[BatchKind, list[Claim]] = {}
    for claim in counting(claims):
        if claim.id in invoiced or claim.id in left_out or due_of(claim, payer, scheme) <= 0:
            continue
        found.setdefault(kind_of(claim, invoiced, main_closed), []).append(claim)
    return {kind: tuple(found[kind]) for kind in KINDS if kind in found}
