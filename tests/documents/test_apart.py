"""Prints made in a process of their own are those that would be made here, and a child that fails says why."""

from __future__ import annotations

import pytest

from facility_agent.documents import apart
from facility_agent.documents.apart import KINDS, Order, fulfil, printed
from facility_agent.invoicing.statement import statement
from facility_agent.vocabulary.errors import InputError
from tests.invoicing.months import AGREEMENT, ARRANGEMENT, CLOSED, batch

PAGE = statement(batch(40, names=("N’Diaye-Sow Aı̈cha", "Ouédraogo " + "x" * 60)), ARRANGEMENT, AGREEMENT)


async def test_a_child_prints_what_would_be_printed_here() -> None:
    apartly = await printed(PAGE, "ab" * 32, "fr", CLOSED)
    here = fulfil(Order(PAGE, "ab" * 32, "fr", CLOSED, KINDS))
    assert {kind: made.files[kind] for kind, made in apartly.items()} == here
    assert [data[:3] for data in here.values()] == [b"%PD", b"PK\x03", b"\xef\xbb\xbf"]


async def test_a_child_that_fails_says_what_it_said_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "__name__", "facility_agent.documents.nowhere")
    with pytest.raises(InputError) as found:
        await printed(PAGE, "", "fr", CLOSED, ("csv",))
    assert found.value.code == "batch-print-failed" and "nowhere" in found.value.fields["said"]
