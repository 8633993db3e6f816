"""Who bears what a finding cuts or refuses: the rules say it, the row itself, or a reason of the arrangement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from facility_agent.arrangements.duties import Reason
from facility_agent.vocabulary.findings import CATALOGUE, Bearer, Finding

#: What falls on the member, by the rules, unless a reason of the arrangement says otherwise.
MEMBERS: Final = frozenset(
    ("card-altered", "card-expired", "card-issuer-unknown", "card-key-compromised", "card-not-yet-valid",
     "card-revoked", "newborn-too-old", "policyholder-unpaid", "coverage-not-open", "coverage-suspended",
     "contributions-unpaid",
     "beneficiary-deceased", "waiting-period", "agreement-not-in-force", "programme-not-for-person",
     "programme-not-here", "member-not-in-register", "act-not-in-package", "act-excluded", "referral-missing")
)  # fmt: skip
#: Cuts and refusals whose row names the bearer itself.
BY_ROW: Final = frozenset(
    ("ceiling-reached", "count-reached", "interval-too-short", "document-missing", "prior-approval-missing",
     "guarantee-missing", "guarantee-expired", "guarantee-not-granted", "guarantee-used-up", "referral-path")
)  # fmt: skip
#: Findings of the rights that speak of a line or of the visit, and not of a whole scheme.
OF_CARE: Final = frozenset(("waiting-period", "arrangement-not-in-force"))


def usual(code: str) -> Bearer:
    """Who bears what a finding cuts or refuses by the rules alone; nothing where a row says it."""
    return "" if code in BY_ROW else "member" if code in MEMBERS else "facility"


def bearers(reasons: Iterable[Reason]) -> dict[str, Bearer]:
    """By finding, the bearer that a reason names; reasons that say what the rules say anyway are left out."""
    named = ((row.finding, row.borne_by) for row in reasons if row.finding and row.borne_by)
    return {finding: bearer for finding, bearer in named if bearer != usual(finding)}


def bear_lines(named: Mapping[str, Bearer]) -> bool:
    """Whether any of these findings is about a line or a visit, and not about a whole scheme."""
    return any(CATALOGUE[code].room != "eligibility" or code in OF_CARE for code in named)


def reborne(findings: list[Finding], named: Mapping[str, Bearer]) -> list[Finding]:
    """The findings, each cut or refusal with the bearer that is named for it."""
    for place, finding in enumerate(findings):
        bearer = named.get(finding.code, finding.borne_by)
        if bearer != finding.borne_by and finding.weight in ("reduce", "refuse"):
            findings[place] = msgspec.structs.replace(finding, borne_by=bearer)
    return findings
