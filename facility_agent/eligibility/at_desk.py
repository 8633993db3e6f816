"""What the desk asks beside the rights: its clock and registers, the person, the path of care, letters and papers.

Each rule says what it found, or nothing. What is missing is said, and never counted as passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from facility_agent.arrangements.terms import Terms
from facility_agent.eligibility.entitlements import Entitlement
from facility_agent.vocabulary.findings import UNKNOWN, Finding, note, unchecked
from facility_agent.vocabulary.records import Card, Colour, Coverage, Visit
from facility_agent.vocabulary.verdicts import DeskFacts, Paper


def clock(facts: DeskFacts, today: date) -> Iterator[Finding]:
    """A clock that ran backwards (no battery, 1970) is noticed and said."""
    if facts.latest_day is not None and today < facts.latest_day:
        yield unchecked(
            "clock-behind", "dates", "fact", "today", review=True,
            today=today.isoformat(), seen=facts.latest_day.isoformat(),
        )  # fmt: skip


def register(known: Terms, facts: DeskFacts, coverage: tuple[Coverage, ...], visit: Visit) -> Iterator[Finding]:
    """No register, or one older than the arrangement allows; programmes need none."""
    if visit.admissions and not coverage:
        return
    if facts.register_as_of is None:
        yield unchecked("register-missing", "register_days", "fact", "register", review=True, payer="")
        return
    limit = known.clause("register_days")
    age = (visit.day - facts.register_as_of).days
    if limit != UNKNOWN and age > int(limit):
        yield unchecked(
            "register-old", "register_days", "fact", "register",
            as_of=facts.register_as_of.isoformat(), days=age, limit=int(limit),
        )  # fmt: skip


def same_person(card: Card | None, coverage: tuple[Coverage, ...]) -> Iterator[Finding]:
    """What the card says about the person against what the register says."""
    if card is None or not coverage:
        return
    person = coverage[0].beneficiary
    year = person.birth_date.year if person.birth_date else person.birth_year
    pairs = (
        ("sex", card.sex, person.sex),
        ("birth_year", str(card.birth_year or ""), str(year or "")),
        ("name", card.name, person.name[: len(card.name)]),
    )
    for field, ours, theirs in pairs:
        if ours and theirs and ours != theirs:
            yield note("person-differs", "card", review=True, field=field, card=ours, register=theirs)


def referred(known: Terms, visit: Visit) -> Iterator[Finding]:
    """From the rank that the arrangement names, the desk asks for the referral; an emergency needs none yet."""
    if known.rank is None or known.rank == 1 or visit.referred_from:
        return
    rank = known.clause("referral_from_rank")
    if rank == UNKNOWN:
        yield unchecked("referral-missing", "referral_from_rank", "clause", "referral_from_rank", level=known.level)
    elif known.rank >= int(rank) and visit.emergency:
        yield note("referral-missing", "referral_from_rank", level=known.level)
    elif known.rank >= int(rank):
        yield unchecked("referral-to-see", "referral_from_rank", "fact", "referral", review=True)


def letters(known: Terms, facts: DeskFacts, today: date) -> Iterator[Finding]:
    """The letters of guarantee that earlier visits were shown: those that still hold, and those that do not."""
    once = any(rule.reuse == "once" for rule in known.arrangement.duties.guarantees if rule.kind == "letter")
    for letter in facts.letters:
        until = letter.until.isoformat()
        if letter.start <= today <= letter.until and not (once and letter.uses):
            yield note("letter-on-hand", "guarantee", number=letter.number, until=until, count=letter.uses)
        else:
            yield note("letter-not-valid", "guarantee", number=letter.number, until=until)


def papers(known: Terms, opened: tuple[Entitlement, ...]) -> tuple[Paper, ...]:
    """The papers to be seen for the schemes that stand open here, step by step; a programme has its proofs."""
    schemes = {entitlement.scheme.code for entitlement in opened if not entitlement.scheme.programme}
    rows = known.arrangement.duties.identifications if schemes else ()
    wanted = (row for row in rows if row.scheme in {"", *schemes} and row.level in ("", known.level))
    return tuple(Paper(row.code, row.scheme, row.step, row.instead) for row in sorted(wanted, key=lambda row: row.step))


def binding(
    known: Terms, facts: DeskFacts, colour: Colour, today: date
) -> tuple[bool | None, int | None, tuple[Finding, ...]]:
    """Whether this offline answer binds the payer, up to which amount, and which clause leaves it open.

    Only a green answer from a register that is young enough binds. A clause that is open is never a no.
    """
    days, cap = known.clause("register_days"), known.clause("offline_cap")
    missing = [name for name, value in (("register_days", days), ("offline_cap", cap)) if value == UNKNOWN]
    opened = tuple(unchecked("offline-answer", name, "clause", name) for name in missing)
    if days != UNKNOWN:
        age = None if facts.register_as_of is None else (today - facts.register_as_of).days
        if colour != "green" or age is None or age > int(days):
            return False, None, ()
    if missing:
        return None, None, opened
    return True, int(cap), ()


def until_settled(known: Terms, day: date) -> str:
    """The day until which an emergency's papers can be put right, where the arrangement says."""
    days = known.clause("emergency_days")
    return "" if days == UNKNOWN else (day + timedelta(days=int(days))).isoformat()
