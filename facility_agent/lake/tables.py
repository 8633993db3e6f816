"""Claims as flat tables: one row per claim, one per line, one per claim that another mutual shows.

Days are ordinals, and orders are text that sorts. Flat rows of whole numbers, text and truth values mean the same to
every engine; what needs a calendar or a list of acts (is this a consultation, when may another birth follow) is worked
out here, once, with the functions of the rules.
`place` is the order in which the edits see a claim, and ends with `|` and the claim's id. Hours of lines are padded, so
that a claim without an hour comes first there too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pyarrow as pa

from facility_agent.arrangements.terms import Terms
from facility_agent.audit.bursts import written
from facility_agent.audit.comparisons import is_holiday
from facility_agent.audit.month import Bars, Month, Shown
from facility_agent.audit.recompute import due
from facility_agent.audit.treatment import Treatment, minutes, of_claim
from facility_agent.audit.volumes import role_of
from facility_agent.vocabulary.identifiers import digest
from facility_agent.vocabulary.periods import add_months
from facility_agent.vocabulary.persons import person_of
from facility_agent.vocabulary.records import Claim, PastLine

_TEXT, _WHOLE, _TRUTH = pa.string(), pa.int64(), pa.bool_()

CLAIMS = pa.schema(
    [
        *((name, _TEXT) for name in ("claim", "place", "moment", "member", "household", "facility", "at", "items")),
        *((name, _TEXT) for name in ("register_number", "condition", "consultation_lines", "birth_lines")),
        *((name, _TEXT) for name in ("text", "phone", "hour", "person")),
        *((name, _WHOLE) for name in ("day", "minute", "admitted", "discharged", "birth_until", "entered", "serial")),
        *((name, _WHOLE) for name in ("due", "consultation_due", "birth_due", "acts", "submitted")),
        *((name, _TRUTH) for name in ("audited", "held", "holiday", "referred", "stay", "consultation", "birth")),
    ]
)
LINES = pa.schema(
    [
        *((name, _TEXT) for name in ("claim", "line", "facility", "member", "act", "role", "prescriber", "at")),
        *((name, _WHOLE) for name in ("day", "quantity", "minutes", "due", "claim_due")),
        ("audited", _TRUTH),
        # Whether the claim itself is at hand; of lines that are only remembered nobody knows who worked them.
        ("held", _TRUTH),
    ]
)

#: What other mutuals show of their claims; `place` is mutual and number.
THEIRS = pa.schema(
    [
        *((name, _TEXT) for name in ("place", "claim", "facility", "at", "register_number", "person")),
        *((name, _WHOLE) for name in ("day", "minute")),
        ("referred", _TRUTH),
    ]
)

Row = dict[str, Any]


class Rows:
    """Makes rows under one arrangement, for one payer and scheme."""

    def __init__(self, terms: Terms, payer: str, scheme: str, bars: Bars) -> None:
        acts = terms.acts.values()
        self._terms, self._acts = terms, terms.acts
        self._holidays: dict[date, bool] = {}
        self._payer, self._scheme, self._bars = payer, scheme, bars
        self.consultations = frozenset(act.code for act in acts if act.follow_up)
        self.births = frozenset(
            act.code for act in acts if act.code in bars.deliveries or act.family in bars.deliveries
        )

    def of_treatment(self, treatment: Treatment, place: str, *, audited: bool) -> Row:
        """The row of a treatment; money and lines of it are not known."""
        day = treatment.day.toordinal()
        birth = bool(treatment.acts & self.births)
        return {
            "claim": treatment.claim,
            "place": f"{place}|{treatment.claim}",
            "moment": f"{treatment.day.isoformat()} {treatment.at:5} {treatment.claim}",
            "member": treatment.member,
            "household": treatment.household,
            "facility": treatment.facility,
            "at": treatment.at,
            "items": " ".join(f"{act}*{quantity}" for act, quantity in treatment.items),
            "register_number": treatment.register_number,
            "condition": treatment.condition,
            "day": day,
            "minute": treatment.minute,
            "admitted": treatment.admitted.toordinal() if treatment.admitted else None,
            "discharged": treatment.discharged.toordinal() if treatment.discharged else None,
            "birth_until": add_months(treatment.day, self._bars.birth_months).toordinal() if birth else None,
            "acts": len(treatment.acts),
            "audited": audited,
            "referred": treatment.referred,
            "stay": treatment.stay,
            "consultation": bool(treatment.acts & self.consultations),
            "birth": birth,
            "consultation_lines": "",
            "birth_lines": "",
            "due": 0,
            "consultation_due": 0,
            "birth_due": 0,
            "held": False,
            "text": "",
            "phone": "",
            "hour": "",
            "person": "",
            "entered": None,
            "serial": None,
            "submitted": 0,
            "holiday": False,
        }

    def of_claim(self, claim: Claim, place: str, *, audited: bool) -> tuple[Row, list[Row]]:
        """The row of a claim and those of its lines."""
        row = self.of_treatment(of_claim(claim), place, audited=audited)
        asked: dict[str, int] = {}
        for answer in claim.adjudication.lines:
            asked[answer.id] = asked.get(answer.id, 0) + due(answer, self._payer, self._scheme)
        row["due"] = sum(asked.values())
        for kind, acts in (("consultation", self.consultations), ("birth", self.births)):
            named = [line.id for line in claim.visit.lines if line.act in acts]
            row[f"{kind}_lines"] = "|".join(named)
            row[f"{kind}_due"] = sum(asked.get(line, 0) for line in set(named))
        visit, text = claim.visit, written(claim.visit)
        row |= {
            "held": True,
            # Of a text nothing is asked but whether it is the same one.
            "text": digest(text.encode()) if len(text) >= self._bars.copied_signs else "",
            "phone": visit.beneficiary.phone,
            "hour": visit.at,
            "person": person_of(claim),
            "entered": visit.entered_on.toordinal() if visit.entered_on else None,
            "serial": visit.card_serial,
            "submitted": claim.adjudication.submitted,
            "holiday": self._rests(visit.day),
        }
        lines = []
        for line in claim.visit.lines:
            act = self._acts.get(line.act)
            lines.append(
                {
                    "claim": claim.id,
                    "line": line.id,
                    "facility": claim.visit.facility,
                    "member": claim.visit.beneficiary.number,
                    "act": line.act,
                    "role": role_of(act, line),
                    "prescriber": line.prescriber,
                    "at": f"{claim.visit.at:5}",
                    "day": row["day"],
                    "quantity": line.quantity,
                    "minutes": (act.minutes or 0) * line.quantity if act else 0,
                    "due": asked.get(line.id, 0),
                    "claim_due": row["due"],
                    "audited": audited,
                    "held": True,
                }
            )
        return row, lines

    def _rests(self, day: date) -> bool:
        if day not in self._holidays:
            self._holidays[day] = is_holiday(self._terms, day)
        return self._holidays[day]


def of_past(line: PastLine) -> Row:
    """The row of a remembered line: what was given, but not by whom."""
    return {
        "claim": line.claim, "line": "", "facility": line.facility, "member": line.member, "act": line.act,
        "role": "", "prescriber": "", "at": f"{line.at:5}", "day": line.day.toordinal(),
        "quantity": line.quantity, "minutes": 0, "due": 0, "claim_due": 0, "audited": False, "held": False,
    }  # fmt: skip


def of_shown(entry: Shown) -> Row:
    """The row of what another mutual shows of a claim."""
    return {
        "place": entry.place, "claim": entry.claim, "facility": entry.facility, "at": entry.at,
        "register_number": entry.register_number, "person": entry.person, "day": entry.day.toordinal(),
        "minute": minutes(entry.at), "referred": entry.referred,
    }  # fmt: skip


def of_month(month: Month) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The tables of a month, as the edits of `audit/` see it: claims, lines, and what other mutuals show."""
    rows = Rows(month.terms(""), month.payer, month.scheme, month.bars)
    held, live = {claim.id: claim for claim in month.held}, {claim.id: claim for claim in month.live}
    claims: list[Row] = []
    lines = [of_past(line) for line in month.past]
    for audited, treatments in ((False, month.known), (True, month.audited)):
        for number, treatment in enumerate(treatments):
            place = f"{audited:d}{number:09d}"
            claim = live.get(treatment.claim) if audited else held.get(treatment.claim)
            if claim is None:
                claims.append(rows.of_treatment(treatment, place, audited=audited))
            else:
                row, own = rows.of_claim(claim, place, audited=audited)
                claims.append(row)
                lines += own
    theirs = [of_shown(entry) for entry in month.theirs]
    tables = ((claims, CLAIMS), (lines, LINES), (theirs, THEIRS))
    first, second, third = (pa.Table.from_pylist(rows, schema) for rows, schema in tables)
    return first, second, third


def place_of(claim: Claim) -> str:
    """The order of claims under audit where nothing else is known: minted first, seen first."""
    return f"1{claim.minted_on.isoformat()}"


def live(claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims that no other one of them replaces."""
    everything = tuple(claims)
    replaced = {name for claim in everything for name in (claim.replaces, claim.visit.replaces) if name}
    return (claim for claim in everything if claim.id not in replaced)
