"""A register on its way in, part by part: seen by nobody until it is whole, resumed where it stopped.

Each part is written in a short transaction of its own, together with how far the work is, so that the desk goes on
meanwhile and a power cut costs one part. Rows of the new version stand beside those of the old one; a last short
transaction moves the number that says which version is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec

from facility_agent.exchange.registers import ROWS, Entry, Gone, Rows, added
from facility_agent.storage.store.base import marks, portions
from facility_agent.storage.store.cards import Cards
from facility_agent.storage.store.forgetting import STANDS, Forgetting
from facility_agent.storage.store.naming import Naming
from facility_agent.storage.store.searching import phone_of
from facility_agent.vocabulary import names
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Coverage

#: Versions of a register that are kept, and days for which a printed list keeps the version that it was made from.
KEPT, LIST_DAYS = 2, 92


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


class Arrivals(Forgetting, Cards):
    """Registers as they come in."""

    async def arriving(self, payer: str) -> Arriving | None:
        """The register of a payer that has arrived in part, or None."""
        row = await self._one("SELECT * FROM register_import WHERE payer = $1", payer)
        return msgspec.convert({**row, "content": int(row["content"], 16)}, Arriving) if row else None

    async def begin_register(self, payer: str, sequence: int, letter: str, base: int | None = None) -> Arriving:
        """Go on with the register of this letter, or begin it and forget another one that was never finished.

        InputError `register-older`, or `register-base` when the register that it changes is not the one held.
        """
        begun = await self.arriving(payer)
        if begun is not None and (begun.sequence, begun.letter, begun.base) == (sequence, letter, base):
            return begun
        held = await self.held_sequence(payer)
        if sequence <= held:
            raise InputError("register-older", payer=payer, sequence=sequence, held=held)
        if base is not None and base != held:
            raise InputError("register-base", payer=payer, base=base, held=held)
        await self._forget_unfinished(payer, held)
        content, members = 0, 0
        if base is not None:
            row = await self._one(
                "SELECT content, members FROM register_snapshot WHERE payer = $1 AND sequence = $2", payer, base
            )
            content, members = (int(row["content"] or "0", 16), int(row["members"])) if row else (0, 0)
        fresh = Arriving(payer, sequence, letter, base, 0, members, content, "")
        async with self.transaction():
            await self._note(fresh)
        return fresh

    async def stage(self, begun: Arriving, rows: Rows) -> Arriving:
        """Write the next part down; rows of a whole register also take the place of those between their numbers.

        InputError `register-of-another` or `register-number-twice`; nothing is written then.
        """
        _check(begun, rows)
        async with self.transaction():
            last = rows.coverages[-1].beneficiary.number if rows.coverages else begun.last
            known = await self._held_rows(begun, rows, last)
            new = {
                (coverage.beneficiary.number, coverage.scheme): (entry, coverage)
                for entry, coverage in zip(rows.entries, rows.coverages, strict=True)
            }
            same = {key for key, (entry, _) in new.items() if key in known and _alike(known[key][0], entry)}
            lost = {key: row for key, row in known.items() if key not in same and (key in new or begun.base is None)}
            lost |= {key: known[key] for key in rows.gone if key in known}
            await self._unsay(begun, lost)
            await self._say(begun, [pair for key, pair in new.items() if key not in same])
            renamed = [
                coverage
                for key, (_, coverage) in new.items()
                if key not in known or known[key][1:] != _naming(coverage)
            ]
            await self.learn_names(begun.payer, [(row.beneficiary.number, *_naming(row)) for row in renamed])
            await self.put_portraits(
                begun.payer,
                [
                    (row.beneficiary.number, entry.photo, entry.picture)
                    for entry, row in zip(rows.entries, rows.coverages, strict=True)
                    if entry.picture
                ],
            )
            if begun.base is None:
                content, members = added(begun.content, rows.entries), begun.members + len(new)
            else:
                taken = [row[0] for row in lost.values()]
                content = added(begun.content, (new[key][0] for key in new if key not in same), taken)
                members = begun.members + len(new) - len(same) - len(taken)
            further = msgspec.structs.replace(begun, parts=begun.parts + 1, members=members, content=content, last=last)
            await self._note(further)
        return further

    async def finish_register(
        self, begun: Arriving, as_of: date, members: int, content: int, batches: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Move to the new version. `batches`: scheme and batch of ours that its counters include.

        InputError `register-inconsistent` when its rows are not those that were announced: drop it then.
        """
        if (begun.members, begun.content) != (members, content):
            raise InputError("register-inconsistent", payer=begun.payer, sequence=begun.sequence)
        async with self.transaction():
            if begun.base is None:
                await self.database.rows(
                    "UPDATE beneficiary SET unsaid = $1 WHERE payer = $2 AND number > $3 AND unsaid > $1 AND said < $1",
                    begun.sequence, begun.payer, begun.last,
                )  # fmt: skip
            await self.database.rows(
                "INSERT INTO register_snapshot (payer, sequence, as_of, digest, members, content) "
                "VALUES ($1, $2, $3, $4, $5, $6)",
                begun.payer, begun.sequence, as_of.isoformat(), begun.letter, members, f"{content:064x}",
            )  # fmt: skip
            await self.database.rows(
                "INSERT INTO register_held (payer, sequence, floor) VALUES ($1, $2, $2) "
                "ON CONFLICT (payer) DO UPDATE SET sequence = excluded.sequence",
                begun.payer, begun.sequence,
            )  # fmt: skip
            await self.database.rows("DELETE FROM counted_batch WHERE payer = $1", begun.payer)
            await self.database.many(
                "INSERT INTO counted_batch (payer, scheme, batch) VALUES ($1, $2, $3)",
                [(begun.payer, scheme, batch) for scheme, batch in batches],
            )
            await self.database.rows("DELETE FROM register_import WHERE payer = $1", begun.payer)

    async def drop_register(self, payer: str) -> None:
        """Forget a register that arrived in part."""
        await self._forget_unfinished(payer, await self.held_sequence(payer))

    async def replace_register(
        self, payer: str, sequence: int, as_of: date, digest: str, coverages: Iterable[Coverage]
    ) -> None:
        """Replace a payer's register whole by what is at hand. The same snapshot twice counts once.

        InputError for an older one, for entitlements of another payer, and for a number that stands twice in a scheme.
        """
        entries = sorted(coverages, key=lambda entry: (entry.beneficiary.number, entry.scheme))
        held = await self._one(
            "SELECT s.digest FROM register_snapshot s JOIN register_held h ON h.payer = s.payer "
            "AND h.sequence = s.sequence WHERE s.payer = $1 AND s.sequence = $2",
            payer,
            sequence,
        )
        if held is not None and held["digest"] == digest:
            return
        begun = await self.begin_register(payer, sequence, digest)
        if begun.parts:
            await self.drop_register(payer)
            begun = await self.begin_register(payer, sequence, digest)
        for some in people(entries):
            rows = Rows(tuple(Entry(canonical(coverage)) for coverage in some), tuple(some))
            begun = await self.stage(begun, rows)
        await self.finish_register(begun, as_of, begun.members, begun.content)
        await self.purge_register(payer, KEPT, as_of - timedelta(days=LIST_DAYS))

    async def held_sequence(self, payer: str) -> int:
        """The sequence of the version held, 0 without one."""
        row = await self._one("SELECT sequence FROM register_held WHERE payer = $1", payer)
        return int(row["sequence"]) if row else 0

    async def _held_rows(self, begun: Arriving, rows: Rows, last: str) -> dict[Gone, tuple[Entry, str, int, str]]:
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

    async def _say(self, begun: Arriving, rows: Iterable[tuple[Entry, Coverage]]) -> None:
        await self.database.many(
            "INSERT INTO beneficiary (payer, scheme, number, household, name, phone, year, village, said, photo, "
            f"counters, document) VALUES ({marks(12)})",
            [
                (
                    begun.payer, row.scheme, row.beneficiary.number, row.beneficiary.household, row.beneficiary.name,
                    phone_of(row.beneficiary.phone), *_naming(row)[1:],
                    begun.sequence, entry.photo, entry.counters, entry.document,
                )
                for entry, row in rows
            ],
        )  # fmt: skip

    async def _unsay(self, begun: Arriving, keys: Iterable[Gone]) -> None:
        await self.database.many(
            "UPDATE beneficiary SET unsaid = $1 WHERE number = $2 AND payer = $3 AND scheme = $4 AND said < $1 "
            "AND unsaid > $1",
            [(begun.sequence, number, begun.payer, scheme) for number, scheme in keys],
        )

    async def _note(self, begun: Arriving) -> None:
        await self.database.rows(
            "INSERT INTO register_import (payer, sequence, letter, base, parts, members, content, last) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (payer) DO UPDATE SET sequence = excluded.sequence, "
            "letter = excluded.letter, base = excluded.base, parts = excluded.parts, members = excluded.members, "
            "content = excluded.content, last = excluded.last",
            begun.payer, begun.sequence, begun.letter, begun.base, begun.parts, begun.members,
            f"{begun.content:064x}", begun.last,
        )  # fmt: skip

    async def _forget_unfinished(self, payer: str, held: int) -> None:
        """Take back what was written beside the version held, some thousand rows at a time."""
        for change, of in (
            ("DELETE FROM beneficiary", "said > $2"),
            (f"UPDATE beneficiary SET unsaid = {STANDS}", f"unsaid > $2 AND unsaid < {STANDS}"),
        ):
            chosen = f"SELECT number, payer, scheme, said FROM beneficiary WHERE payer = $1 AND {of}"
            while await self.database.rows(f"{chosen} LIMIT 1", payer, held):
                async with self.transaction():
                    await self.database.rows(
                        f"{change} WHERE (number, payer, scheme, said) IN ({chosen} LIMIT {10 * ROWS})", payer, held
                    )
        async with self.transaction():
            await self.database.rows("DELETE FROM register_snapshot WHERE payer = $1 AND sequence > $2", payer, held)
            await self.database.rows("DELETE FROM register_import WHERE payer = $1", payer)


def people(entries: Sequence[Coverage]) -> Iterable[list[Coverage]]:
    """Entitlements in order of their numbers in portions that split nobody in two.

    >>> from facility_agent.vocabulary.records import Beneficiary
    >>> awa = [Coverage(Beneficiary("A", ""), "m", scheme, date(2026, 1, 1)) for scheme in "xy"]
    >>> [len(some) for some in people(awa)]
    [2]
    """
    some: list[Coverage] = []
    for entry in entries:
        if len(some) >= ROWS and entry.beneficiary.number != some[-1].beneficiary.number:
            yield some
            some = []
        some.append(entry)
    if some:
        yield some


def _naming(coverage: Coverage) -> Naming:
    """By what a person is looked for: name, year of birth (0 when nobody knows it), village as it sounds."""
    person = coverage.beneficiary
    year = person.birth_date.year if person.birth_date else person.birth_year or 0
    return person.name, year, names.village(person.village)


def _alike(held: Entry, sent: Entry) -> bool:
    return (held.document, held.counters, held.photo) == (sent.document, sent.counters, sent.photo)


def _check(begun: Arriving, rows: Rows) -> None:
    """A register speaks for its own payer, and of each person once under a scheme, in order of the numbers."""
    before = (begun.last, "")
    for place, row in enumerate(rows.coverages):
        if row.payer != begun.payer:
            raise InputError("register-of-another", payer=row.payer, sender=begun.payer)
        key = (row.beneficiary.number, row.scheme)
        if key <= before or (place == 0 and key[0] == begun.last):
            raise InputError("register-number-twice", number=row.beneficiary.number, sender=begun.payer)
        before = key
