"""What is asked of one act here, gathered once from the rows of the arrangement and of the annex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from facility_agent.arrangements.duties import GuaranteeRule
from facility_agent.arrangements.model import Deductible, Limit, RateRow, Requirement, Waiting
from facility_agent.vocabulary.findings import Finding


class UnderScheme(msgspec.Struct, frozen=True):
    """Every row of one scheme that concerns one act here; rows for all schemes stand behind the scheme's own."""

    scheme: str
    waitings: tuple[Waiting, ...]
    counts: tuple[Limit, ...]
    requirements: tuple[Requirement, ...]
    guarantees: tuple[GuaranteeRule, ...]
    deductibles: tuple[Deductible, ...]
    ceilings: tuple[Limit, ...]
    rate: RateRow | None
    #: The row's rate as a ratio, or None for a flat co-payment.
    ratio: tuple[int, int] | None
    #: Whether it asks anything of the care before it pays, besides waiting.
    asks: bool
    #: Whether it pays for this act at all: a scheme may be for some care only.
    covers: bool
    #: The number of the scheme's set of ceilings: acts under the same ones share what is left. None: one is per line.
    shared: int | None


class AskedOf(msgspec.Struct, frozen=True):
    """What is asked of one act here, whoever pays: rules of the package, facts and papers, protocols."""

    rules: tuple[Callable[..., Finding | None], ...]
    requirements: tuple[Requirement, ...]
    guarantees: tuple[GuaranteeRule, ...]
    protocols: tuple[Any, ...]
