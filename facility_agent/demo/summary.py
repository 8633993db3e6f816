"""What the demonstration has to say at the end."""

from __future__ import annotations

import msgspec


class Summary(msgspec.Struct, frozen=True):
    """One screen: amounts in minor units; `faults` empty when everything planted was found and nothing else."""

    folder: str
    seed: int
    month: str
    currency: str
    visits: int
    verdicts: dict[str, int]
    submitted: int
    payers: dict[str, int]
    member_pays: int
    facility_bears: int
    findings: dict[str, int]
    audit_findings: dict[str, int]
    paid: int
    refused: int
    open: int
    faults: tuple[str, ...]
