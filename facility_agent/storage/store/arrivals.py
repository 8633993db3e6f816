"""A register on its way in, part by part: seen by nobody until it is whole, resumed where it stopped.

Each part is written in some short transactions, the last of them with how far the work is, so that the desk goes on
meanwhile and a power cut costs one part. Rows of the new version stand beside those of the old one; a last short
transaction moves the number that says which version is held.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec

from facility_agent.exchange.registers import ROWS, Entry, Rows
from facility_agent.storage.store.forgetting import STANDS
from facility_agent.storage.store.staging import Arriving, Staging, compared
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Coverage

#: Versions of a register that are kept, and days for which a printed list keeps the version that it was made from.
KEPT, LIST_DAYS = 2, 92


class Arrivals(Staging):
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

        InputError `register-of-another` or `register-number-twice`; nothing is written then. What is written twice
        counts once: a part that broke off is written again.
        """
        _check(begun, rows)
        last = rows.coverages[-1].beneficiary.number if rows.coverages else begun.last
        known = await self._held_rows(begun, rows, last)
        # Comparing and hearing names takes longer than writing: others read and write meanwhile.
        step = await asyncio.to_thread(compared, begun, rows, known)
        further = msgspec.structs.replace(
            begun, parts=begun.parts + 1, members=step.members, content=step.content, last=last
        )
        for some in step.portions:
            async with self.transaction():
                await self._write(begun, some)
                if some is step.portions[-1]:
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
        """Take back what was written beside the version held, some hundred rows at a time."""
        for change, of in (
            ("DELETE FROM beneficiary", "said > $2"),
            (f"UPDATE beneficiary SET unsaid = {STANDS}", f"unsaid > $2 AND unsaid < {STANDS}"),
        ):
            chosen = f"SELECT number, payer, scheme, said FROM beneficiary WHERE payer = $1 AND {of}"
            while await self.database.rows(f"{chosen} LIMIT 1", payer, held):
                async with self.transaction():
                    await self.database.rows(
                        f"{change} WHERE (number, payer, scheme, said) IN ({chosen} LIMIT {ROWS})", payer, held
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
