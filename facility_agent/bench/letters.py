"""The claims of a made-up month as they reach a payer: sealed letters of each facility, opened by the payer.

Sealing is the facilities' work and is not counted. Opening is the payer's: decrypted, the signature proved, the batch
read strictly and held against its claims, and what the payer's own register says of each person laid beside it.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from facility_agent.exchange import envelope
from facility_agent.exchange.envelope import CORE, Header
from facility_agent.exchange.messages import BatchMessage, decode, encode
from facility_agent.exchange.parties import PublicKey, PublicKeys
from facility_agent.exchange.randomness import seeded
from facility_agent.invoicing.batch import faults, item_of, month_of_claim
from facility_agent.lake.recompute import claim_of
from facility_agent.lake.simulation.country import MUTUAL, SCHEME
from facility_agent.vocabulary.identifiers import canonical, key_id, uuid7
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import Batch

_MADE = date(2026, 2, 2)
#: What a batch may have against it and is taken in nevertheless.
_PLANTED = ("totals-do-not-add-up", "claim-replaced")


def seal_all(folder: Path, workers: int) -> None:
    """Seal the claims of every file of `documents/` as letters in `letters/`; what the register says: `register/`.

    Planted faults are sealed like everything else: a claim that was replaced, or of which nothing is owed, is in its
    letter too.
    """
    for name in ("letters", "register"):
        (folder / name).mkdir()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(_seal, sorted((folder / "documents").glob("*.parquet"))))


def open_all(folder: Path, workers: int) -> int:
    """Open every letter into `documents/`; how many bytes they were. A letter with a fault stops the benchmark."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_open, sorted((folder / "letters").iterdir())))


def _seal(path: Path) -> None:
    """The claims of one catchment: a letter for each facility and month that they name."""
    table, folder = pq.read_table(path), path.parent.parent
    path.unlink()
    letters: dict[tuple[str, str], list[Claim]] = {}
    for claim in map(claim_of.decode, table.column("document").to_pylist()):
        letters.setdefault((claim.visit.facility, month_of_claim(claim)), []).append(claim)
    (folder / "letters" / path.stem).mkdir()
    recipient = _opening().public_key().public_bytes_raw()
    for sequence, ((facility, month), claims) in enumerate(sorted(letters.items()), start=1):
        chance = seeded(f"letter-{path.stem}-{facility}-{month}")
        header = Header(uuid7(sequence, chance(10)), "batch", facility, MUTUAL, sequence, _MADE)
        batch = Batch(
            header.id, f"{facility}-{MUTUAL}-{sequence:04d}", facility, MUTUAL, SCHEME, month, "main",
            claims[0].adjudication.currency, _MADE, tuple(item_of(claim, MUTUAL, SCHEME) for claim in claims), True,
        )  # fmt: skip
        core = encode(BatchMessage(batch, tuple(claims)))
        letter = envelope.seal(header, {CORE: core}, _sealing(facility), recipient, chance)
        (folder / "letters" / path.stem / f"{facility}-{month}.fae").write_bytes(letter)
    pq.write_table(table.drop_columns(["document"]), folder / "register" / path.name)


def _open(letters: Path) -> int:
    """All letters of one catchment: its households are judged together."""
    folder, opening, size = letters.parent.parent, _opening(), 0
    own = {key_id(opening.public_key().public_bytes_raw()).hex(): opening}
    claims: list[Claim] = []
    for path in sorted(letters.iterdir()):
        data = path.read_bytes()
        sender = envelope.look_at(data)[0].sender
        opened = envelope.open_envelope(data, own, {sender: _public(sender)})
        message = cast(BatchMessage, decode("batch", opened.parts[CORE]))
        # Sums that do not add up are among what is planted: the audit finds them.
        wrong = [fault for fault in faults(message.batch, message.claims) if fault.code not in _PLANTED]
        if wrong:
            raise RuntimeError(f"the letter {path.name} does not fit its claims: {wrong[:3]}")
        claims += message.claims
        size += len(data)
    documents = {
        "claim": pa.array([claim.id for claim in claims], pa.string()),
        "document": pa.array([canonical(claim) for claim in claims], pa.binary()),
    }
    known = pq.read_table(folder / "register" / f"{letters.name}.parquet").join(pa.table(documents), "claim")
    pq.write_table(known, folder / "documents" / f"{letters.name}.parquet", compression="zstd")
    return size


def _opening() -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(seeded("letters-payer")(32))


def _sealing(facility: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seeded(f"letters-{facility}")(32))


def _public(facility: str) -> PublicKeys:
    public = _sealing(facility).public_key().public_bytes_raw()
    return PublicKeys(facility, facility, (PublicKey("site-seal", key_id(public).hex(), public.hex(), _MADE),))
