"""The package: what may be given, by whom, at which level, to whom, with whose approval.

Each rule looks at one line; a refusal here holds whoever pays, and its bearer is named.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from facility_agent.arrangements.model import Act, Requirement
from facility_agent.arrangements.terms import Terms
from facility_agent.vocabulary.findings import FACILITY, MEMBER, UNKNOWN, Finding, note, reduce, refuse, unchecked
from facility_agent.vocabulary.periods import age_in_months
from facility_agent.vocabulary.records import CareLine, Visit

Rule = Callable[[Terms, Visit, CareLine, Act], Finding | None]


def not_excluded(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """An excluded act is paid by the member."""
    return refuse("act-excluded", act.clause or "package", MEMBER, act=act.code) if act.status == "excluded" else None


def level(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """An act above the facility's level is refused, except in an emergency, which is noted."""
    if not act.levels or terms.level in act.levels:
        return None
    needed = ", ".join(act.levels)
    if visit.emergency:
        return note("act-above-level", act.clause or "levels", act=act.code, level=terms.level, required=needed)
    return refuse("act-above-level", act.clause or "levels", FACILITY, act=act.code, level=terms.level, required=needed)


def performer(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """Some acts are reserved to some roles; an unnamed role is a missing fact."""
    if line.role in act.roles:
        return None
    clause = act.clause or "roles"
    if not line.role:
        return unchecked("prescriber-not-allowed", clause, "fact", "role", review=True, act=act.code, role="")
    return refuse("prescriber-not-allowed", clause, FACILITY, act=act.code, role=line.role)


def prescriber(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """Some care counts only when some roles prescribed it, whoever gives it."""
    if line.prescriber in act.prescribers:
        return None
    clause = act.clause or "prescribers"
    if not line.prescriber:
        return unchecked("prescription-not-allowed", clause, "fact", "prescriber", review=True, act=act.code, role="")
    return refuse("prescription-not-allowed", clause, FACILITY, act=act.code, role=line.prescriber)


def sex(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """An act for one sex only."""
    known = visit.beneficiary.sex
    if not act.sex or not known or known == act.sex:
        return None
    return refuse("sex-incompatible", act.clause or "package", FACILITY, act=act.code, sex=known)


def age(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """An act for some ages only; the upper age is included to its last month."""
    if act.minimum_age_months is None and act.maximum_age_months is None:
        return None
    minimum, maximum = act.minimum_age_months, act.maximum_age_months
    clause = act.clause or "package"
    born = visit.beneficiary.birth_date
    if born is None:
        return unchecked(
            "age-incompatible",
            clause,
            "fact",
            "birth_date",
            act=act.code,
            age="",
            minimum=minimum or 0,
            maximum=maximum or "",
        )
    months = age_in_months(born, visit.day)
    if (minimum is None or months >= minimum) and (maximum is None or months <= maximum):
        return None
    return refuse(
        "age-incompatible", clause, FACILITY, act=act.code, age=months, minimum=minimum or 0, maximum=maximum or ""
    )


def maximum_quantity(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """No more than so many units in one line; the facility bears what lies above."""
    if act.maximum_quantity is None or line.quantity <= act.maximum_quantity:
        return None
    cut = (line.quantity - act.maximum_quantity) * line.price
    return reduce(
        "quantity-over-maximum", act.clause or "package", FACILITY, cut,
        act=act.code, quantity=line.quantity, maximum=act.maximum_quantity,
    )  # fmt: skip


def dispensed(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """No more is claimed than was prescribed."""
    if line.prescribed is None or line.quantity <= line.prescribed:
        return None
    cut = (line.quantity - line.prescribed) * line.price
    return reduce(
        "dispensed-over-prescribed", "prescription", FACILITY, cut,
        act=act.code, prescribed=line.prescribed, dispensed=line.quantity,
    )  # fmt: skip


#: Whether a fact that an arrangement may demand is stated.
STATED: dict[str, Callable[[Visit, CareLine], bool]] = {
    "condition": lambda visit, line: bool(visit.condition),
    "weight": lambda visit, line: visit.weight_grams is not None,
    "role": lambda visit, line: bool(line.role),
    "result": lambda visit, line: bool(line.result),
    "register_number": lambda visit, line: bool(visit.register_number),
    "hour": lambda visit, line: bool(visit.at or line.at),
    "referred_to": lambda visit, line: bool(visit.referred_to),
    "reason": lambda visit, line: bool(visit.reason),
    "stay": lambda visit, line: visit.stay is not None,
}


def requirement(visit: Visit, line: CareLine, row: Requirement) -> Finding | None:
    """A fact or paper that the arrangement demands; missing, it calls a person, or refuses where the clause says so."""
    clause = row.clause or f"requirement:{row.code}"
    if not _demanded(visit, row):
        return None
    if row.kind == "document":
        if row.code in visit.documents:
            return None
        if row.refuses:
            return refuse("document-missing", clause, row.borne_by, document=row.code)
        return unchecked("document-missing", clause, "fact", row.code, review=True, document=row.code)
    stated = STATED.get(row.code)
    if stated is not None and stated(visit, line):
        return None
    return unchecked("fact-missing", clause, "fact", row.code, review=True, fact=row.code)


def _demanded(visit: Visit, row: Requirement) -> bool:
    """Whether a requirement that names an age or a circumstance is meant; an unknown age is asked for it."""
    born = visit.beneficiary.birth_date
    young = row.under_months is None or born is None or age_in_months(born, visit.day) < row.under_months
    return young and (not row.when or row.when in _standing(visit))


def _standing(visit: Visit) -> tuple[str, ...]:
    """What is so of this visit that a requirement may name."""
    so = {"referred": visit.referred_from, "transferred": visit.referred_to, "stay": visit.stay}
    return tuple(name for name, value in so.items() if value)


def dispenser(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """A medicine that only some types of facility may dispense."""
    if not act.dispensers or terms.dispenser in act.dispensers:
        return None
    return refuse("dispenser-not-allowed", act.clause or "package", FACILITY, act=act.code, dispenser=terms.dispenser)


def prescription(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """A prescription is filled within its validity; the day it was written is a fact of the line."""
    if line.prescribed_on is None:
        return None
    days = terms.clause("prescription_days")
    if days == UNKNOWN:
        return None
    last = line.prescribed_on + timedelta(days=int(days))
    if line.prescribed_on <= visit.day <= last:
        return None
    return refuse(
        "prescription-expired", "prescription_days", FACILITY, act=act.code, written=line.prescribed_on.isoformat(),
        days=int(days),
    )  # fmt: skip


def days_of_stay(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """No more days than the stay has, counted as the clause says."""
    stay, counting = visit.stay, terms.clause("stay_days")
    if stay is None or stay.discharged is None:
        return unchecked("stay-days-over", "stay_days", "fact", "stay", act=act.code, days=line.quantity, counted="")
    if counting == UNKNOWN:
        return unchecked(
            "stay-days-over", "stay_days", "clause", "stay_days", act=act.code, days=line.quantity, counted=""
        )
    nights = (stay.discharged - stay.admitted).days
    counted = max(1, nights) if counting == "entry-to-eve" else nights + 1
    if line.quantity <= counted:
        return None
    cut = (line.quantity - counted) * line.price
    return reduce("stay-days-over", "stay_days", FACILITY, cut, act=act.code, days=line.quantity, counted=counted)


def days_of_observation(terms: Terms, visit: Visit, line: CareLine, act: Act) -> Finding | None:
    """Observation, or the day hospital, has a maximum of its own in one visit."""
    most = terms.clause("observation_days")
    if most == UNKNOWN:
        return unchecked(
            "observation-days-over", "observation_days", "clause", "observation_days",
            act=act.code, days=line.quantity, maximum="",
        )  # fmt: skip
    if line.quantity <= int(most):
        return None
    cut = (line.quantity - int(most)) * line.price
    return reduce(
        "observation-days-over", "observation_days", FACILITY, cut, act=act.code, days=line.quantity, maximum=int(most)
    )


#: Every rule, in the order in which it is read, with the acts that it can speak of here.
RULES: tuple[tuple[Rule, Callable[[Terms, Act], bool]], ...] = (
    (not_excluded, lambda terms, act: act.status == "excluded"),
    (level, lambda terms, act: bool(act.levels) and terms.level not in act.levels),
    (dispenser, lambda terms, act: bool(act.dispensers)),
    (performer, lambda terms, act: bool(act.roles)),
    (prescriber, lambda terms, act: bool(act.prescribers)),
    (sex, lambda terms, act: bool(act.sex)),
    (age, lambda terms, act: act.minimum_age_months is not None or act.maximum_age_months is not None),
    (maximum_quantity, lambda terms, act: act.maximum_quantity is not None),
    (days_of_stay, lambda terms, act: act.day_of_stay),
    (days_of_observation, lambda terms, act: act.observation),
)

#: What is asked of a line that says what was prescribed, or when.
PRESCRIBED: tuple[Rule, ...] = (prescription, dispensed)
