"""The records around a batch: what the facility says of a claim before it closes, and what it contests afterwards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from facility_agent.vocabulary.histories import Record

NoteKind = Literal["left-out", "justified"]


#: The steps of a claim that is reviewed before its month may be invoiced, as the RSSB's own system names them.
ReviewStep = Literal["ready-for-review", "pending-adviser", "adviser-reviewed", "further-review", "ready-for-invoice"]


class FirstReview(Record, frozen=True):
    """Where a claim stands in the review before invoicing; `reason` says what is still wanted of it."""

    claim: str
    step: ReviewStep
    reason: str = ""
    who: str = ""
    at: datetime | None = None


class MonthNote(Record, frozen=True):
    """Why a visit stays out of a payer's batch for now, or why its claim is right as it stands.

    A claim has the id of its visit. An empty `payer` means every payer and scheme.
    """

    visit: str
    payer: str
    scheme: str
    kind: NoteKind
    month: str
    reason: str
    who: str = ""
    at: datetime | None = None


class Justified(Record, frozen=True):
    """What the facility says of a claim beside the claim itself; it travels with the batch."""

    claim: str
    reason: str


class ContestedLine(Record, frozen=True):
    """One line of a decision that the facility does not accept, and why."""

    claim: str
    line: str
    reason: str


class Contest(Record, frozen=True):
    """A contestation of some lines of a decision (FHIR Communication). The answer is a further decision."""

    id: str
    batch: str
    decision: str
    made_on: date
    made_by: str
    lines: tuple[ContestedLine, ...]


class Endorsement(Record, frozen=True):
    """What the hand between facility and payer says to the facility: the batch went on, or comes back with a reason."""

    batch: str
    number: str
    word: Literal["endorsed", "returned"]
    reason: str
    made_on: date
    made_by: str
