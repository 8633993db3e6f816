"""Systems of facilities that may ask us: what they show, as a digest, and until when it counts."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from facility_agent.storage.store.base import Shelf, instant


class Machine(msgspec.Struct, frozen=True):
    """A system of a facility: its name here, for whom it speaks, and the last day on which it is let in."""

    name: str
    facility: str
    until: date


class Machines(Shelf):
    """The shelf of systems."""

    async def put_machine(self, machine: Machine, digest: str, at: datetime, who: str) -> None:
        """Let a system in; one of the same name is shut out from then on."""
        async with self.transaction():
            await self.drop_machine(machine.name)
            await self.database.rows(
                "INSERT INTO machine (name, facility, digest, until, at, who) VALUES ($1, $2, $3, $4, $5, $6)",
                machine.name, machine.facility, digest, machine.until.isoformat(), instant(at), who,
            )  # fmt: skip

    async def drop_machine(self, name: str) -> bool:
        """Shut a system out; False when there is none of this name."""
        async with self.transaction():
            held = await self._one("SELECT name FROM machine WHERE name = $1", name)
            await self.database.rows("DELETE FROM machine WHERE name = $1", name)
        return held is not None

    async def machine(self, digest: str, on: date) -> Machine | None:
        """The system that shows this, on a day on which it is let in."""
        row = await self._one(
            "SELECT name, facility, until FROM machine WHERE digest = $1 AND until >= $2", digest, on.isoformat()
        )
        return Machine(row["name"], row["facility"], date.fromisoformat(row["until"])) if row else None

    async def machines(self) -> tuple[Machine, ...]:
        """All systems that are let in, those of a facility together."""
        rows = await self.database.rows("SELECT name, facility, until FROM machine ORDER BY facility, name")
        return tuple(Machine(row["name"], row["facility"], date.fromisoformat(row["until"])) for row in rows)
