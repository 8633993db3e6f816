"""A month of claims is small enough for a slow line, comes back to the value, and nothing made up opens at all."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.library import load
from facility_agent.bench.care import COUNTRY, FACILITY, MUTUAL, agreement_under, cases
from facility_agent.exchange.columns import MAGIC, pack, unpack
from facility_agent.exchange.envelope import Header, seal
from facility_agent.exchange.messages import BatchMessage, decode, encode
from facility_agent.exchange.randomness import seeded
from facility_agent.invoicing.batch import gather
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest, uuid7
from facility_agent.vocabulary.records import Basis, Claim, Coverage
from tests.exchange.conftest import Site

ROOM = 1 << 24
SYLLABLES = ("ba", "da", "fa", "ka", "la", "ma", "na", "sa", "ta", "wa", "bi", "di", "si", "ti", "zo", "né", "aï")

digits = st.from_regex(r"[A-Z]{2}-[0-9]{4}/[0-9]{2}", fullmatch=True)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.text(max_size=12), digits,
    st.uuids().map(str), st.binary(min_size=8, max_size=8).map(bytes.hex), st.integers(0, 10**17).map(str),
)  # fmt: skip
trees = st.recursive(
    scalars,
    lambda part: st.lists(part, max_size=6) | st.dictionaries(st.text(max_size=4), part, max_size=5),
    max_leaves=25,
)


def back(data: bytes) -> list[Any]:
    return [msgspec.json.decode(value) for value in unpack(data, ROOM)]


@given(st.lists(trees, max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_values_come_back(values: list[Any]) -> None:
    assert back(pack(values)) == values


@given(st.lists(st.one_of(digits, st.uuids().map(str)), min_size=1, max_size=40), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_texts_of_one_form_come_back_however_often_they_repeat(values: list[str], times: int) -> None:
    assert back(pack(values * times)) == values * times


@pytest.mark.parametrize(
    "values",
    [
        ["007", "7"], ["-5", "5"], ["١٢", "12"], ["A#1", "A#2"], ["00000000-0000-0000-0000-00000000000G"],
        ["0" * 19, "1" * 19], [2**62, -(2**62)], [True, 1], [{"a": 1}, {}], [[], [[]]], [{"a": None}, {"b": None}],
        ["AB" * 8, "ab" * 8], [1.5, 2],
    ],
)  # fmt: skip
def test_what_looks_like_a_form_and_is_none_comes_back(values: list[Any]) -> None:
    assert back(pack(values)) == values
    assert [type(value) for value in back(pack(values))] == [type(value) for value in values]


def made(column: object) -> bytes:
    """A column that `pack` did not write."""
    return MAGIC + lzma.compress(msgspec.msgpack.encode(column))


BAD = {
    "nothing": b"",
    "another magic": b"FAC2" + lzma.compress(b"\x90"),
    "no xz": MAGIC + b"columns",
    "cut short": pack(list(range(1000)))[:-7],
    "something behind": pack([1]) + b"!",
    "an unknown kind": made(["columns", 1]),
    "no column": made(7),
    "a million rows of nothing": made(["tables", 10**9, []]),
    "rows that do not fit": made(["tables", 2, [["a", None, ["plain", [1]]]]]),
    "a place that is not there": made(["said", ["plain", ["a"]], [1, False, 9, 1, b"\0"]]),
    "lists longer than their parts": made(["lists", [1, False, 5, 1, b"\0"], ["plain", [1]]]),
    "numbers of no width": made(["numbers", [1, False, 0, 0, b""]]),
    "fewer bytes than numbers": made(["numbers", [9, False, 0, 1, b"\0"]]),
    "half a digest": made(["hex", 8, b"1234567"]),
    "nested without end": made(["said"] * 3),
    "a field twice": made(["tables", 1, [["a", None, ["plain", [1]]], ["a", None, ["plain", [2]]]]]),
    "fewer values than rows": made(["tables", 2, [["a", [2, False, 0, 1, b"\1\1"], ["plain", [1]]]]]),
    "a text that is said until nothing holds it": made(
        ["lists", [1, False, 600, 1, b"\0"], ["said", ["plain", ["a" * 2**20]], [600, False, 0, 1, bytes(600)]]]
    ),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_was_not_packed_is_an_error_and_a_letter_with_it_too(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(data, ROOM)
    if data.startswith(MAGIC):
        with pytest.raises(InputError) as problem:
            decode("batch", data)
        assert problem.value.code == "message-malformed"


def test_the_same_values_give_the_same_bytes_as_ever() -> None:
    """A sealed batch is known by its bytes: whoever packs it again, in years, gets these."""
    rows = [
        {
            "id": f"{row:08x}-0000-7000-8000-{row * row:012x}", "digest": f"{row * 7919:032x}", "no": str(row * 3),
            "number": f"F-1-{row:06d}", "name": ("Awa", "Issa", "Zoé")[row % 3] + "x" * row, "paid": row % 2 == 0,
            "day": f"2026-06-{row % 30 + 1:02d}", "sum": row * row - 40, "mixed": row if row % 3 else str(row),
            "lines": [{"act": "test", "price": 500}, {"act": "iron", "price": 50, "note": None}][: row % 3],
        }
        for row in range(50)
    ]  # fmt: skip
    opened = lzma.decompress(pack([{"claims": rows, "of": "F-1"}])[len(MAGIC) :])
    assert digest(opened) == "02ffe62e0abe27764356d106850606f0d7d0122fb121bb41dcd7cc341ae6784e"


def test_a_bomb_is_not_opened() -> None:
    bomb = MAGIC + lzma.compress(bytes(64 * 1024 * 1024))
    assert len(bomb) < 20_000
    with pytest.raises(ValueError):
        unpack(bomb, 1 << 20)


def a_month(visits: int) -> Iterator[Claim]:
    """Claims of different people with names of their own, 4 or 5 lines each."""
    arrangement = load().versions(COUNTRY)[-1]
    agreement, chance = agreement_under(arrangement), Random(11)
    for place, case in enumerate(islice(cases(arrangement, 0, seed=3), visits), 1):
        name = " ".join("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).title() for _ in range(2))
        born = date(1940, 1, 1) + timedelta(days=chance.randrange(31_000))
        home = f"MLT-{chance.randrange(900_000):06d}"
        person = msgspec.structs.replace(
            case.visit.beneficiary, number=f"{home}-{chance.randrange(1, 9):02d}", name=name, birth_date=born,
            birth_year=born.year, household=home, village="Secteur 1",
            phone=f"7{chance.randrange(10**7):07d}" * (place % 3 == 0),
        )  # fmt: skip
        day = date(2026, 6, 1) + timedelta(days=chance.randrange(30))
        moment = 1_780_000_000_000 + place * 40_000 + chance.randrange(30_000)
        visit = msgspec.structs.replace(
            case.visit, id=uuid7(moment, chance.randbytes(10)), beneficiary=person, day=day, entered_on=day,
            lines=case.visit.lines[: chance.choice((4, 5))], card_serial=chance.randrange(900_000),
            at=f"{chance.randrange(7, 17):02d}:{chance.randrange(60):02d}",
        )  # fmt: skip
        since = date(2021, 1, 1) + timedelta(days=chance.randrange(1400))
        coverage = (Coverage(person, MUTUAL, "mutual", since, paid_until=date(2026, 12, 31)),)
        answer = adjudicate(arrangement, agreement, coverage, case.history, visit)
        basis = Basis(answer.rule_set, agreement.digest, 7)
        yield Claim(
            uuid7(moment + 1, chance.randbytes(10)), f"{FACILITY}-{place:06d}", visit, coverage, basis, answer, day
        )


def test_three_thousand_visits_are_at_most_200_kilobytes_sealed(facility: Site, mutual: Site) -> None:
    claims = {claim.id: claim for claim in a_month(3200)}
    batch = gather(
        claims.values(), FACILITY, MUTUAL, "mutual", "2026-06", "F-1/M-1/1", "b", "main", date(2026, 7, 1), True
    )
    batch = msgspec.structs.replace(batch, items=batch.items[:3000])
    message = BatchMessage(batch, tuple(claims[item.claim] for item in batch.items))
    assert len(batch.items) == 3000
    data = encode(message)
    assert decode("batch", data) == message
    header = Header("1", "batch", FACILITY, MUTUAL, 1, date(2026, 7, 1))
    sealed = seal(header, {"core": data}, facility.seal, mutual.address, seeded("size"))
    assert len(sealed) <= 200_000


def test_items_that_do_not_follow_from_the_claims_are_carried_as_they_are() -> None:
    claims = tuple(a_month(20))
    batch = gather(claims, FACILITY, MUTUAL, "mutual", "2026-06", "F-1/M-1/1", "b", "main", date(2026, 7, 1), True)
    held = tuple({claim.id: claim for claim in claims}[item.claim] for item in batch.items)
    wrong = msgspec.structs.replace(
        batch, items=(msgspec.structs.replace(batch.items[0], due=batch.items[0].due + 1), *batch.items[1:])
    )
    assert decode("batch", encode(BatchMessage(wrong, held))) == BatchMessage(wrong, held)
    assert len(encode(BatchMessage(wrong, held))) > len(encode(BatchMessage(batch, held)))
