"""Who was received and waits for care: the answers of the desk, until their visits are recorded.

One person is received at the desk, and another records the care, often at another screen. The latest answers are in
memory; all of them stand with their look-ups until care is recorded, or until the second day after: a restart
forgets nobody, and whoever came and went without care is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import msgspec

from facility_agent.eligibility.verdict import Photo, with_photo
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.desk import Answer
from facility_agent.workflows.site import Site

_MOST: Final = 400
_KEPT: Final = timedelta(days=1)
_answer = msgspec.json.Decoder(Answer)


class Received:
    """The latest answers, by the id of their visit. `sent` holds what each form was answered with."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._sent: dict[str, str] = {}
        self._day: date | None = None

    async def open(self, site: Site) -> None:
        """Read those who waited when the program stopped; forget those of the days before yesterday."""
        today = site.today()
        if self._day == today:
            return
        self._day = today
        await site.store.forget_drafts(today - _KEPT)
        stored = (_answer.decode(draft) for draft in await site.store.drafts(today - _KEPT, _MOST))
        newer = self._answers
        self._answers = {answer.visit.id: answer for answer in stored}
        self._answers |= {id: answer for id, answer in newer.items() if answer.visit.day >= today - _KEPT}

    def keep(self, answer: Answer, form: str = "") -> None:
        """Keep an answer in memory; the oldest one leaves when there are too many, and stays on the disk."""
        self._answers[answer.visit.id] = answer
        _drop_oldest(self._answers)
        if form:
            self._sent[form] = answer.visit.id
            _drop_oldest(self._sent)

    def answered(self, form: str) -> Answer | None:
        """What this form was answered with already: a form that is sent twice asks once."""
        return self._answers.get(self._sent.get(form, ""))

    async def get(self, site: Site, visit: str) -> Answer:
        """The answer of this visit; InputError `desk-answer-gone` when its care is recorded or its day is over."""
        if visit not in self._answers:
            draft = await site.store.draft(visit)
            if draft is None:
                raise InputError("desk-answer-gone")
            self.keep(_answer.decode(draft))
        return self._answers[visit]

    async def change(self, site: Site, answer: Answer) -> None:
        """Keep an answer that waits under its id, with what the clerk added."""
        await site.store.put_draft(answer.visit.id, msgspec.json.encode(answer))
        self.keep(answer)

    async def drop(self, site: Site, visit: str) -> None:
        """The visit was recorded: its person waits no longer."""
        if visit in self._answers:
            person = self._answers[visit].person
            gone = [id for id, answer in self._answers.items() if answer.person == person]
            await site.store.drop_drafts(gone)
            for id in gone:
                del self._answers[id]

    def waiting(self) -> tuple[Answer, ...]:
        """The people received whose care is not recorded yet, each once, the latest first."""
        latest: dict[str, Answer] = {}
        for answer in reversed(self._answers.values()):
            if answer.waits:
                latest.setdefault(answer.person, answer)
        return tuple(latest.values())


async def confirm_photo(site: Site, received: Received, visit: str, photo: Photo, by: str) -> Answer:
    """Write down whether the clerk saw the person of the photo, somebody else, or no photo at all."""
    answer = await received.get(site, visit)
    await site.store.note_seen(visit, "photo", photo, site.now(), by)
    judged = with_photo(answer.verdict, photo)
    changed = msgspec.structs.replace(answer, verdict=judged, photo=photo)
    await received.change(site, changed)
    return changed


async def see_papers(site: Site, received: Received, visit: str, papers: Iterable[str], by: str) -> Answer:
    """Write down which of the papers that the arrangement wants were seen; the visit carries them."""
    answer = await received.get(site, visit)
    seen = tuple(paper.code for paper in answer.verdict.papers if paper.code in set(papers))
    await site.store.note_seen(visit, "papers", " ".join(seen), site.now(), by)
    changed = msgspec.structs.replace(answer, visit=msgspec.structs.replace(answer.visit, documents=seen))
    await received.change(site, changed)
    return changed


def _drop_oldest(kept: dict[str, Answer] | dict[str, str]) -> None:
    while len(kept) > _MOST:
        del kept[next(iter(kept))]  # type: ignore[arg-type]
