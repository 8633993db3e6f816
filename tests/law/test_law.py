"""Which law counts on a day, and whom an agreement binds."""

from __future__ import annotations

from datetime import date

import msgspec

from facility_agent.arrangements.agreement import Agreement, Party, Signature, in_force, with_digest
from facility_agent.arrangements.library import Library, load

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
