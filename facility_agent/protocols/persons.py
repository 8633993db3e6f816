"""For whom and where: sex, age, weight, pregnancy and its week; levels, ranks and roles.

What nobody knows accuses nobody: an unstated pregnancy is not a missing one, a missing fact is named.
"""

from __future__ import annotations

from facility_agent.arrangements.protocols import Rule
from facility_agent.arrangements.terms import Terms
from facility_agent.protocols.asked import Asked, said
from facility_agent.vocabulary.findings import Finding, note, unchecked
from facility_agent.vocabulary.past import Past
from facility_agent.vocabulary.periods import age_in_months
from facility_agent.vocabulary.records import CareLine, Visit


def for_whom(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """The first fact that speaks against giving this act to this person, else the first one that is missing."""
    if against := _against(asked.rule, visit):
        return (said(asked, "not-for-person", line, act=line.act, fact=against),)
    if missing := _missing(asked.rule, visit):
        return (unchecked("not-for-person", asked.clause, "fact", missing, act=line.act, fact=missing),)
    return _week(asked, terms, visit, line)


def where(asked: Asked, terms: Terms, visit: Visit, line: CareLine, past: Past) -> tuple[Finding, ...]:
    """Levels, ranks and roles that the protocol names; an emergency goes before."""
    rule, found = asked.rule, []
    if not _at_its_place(rule, terms) and not visit.emergency:
        required = ", ".join(rule.levels or _levels_from(terms, rule))
        found.append(said(asked, "act-above-level", line, act=line.act, level=terms.level, required=required))
    if rule.roles and line.role not in rule.roles and not (rule.approved and _approved(visit, line)):
        if line.role:
            found.append(said(asked, "prescriber-not-allowed", line, act=line.act, role=line.role))
        else:
            found.append(unchecked("prescriber-not-allowed", asked.clause, "fact", "role", act=line.act, role=""))
    return tuple(found)


def refer(asked: Asked, terms: Terms, visit: Visit) -> tuple[Finding, ...]:
    """A condition with which a person is sent on from this level; a stay that ended in a referral says it too."""
    rule = asked.rule
    here = terms.level in rule.levels or (
        rule.until_rank is not None and terms.rank is not None and terms.rank <= rule.until_rank
    )
    sent = bool(visit.referred_to) or (visit.stay is not None and visit.stay.outcome == "referred")
    if not here or sent:
        return ()
    return (note("referral-expected", asked.clause, condition=visit.condition, level=terms.level),)


def fact(asked: Asked, visit: Visit, line: CareLine | None = None) -> tuple[Finding, ...]:
    """A fact that the claim should state for this care."""
    name = asked.rule.fact
    stated = {
        "weight": visit.weight_grams is not None,
        "condition": bool(visit.condition),
        "gestation_weeks": visit.gestation_weeks is not None,
        "register_number": bool(visit.register_number),
        "hour": bool(visit.at or (line is not None and line.at)),
        "result": line is not None and bool(line.result),
        "role": line is not None and bool(line.role),
    }
    if stated[name] or not of_age(asked.rule, visit):
        return ()
    return (unchecked("protocol-fact-missing", asked.clause, "fact", name, fact=name),)


def _against(rule: Rule, visit: Visit) -> str:
    """The first stated fact that speaks against; empty when none does."""
    person = visit.beneficiary
    if rule.sex and person.sex and person.sex != rule.sex:
        return "sex"
    if not of_age(rule, visit):
        return "age"
    if rule.from_grams is not None and visit.weight_grams is not None and visit.weight_grams < rule.from_grams:
        return "weight"
    if rule.pregnant is not None and visit.pregnant is not None and visit.pregnant != rule.pregnant:
        return "pregnant"
    return ""


def _missing(rule: Rule, visit: Visit) -> str:
    """The first fact that the rule looks at and nobody stated; empty when there is none."""
    aged = rule.from_months is not None or rule.under_months is not None
    if aged and visit.beneficiary.birth_date is None:
        return "birth_date"
    if rule.from_grams is not None and visit.weight_grams is None:
        return "weight"
    return "pregnant" if rule.pregnant is not None and visit.pregnant is None else ""


def of_age(rule: Rule, visit: Visit) -> bool:
    """Whether the person's age lies within the rule's; an unknown one does."""
    born = visit.beneficiary.birth_date
    if born is None or (rule.from_months is None and rule.under_months is None):
        return True
    months = age_in_months(born, visit.day)
    return (rule.from_months or 0) <= months and (rule.under_months is None or months < rule.under_months)


def _week(asked: Asked, terms: Terms, visit: Visit, line: CareLine) -> tuple[Finding, ...]:
    """The week of pregnancy from which, and until which, an act is given."""
    rule, week = asked.rule, visit.gestation_weeks
    first, last = first_week(rule, terms.arrangement.country), rule.until_week
    if first is None and last is None:
        return ()
    bounds: tuple[str | int, str | int] = first or 1, last or ""
    if week is None:
        return (
            unchecked(
                "pregnancy-week-outside", asked.clause, "fact", "gestation_weeks",
                act=line.act, week="", first=bounds[0], last=bounds[1],
            ),
        )  # fmt: skip
    if (first or 0) <= week and (last is None or week <= last):
        return ()
    return (said(asked, "pregnancy-week-outside", line, act=line.act, week=week, first=bounds[0], last=bounds[1]),)


def first_week(rule: Rule, country: str) -> int | None:
    """The first week of pregnancy in a country; `*` stands for those that the rule does not name.

    >>> from facility_agent.arrangements.row import Text
    >>> rule = Rule(code="sp", kind="for-whom", name=Text("SP", "SP"), from_week={"BJ": 16, "*": 13})
    >>> first_week(rule, "BJ"), first_week(rule, "BF")
    (16, 13)
    """
    if isinstance(rule.from_week, dict):
        return rule.from_week.get(country, rule.from_week.get("*"))
    return rule.from_week


def _at_its_place(rule: Rule, terms: Terms) -> bool:
    """Whether the facility's level is one that the rule names; a facility without a level is asked nothing."""
    if rule.levels and terms.level and terms.level not in rule.levels:
        return False
    if terms.rank is None:
        return True
    return (rule.from_rank or 1) <= terms.rank and (rule.until_rank is None or terms.rank <= rule.until_rank)


def _levels_from(terms: Terms, rule: Rule) -> tuple[str, ...]:
    return tuple(
        level.code
        for level in terms.levels.values()
        if (rule.from_rank or 1) <= level.rank and (rule.until_rank is None or level.rank <= rule.until_rank)
    )


def _approved(visit: Visit, line: CareLine) -> bool:
    """Whether a guarantee that is valid on the day names this act."""
    return any(line.act in entry.acts and entry.start <= visit.day <= entry.until for entry in visit.guarantees)
