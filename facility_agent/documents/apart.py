"""The statement's prints, made in a process of their own: what a month of claims takes in memory is given back at once.

The child reads one order from its standard input and writes the files to its standard output, both as MessagePack.
Several children work side by side, so that two cores share a large month; the server goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.invoicing.conditions import ConditionRow
from facility_agent.invoicing.statement import Statement
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Record

#: The prints by the ending of their file name.
KINDS: Final = ("pdf", "xlsx", "csv")
#: The confidential list, a print of its own.
CONDITIONS: Final = "conditions"
_STATUS: Final = Path("/proc/self/status")


class Order(Record, frozen=True):
    """What a child is asked for. `seal` is the batch's digest, nothing when it is not sealed; `kinds` as in `KINDS`."""

    statement: Statement
    seal: str
    language: str
    made_on: date
    kinds: tuple[str, ...]
    conditions: tuple[ConditionRow, ...] = ()


class Prints(Record, frozen=True):
    """The files by kind, and the most memory that the child has held, in kB (0 where the system does not say)."""

    files: dict[str, bytes]
    memory: int = 0


async def printed(
    statement: Statement,
    seal: str,
    language: str,
    made_on: date,
    kinds: tuple[str, ...] = KINDS,
    conditions: tuple[ConditionRow, ...] = (),
    heard: Callable[[str], None] = lambda kind: None,
) -> dict[str, Prints]:
    """Each print by its kind, every one made by a child of its own, at the same time; `conditions` only when given.

    `heard` is told each kind that is done.

    InputError `batch-print-failed` with what the child said last; nothing is written.
    """
    orders = [Order(statement, seal, language, made_on, (kind,)) for kind in kinds]
    if conditions:
        kinds = (*kinds, CONDITIONS)
        bare = msgspec.structs.replace(statement, detail=None)
        orders.append(Order(bare, seal, language, made_on, (CONDITIONS,), conditions))
    return dict(zip(kinds, await asyncio.gather(*(_child(order, heard) for order in orders)), strict=True))


async def _child(order: Order, heard: Callable[[str], None]) -> Prints:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        made, said = await child.communicate(msgspec.msgpack.encode(order))
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        raise InputError("batch-print-failed", said=lines[-1][:300] if lines else str(child.returncode))
    heard(order.kinds[0])
    return msgspec.msgpack.decode(made, type=Prints)


def fulfil(order: Order) -> dict[str, bytes]:
    """The files of an order, by kind."""
    return {kind: _makers()[kind](order) for kind in order.kinds}


def _makers() -> Mapping[str, Callable[[Order], bytes]]:
    # Imported late: a table does not need what writes PDF.
    def pdf(order: Order) -> bytes:
        from facility_agent.documents.statement_pdf import statement_pdf

        return statement_pdf(order.statement, order.seal, order.language, made_on=order.made_on)

    def xlsx(order: Order) -> bytes:
        from facility_agent.documents.statement_xlsx import statement_xlsx

        return statement_xlsx(order.statement, order.seal, order.language, made_on=order.made_on)

    def csv(order: Order) -> bytes:
        from facility_agent.documents.statement_csv import statement_csv

        return statement_csv(order.statement, order.language)

    def conditions(order: Order) -> bytes:
        from facility_agent.documents.conditions_pdf import conditions_pdf

        return conditions_pdf(order.conditions, order.statement, order.language, made_on=order.made_on)

    return {"pdf": pdf, "xlsx": xlsx, "csv": csv, CONDITIONS: conditions}


def _peak() -> int:
    """The most memory that this process has held, in kB."""
    if not _STATUS.is_file():
        return 0
    held = (line.split()[1] for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
    return int(next(held, "0"))


def main() -> None:
    """Read an order, write the prints."""
    files = fulfil(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order))
    sys.stdout.buffer.write(msgspec.msgpack.encode(Prints(files, _peak())))


if __name__ == "__main__":
    main()
