"""What we write is FHIR R4 by three engines; what others write is read without losing what we say we keep."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import fhirpathpy
import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as some

from facility_agent.exchange.fhir import wire
from facility_agent.exchange.fhir.amounts import minor, money
from facility_agent.exchange.fhir.answers import decided_response, decision_of
from facility_agent.exchange.fhir.claims import claim_resource, visit_of
from facility_agent.exchange.fhir.contests import contested_of
from facility_agent.exchange.fhir.openimis import openimis_claim
from facility_agent.exchange.fhir.outward import Bundle, Communication, Payload
from facility_agent.exchange.fhir.parts import Identifier, Money, Reference, Resource
from facility_agent.exchange.fhir.resources import Claim, ClaimResponse, Coverage, CoverageEligibilityRequest
from facility_agent.exchange.fhir.rights import asked_of, coverage_of, coverage_resource
from facility_agent.vocabulary.errors import InputError
from facility_agent.web import fhir, fhir_payer
from tests import builders
from tests.builders import MUTUAL, SCHEME
from tests.exchange import made_fhir
from tests.exchange.made_fhir import CLAIMS, DAY, FULL, ODD, PLAIN, decided
from tests.services.fhir import by_node, by_pydantic

TESTS = Path(__file__).resolve().parents[1]
EXAMPLES = TESTS / "vendor" / "hl7-fhir-r4-examples"
OFFICIAL = sorted(path for path in EXAMPLES.glob("*.json") if path.name != "package.json")
MADE = {name: wire.write(resource) for name, resource in made_fhir.written().items()}
INVARIANTS = json.loads((TESTS / "exchange" / "fhir_invariants.json").read_text(encoding="utf-8"))

every_made = pytest.mark.parametrize("name", sorted(MADE))
every_official = pytest.mark.parametrize("path", OFFICIAL, ids=lambda path: path.stem)


def broken(data: bytes) -> list[str]:
    """The invariants of FHIR that a resource breaks, by their own expressions."""
    resource = json.loads(data)
    found = []
    for path, node in nodes(resource, resource["resourceType"]):
        for rule in INVARIANTS:
            if rule["path"] != path or rule["severity"] != "error":
                continue
            try:
                said = fhirpathpy.evaluate(node, rule["expression"], {"resource": resource, "rootResource": resource})
            except Exception as error:  # the engine does not know every function of the language
                UNSUPPORTED.add(f"{rule['key']}: {type(error).__name__}")
                continue
            if said not in ([True], []):
                found.append(f"{path} {rule['key']}")
    return found


UNSUPPORTED: set[str] = set()
#: Invariants that ask `hasValue`, which fhirpathpy does not have; those that concern us are tested in plain words.
SKIPPED = {"ele-1", "per-1", "bdl-10"}
#: Elements whose type has invariants of its own.
TYPES = {
    "period": "Period", "billablePeriod": "Period", "applies": "Period", "benefitPeriod": "Period",
    "quantity": "Quantity", "value": "Quantity", "net": "Money", "unitPrice": "Money", "total": "Money",
    "amount": "Money", "identifier": "Identifier", "coding": "Coding", "productOrService": "CodeableConcept",
    "patient": "Reference", "provider": "Reference", "insurer": "Reference", "coverage": "Reference",
    "request": "Reference",
}  # fmt: skip


def nodes(node: Any, path: str) -> Any:
    """Every element with the path under which invariants name it."""
    if isinstance(node, list):
        for each in node:
            yield from nodes(each, path)
    elif isinstance(node, dict):
        yield node.get("resourceType", path), node
        name = path.rsplit(".", 1)[-1]
        if name in TYPES and "resourceType" not in node and (name != "total" or "value" in node):
            yield TYPES[name], node
        for key, value in node.items():
            yield from nodes(value, f"{node.get('resourceType', path)}.{key}")


@every_made
def test_what_we_write_is_valid_by_fhir_resources(name: str) -> None:
    by_pydantic(MADE[name])


def test_what_we_write_is_valid_by_the_validator_of_node() -> None:
    names = sorted(MADE)
    assert dict(zip(names, by_node([MADE[name] for name in names]), strict=True)) == {name: [] for name in names}


def test_the_validator_of_node_can_say_no() -> None:
    (found,) = by_node([MADE["claim"].replace(b'"active"', b'"nonsense"')])
    assert found
    with pytest.raises(Exception, match=r"(?i)claim|status|validation"):
        by_pydantic(MADE["claim"].replace(b'"provider"', b'"prvider"'))


@every_made
def test_what_we_write_breaks_no_invariant(name: str) -> None:
    assert broken(MADE[name]) == []


def test_the_engine_of_invariants_knows_all_but_a_few_of_them() -> None:
    for data in MADE.values():
        broken(data)
    assert {each.split(":")[0] for each in UNSUPPORTED} <= SKIPPED


def test_the_invariants_can_be_broken() -> None:
    plan = json.loads(MADE[f"plan {SCHEME}"])
    del plan["identifier"], plan["name"]
    assert broken(json.dumps(plan).encode()) == ["InsurancePlan ipn-1"]
    claim = json.loads(MADE["claim"])
    claim["item"][0]["quantity"] = {"value": 1, "code": "d"}
    assert broken(json.dumps(claim).encode()) == ["Quantity qty-3"]
    claim["item"][0]["quantity"] = {"value": 1}
    claim["provider"] = {"reference": "#nobody"}
    assert broken(json.dumps(claim).encode()) == ["Reference ref-1"]


@every_made
def test_what_we_write_has_no_empty_element_and_no_condition_unless_it_is_demanded(name: str) -> None:
    text = MADE[name].decode()
    assert not re.search(r'""|\[\]|\{\}|null', text)
    clinical = "1F40" in text or "Paludisme" in text or "icd" in text
    assert clinical == (name in ("claim with everything", "openimis"))
    for name_, node in nodes(json.loads(text), ""):
        assert name_ != "Period" or node.get("start", "") <= node.get("end", "9999"), "per-1"
    assert "N’Diaye" not in text, "names stand in no resource: the number is enough"


@every_made
def test_what_we_write_can_be_read_again_by_its_type(name: str) -> None:
    resource = made_fhir.written()[name]
    again = wire.read(MADE[name], type(resource))
    assert wire.write(again) == MADE[name] and again == resource


# --- what others write ---------------------------------------------------------------------------------------------


@every_official
def test_an_official_example_is_read_without_losing_what_we_say_we_keep(path: Path) -> None:
    data = path.read_bytes()
    read = wire.read_any(data)
    again = wire.write(read)
    assert wire.read_any(again) == read
    by_pydantic(again)
    assert broken(again) == []


def test_the_official_examples_are_those_of_the_package() -> None:
    assert len(OFFICIAL) == 32
    listed = dict(re.findall(r"\| (\S+\.json) \| ([0-9a-f]{64}) \|", (EXAMPLES / "README.md").read_text("utf-8")))
    for path in OFFICIAL:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[path.name]


def test_amounts_are_kept_to_the_digit() -> None:
    given = (
        b'{"resourceType":"Claim","status":"active","type":{"text":"x"},"use":"claim","patient":{"reference":"P/1"},'
    )
    given += b'"created":"2026-01-01","provider":{"reference":"O/1"},"priority":{"text":"x"},"insurance":[],'
    given += b'"total":{"value":1234567890123.10,"currency":"CDF"}}'
    claim = wire.read(given, Claim)
    assert claim.total is not None and claim.total.value == Decimal("1234567890123.10")
    assert minor(claim.total) == 123_456_789_012_310 and b"1234567890123.1" in wire.write(claim)


@given(some.integers(0, 10**15), some.sampled_from(["XOF", "CDF", "MRU", "RWF", "USD"]))
def test_minor_units_go_out_and_come_back(amount: int, currency: str) -> None:
    assert minor(money(amount, currency)) == amount


# --- there and back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.number)
def test_a_claim_that_goes_out_comes_back_as_the_visit_it_was(claim: Any) -> None:
    resource = wire.read(wire.write(claim_resource(claim, MUTUAL, SCHEME, condition=True)), Claim)
    visit = visit_of(resource, claim.visit.facility, claim.visit.id, "XOF")
    assert (visit.day, visit.emergency, visit.condition) == (
        claim.visit.day,
        claim.visit.emergency,
        claim.visit.condition,
    )
    assert visit.beneficiary.number == claim.visit.beneficiary.number
    wanted = {line.id: line for line in claim.visit.lines}
    given = [wanted[line.id] for line in claim.adjudication.lines]
    assert [(line.act, line.quantity, line.price) for line in visit.lines] == [
        (line.act, line.quantity, line.price) for line in given
    ]


def test_a_decision_that_goes_out_comes_back_line_by_line() -> None:
    batch = builders.batch(CLAIMS)
    decision = decided(batch)
    for claim, answer in zip(CLAIMS, decision.claims, strict=True):
        resource = wire.read(wire.write(decided_response(batch, claim, decision)), ClaimResponse)
        again = decision_of(resource, [line.id for line in claim.adjudication.lines])
        assert again.claim == claim.id
        told = [(line.line, line.outcome, line.claimed, line.amount) for line in again.lines]
        order = {line.line: line for line in answer.lines}
        assert told == [(id, order[id].outcome, order[id].claimed, order[id].amount) for id, *_ in told]
        for line in again.lines:
            assert [(each.code, each.borne_by) for each in line.findings] == [
                (each.code, each.borne_by) for each in order[line.line].findings
            ]


def test_rights_that_go_out_come_back_but_for_names_and_birth_dates() -> None:
    held = builders.coverage(ODD, until=DAY, package="P", suspended_on=DAY)
    again = coverage_of(wire.read(wire.write(coverage_resource(held, DAY)), Coverage))
    person = msgspec.structs.replace(again.beneficiary, name=ODD.name, sex=ODD.sex, birth_date=ODD.birth_date)
    assert msgspec.structs.replace(again, beneficiary=person) == held


def test_a_contestation_that_goes_out_comes_back() -> None:
    brought = wire.read(MADE["contest"], Communication)
    name, about, reason = contested_of(brought)
    assert (name, about, reason) == ("SIH-9", ((PLAIN.id, 1), (FULL.id, 2)), "Vu. Payé ailleurs.")
    whole = (Reference(reference="Claim/c-1"),)
    assert contested_of(msgspec.structs.replace(brought, about=whole))[1] == (("c-1", None),)
    for changes in (
        {"id": "", "identifier": ()},
        {"about": ()},
        {"payload": (Payload(content_string=" "),)},
        {"about": (Reference(identifier=Identifier(value="c-1#x")),)},
    ):
        with pytest.raises(InputError, match="fhir-contest"):
            contested_of(msgspec.structs.replace(brought, **changes))


def test_what_a_server_says_it_can_do_is_what_it_serves() -> None:
    for room in (fhir, fhir_payer):
        served: dict[str, set[str]] = {}
        for route in room.routes:
            assert isinstance(route, web.RouteDef)
            type_, _, id_ = route.path.removeprefix("/fhir/").partition("/")
            if type_[0].isupper():
                does = "create" if route.method == "POST" else "read" if id_ else "search-type"
                served.setdefault(type_, set()).add(does)
        assert served == {type_: set(codes) for type_, codes in room.ABILITIES.items()}


def test_a_question_that_goes_out_comes_back() -> None:
    assert asked_of(wire.read(MADE["request"], CoverageEligibilityRequest)) == (ODD.number, MUTUAL, DAY)


def test_a_batch_is_a_bundle_of_its_claims_in_order() -> None:
    bundle = wire.read(MADE["bundle"], Bundle)
    assert [entry.resource.id for entry in bundle.entry] == [PLAIN.id, FULL.id]


def test_openimis_takes_items_and_services_by_name_and_only_with_a_diagnosis_that_is_demanded() -> None:
    claim = json.loads(MADE["openimis"])
    told = {item["productOrService"]["text"]: item["category"]["text"] for item in claim["item"]}
    assert told == {"consultation": "service", "paracetamol": "item", "malaria-test": "service"}
    assert (
        claim["type"]["coding"][0]["code"] == "E"
        and claim["total"] == json.loads(MADE["claim with everything"])["total"]
    )
    with pytest.raises(InputError, match="openimis-condition"):
        openimis_claim(FULL, MUTUAL, SCHEME, enterer="soins", medicines=frozenset(), condition=False)


BAD: list[tuple[bytes, type[Resource]]] = [
    (b"", Claim),
    (b"[]", Claim),
    (b"\xff\xfe", Claim),
    (b'{"resourceType":"Patient"}', Claim),
    (b'{"resourceType":"Claim","status":"active"}', Claim),
    (b"[" * 100_000, Claim),
    (MADE["claim"].replace(b'"claim"', b'"wish"', 1), Claim),
]


@pytest.mark.parametrize(("data", "kind"), BAD, ids=range(len(BAD)))
def test_what_is_no_such_resource_is_an_error(data: bytes, kind: type[Resource]) -> None:
    if data.startswith(b'{"resourceType":"Claim","status":"active","type"'):
        data = data.replace(b'"use":"claim"', b'"use":"wish"')
    with pytest.raises(InputError, match="fhir-unreadable"):
        wire.read(data, kind)
    with pytest.raises(InputError, match="fhir-unreadable"):
        wire.read_any(data)


@given(some.binary(max_size=200) | some.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_resource_or_an_error_with_a_sentence(data: bytes) -> None:
    with contextlib.suppress(InputError):
        wire.read_any(data)


ITEM = '{"sequence":1,"productOrService":{"coding":[{"code":"C"}]}%s}'


@pytest.mark.parametrize(
    ("item", "period", "code"),
    [
        ("", "", "fhir-claim-empty"),
        (',"unitPrice":{"value":1,"currency":"XOF"}', "", "fhir-claim-day"),
        (',"unitPrice":{"value":1.5,"currency":"XOF"}', "2026-01-01", "fhir-amount"),
        (',"unitPrice":{"value":1,"currency":"EUR"}', "2026-01-01", "fhir-claim-currency"),
        (',"quantity":{"value":0.5},"unitPrice":{"value":1,"currency":"XOF"}', "2026-01-01", "fhir-claim-quantity"),
        (',"unitPrice":{"value":1,"currency":"XOF"}', "le mois dernier", "fhir-day"),
    ],
)
def test_a_claim_that_cannot_be_judged_says_why(item: str, period: str, code: str) -> None:
    claim = json.loads(MADE["claim"])
    claim["item"] = [json.loads(ITEM % item)] if item else []
    claim.pop("billablePeriod")
    if period:
        claim["billablePeriod"] = {"start": period}
    with pytest.raises(InputError, match=code):
        visit_of(wire.read(json.dumps(claim).encode(), Claim), "CSPS", "v", "XOF")


def test_an_unknown_currency_is_an_error() -> None:
    with pytest.raises(InputError, match="fhir-amount"):
        minor(Money(value=Decimal(1), currency="ZZZ"))


# --- the document --------------------------------------------------------------------------------------------------

DOCUMENT = (TESTS.parent / "docs" / "fhir.md").read_text(encoding="utf-8")
MAPPED = {
    path: way for path, way in re.findall(r"^\| `([A-Z]\w+\.[\w.]+)` \| (in, out|out) \|", DOCUMENT, re.MULTILINE)
}


def elements(node: Any, path: str) -> Any:
    """The paths of all elements of a resource, down to the deepest; resources inside a bundle stand for themselves."""
    if isinstance(node, list):
        for each in node:
            yield from elements(each, path)
    elif isinstance(node, dict):
        base = node.get("resourceType", path)
        for key, value in node.items():
            if key != "resourceType":
                yield f"{base}.{key}"
                yield from elements(value, f"{base}.{key}")


def test_every_element_that_we_write_is_in_the_table_and_every_line_of_the_table_is_written() -> None:
    paths = {path for data in MADE.values() for path in elements(json.loads(data), "")}
    inner = {path for path in paths if not any(path == mapped or path.startswith(f"{mapped}.") for mapped in MAPPED)}
    parents = {path for path in inner if any(mapped.startswith(f"{path}.") for mapped in MAPPED)}
    assert inner - parents == set()
    seldom = {"Coverage.policyHolder", "Coverage.subscriberId"}
    assert set(MAPPED) - paths - seldom == set()
    household = json.loads(wire.write(coverage_resource(builders.coverage(), DAY)))
    assert household["policyHolder"] and household["subscriberId"]


def test_what_the_document_says_is_not_kept_is_what_the_examples_lose() -> None:
    lost = set()
    for path in OFFICIAL:
        read = wire.read_any(path.read_bytes())
        lost |= {f"{type(read).__name__}.{each}" for each in wire.not_kept(path.read_bytes(), read)}
    said = DOCUMENT.split("## What is not taken over")[1].split("## openIMIS")[0]
    assert set(re.findall(r"`([A-Z]\w+\.[\w.]+)`", said)) == lost
