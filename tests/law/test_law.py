"""Which law counts on a day, and whom an agreement binds."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from facility_agent.arrangements.agreement import Agreement, Party, Signature, in_force, with_digest
from facility_agent.arrangements.library import Library, load
from facility_agent.vocabulary.records import Stay
from tests.law.test_peer_defects import arrangement, judge

DAY = date(2026, 3, 10)


def test_a_pack_received_later_takes_over_on_its_day_although_the_shipped_version_has_no_end() -> None:
    shipped = load().versions("BF")
    later = msgspec.structs.replace(shipped[-1], start=date(2027, 1, 1), digest="later")
    library = Library([*shipped, later])
    found = [library.on("BF", day) for day in (date(2026, 12, 31), date(2027, 1, 1), date(2016, 4, 1))]
    assert [version.digest if version else None for version in found] == [shipped[-1].digest, "later", None]


def test_an_agreement_binds_only_those_who_signed_it() -> None:
    parties = tuple(Party(code=code, name=code, role="facility" if code in "FG" else "payer") for code in "FGMI")
    signed = tuple(Signature(party=code, by="x", capacity="y", on=DAY) for code in "FM")
    agreement = with_digest(
        Agreement(id="a", country="BF", arrangement=DAY, start=DAY, parties=parties, signatures=signed)
    )
    bound = {(facility, payer) for facility in "FG" for payer in "MI" if in_force(agreement, facility, payer, DAY)}
    assert bound == {("F", "M")}


@pytest.mark.parametrize(
    ("admitted", "discharged", "said"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), ""),
        (date(2026, 2, 28), date(2026, 3, 10), "2026-02-28 2026-03-10"),
        (date(2026, 3, 10), date(2026, 4, 1), "2026-03-10 2026-04-01"),
        (date(2026, 3, 10), None, ""),
        (date(2026, 2, 28), None, "2026-02-28 2026-03-10"),
    ],
)
def test_a_stay_across_two_versions_is_said_with_its_days(admitted: date, discharged: date | None, said: str) -> None:
    law = arrangement(start=date(2026, 3, 1), until=date(2026, 3, 31))
    answer = judge(law, stay=Stay(admitted, discharged))
    found = [finding for finding in answer.findings if finding.code == "stay-across-versions"]
    assert [f"{entry.evidence['admitted']} {entry.evidence['discharged']}" for entry in found] == (
        [said] if said else []
    )
    assert all(
        (entry.weight, entry.review, entry.clause, entry.evidence["start"])
        == ("note", True, "arrangement", "2026-03-01")
        for entry in found
    )
