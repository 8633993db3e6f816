"""What letters say: the same bytes for the same records, and a place for whatever is not in order."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.arrangements.agreement import Agreement, Party, with_digest
from facility_agent.exchange.envelope import Kind
from facility_agent.exchange.messages import TYPES, Base, BatchMessage, Message, decode, encode, revocations
from facility_agent.exchange.packs import Pack, sign_pack
from facility_agent.exchange.parties import PublicKey, PublicKeys
from facility_agent.exchange.revocations import MAX_SERIAL, count, is_set, with_set
from facility_agent.invoicing.capitation import Due, HeadCount
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import note, refuse
from facility_agent.vocabulary.guarantees import DeathNotice, GuaranteedRate, GuaranteeFile, numbered
from facility_agent.vocabulary.identifiers import canonical, digest, key_id
from facility_agent.vocabulary.month import Contest, ContestedLine, Endorsement
from facility_agent.vocabulary.records import (
    Adjudication,
    Basis,
    Beneficiary,
    CareLine,
    Claim,
    Coverage,
    LineAdjudication,
    Share,
    Visit,
)
from facility_agent.vocabulary.settlement import (
    Batch,
    BatchItem,
    ClaimDecision,
    Decision,
    LineDecision,
    Receipt,
    Remittance,
)
from tests.registers import made

DAY = date(2026, 3, 14)
PERSON = Beneficiary("KDG-000123-02", "Awa Ouédraogo", "F", birth_year=1991, household="KDG-000123")
COVERAGE = Coverage(PERSON, "MUT-KDG", "mutual", date(2025, 1, 15), paid_until=date(2026, 12, 31))


def claim(number: int) -> Claim:
    visit = Visit(f"v{number}", "CSPS-01", DAY, PERSON, (CareLine("1", "consultation", 1, 1000),))
    line = LineAdjudication(
        "1", "consultation", 1000, 1000, 1000, 300, 300, 0, (Share("MUT-KDG", "mutual", 700),), 0, (note("copay"),)
    )
    answer = Adjudication(visit.id, "XOF", "1-abc", (line,), (refuse("waiting-period", "c", "member", days=-3),))
    return Claim(f"c{number}", f"2026-{number}", visit, (COVERAGE,), Basis("1-abc"), answer, DAY)


def batch(claims: tuple[Claim, ...]) -> Batch:
    items = tuple(
        BatchItem(one.id, one.number, digest(canonical(one)), DAY, "", PERSON.number, PERSON.name, 1000, 700, 300, 0, 0)
        for one in claims
    )
    return Batch("b1", "2026-03-1", "CSPS-01", "MUT-KDG", "mutual", "2026-03", "main", "XOF", DAY, items)


KEY = key_id(bytes.fromhex("11" * 32)).hex()
CLAIMS = (claim(1), claim(2))
LINE = LineDecision("1", "reduced", 1000, 600, (note("copay"),))
PACK = Pack("XX", 1, DAY, "MIN", "La ministre (inventée)", "ministre", {"xx/2026-01-01/arrangement.toml": "inventé"})
DUE = Due("primary", "MUT-KDG", "mutual", "7", DAY, DAY, DAY, (PERSON.number,), rate=250)
MESSAGES: dict[Kind, Message] = {
    "register": made("MUT-KDG", 12, DAY, (COVERAGE,), base=Base(11, "0" * 64))[0],
    "revocations": revocations("MUT-KDG", 3, DAY, with_set(b"", [4211, 17])),
    "agreement": with_digest(
        Agreement(
            id="a1",
            country="XX",
            arrangement=DAY,
            start=DAY,
            parties=(Party(code="CSPS-01", name="Centre inventé", role="facility"),),
        )
    ),
    "arrangements": sign_pack(PACK, Ed25519PrivateKey.from_private_bytes(bytes(32))),
    "batch": BatchMessage(batch(CLAIMS), CLAIMS),
    "receipt": Receipt("b1", "2026-03-1", DAY, 2, 1400, "e1"),
    "decision": Decision("d1", "b1", DAY, "officer", (ClaimDecision("c1", (LINE,)),)),
    "remittance": Remittance("r1", "b1", "d1", "VIR-88", DAY, "XOF", 1300, (("c1", 600), ("c2", 700))),
    "guarantee": GuaranteeFile(
        *("g1", "MUT-KDG", "CSPS-01", PERSON.number, "approval", ("caesarean",), "utérus cicatriciel", DAY, "Awa"),
        state="granted",
        number=numbered("MUT-KDG", 12),
        start=DAY,
        until=date(2026, 4, 14),
        quantity=1,
        rates=(GuaranteedRate("caesarean", "2/3"),),
    ),
    "contest": Contest(
        "k1", "b1", "d1", DAY, "comptable", (ContestedLine("c1", "1", "résultat joint : goutte épaisse positive"),)
    ),
    "endorsement": Endorsement("b1", "2026-03-1", "returned", "Le registre manque.", DAY, "district"),
    "count": HeadCount("CSPS-01", "MUT-KDG", DAY, 12, DAY, "0" * 64, (DUE,)),
    "notice": DeathNotice("n1", "CSPS-01", "MUT-KDG", PERSON.number, DAY),
    "keys": PublicKeys("MUT-KDG", "Mutuelle inventée", (PublicKey("card", KEY, "11" * 32, DAY),), sequence=3),
}
CASES = pytest.mark.parametrize(("kind", "message"), MESSAGES.items(), ids=MESSAGES)


def place_of_fault(kind: Kind, data: bytes) -> str:
    with pytest.raises(InputError) as problem:
        decode(kind, data)
    assert (problem.value.code, problem.value.fields["kind"]) == ("message-malformed", kind)
    return str(problem.value.fields["place"])


def test_every_kind_of_letter_has_its_message() -> None:
    assert set(MESSAGES) == set(TYPES)


@CASES
def test_a_message_comes_back_and_gives_the_same_bytes(kind: Kind, message: Message) -> None:
    data = encode(message)
    assert decode(kind, data) == message
    assert encode(decode(kind, data)) == data


@CASES
def test_a_field_that_nobody_knows_is_named(kind: Kind, message: Message) -> None:
    assert place_of_fault(kind, canonical(msgspec.json.decode(canonical(message)) | {"urgency": 1})) == "$.urgency"


@CASES
@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b'"x"', b"[" * 100_000])
def test_what_is_no_message_is_an_error(kind: Kind, message: Message, data: bytes) -> None:
    assert place_of_fault(kind, data) == "$"


@CASES
def test_another_spelling_of_the_same_message_is_an_error(kind: Kind, message: Message) -> None:
    data = canonical(message)
    assert place_of_fault(kind, data.replace(b",", b", ", 1)) == "$"
    assert place_of_fault(kind, data + b"\n") == "$"


def put(path: str, value: object) -> Callable[[Any], None]:
    """Sets one value of a decoded message; the path is dotted, whole numbers are list places."""

    def change(message: Any) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in way:
            message = message[step]
        message[last] = value

    return change


EVIDENCE = "$.claims[0].adjudication.findings[0]"
FAULTS: list[tuple[Kind, Callable[[Any], None], str]] = [
    ("batch", put("batch.items.1.due", "700"), "$.batch.items[1].due"),
    ("batch", put("batch.items.1.due", -700), "$.batch.items[1].due"),
    ("batch", put("batch.items.1.due", 10**17), "$.batch.items[1].due"),
    ("batch", put("batch.items.1.due", 7.5), "$.batch.items[1].due"),
    ("batch", put("batch.items.1.due", True), "$.batch.items[1].due"),
    ("batch", put("batch.items.1.name", "Awa\0"), "$.batch.items[1].name"),
    ("batch", put("batch.items.1.day", "2026-02-30"), "$.batch.items[1].day"),
    ("batch", put("batch.items.0.urgent", 1), "$.batch.items[0].urgent"),
    ("batch", put("batch.kind", "secret"), "$.batch.kind"),
    ("batch", put("claims.1.visit.lines.0.label2", "x"), "$.claims[1].visit.lines[0].label2"),
    ("batch", put("claims.1.visit.lines.0.quantity", -1), "$.claims[1].visit.lines[0].quantity"),
    ("batch", put("claims.1.id", "c9"), "$.claims"),
    ("batch", put("claims", []), "$.claims"),
    ("batch", lambda message: message["claims"].reverse(), "$.claims"),
    ("batch", lambda message: message["batch"].pop("id"), "$.batch"),
    ("batch", put("claims.0.visit.label\0", 1), "$.claims[0].visit.label\0"),
    ("batch", put("claims.0.adjudication.findings.0.evidence.x\0", 1), f"{EVIDENCE}.evidence"),
    ("batch", put("claims.0.adjudication.findings.0.evidence.days", -(2**60)), f"{EVIDENCE}.evidence.days"),
    ("register", put("as_of", "hier"), "$.as_of"),
    ("register", put("parts.0.size", -1), "$.parts[0].size"),
    ("register", put("key", "AAAA"), "$.key"),
    ("register", put("base.sequence", 12), "$.base.sequence"),
    (
        "register",
        put("revocations", {"payer": "M", "sequence": 0, "as_of": "2026-01-01", "packed": ""}),
        "$.revocations.sequence",
    ),
    ("register", put("sequence", 0), "$.sequence"),
    ("register", put("invented", False), "$.invented"),
    ("revocations", put("packed", "AAAA"), "$.packed"),
    ("revocations", put("packed", "%%%"), "$.packed"),
    ("remittance", put("items.0", ["c1"]), "$.items[0]"),
    ("remittance", put("amount", -1), "$.amount"),
    ("decision", put("claims.0.lines.0.outcome", "maybe"), "$.claims[0].lines[0].outcome"),
    ("receipt", put("claims", None), "$.claims"),
    ("agreement", put("parties.0.role", "guest"), "$.parties[0].role"),
]


@pytest.mark.parametrize(("kind", "change", "place"), FAULTS, ids=[f"{kind} {place}" for kind, _, place in FAULTS])
def test_the_place_of_a_fault_is_named(kind: Kind, change: Callable[[Any], None], place: str) -> None:
    message = msgspec.json.decode(canonical(MESSAGES[kind]))
    change(message)
    assert place_of_fault(kind, canonical(message)) == place


def test_the_evidence_of_a_finding_may_be_negative() -> None:
    message = MESSAGES["batch"]
    assert b"-3" in canonical(message)
    assert decode("batch", canonical(message)) == message


@given(st.sets(st.integers(0, 3000)), st.sets(st.integers(0, 3000)))
def test_a_bitmap_holds_what_was_set_and_nothing_else(first: set[int], second: set[int]) -> None:
    bitmap = with_set(with_set(b"", first), second)
    assert {serial for serial in range(3100) if is_set(bitmap, serial)} == first | second
    assert count(bitmap) == len(first | second)
    assert with_set(bitmap, first) == bitmap


@pytest.mark.parametrize("serial", [-1, MAX_SERIAL + 1, 2**32 - 1])
def test_a_serial_that_no_list_holds_is_a_mistake_to_set_and_is_not_revoked(serial: int) -> None:
    with pytest.raises(ValueError):
        with_set(b"", [serial])
    assert not is_set(b"\xff" * 100, serial)


def test_a_hundred_thousand_cards_travel_in_a_few_kilobytes() -> None:
    message = revocations("MUT-KDG", 1, DAY, with_set(bytes(12_500), range(0, 100_000, 50)))
    assert len(message.bitmap) == 12_500
    assert len(encode(message)) < 3_000


@pytest.mark.parametrize(("cards", "raw", "packed"), [(100_000, 12_500, 2_500), (1_000_000, 125_000, 24_500)])
def test_a_list_of_revoked_cards_is_small_enough_to_be_carried(cards: int, raw: int, packed: int) -> None:
    """Two cards of a hundred are revoked, by chance."""
    lost = random.Random(20260310).sample(range(1, cards + 1), cards // 50)
    bits = with_set(b"", [*lost, cards])
    message = revocations("MUT-KDG", 1, DAY, bits)
    assert len(bits) in (raw, raw + 1) and len(message.packed) <= packed
    assert message.bitmap == bits and count(bits) in (cards // 50, cards // 50 + 1)
