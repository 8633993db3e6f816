"""Every reason of the desk with its colour, on the invented country whose clauses are all settled, or left open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.arrangements.agreement import Agreement, Annex, Party, Signature, with_digest
from facility_agent.arrangements.library import load
from facility_agent.arrangements.model import Arrangement
from facility_agent.eligibility.verdict import missing, verdict, with_photo
from facility_agent.vocabulary.findings import Finding, refuse, unchecked
from facility_agent.vocabulary.identifiers import digest
from facility_agent.vocabulary.records import Admission, Beneficiary, Card, Coverage, History, PastLine, Share, Visit
from facility_agent.vocabulary.verdicts import DeskFacts, Letter, Verdict

DAY = date(2026, 3, 10)
AWA = Beneficiary("M-1", "O’Brien-N'Déyé Awa", "F", date(1990, 5, 1), household="H-1")
COVER = Coverage(AWA, "xx-mutual", "mutual", date(2024, 2, 29), paid_until=date(2026, 12, 31))
CARD = Card("00", 7, "M-1", AWA.name, 1990, "F", date(2026, 1, 1), date(2026, 12, 31))
FRESH = DeskFacts(DAY, 4, DAY, False, 0, DAY)
CHILD = Beneficiary("", "Enfant inventé", "M", date(2024, 2, 29))
BOOKLET = Admission("early-years", "health-booklet", "C-17")
ago = timedelta
NO_HISTORY = History()


def arrangement() -> Arrangement:
    found = load().on("XX", DAY)
    assert found is not None
    return found


XX = arrangement()


def opened(**clauses: Any) -> Arrangement:
    """The arrangement with some clauses otherwise."""
    changed = msgspec.structs.replace(XX, clauses=msgspec.structs.replace(XX.clauses, **clauses))
    return msgspec.structs.replace(changed, digest=digest(repr(clauses).encode()))


def agreement(level: str = "post") -> Agreement:
    start = date(2026, 1, 1)
    parties = (
        Party(code="F", name="F", role="facility", type="Poste", level=level, ownership="public", region="North"),
        Party(code="xx-mutual", name="M", role="payer"),
        Party(code="xx-insurer", name="I", role="payer"),
    )
    signed = tuple(Signature(party=party.code, by="x", capacity="y", on=start) for party in parties)
    return with_digest(
        Agreement(id="a", country="XX", arrangement=start, start=start, parties=parties, annex=Annex(),
                  signatures=signed)
    )  # fmt: skip


SIGNED = {level: agreement(level) for level in ("post", "centre", "hospital")}


def ask(
    law: Arrangement = XX, level: str = "post", card: Card | None = CARD, shown: tuple[Finding, ...] = (),
    cover: tuple[Coverage, ...] = (COVER,), facts: DeskFacts = FRESH, history: History = NO_HISTORY,
    signed: bool = True, **visit: Any,
) -> Verdict:  # fmt: skip
    made = Visit(
        "", "F", DAY, AWA, (), identified="card" if card else "none", card_serial=card.serial if card else None,
        card_expires=card.expires if card else None, card_revoked=facts.revoked if card else None,
    )  # fmt: skip
    made = msgspec.structs.replace(made, **visit)
    return verdict(card, shown, cover, facts, history, law, SIGNED[level] if signed else None, made)


def cover(**changes: Any) -> tuple[Coverage, ...]:
    return (msgspec.structs.replace(COVER, **changes),)


def person(**changes: Any) -> Beneficiary:
    return msgspec.structs.replace(AWA, **changes)


def facts(**changes: Any) -> DeskFacts:
    return msgspec.structs.replace(FRESH, **changes)


def born(**changes: Any) -> dict[str, Any]:
    return {"cover": cover(beneficiary=person(**changes)), "beneficiary": person(**changes)}


NO_CARD: dict[str, Any] = {"card": None, "shown": (unchecked("identified-not-verified", "", "fact", "card"),)}
CHILD_HERE: dict[str, Any] = {"card": None, "cover": (), "facts": DeskFacts(), "beneficiary": CHILD}

REASONS: list[tuple[str, str | None, str, dict[str, Any]]] = [
    ("all in order", None, "green", {}),
    ("signature", "card-altered", "red", {"shown": (refuse("card-altered", "", "member"),), "card": None, "cover": ()}),
    ("issuer", "card-issuer-unknown", "red",
     {"shown": (refuse("card-issuer-unknown", "", "member", key="00"),), "card": None, "cover": ()}),
    ("validity over", "card-expired", "red", {"card_expires": DAY - ago(1)}),
    ("the last valid day", None, "green", {"card_expires": DAY}),
    ("validity not begun", "card-not-yet-valid", "red",
     {"shown": (refuse("card-not-yet-valid", "", "member", issued="2026-04-01"),)}),
    ("revocation", "card-revoked", "red", {"facts": facts(revoked=True)}),
    ("no list of revoked cards", "revocation-list-missing", "amber", {"facts": facts(revoked=None)}),
    ("a number only", "identified-not-verified", "amber", NO_CARD),
    ("no register", "register-missing", "amber", {"facts": facts(register_as_of=None)}),
    ("register too old", "register-old", "amber", {"facts": facts(register_as_of=DAY - ago(32))}),
    ("register as old as allowed", None, "green", {"facts": facts(register_as_of=DAY - ago(31))}),
    ("not in the register", "member-not-in-register", "red", {"cover": ()}),
    ("card newer than the register", "member-not-in-register", "amber",
     {"cover": (), "card": msgspec.structs.replace(CARD, issued=DAY), "facts": facts(register_as_of=DAY - ago(1))}),
    ("a card and no register", "register-missing", "amber", {"cover": (), "facts": facts(register_as_of=None)}),
    ("coverage over", "coverage-not-open", "red", {"cover": cover(until=DAY - ago(1))}),
    ("coverage not begun", "coverage-not-open", "red", {"cover": cover(since=DAY + ago(1))}),
    ("coverage suspended", "coverage-suspended", "red", {"cover": cover(suspended_on=DAY)}),
    ("contributions over", "contributions-unpaid", "red", {"cover": cover(paid_until=DAY - ago(11))}),
    ("within the days of grace", None, "green", {"cover": cover(paid_until=DAY - ago(10))}),
    ("contributions unknown", "contributions-unpaid", "amber", {"cover": cover(paid_until=None)}),
    ("policyholder behind", "policyholder-unpaid", "red", {"cover": cover(policyholder_paid_until=DAY - ago(11))}),
    ("policyholder within the days of grace", None, "green", {"cover": cover(policyholder_paid_until=DAY - ago(10))}),
    ("policyholder behind, no effect agreed", None, "green",
     {"cover": cover(policyholder_paid_until=DAY - ago(90)), "law": opened(arrears_suspend=False)}),
    ("policyholder behind, effect left open", "policyholder-unpaid", "green",
     {"cover": cover(policyholder_paid_until=DAY - ago(90)), "law": opened(arrears_suspend="unknown")}),
    ("deceased", "beneficiary-deceased", "red", born(deceased_on=DAY - ago(1))),
    ("all care still waits", "waiting-period", "red", {"cover": cover(since=DAY - ago(30))}),
    ("some care still waits", "waiting-period", "green", {"cover": cover(since=DAY - ago(150))}),
    ("no agreement", "agreement-not-in-force", "red", {"signed": False}),
    ("no referral at this level", "referral-to-see", "amber", {"level": "centre"}),
    ("referred", None, "green", {"level": "centre", "referred_from": "P-1"}),
    ("referral left open", "referral-missing", "green",
     {"level": "centre", "law": opened(referral_from_rank="unknown")}),
    ("a letter on hand", "letter-on-hand", "green", {"facts": facts(letters=(Letter("L1", DAY - ago(3), DAY),))}),
    ("a letter that ended", "letter-not-valid", "green",
     {"facts": facts(letters=(Letter("L1", DAY - ago(30), DAY - ago(1)),))}),
    ("the same card today", "card-seen-today", "green", {"facts": facts(seen_today=1)}),
    ("another sex", "person-differs", "amber", {"card": msgspec.structs.replace(CARD, sex="M")}),
    ("another year", "person-differs", "amber", {"card": msgspec.structs.replace(CARD, birth_year=1955)}),
    ("born tomorrow", "person-implausible", "amber", {**born(birth_date=DAY + ago(1)), "card": None, "shown": ()}),
    ("130 years old", "person-implausible", "amber", {**born(birth_date=date(1896, 2, 29)), "card": None}),
    ("born next year, by the year", "person-implausible", "amber",
     {**born(birth_date=None, birth_year=2027), "card": None}),
    ("a clock behind", "clock-behind", "amber", {"facts": facts(latest_day=DAY + ago(1))}),
    ("1970", "clock-behind", "red", {"day": date(1970, 1, 1)}),
    ("a child on a proof", "programme-admitted", "green", {**CHILD_HERE, "admissions": (BOOKLET,)}),
    ("a child on a strange proof", "programme-proof-missing", "amber",
     {**CHILD_HERE, "admissions": (Admission("early-years", "bus-ticket"),)}),
    ("a child of five", "programme-not-for-person", "red",
     {**CHILD_HERE, "beneficiary": person(number="", sex="M", birth_date=date(2021, 3, 10)), "admissions": (BOOKLET,)}),
    ("a programme without a birth date", "birth-date-missing", "amber",
     {**CHILD_HERE, "beneficiary": person(number="", birth_date=None), "admissions": (BOOKLET,)}),
    ("an emergency without anything", "emergency-opens-care", "amber",
     {"card": None, "cover": (), "facts": DeskFacts(), "beneficiary": Beneficiary("", ""), "emergency": True}),
    ("an emergency on a revoked card", "card-revoked", "amber", {"facts": facts(revoked=True), "emergency": True}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "code", "colour", "change"), REASONS, ids=[row[0] for row in REASONS])
def test_a_reason_has_its_colour(name: str, code: str | None, colour: str, change: dict[str, Any]) -> None:
    answer = ask(**change)
    found = {finding.code for finding in answer.findings}
    assert answer.colour == colour, found
    assert code in found if code else not {entry[1] for entry in REASONS if entry[2] != "green"} & found


@pytest.mark.parametrize(
    ("change", "binds", "cap", "open_clauses"),
    [
        ({}, True, 10_000, []),
        ({"facts": facts(register_as_of=DAY - ago(32))}, False, None, []),
        ({"facts": facts(seen_today=1)}, True, 10_000, []),
        ({"cover": ()}, False, None, []),
        ({"law": opened(register_days="unknown")}, None, None, ["register_days"]),
        ({"law": opened(offline_cap="unknown")}, None, None, ["offline_cap"]),
        ({"law": opened(offline_cap="unknown"), "cover": ()}, False, None, []),
    ],
)
def test_an_offline_answer_binds_as_the_clauses_say(
    change: dict[str, Any], binds: bool | None, cap: int | None, open_clauses: list[str]
) -> None:
    answer = ask(**change)
    assert (answer.binds, answer.cap) == (binds, cap)
    assert [finding.missing for finding in answer.findings if finding.code == "offline-answer"] == open_clauses


def test_what_is_left_of_ceilings_and_counts_is_shown() -> None:
    past = PastLine("c", "M-1", "H-1", "F", date(2026, 3, 2), "consultation", "consultation", 1, 500,
                    shares=(Share("xx-mutual", "mutual", 3_000),))  # fmt: skip
    left = {entry.code: (entry.limit, entry.left, entry.counts) for entry in ask(history=History((past,))).ceilings}
    assert left["mutual-month"] == (20_000, 17_000, False)
    counts = [row.code for row in XX.limits if row.scheme == "mutual" and row.count not in (None, "unknown")
              and row.per not in ("line", "visit", "day")]  # fmt: skip
    assert {code for code, (_, _, counted) in left.items() if counted} == set(counts)


def test_payers_stand_in_their_order_and_their_papers_step_by_step() -> None:
    both = (COVER, msgspec.structs.replace(COVER, payer="xx-insurer", scheme="insurer"))
    answer = ask(cover=both)
    assert answer.schemes == ("insurer", "mutual")
    assert [benefit.scheme for benefit in answer.open] == sorted(benefit.scheme for benefit in answer.open)
    assert [(paper.code, paper.step) for paper in answer.papers[:2]] == [("insurer-card", 1), ("mutual-booklet", 1)]
    assert [paper.step for paper in answer.papers] == sorted(paper.step for paper in answer.papers)
    assert answer.papers[1].instead == "letter-of-guarantee"
    hospital = ask(level="hospital", referred_from="P-1")
    assert [paper.code for paper in hospital.papers[:2]] == ["mutual-booklet", "hospital-letter"]


def test_a_programme_for_some_acts_says_at_the_desk_what_it_opens_when_it_is_asked_for() -> None:
    woman = person(number="", birth_date=date(1990, 1, 1))
    here: dict[str, Any] = {"card": None, "cover": (), "facts": DeskFacts(), "beneficiary": woman, "pregnant": True}
    asked = ask(**here, admissions=(Admission("safe-birth", "antenatal-card", "A-1"),))
    assert [entry.family for entry in asked.open if entry.scheme == "safe-birth"] == ["maternity", "rehabilitation"]
    assert "safe-birth" not in ask(**here).schemes


def test_somebody_else_than_the_photo_is_amber_and_binds_nobody() -> None:
    answer = ask()
    assert with_photo(answer, "yes") == with_photo(answer, "none") == answer
    doubtful = with_photo(answer, "no")
    assert (doubtful.colour, doubtful.binds, doubtful.cap) == ("amber", False, None)
    assert "photo-not-them" in {finding.code for finding in doubtful.findings}
    assert with_photo(ask(cover=()), "no").colour == "red"


def test_an_emergency_names_what_is_missing_and_until_when() -> None:
    answer = ask(cover=(), card=None, facts=DeskFacts(), beneficiary=Beneficiary("", ""), emergency=True)
    assert "member-not-in-register" in missing(answer) and "emergency-opens-care" not in missing(answer)
    until = [finding.evidence["until"] for finding in answer.findings if finding.code == "emergency-opens-care"]
    assert until == ["2026-03-12"]
    open_end = ask(law=opened(emergency_days="unknown"), emergency=True)
    assert [found.evidence["until"] for found in open_end.findings if found.code == "emergency-opens-care"] == [""]


days = st.none() | st.dates(date(2024, 1, 1), date(2028, 2, 29))
people = st.builds(
    Beneficiary, st.sampled_from(["M-1", ""]), st.sampled_from([AWA.name, "", "É" * 60]),
    st.sampled_from(["F", "M", ""]),
    st.none() | st.dates(date(1890, 1, 1), date(2027, 1, 1)), st.none() | st.integers(1890, 2030), deceased_on=days,
)  # fmt: skip
covers = st.lists(
    st.builds(
        Coverage, people, st.just("xx-mutual"), st.just("mutual"), st.dates(date(2023, 1, 1), date(2027, 1, 1)), days,
        days, days, policyholder_paid_until=days,
    ),
    max_size=1,
).map(tuple)  # fmt: skip
known = st.builds(
    DeskFacts, days, st.none() | st.integers(1, 9), days, st.none() | st.booleans(), st.integers(0, 2),
    st.dates(date(2024, 1, 1), date(2027, 1, 1)),
)  # fmt: skip
cards = st.none() | st.just(CARD)
laws = st.sampled_from(
    [XX, opened(register_days="unknown"), opened(offline_cap="unknown", arrears_suspend="unknown"),
     opened(arrears_grace_days="unknown", emergency_days="unknown")]
)  # fmt: skip
admitted = st.sampled_from([(), (BOOKLET,)])


@given(laws, covers, known, cards, admitted, st.booleans())
def test_red_amber_and_green_mean_what_they_say(law, cover, facts, card, admissions, emergency) -> None:  # type: ignore[no-untyped-def]
    answer = ask(law, card=card, cover=cover, facts=facts, admissions=admissions, emergency=emergency,
                 beneficiary=cover[0].beneficiary if cover else AWA)  # fmt: skip
    refused = [finding for finding in answer.findings if finding.weight == "refuse"]
    if emergency:
        assert answer.colour != "red"
    if answer.colour == "red":
        assert refused and not answer.schemes
        assert all(benefit.opens for benefit in answer.open)
    if answer.colour == "green":
        assert answer.schemes
    if refused and not answer.schemes and not emergency:
        assert answer.colour == "red"
    assert answer.binds is not True or answer.colour == "green"
    # A clause that is open reddens nothing: the same with the clause absent would.
    assert not any(finding.cause == "clause" and finding.weight == "refuse" for finding in answer.findings)


LESS = st.sampled_from(["register", "revocations", "paid", "coverage"])


@given(covers, known, cards, LESS)
def test_a_fact_that_is_missing_makes_no_answer_green_and_binds_nobody(cover, facts, card, less) -> None:  # type: ignore[no-untyped-def]
    who = {"beneficiary": cover[0].beneficiary if cover else AWA}
    before = ask(card=card, cover=cover, facts=facts, **who)
    if less == "register":
        facts = msgspec.structs.replace(facts, register_as_of=None, register_sequence=None)
    elif less == "revocations":
        facts = msgspec.structs.replace(facts, revocations_as_of=None, revoked=None)
    elif less == "paid":
        cover = tuple(msgspec.structs.replace(entry, paid_until=None) for entry in cover)
    else:
        cover = ()
    after = ask(card=card, cover=cover, facts=facts, **who)
    assert after.colour != "green" or before.colour == "green"
    assert after.binds is not True or before.binds is True
