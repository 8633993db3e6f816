"""How long the end of a month takes: claims checked, sealed and printed, and how large the sealed core part is.

Checked means: gathered into the batch, held against their claims, judged again as the mutual will (every rule and
every edit across claims). Sealed means: packed, signed and encrypted to the payer with its prints beside. The prints
are made in processes of their own, while this one goes on, as a server does it. Making the claims up is not counted.
"""

from __future__ import annotations

import asyncio
import resource
import time
from datetime import date, timedelta
from random import Random
from tempfile import TemporaryFile
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.library import load
from facility_agent.audit import edits
from facility_agent.audit.month import Month
from facility_agent.audit.recompute import recompute
from facility_agent.bench.care import COUNTRY, FACILITY, MUTUAL, agreement_under, cases
from facility_agent.bench.measure import Progress, calibration, fresh_peak, peak_memory_mb, silent
from facility_agent.documents.apart import Prints, printed
from facility_agent.exchange import envelope
from facility_agent.exchange.envelope import Header
from facility_agent.exchange.messages import BatchMessage, encode
from facility_agent.exchange.randomness import seeded
from facility_agent.invoicing.batch import faults, gather
from facility_agent.invoicing.statement import statement
from facility_agent.vocabulary.identifiers import canonical, digest, uuid7
from facility_agent.vocabulary.records import Basis, Claim, Coverage, History
from facility_agent.vocabulary.settlement import Batch

MONTH, SCHEME = "2026-06", "mutual"
FIRST, CLOSED = date(2026, 6, 1), date(2026, 7, 2)
#: Lines of the statement whose print is measured by itself.
PRINTED: Final = 1_000
_KNOWN: Final = msgspec.msgpack.Decoder(tuple[tuple[Coverage, ...], History])


class Known:
    """What the mutual knows of each person, in a file as its database keeps it: read for one claim at a time."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - gone with its month
        self._places: dict[str, tuple[int, int]] = {}

    def keep(self, claim: str, coverage: tuple[Coverage, ...], history: History) -> None:
        data = msgspec.msgpack.encode((coverage, history))
        self._places[claim] = self._file.tell(), len(data)
        self._file.write(data)

    def of(self, claim: str) -> tuple[tuple[Coverage, ...], History]:
        place, length = self._places[claim]
        self._file.seek(place)
        return _KNOWN.decode(self._file.read(length))


class Made(msgspec.Struct, frozen=True):
    """The claims of an invented month, and what is known of their people."""

    known: Known
    claims: tuple[Claim, ...]


async def run(
    claims: int, earlier: int = 12, larger: tuple[int, ...] = (10,), said: Progress = silent
) -> dict[str, object]:
    """The figures of a month of `claims` claims; `larger` measures it again, so many times as large."""
    once = await _measured(claims, earlier, said)
    scaling = [once, *[await _measured(times * claims, earlier, said) for times in larger]]
    per_claim = [float(size["processor_ms_per_claim"]) for size in scaling]  # type: ignore[arg-type]
    return {
        **once,
        "calibration_turns_per_s": round(calibration(), 1),
        "statement": await _statement(PRINTED),
        "larger": scaling[1:],
        "worst_growth": round(max(per_claim) / per_claim[0], 3),
    }


def month_of(claims: int, earlier: int) -> Made:
    """An invented month of so many claims for which the mutual owes something, the same for the same numbers."""
    arrangement = load().versions(COUNTRY)[-1]
    agreement, chance = agreement_under(arrangement), Random(claims)
    known = Known()
    made: list[Claim] = []
    for case in cases(arrangement, earlier, seed=7):
        if len(made) == claims:
            break
        number = len(made) + 1
        day = FIRST + timedelta(days=number * 30 // (claims + 1))
        visit = msgspec.structs.replace(case.visit, id=uuid7(number, chance.randbytes(10)), day=day, entered_on=day)
        judged = adjudicate(arrangement, agreement, case.coverage, case.history, visit)
        if not any(share.amount for share in judged.shares if (share.payer, share.scheme) == (MUTUAL, SCHEME)):
            continue
        claim = Claim(visit.id, f"{FACILITY}-{number:06d}", visit, case.coverage, Basis(judged.rule_set), judged, day)
        made.append(claim)
        known.keep(claim.id, case.coverage, case.history)
    return Made(known, tuple(made))


async def _measured(count: int, earlier: int, heard: Progress) -> dict[str, object]:
    """One month, step by step: seconds by the clock, and of the processor with the children's share."""
    fresh_peak()
    arrangement = load().versions(COUNTRY)[-1]
    agreement, made = agreement_under(arrangement), month_of(count, earlier)
    heard(1, 5)
    start, used = time.perf_counter(), _processor()
    batch = _gathered(made.claims)
    held = {claim.id: claim for claim in made.claims}
    claims = tuple(held[item.claim] for item in batch.items)
    message = BatchMessage(batch, claims)
    page = statement(batch, arrangement, agreement)
    printing = asyncio.create_task(_timed(printed(page, digest(canonical(message)), "fr", CLOSED, ("pdf", "xlsx"))))
    await asyncio.sleep(0.05)
    heard(2, 5)
    wrong = faults(batch, claims)
    differing = 0
    for claim in claims:
        coverage, past = made.known.of(claim.id)
        answer = recompute(arrangement, agreement, coverage, past, claim, payer=MUTUAL, scheme=SCHEME)
        differing += bool(answer.all_findings)
    flags = edits.run(Month(claims, arrangement, agreement, payer=MUTUAL, scheme=SCHEME, batch=batch))
    checked = time.perf_counter() - start
    heard(3, 5)
    core = encode(message)
    packed = time.perf_counter() - start - checked
    prints, printing_took = await printing
    heard(4, 5)
    sealed = _sealed({envelope.CORE: core, **{f"statement.{kind}": made.files[kind] for kind, made in prints.items()}})
    seconds, used = time.perf_counter() - start, _processor() - used
    heard(5, 5)
    if wrong:
        raise RuntimeError(f"the batch does not fit its claims: {wrong[:3]}")
    return {
        "claims": len(claims),
        "lines": sum(len(claim.visit.lines) for claim in claims),
        "seconds": round(seconds, 2),
        "check_s": round(checked, 2),
        "pack_s": round(packed, 2),
        "print_s": round(printing_took, 2),
        "processor_s": round(used, 2),
        "processor_ms_per_claim": round(1000 * used / len(claims), 3),
        "differing": differing,
        "flags": len(flags),
        "core_sealed_kb": round(len(_sealed({envelope.CORE: core})) / 1000, 1),
        "sealed_kb": round(len(sealed) / 1000, 1),
        "pdf_memory_mb": round(prints["pdf"].memory / 1024, 1),
        "xlsx_memory_mb": round(prints["xlsx"].memory / 1024, 1),
        "peak_memory_mb": peak_memory_mb(),
    }


async def _statement(rows: int) -> dict[str, object]:
    """The prints of a statement of so many lines, each kind by itself: seconds from order to file, and memory."""
    arrangement = load().versions(COUNTRY)[-1]
    batch = _gathered(month_of(rows, 0).claims)
    page, found = statement(batch, arrangement, agreement_under(arrangement)), {}
    for kind in ("pdf", "xlsx", "csv"):
        used = _processor()
        prints, took = await _timed(printed(page, "0" * 64, "fr", CLOSED, (kind,)))
        found[f"{kind}_s"] = round(took, 2)
        found[f"{kind}_processor_s"] = round(_processor() - used, 2)
        found[f"{kind}_memory_mb"] = round(prints[kind].memory / 1024, 1)
    return {"lines": len(batch.items), **found}


def _processor() -> float:
    """Seconds of the processor so far, here and in the children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


async def _timed(work) -> tuple[dict[str, Prints], float]:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    return await work, time.perf_counter() - start


def _gathered(claims: tuple[Claim, ...]) -> Batch:
    return gather(claims, FACILITY, MUTUAL, SCHEME, MONTH, f"{FACILITY}-{MUTUAL}-0001", "bench", "main", CLOSED, True)


def _sealed(parts: dict[str, bytes]) -> bytes:
    chance = seeded("bench-month-end")
    header = Header(uuid7(1, chance(10)), "batch", FACILITY, MUTUAL, 1, CLOSED)
    recipient = X25519PrivateKey.from_private_bytes(chance(32)).public_key().public_bytes_raw()
    return envelope.seal(header, parts, Ed25519PrivateKey.from_private_bytes(chance(32)), recipient, chance)
