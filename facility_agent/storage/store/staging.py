"""What a part of a register changes: compared with the version that is held, and written some rows at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from facility_agent.exchange.registers import Entry, Gone, Rows, added
from facility_agent.storage.store.base import marks, portions
from facility_agent.storage.store.cards import Cards
from facility_agent.storage.store.forgetting import Forgetting
from facility_agent.storage.store.naming import Learnt, Naming, learnt
from facility_agent.storage.store.searching import phone_of
from facility_agent.vocabulary import names
from facility_agent.vocabulary.records import Coverage

#: People written in one transaction: some milliseconds, for which whoever stands at the desk may have to wait.
AT_ONCE: Final = 100
#: A row that is held: as it was sent, and by what the person is looked for.
Held = tuple[Entry, str, int, str]


class Arriving(msgspec.Struct, frozen=True):
    """How far a register is: the letter that announced it, parts kept, rows and content so far, the last number."""

    payer: str
    sequence: int
    letter: str
    base: int | None
    parts: int
    members: int
    content: int
    last: str


class Portion(msgspec.Struct, frozen=True):
    """What one transaction writes: rows that are no longer said, rows that are said, names and pictures."""

    lost: Sequence[Gone]
    said: Sequence[tuple[Entry, Coverage, Naming]]
    names: Learnt
    pictures: Sequence[tuple[str, str, bytes]]


class Step(msgspec.Struct, frozen=True):
    """A part as it is written down, one portion at least, with members and content of the register after it."""

    portions: list[Portion]
    members: int
    content: int


def compared(begun: Arriving, rows: Rows, known: Mapping[Gone, Held]) -> Step:
    """What is to be written for a part, beside the rows that are held."""
    new = {
        (coverage.beneficiary.number, coverage.scheme): (entry, coverage, _naming(coverage))
        for entry, coverage in zip(rows.entries, rows.coverages, strict=True)
    }
    same = {key for key, (entry, _, _) in new.items() if key in known and _alike(known[key][0], entry)}
    lost = {key: row for key, row in known.items() if key not in same and (key in new or begun.base is None)}
    lost |= {key: known[key] for key in rows.gone if key in known}
    gone, said = list(lost), [row for key, row in new.items() if key not in same]
    renamed = [(key[0], *row[2]) for key, row in new.items() if key not in known or known[key][1:] != row[2]]
    pictures = [(key[0], entry.photo, entry.picture) for key, (entry, _, _) in new.items() if entry.picture]
    made = []
    for start in range(0, max(1, len(gone), len(said), len(renamed), len(pictures)), AT_ONCE):
        end = start + AT_ONCE
        named = learnt(begun.payer, renamed[start:end])
        made.append(Portion(gone[start:end], said[start:end], named, pictures[start:end]))
    if begun.base is None:
        return Step(made, begun.members + len(new), added(begun.content, rows.entries))
    taken = [row[0] for row in lost.values()]
    content = added(begun.content, (row[0] for row in said), taken)
    return Step(made, begun.members + len(new) - len(same) - len(taken), content)


class Staging(Forgetting, Cards):
    """Rows of a register on their way in."""

    async def _held_rows(self, begun: Arriving, rows: Rows, last: str) -> dict[Gone, Held]:
        """The rows held now that a part concerns, with name and year, by number and scheme."""
        chosen = (
            "SELECT number, scheme, name, year, village, document, counters, photo FROM beneficiary WHERE payer = $1 "
        )
        chosen += "AND said + 0 < $2 AND unsaid + 0 >= $2 AND "
        if begun.base is None:
            found = await self.database.rows(
                f"{chosen} number > $3 AND number <= $4", begun.payer, begun.sequence, begun.last, last
            )
        else:
            numbers = sorted({row.beneficiary.number for row in rows.coverages} | {number for number, _ in rows.gone})
            found = []
            for some in portions(numbers):
                found += await self.database.rows(
                    f"{chosen} number IN ({marks(len(some), 2)})", begun.payer, begun.sequence, *some
                )
        known = {}
        for row in found:
            entry = Entry(bytes(row["document"]), bytes(row["counters"]), row["photo"])
            known[row["number"], row["scheme"]] = (entry, row["name"], int(row["year"]), row["village"])
        return known

    async def _write(self, begun: Arriving, some: Portion) -> None:
        await self.database.many(
            "UPDATE beneficiary SET unsaid = $1 WHERE number = $2 AND payer = $3 AND scheme = $4 AND said < $1 "
            "AND unsaid > $1",
            [(begun.sequence, number, begun.payer, scheme) for number, scheme in some.lost],
        )
        await self.database.many(
            "INSERT INTO beneficiary (payer, scheme, number, household, name, phone, year, village, said, photo, "
            f"counters, document) VALUES ({marks(12)}) ON CONFLICT (number, payer, scheme, said) DO NOTHING",
            [
                (
                    begun.payer, row.scheme, row.beneficiary.number, row.beneficiary.household, row.beneficiary.name,
                    phone_of(row.beneficiary.phone), year, village, begun.sequence, entry.photo, entry.counters,
                    entry.document,
                )
                for entry, row, (_, year, village) in some.said
            ],
        )  # fmt: skip
        await self.learn_names(some.names)
        await self.put_portraits(begun.payer, some.pictures)


def _naming(coverage: Coverage) -> Naming:
    """By what a person is looked for: name, year of birth (0 when nobody knows it), village as it sounds."""
    person = coverage.beneficiary
    year = person.birth_date.year if person.birth_date else person.birth_year or 0
    return person.name, year, names.village(person.village)


def _alike(held: Entry, sent: Entry) -> bool:
    return (held.document, held.counters, held.photo) == (sent.document, sent.counters, sent.photo)
