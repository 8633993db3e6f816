"""A finding is an answer, not a failure: a code, a weight, the clause it rests on, and the evidence.

`CATALOGUE` is the one list of codes; `docs/findings.md` is printed from it, and the sentences of every code
stand in the catalogues as `finding.<code>` (neutral) and, where care is named, `finding.<code>.clinical`.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Weight = Literal["note", "reduce", "refuse", "unchecked"]
Bearer = Literal["", "member", "facility"]
Cause = Literal["", "clause", "fact"]

#: What a contract says when no source gives a value. It is a legal value and never a default.
UNKNOWN: Final = "unknown"
Unknown = Literal["unknown"]

MEMBER: Final = "member"
FACILITY: Final = "facility"


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a rule found. `amount` is the cut in minor units; `evidence` holds the fields of the sentence."""

    code: str
    weight: Weight
    clause: str = ""
    borne_by: Bearer = ""
    cause: Cause = ""
    missing: str = ""
    review: bool = False
    amount: int = 0
    evidence: dict[str, str | int] = {}


class Kind(msgspec.Struct, frozen=True):
    """One code of the catalogue: the room that owns it, the weights it may carry, the fields of its sentence."""

    code: str
    room: str
    weights: tuple[Weight, ...]
    fields: tuple[str, ...] = ()
    clinical: bool = False


def note(code: str, clause: str = "", *, review: bool = False, **evidence: str | int) -> Finding:
    """Something worth saying that changes no amount."""
    return Finding(code, "note", clause, review=review, evidence=evidence)


def reduce(code: str, clause: str, borne_by: Bearer, amount: int, **evidence: str | int) -> Finding:
    """A cut of `amount` minor units, and who bears it."""
    return Finding(code, "reduce", clause, borne_by, amount=amount, evidence=evidence)


def refuse(code: str, clause: str, borne_by: Bearer, **evidence: str | int) -> Finding:
    """A line that no payer pays, and who bears it."""
    return Finding(code, "refuse", clause, borne_by, evidence=evidence)


def unchecked(
    code: str, clause: str, cause: Cause, missing: str, *, review: bool = False, **evidence: str | int
) -> Finding:
    """What could not be judged, because a clause is open or a fact is missing; never counted as passed."""
    return Finding(code, "unchecked", clause, cause=cause, missing=missing, review=review, evidence=evidence)


def _kinds(room: str, *rows: tuple[str, str, str] | tuple[str, str, str, bool]) -> list[Kind]:
    made = []
    for code, weights, fields, *rest in rows:
        made.append(Kind(code, room, tuple(weights.split()), tuple(fields.split()), bool(rest)))  # type: ignore[arg-type]
    return made


CATALOGUE: Final[dict[str, Kind]] = {
    kind.code: kind
    for kind in [
        *_kinds(
            "eligibility",
            ("card-altered", "refuse", ""),
            ("card-expired", "refuse", "expires"),
            ("card-issuer-unknown", "refuse", "key"),
            ("card-not-yet-valid", "refuse", "issued"),
            ("card-revoked", "refuse", "serial as_of"),
            ("card-key-compromised", "refuse unchecked", "member day"),
            ("card-certificate", "note", "serial until"),
            ("photo-differs", "note", "member issued"),
            ("card-not-shown", "note unchecked", "member"),
            ("card-seen-today", "note", "member"),
            ("identified-not-verified", "unchecked", "member"),
            ("revocation-list-missing", "unchecked", ""),
            ("register-missing", "unchecked", "payer"),
            ("register-old", "unchecked note", "as_of days limit"),
            ("member-not-in-register", "refuse unchecked", "member as_of"),
            ("coverage-not-open", "refuse", "since until"),
            ("coverage-suspended", "refuse", "since"),
            ("contributions-unpaid", "refuse unchecked", "paid_until grace"),
            ("policyholder-unpaid", "refuse unchecked", "paid_until grace"),
            ("beneficiary-deceased", "refuse", "day"),
            ("waiting-period", "refuse unchecked", "benefit opens since"),
            ("agreement-not-in-force", "refuse", "facility payer day"),
            ("arrangement-not-in-force", "refuse", "country day"),
            ("programme-admitted", "note", "programme proof"),
            ("programme-proof-missing", "refuse unchecked", "programme proofs"),
            ("programme-not-for-person", "refuse unchecked", "programme"),
            ("programme-not-here", "refuse", "programme facility"),
            ("person-differs", "note", "field card register"),
            ("person-implausible", "note", "field register"),
            ("photo-not-them", "note", ""),
            ("referral-to-see", "unchecked", ""),
            ("letter-on-hand", "note", "number until count"),
            ("letter-not-valid", "note", "number until"),
            ("offline-answer", "unchecked", ""),
            ("birth-date-missing", "unchecked", "member"),
            ("newborn-under-mother", "note unchecked", "mother until"),
            ("newborn-too-old", "refuse", "member until"),
            ("newborn-proof-missing", "unchecked", "proofs"),
            ("emergency-opens-care", "note", "until"),
            ("clock-behind", "unchecked", "today seen"),
        ),
        *_kinds(
            "protocols",
            ("act-not-in-package", "refuse", "act"),
            ("act-excluded", "refuse", "act"),
            ("act-above-level", "refuse note", "act level required"),
            ("dispenser-not-allowed", "refuse", "act dispenser"),
            ("prescription-expired", "refuse", "act written days"),
            ("stay-days-over", "reduce unchecked", "act days counted"),
            ("observation-days-over", "reduce unchecked", "act days maximum"),
            ("condition-forbidden", "refuse", ""),
            ("condition-code-missing", "unchecked", ""),
            ("prescriber-not-allowed", "refuse note unchecked", "act role"),
            ("prescription-not-allowed", "refuse unchecked", "act role"),
            ("sex-incompatible", "refuse", "act sex", True),
            ("age-incompatible", "refuse unchecked", "act age minimum maximum", True),
            ("prior-approval-missing", "refuse note unchecked", "act"),
            ("guarantee-missing", "refuse note unchecked", "act"),
            ("guarantee-expired", "refuse note unchecked", "act number start until"),
            ("guarantee-not-granted", "refuse note unchecked", "act number"),
            ("guarantee-used-up", "refuse reduce unchecked", "act number quantity allowed"),
            ("guarantee-used", "note", "act number"),
            ("referral-missing", "refuse note unchecked", "level"),
            ("referral-path", "refuse unchecked", "level sender"),
            ("quantity-over-maximum", "reduce", "act quantity maximum"),
            ("count-reached", "refuse note unchecked", "act count maximum months"),
            ("interval-too-short", "refuse note unchecked", "act previous days"),
            ("follow-up-window", "refuse unchecked", "previous days"),
            ("duplicate-line", "refuse", "act line"),
            ("duplicate-claim", "refuse", "act claim day"),
            ("dates-reversed", "refuse", "start end"),
            ("stay-across-versions", "note", "admitted discharged start"),
            ("visit-in-future", "refuse", "day today"),
            ("fact-missing", "unchecked", "fact"),
            ("document-missing", "unchecked refuse", "document"),
            ("late-entry", "note", "day entered"),
            ("entered-from-list", "note", "sheet list sequence as_of"),
            ("list-not-kept", "unchecked", "sheet list sequence as_of"),
            ("dispensed-over-prescribed", "reduce", "act prescribed dispensed"),
            ("test-before-treatment", "note refuse unchecked", "act tests", True),
            ("test-result-negative", "note refuse", "act test", True),
            ("quantity-outside-band", "note reduce unchecked", "act quantity expected unit grams fits", True),
            ("quantity-outside-age-band", "note", "act quantity expected unit age fits", True),
            ("quantity-below-band", "note", "act quantity expected unit", True),
            ("weight-age-differ", "note", "act grams age", True),
            ("incompatible-acts", "note refuse", "act other", True),
            ("prerequisite-missing", "note", "act prerequisite", True),
            ("medicine-not-for-condition", "note refuse", "act condition", True),
            ("care-expected", "note", "condition expected_acts", True),
            ("referral-expected", "note", "condition level", True),
            ("not-for-person", "note refuse unchecked", "act fact", True),
            ("pregnancy-week-outside", "note refuse unchecked", "act week first last", True),
            ("days-over-maximum", "note reduce unchecked", "act days maximum quantity allowed"),
            ("protocol-fact-missing", "unchecked", "fact", True),
        ),
        *_kinds(
            "invoicing",
            ("tariff-missing", "refuse", "act level"),
            ("price-above-tariff", "reduce", "act price tariff quantity"),
            ("capitation", "reduce", "act"),
            ("included-in-flat", "reduce unchecked", "act other previous"),
            ("flat-once", "reduce", "act quantity paid"),
            ("rate-open", "unchecked", "scheme family"),
            ("copay", "note", "scheme amount"),
            ("copay-once", "note unchecked", "scheme amount previous"),
            ("deductible", "note unchecked", "amount row"),
            ("ceiling-reached", "reduce unchecked", "scope limit used"),
            ("currency-differs", "refuse", "currency expected"),
            ("amount-impossible", "refuse", "act quantity price"),
            ("submitted-late", "note refuse unchecked", "day deadline"),
            ("regularised-late", "refuse unchecked", "day deadline"),
            ("kind-not-allowed", "refuse unchecked", "kind"),
            ("endorsement-missing", "unchecked", "validator"),
            ("power-not-delegated", "note unchecked", "to power amount limit"),
        ),
        *_kinds(
            "audit",
            ("answer-differs", "note reduce", "facility_amount mutual_amount"),
            ("rule-set-differs", "note", "ours theirs"),
            ("facts-differ", "note", "fact ours theirs"),
            ("exact-duplicate", "refuse", "claim day"),
            ("near-duplicate", "note", "claim day"),
            ("price-multiple", "note", "act price tariff multiple"),
            ("two-facilities-one-hour", "note unchecked", "other facility at"),
            ("delivery-twice", "note unchecked", "claim day months", True),
            ("quantity-outlier", "note", "act quantity median"),
            ("provider-day-impossible", "note unchecked", "day role minutes limit"),
            ("repeated-follow-up", "note", "member count days"),
            ("totals-do-not-add-up", "refuse", "stated computed"),
            ("claim-in-another-batch", "refuse", "claim batch"),
            ("claim-replaced", "refuse", "claim successor"),
            ("correction-of-batched", "note", "claim batch"),
            ("duplicate-elsewhere", "note", "claim day facility"),
            ("same-day-visits", "note", "claim day"),
            ("split-claim", "note", "claim day"),
            ("overlapping-stays", "note", "claim start end"),
            ("care-during-stay", "note", "claim start end"),
            ("billed-to-another", "note", "claim payer register"),
            ("two-mutuals-one-hour", "note", "claim payer facility at"),
            ("two-memberships-one-day", "note", "claim payer day"),
            ("receipt-at-another", "note", "payer number"),
            ("copied-text", "note", "count"),
            ("sequential-cards", "note", "day count serial"),
            ("household-deliveries", "note", "count months", True),
            ("shared-phone", "note", "count"),
            ("household-burst", "note", "count days"),
            ("round-amount", "note", "amount"),
            ("holiday-work", "note", "day"),
            ("exact-hour", "note", "at"),
            ("entered-late", "note", "day entered"),
            ("visit-gap", "note", "claim day facility"),
            ("heads-not-counted", "unchecked", "day"),
            ("head-unknown", "reduce", "member day"),
            ("head-listed-elsewhere", "reduce", "member day"),
            ("head-not-listed", "reduce", "member day"),
            ("head-not-open", "reduce", "member day"),
            ("head-rate-differs", "reduce", "ours theirs"),
            ("head-not-claimed", "note", "member"),
            ("decided-by-person", "note reduce refuse", "reason by"),
        ),
    ]
}
