"""The path of care beside its first rule: who may come directly, and whose referral counts at a level."""

from __future__ import annotations

from typing import Literal

from facility_agent.arrangements.row import Row
from facility_agent.vocabulary.findings import Bearer


class ReferralRule(Row, frozen=True, kw_only=True):
    """An exception to the path of care, or a step of it; `levels` empty means every level that asks for a referral.

    `direct`: care of these families and acts, or for people below an age, needs no referral. `path`: at these levels
    only a referral from a facility at one of the levels `sent_from` counts, with the paper `document` where the row
    names one (that the town has no facility in between). Without them it `refuses`, or calls a person.
    """

    code: str
    kind: Literal["direct", "path"]
    levels: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    under_months: int | None = None
    sent_from: tuple[str, ...] = ()
    document: str = ""
    refuses: bool = False
    borne_by: Bearer = "member"
