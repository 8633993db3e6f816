"""Who was received today: the answers that the desk gave, until their visits are recorded.

One person is received at the desk, and another records the care, often at another screen: the answer has an
address of its own. It is kept in memory only; after a restart the card is scanned again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Visit
from facility_agent.workflows.desk import Answer
from facility_agent.workflows.site import Site

_MOST: Final = 400


class Draft(msgspec.Struct, frozen=True):
    """An answer of the desk and the visit that may follow it, still without care.

    `text` is what the scanner typed, so that the same card can be asked again with a programme or an emergency.
    """

    answer: Answer
    visit: Visit
    by: str
    text: str = ""

    @property
    def person(self) -> str:
        """What tells this person from others."""
        return self.visit.beneficiary.number or self.visit.beneficiary.name


class Drafts:
    """The latest drafts, by the id of their visit."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}

    def keep(self, draft: Draft) -> str:
        """Keep a draft; the oldest one leaves when there are too many."""
        self._drafts[draft.visit.id] = draft
        while len(self._drafts) > _MOST:
            del self._drafts[next(iter(self._drafts))]
        return draft.visit.id

    def get(self, visit: str) -> Draft:
        """The draft of this visit; InputError `desk-answer-gone` after a restart or 400 people."""
        if visit not in self._drafts:
            raise InputError("desk-answer-gone")
        return self._drafts[visit]

    def drop(self, visit: str) -> None:
        """The visit was recorded: its person waits no longer."""
        if visit in self._drafts:
            person = self._drafts[visit].person
            self._drafts = {key: draft for key, draft in self._drafts.items() if draft.person != person}

    def waiting(self) -> tuple[Draft, ...]:
        """The people received whose care is not recorded yet, each once, the latest first."""
        return tuple({draft.person: draft for draft in self._drafts.values()}.values())[::-1]


def draft_of(site: Site, answer: Answer, by: str, text: str = "") -> Draft:
    """The draft that an answer opens: the facts of the desk, no care yet."""
    person = answer.verdict.beneficiary
    if person is None:
        raise InputError("desk-nobody")
    card, asked = answer.card, answer.asked
    identified = answer.how if answer.how != "none" or asked.admission is None else "paper"
    visit = Visit(
        id=site.new_id(),
        facility=site.config.code,
        day=site.today(),
        at=local_hour(site.now(), site.config.zone),
        beneficiary=person,
        lines=(),
        identified=identified,
        card_serial=card.serial if card else None,
        card_expires=card.expires if card else None,
        card_revoked=answer.facts.revoked if card else None,
        card_key=card.key if card else "",
        admissions=answer.admissions,
        emergency=asked.emergency,
        pregnant=asked.pregnant,
    )
    return Draft(answer, visit, by, text)


def local_hour(instant: datetime, zone: str) -> str:
    """An instant as the hour on the facility's wall.

    >>> from datetime import UTC
    >>> local_hour(datetime(2026, 3, 14, 9, 5, tzinfo=UTC), "Africa/Kigali")
    '11:05'
    """
    return instant.astimezone(ZoneInfo(zone)).strftime("%H:%M")
