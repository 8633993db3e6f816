"""What stands in the core part of an envelope: one record per kind of letter, as canonical JSON; a batch in columns.

A letter is taken whole or not at all. An unknown field, a value of the wrong kind, a negative amount, a number too
large to be counted exactly, a text that holds NUL: each is an InputError that names the place (`$.batch.items[3].due`).
What the amounts add up to is not judged here: that is a finding, with an answer.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, TypeVar

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.exchange import columns
from facility_agent.exchange.envelope import MAX_OPENED, Kind
from facility_agent.exchange.packs import SignedPack, pack_of
from facility_agent.exchange.parties import PublicKeys, is_sound
from facility_agent.exchange.revocations import MAX_SERIAL
from facility_agent.invoicing.batch import item_of
from facility_agent.invoicing.capitation import HeadCount
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.guarantees import DeathNotice, GuaranteeFile
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.month import Contest, Endorsement, Justified
from facility_agent.vocabulary.records import Claim, Record
from facility_agent.vocabulary.settlement import Batch, BatchItem, Decision, Receipt, Remittance


class Revocations(Record, frozen=True):
    """The cards of a payer that no longer count, as a bitmap by serial under zlib; see `revocations`."""

    payer: str
    sequence: int
    as_of: date
    packed: bytes

    @property
    def bitmap(self) -> bytes:
        """The bits; ValueError for what is no zlib or holds more serials than there can be."""
        unpacking = zlib.decompressobj()
        try:
            bits = unpacking.decompress(self.packed, MAX_SERIAL // 8 + 1)
        except zlib.error as problem:
            raise ValueError("not packed with zlib") from problem
        if not unpacking.eof or unpacking.unused_data:
            raise ValueError("not a whole list, or one too long")
        return bits


def revocations(payer: str, sequence: int, as_of: date, bitmap: bytes) -> Revocations:
    """The list to send."""
    return Revocations(payer, sequence, as_of, zlib.compress(bitmap, 9))


class Part(Record, frozen=True):
    """One part of a register: SHA-256 and size of its encrypted bytes."""

    digest: str
    size: int


class Base(Record, frozen=True):
    """The register on which a change builds: its sequence, and what its rows add up to."""

    sequence: int
    content: str


class Included(Record, frozen=True):
    """The last batch of a facility under a scheme that the counters include, all earlier ones with it."""

    facility: str
    scheme: str
    batch: str


class Register(Record, frozen=True):
    """The membership register of a payer on a day: what follows the letter in its file, whole or as a change.

    `content` is what the rows of this version add up to, `members` how many they are; `key` opens the parts.
    """

    payer: str
    sequence: int
    as_of: date
    content: str
    members: int
    key: bytes
    parts: tuple[Part, ...]
    base: Base | None = None
    included: tuple[Included, ...] = ()
    revocations: Revocations | None = None
    invented: bool = False


class BatchMessage(Record, frozen=True):
    """A batch with its claims, in the order of its items, and what the facility says of some of them.

    `count` holds the persons whom a batch per head bills.
    """

    batch: Batch
    claims: tuple[Claim, ...]
    justified: tuple[Justified, ...] = ()
    count: HeadCount | None = None


Message = (
    Register | Revocations | Agreement | SignedPack | BatchMessage | Receipt | Decision | Remittance | PublicKeys
    | GuaranteeFile | DeathNotice | Contest | Endorsement | HeadCount
)  # fmt: skip

TYPES: Final[dict[Kind, type[Message]]] = {
    "register": Register,
    "revocations": Revocations,
    "agreement": Agreement,
    "arrangements": SignedPack,
    "batch": BatchMessage,
    "receipt": Receipt,
    "decision": Decision,
    "remittance": Remittance,
    "keys": PublicKeys,
    "guarantee": GuaranteeFile,
    "notice": DeathNotice,
    "contest": Contest,
    "endorsement": Endorsement,
    "count": HeadCount,
}
_CLAIMS: Final = msgspec.json.Decoder(tuple[Claim, ...])
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
T = TypeVar("T")
_PLACE: Final = re.compile(r"at `(\$[^`]*)`")
_LARGEST: Final = (1 << 53) - 1
#: Only where this occurs in canonical JSON can a value be impossible.
_SUSPECT: Final = re.compile(rb"(?:\A|[:,\[])(?:-[0-9]|[0-9]{16})|\\u0000")


def encode(message: Message) -> bytes:
    """The core part. The same message always gives the same bytes."""
    return columns.pack(map(_bare, (message,))) if isinstance(message, BatchMessage) else canonical(message)


def decode(kind: Kind, data: bytes) -> Message:
    """The message of a core part; InputError `message-malformed` with `kind` and the `place` of the first fault."""
    place = "$"
    try:
        if data.startswith(columns.MAGIC):
            data = _unpacked(data)
        message = msgspec.json.decode(data, type=TYPES[kind])
        place = _stranger(data, message) or _impossible(data) or _inconsistent(message)
    except (ValueError, RecursionError) as problem:
        found, stranger = _PLACE.search(str(problem)), _UNKNOWN.search(str(problem))
        at = (found[1] if found else "$") + (f".{stranger[1]}" if stranger else "")
        raise InputError("message-malformed", kind=kind, place=at) from None
    if place:
        raise InputError("message-malformed", kind=kind, place=place)
    return message


def _bare(message: BatchMessage) -> dict[str, Any]:
    """What is packed of a batch: its items are left out where they follow from the claims, as all do unless sums are
    wrong.
    """
    batch = message.batch
    follow = batch.items == _items(batch.payer, batch.scheme, message.claims)
    bare = msgspec.structs.replace(message, batch=msgspec.structs.replace(batch, items=()), claims=())
    said = _values(bare)
    if follow:
        said["batch"].pop("items", None)
    else:
        said["batch"]["items"] = _values(batch.items)
    said["claims"] = [msgspec.Raw(msgspec.msgpack.encode(_values(claim), order="sorted")) for claim in message.claims]
    return said


def _values(record: Any) -> Any:
    """A record as the values of its canonical JSON."""
    return msgspec.json.decode(canonical(record))


def _unpacked(data: bytes) -> bytes:
    """The canonical JSON of a batch in columns; ValueError when it is none."""
    (text,) = columns.unpack(data, MAX_OPENED)
    said = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    batch = msgspec.json.decode(said.get("batch", b"{}"), type=dict[str, Any])
    if batch and "items" not in batch:
        items = _items(str(batch.get("payer")), str(batch.get("scheme")), _CLAIMS.decode(said.get("claims", b"")))
        said["batch"] = msgspec.Raw(canonical(batch | {"items": items}))
    return canonical(said)


def _items(payer: str, scheme: str, claims: tuple[Claim, ...]) -> tuple[BatchItem, ...]:
    return tuple(item_of(claim, payer, scheme) for claim in claims)


def understood(data: bytes, kind: type[T]) -> T:
    """A record that stands for itself in a part of a register; ValueError unless it is written in exactly this way."""
    record = msgspec.json.decode(data, type=kind)
    if canonical(record) != data or _impossible(data):
        raise ValueError("not as it is written")
    return record


def _stranger(data: bytes, message: Message) -> str:
    """Where the letter says something that the record did not keep: a field that nobody knows, another spelling."""
    understood = canonical(message)
    if understood == data:
        return ""
    return _difference(msgspec.json.decode(data), msgspec.json.decode(understood), "$") or "$"


def _difference(given: Any, understood: Any, place: str) -> str:
    """The first place where two JSON values differ, depth first."""
    if isinstance(given, dict) and isinstance(understood, dict):
        for name in sorted(given.keys() | understood.keys()):
            if name not in given or name not in understood:
                return f"{place}.{name}"
            if found := _difference(given[name], understood[name], f"{place}.{name}"):
                return found
        return ""
    if isinstance(given, list) and isinstance(understood, list) and len(given) == len(understood):
        pairs = enumerate(zip(given, understood, strict=True))
        return next((found for at, (one, other) in pairs if (found := _difference(one, other, f"{place}[{at}]"))), "")
    return "" if given == understood else place


def _impossible(data: bytes, place: str = "$") -> str:
    """Where a number is negative or too large, or a text holds NUL. The evidence of a finding may be negative.

    Canonical JSON is opened only where something is suspect: nearly nothing of a large letter is.
    """
    if not _SUSPECT.search(data):
        return ""
    inside: Iterable[tuple[str, msgspec.Raw]]
    if data.startswith(b"{"):
        named = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        if any("\0" in name for name in named):
            return place
        inside = ((f"{place}.{name}", part) for name, part in named.items())
    elif data.startswith(b"["):
        parts = msgspec.json.decode(data, type=list[msgspec.Raw])
        inside = ((f"{place}[{at}]", part) for at, part in enumerate(parts))
    else:
        value, lowest = msgspec.json.decode(data), -_LARGEST if ".evidence." in place else 0
        return place if ("\0" in value if isinstance(value, str) else not lowest <= value <= _LARGEST) else ""
    return next((found for where, part in inside if (found := _impossible(bytes(part), where))), "")


def _inconsistent(message: Message) -> str:
    """Where a message contradicts its own form."""
    if isinstance(message, BatchMessage):
        named = [item.claim for item in message.batch.items]
        if named != [claim.id for claim in message.claims] or len(set(named)) != len(named):
            return "$.claims"
    if isinstance(message, PublicKeys) and not is_sound(message):
        return "$.keys"
    if isinstance(message, SignedPack):
        try:
            pack_of(message)
        except InputError:
            return "$.signed"
    if isinstance(message, Register | Revocations) and message.sequence < 1:
        return "$.sequence"
    if isinstance(message, Register):
        return _wrong_register(message)
    if isinstance(message, Revocations):
        try:
            len(message.bitmap)
        except ValueError:
            return "$.packed"
    return ""


def _wrong_register(message: Register) -> str:
    """Where a register contradicts its own form."""
    if len(message.key) != 32:
        return "$.key"
    if message.base is not None and not 0 < message.base.sequence < message.sequence:
        return "$.base.sequence"
    lists = message.revocations
    return f"$.revocations{_inconsistent(lists).removeprefix('$')}" if lists and _inconsistent(lists) else ""
