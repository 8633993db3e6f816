"""On which days an agreement binds whom: the first and last days of everything that can happen to it, one by one."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.arrangements.agreement import (
    MOVES,
    Adhesion,
    Agreement,
    Party,
    Signature,
    in_force,
    merged,
    signed_terms,
    with_digest,
)
from facility_agent.arrangements.moves import Kind, Move, effective
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.workflows.site import _agreement

START, UNTIL = date(2026, 2, 1), date(2028, 2, 29)
F, G, M, N = "F", "G", "M", "N"


def signed(party: str, key: str = "k") -> Signature:
    return Signature(party=party, by="Quelqu’un", capacity="ICP", on=START, key=key, signature="00")


def agreement(*moves: Move, signers: str = "FGMN", **changes: Any) -> Agreement:
    """Two facilities, two payers, until a leap day."""
    parties = tuple(Party(code=code, name=code, role="facility" if code in "FG" else "payer") for code in "FGMN")
    given = {"id": "A", "country": "XX", "arrangement": START, "start": START, "until": UNTIL, "parties": parties}
    signatures = tuple(signed(code) for code in signers)
    return with_digest(Agreement(**{**given, "signatures": signatures, "moves": moves, **changes}))


def move(number: int, kind: Kind, on: date, by: str = "", **more: Any) -> Move:
    return Move(number=number, kind=kind, on=on, by=by, **more)


MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
SUSPENDED = move(1, "suspend", MARCH, M)
RESUMED = move(2, "resume", APRIL, M)
JOINED = Adhesion(party=Party(code="J", name="J", role="facility"), start=date(2026, 7, 31), signature=signed("J"))


def dated(**days: date) -> Agreement:
    """The same, the second facility with days of its own."""
    parties = tuple(
        msgspec.structs.replace(party, **days) if party.code == G else party for party in agreement().parties
    )
    return agreement(parties=parties)


#: What happened, the two sides, the day, and whether it binds them.
DAYS = [
    ("nothing, the eve", agreement(), F, M, date(2026, 1, 31), False),
    ("nothing, the first day", agreement(), F, M, START, True),
    ("nothing, the last day, a leap day", agreement(), F, M, UNTIL, True),
    ("nothing, the day after", agreement(), F, M, date(2028, 3, 1), False),
    ("without an end, a century later", agreement(until=None), F, M, date(2126, 1, 1), True),
    ("a side that has not signed", agreement(signers="FM"), G, M, MARCH, False),
    ("somebody who is no party", agreement(), "X", M, MARCH, False),
    ("suspended, the eve", agreement(SUSPENDED), F, M, date(2026, 2, 28), True),
    ("suspended, its first day", agreement(SUSPENDED), F, M, MARCH, False),
    ("suspended, for the other facility too", agreement(SUSPENDED), G, M, MARCH, False),
    ("suspended, not for the other payer", agreement(SUSPENDED), F, N, MARCH, True),
    ("suspended, still at the end", agreement(SUSPENDED), F, M, UNTIL, False),
    ("resumed, the last day without it", agreement(SUSPENDED, RESUMED), F, M, date(2026, 3, 31), False),
    ("resumed, its first day", agreement(SUSPENDED, RESUMED), F, M, APRIL, True),
    ("resumed, the day before it stopped", agreement(SUSPENDED, RESUMED), F, M, date(2026, 2, 28), True),
    ("resumed the day it stopped", agreement(SUSPENDED, move(2, "resume", MARCH, M)), F, M, MARCH, True),
    ("resumed by another side", agreement(SUSPENDED, move(2, "resume", APRIL, F)), F, M, APRIL, False),
    ("suspended twice by one side", agreement(SUSPENDED, move(2, "suspend", APRIL, M)), F, M, MARCH, False),
    ("suspended again", agreement(SUSPENDED, RESUMED, move(3, "suspend", date(2026, 5, 1), M)), F, M, APRIL, True),
    ("suspended again, its day", agreement(SUSPENDED, RESUMED, move(3, "suspend", APRIL, M)), F, M, APRIL, False),
    ("suspension undone", agreement(SUSPENDED, move(2, "undo", APRIL, M, undoes=1)), F, M, MARCH, True),
    ("suspension undone by another", agreement(SUSPENDED, move(2, "undo", APRIL, F, undoes=1)), F, M, MARCH, False),
    ("ended, its last day", agreement(move(1, "end", date(2026, 6, 30), F)), F, M, date(2026, 6, 30), True),
    ("ended, the day after", agreement(move(1, "end", date(2026, 6, 30), F)), F, M, date(2026, 7, 1), False),
    ("ended by one, the others go on", agreement(move(1, "end", date(2026, 6, 30), F)), G, M, date(2026, 7, 1), True),
    ("ended on a leap day", agreement(move(1, "end", UNTIL, F), until=None), F, M, UNTIL, True),
    ("ended on a leap day, the next", agreement(move(1, "end", UNTIL, F), until=None), F, M, date(2028, 3, 1), False),
    ("ended twice, the earlier counts",
     agreement(move(1, "end", APRIL, F), move(2, "end", MARCH, M)), F, M, date(2026, 3, 2), False),
    ("amended, the eve", agreement(move(1, "amend", date(2026, 6, 30), about="B")), F, M, date(2026, 6, 30), True),
    ("amended, its day", agreement(move(1, "amend", date(2026, 6, 30), about="B")), F, M, date(2026, 7, 1), False),
    ("joined later, the eve", agreement(adhesions=(JOINED,)), "J", M, date(2026, 7, 30), False),
    ("joined later, its day", agreement(adhesions=(JOINED,)), "J", M, date(2026, 7, 31), True),
    ("joined later, the others before", agreement(adhesions=(JOINED,)), F, M, START, True),
    ("joined, then left",
     agreement(move(1, "end", date(2026, 8, 31), "J"), adhesions=(JOINED,)), "J", M, date(2026, 9, 1), False),
    ("a party from a day, the eve", dated(start=APRIL), G, M, date(2026, 3, 31), False),
    ("a party from a day, its day", dated(start=APRIL), G, M, APRIL, True),
    ("a party from a day, the others before", dated(start=APRIL), F, M, START, True),
    ("a party until a day, its day", dated(until=MARCH), G, M, MARCH, True),
    ("a party until a day, the day after", dated(until=MARCH), G, M, date(2026, 3, 2), False),
    ("a party until the eve is bound no day", dated(until=date(2026, 1, 31)), G, M, START, False),
    ("a party until a day, the others after", dated(until=MARCH), F, M, UNTIL, True),
]  # fmt: skip


@pytest.mark.parametrize(("what", "it", "facility", "payer", "day", "binds"), DAYS, ids=[row[0] for row in DAYS])
def test_an_agreement_binds_on_its_days_and_on_no_other(
    what: str, it: Agreement, facility: str, payer: str, day: date, binds: bool
) -> None:
    assert in_force(it, facility, payer, day) is binds, what
    shuffled = msgspec.structs.replace(it, moves=it.moves[::-1], signatures=it.signatures[::-1])
    assert in_force(shuffled, facility, payer, day) is binds, "the order of arrival changes nothing"


STATES = [
    (agreement(signers=""), "draft", "draft"),
    (agreement(signers="FG"), "signed by one", "signed by one"),
    (agreement(signers="FM"), "in force", "in force"),
    (agreement(SUSPENDED), "in force", "suspended"),
    (agreement(SUSPENDED, signers="FGM"), "suspended", "suspended"),
    (agreement(SUSPENDED, move(2, "suspend", APRIL, N)), "suspended", "suspended"),
    (agreement(SUSPENDED, RESUMED), "in force", "in force"),
    (agreement(move(1, "end", MARCH, M)), "in force", "ended"),
    (agreement(move(1, "end", MARCH, M), move(2, "end", APRIL, N)), "ended", "ended"),
    (agreement(move(1, "amend", MARCH, about="B")), "amended", "amended"),
]


@pytest.mark.parametrize(("it", "whole", "for_m"), STATES)
def test_the_state_is_read_off_for_all_and_for_one(it: Agreement, whole: str, for_m: str) -> None:
    assert (it.state, it.state_for(M)) == (whole, for_m)
    assert it.state in MOVES


def test_the_days_of_the_whole_are_those_on_which_one_side_has_nobody_left() -> None:
    both = agreement(move(1, "end", MARCH, M), move(2, "end", APRIL, N))
    assert both.ended_on == APRIL and agreement(move(1, "end", MARCH, M)).ended_on is None
    assert agreement(SUSPENDED, signers="FM").suspended_on == MARCH


def test_of_an_amendment_and_its_agreement_the_amendment_counts_for_those_who_signed_it() -> None:
    first = agreement(until=None)
    later = agreement(id="B", start=date(2026, 7, 1), amends="A", signers="FM")
    for known in permutations((first, later)):
        assert _agreement(known, F, M, date(2026, 6, 30)) == first
        assert _agreement(known, F, M, date(2026, 7, 1)) == later
        assert _agreement(known, G, M, date(2026, 7, 1)) == first, "who has not signed keeps the old one"


moves = st.builds(
    Move,
    number=st.integers(1, 4),
    kind=st.sampled_from(["suspend", "resume", "end", "undo"]),
    on=st.dates(START, UNTIL),
    by=st.sampled_from("FGMN"),
    undoes=st.integers(0, 3),
)
copies = st.builds(
    lambda moved, signers, key: agreement(
        *moved, signatures=tuple(signed(code, key) for code in sorted(signers)), adhesions=(JOINED,) if key else ()
    ),
    st.lists(moves, max_size=4, unique_by=lambda it: (it.number, it.by)).map(tuple),
    st.sets(st.sampled_from("FGMN")),
    st.sampled_from(["", "k"]),
)


@given(copies, copies, copies)
def test_copies_that_meet_in_any_order_become_the_same(one: Agreement, two: Agreement, three: Agreement) -> None:
    left, right = merged(merged(one, two), three), merged(three, merged(two, one))
    assert canonical(left) == canonical(right)
    assert canonical(merged(left, left)) == canonical(left)
    assert signed_terms(left) == signed_terms(one) and left.digest == one.digest


@given(copies)
def test_what_is_undone_never_counts_and_nothing_else_is_lost(one: Agreement) -> None:
    undone = {(it.by, it.undoes) for it in one.moves if it.kind == "undo"}
    kept = {(it.by, it.number) for it in effective(one.moves)}
    assert kept == {(it.by, it.number) for it in one.moves if it.kind != "undo"} - undone
