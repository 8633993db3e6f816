"""The payer's own answer to very many claims: one function of record batches, for a pool of processes and for Spark.

Rows come household by household, with everything that a household claims together: limits and counts of a household
need no more. The same function is handed to `mapInArrow` and to the workers of a pool.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.audit.arithmetic import price_multiple, totals
from facility_agent.audit.bursts import household_deliveries
from facility_agent.audit.duplicates import claim_replaced
from facility_agent.audit.month import Bars, Flag, Month
from facility_agent.audit.queue import place
from facility_agent.audit.recompute import Recomputed, recompute
from facility_agent.audit.splits import split_claim
from facility_agent.lake.history import past_lines
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Claim, Coverage, History, Record

_TEXT, _BYTES, _WHOLE = pa.string(), pa.binary(), pa.int64()

#: A claim as it came, its agreement, and what the payer's register says of the person.
DOCUMENTS = pa.schema(
    [
        *(
            (name, _TEXT)
            for name in ("claim", "household", "member", "facility", "level", "kind", "month", "agreement")
        ),
        ("document", _BYTES),
        ("register", _BYTES),
    ]
)
#: What the payer answers: its place in the queue by the rules alone, the answer itself, and flags about this claim.
ANSWERS = pa.schema(
    [
        ("claim", _TEXT),
        ("facility", _TEXT),
        ("claimed", _WHOLE),
        ("computed", _WHOLE),
        ("at_risk", _WHOLE),
        ("person", pa.bool_()),
        ("codes", pa.list_(_TEXT)),
        ("answer", _BYTES),
        ("flags", _BYTES),
    ]
)
#: The edits that one household's claims answer: the others compare with claims of other people.
LOCAL = (totals, price_multiple, claim_replaced, split_claim, household_deliveries)
AT_ONCE = 2_000

claim_of = msgspec.json.Decoder(Claim)
_register = msgspec.json.Decoder(tuple[Coverage, ...])
answer_of = msgspec.json.Decoder(Recomputed)
flags_of = msgspec.json.Decoder(tuple[Flag, ...])


class Contract(Record, frozen=True):
    """On what the payer judges: the arrangement, its agreements, its own name and scheme, and the bars of its edits."""

    arrangement: Arrangement
    agreements: tuple[Agreement, ...]
    payer: str
    scheme: str
    bars: Bars


@lru_cache(maxsize=2)
def contract_of(path: str) -> tuple[Contract, dict[str, Agreement], dict[str, str]]:
    """A contract, its agreements by id, and the family of each act; read once by each process."""
    contract = msgspec.json.decode(Path(path).read_bytes(), type=Contract)
    families = {act.code: act.family for act in contract.arrangement.acts}
    return contract, {agreement.id: agreement for agreement in contract.agreements}, families


def answers(batches: Iterable[pa.RecordBatch], contract: str) -> Iterator[pa.RecordBatch]:
    """The payer's answers to claims that come household by household; `contract` is the path of the contract."""
    rows = (row for batch in batches for row in batch.to_pylist())
    made: list[dict[str, Any]] = []
    for _, household in groupby(rows, key=lambda row: row["household"]):
        made += _household(list(household), contract)
        if len(made) >= AT_ONCE:
            yield pa.RecordBatch.from_pylist(made, ANSWERS)
            made = []
    if made:
        yield pa.RecordBatch.from_pylist(made, ANSWERS)


def _household(rows: list[dict[str, Any]], path: str) -> Iterator[dict[str, Any]]:
    contract, agreements, families = contract_of(path)
    claims = {row["claim"]: claim_of.decode(row["document"]) for row in rows}
    month = Month(
        claims.values(),
        contract.arrangement,
        agreements[rows[0]["agreement"]],
        payer=contract.payer,
        scheme=contract.scheme,
        bars=contract.bars,
    )
    flags: dict[str, list[Flag]] = {}
    for edit in LOCAL:
        for flag in edit(month):
            flags.setdefault(flag.about, []).append(flag)
    remembered = History(tuple(line for claim in month.live for line in past_lines(claim, families)))
    for row in rows:
        claim = claims[row["claim"]]
        answer = recompute(
            contract.arrangement,
            agreements[row["agreement"]],
            _register.decode(row["register"]),
            remembered,
            claim,
            payer=contract.payer,
            scheme=contract.scheme,
        )
        about = tuple(flags.get(claim.id, ()))
        where = place(answer, about)
        yield {
            "claim": claim.id,
            "facility": row["facility"],
            "claimed": answer.claimed,
            "computed": answer.computed,
            "at_risk": where.at_risk,
            "person": where.person,
            "codes": list(where.codes),
            "answer": canonical(answer),
            "flags": canonical(about),
        }
