"""The page of states: every table of moves in the code as a diagram and as a table, with the words that people read.

Printed by `facility_agent.cli.printed`; nothing here decides whether a move is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from facility_agent.arrangements import agreement
from facility_agent.storage.store.care import VISIT_MOVES
from facility_agent.storage.store.claims import CLAIM_MOVES
from facility_agent.storage.store.guarantees import GUARANTEE_MOVES
from facility_agent.storage.store.settlement import BATCH_MOVES
from facility_agent.words import Words

_HEAD: Final = """\
# States and moves

A move that is not in a table is refused with a sentence, and nothing is changed. This page is printed from the tables
in the code; do not edit it, run `python -m facility_agent.cli.printed states > docs/states.md`.
"""

_VISIT: Final = """\
The store keeps to this table (`facility_agent/storage/store/care.py`); another move is the error `visit-state`. A visit
that goes to the state in which it is has changed its content. `open` is care that goes on at another desk or on another
day, and a stay until its discharge; the close of a day leaves it alone. Undoing abandons a visit, with its reason. Once
`claimed`, only a later claim can take its place.
"""

_CLAIM: Final = """\
A claim is a document that never changes. What happens to it are events, kept in order; the store keeps to this table
(`facility_agent/storage/store/claims.py`), and another move is the error `claim-state`. A claim that stands in the
batches of several schemes takes a step once for each of them. The program writes six: `minted` at the facility when
the day is closed, `sealed` there with the batch, `received` at the payer, `decided` there, `contested` when a line of
it is, and `decided again` with the answer, or when a paper has come for a line that was held; no workflow makes the
other moves yet. A claim that another one names as replaced stops counting when that one is minted.
"""

_BATCH: Final = """\
The store keeps to this table (`facility_agent/storage/store/settlement.py`); another move is the error `batch-state`. A
batch begins `closed` at the facility and `received` at the payer. Before it is closed the month is only shown, as a
preview, and nothing is stored. `endorsed` is said by a parent facility or district that stands between, which may also
return the batch: then it is `sealed` and is sent again. A contested line brings a paid batch back to `decided`.
"""

_AGREEMENT: Final = """\
Nobody sets the state of an agreement: it is read off the agreement itself, that is, off its signatures and its moves
(`facility_agent/arrangements/agreement.py`). Commands and pages ask the table before a move, as the agreement stands
for the party that moves; another one is the error `agreement-state`. A move counts for that party only: the whole is
`suspended` or `ended` when one side has nobody left. `amended` is written by itself, once everybody whom it binds has
signed the amendment. A draft that nobody has signed can be taken away. What is undone is undone by another move.
"""

_GUARANTEE: Final = """\
The store keeps to this table (`facility_agent/storage/store/guarantees.py`); another move is the error
`guarantee-state`. A number that was read out on the telephone is `granted` at once, and the letter that follows must
say the same. What is used of it is counted from the visits, and what is left is no state.
"""


class Subject(NamedTuple):
    """Something that has states: its key in the catalogues, its title, its moves, and who keeps to them."""

    key: str
    title: str
    moves: Mapping[str, Sequence[str]]
    says: str


SUBJECTS: Final = (
    Subject("visit", "Visit", VISIT_MOVES, _VISIT),
    Subject("claim", "Claim", CLAIM_MOVES, _CLAIM),
    Subject("batch", "Batch", BATCH_MOVES, _BATCH),
    Subject("guarantee", "Guarantee", GUARANTEE_MOVES, _GUARANTEE),
    Subject("agreement", "Agreement", {state: after for state, after in agreement.MOVES.items()}, _AGREEMENT),
)


def states_page() -> str:
    """The text of `docs/states.md`: a diagram and a table for each subject."""
    parts = [_HEAD]
    for subject in SUBJECTS:
        parts += [f"## {subject.title}\n", subject.says, diagram(subject.moves), _rows(subject)]
    return "\n".join(parts)


def diagram(moves: Mapping[str, Sequence[str]]) -> str:
    """The moves in Mermaid's words; the empty state is the beginning, and a state without a move ends it.

    >>> print(diagram({"": ("in use",), "in use": ()}))
    ```mermaid
    stateDiagram-v2
        state "in use" as in_use
        [*] --> in_use
        in_use --> [*]
    ```
    <BLANKLINE>
    """
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state}" as {_id(state)}' for state in moves if " " in state]
    lines += [] if "" in moves else [f"    [*] --> {_id(next(iter(moves)))}"]
    for state, after in moves.items():
        lines += [f"    {_id(state)} --> {_id(other)}" for other in after or [""]]
    return "\n".join([*lines, "```\n"])


def _rows(subject: Subject) -> str:
    """One row for each state: its words, and where it may go."""
    english, french = Words("en"), Words("fr")
    lines = ["| state | French | English | may go to |", "| --- | --- | --- | --- |"]
    for state, after in subject.moves.items():
        if state:
            said = " | ".join(_word(words, subject.key, state) for words in (french, english))
            lines.append(f"| `{state}` | {said} | {_listed(after) or '—'} |")
    return "\n".join([*lines, ""])


def _id(state: str) -> str:
    return state.replace(" ", "_") or "[*]"


def _listed(states: Iterable[str]) -> str:
    return ", ".join(f"`{state}`" for state in states)


def _word(words: Words, of: str, state: str) -> str:
    """The word for a state, where there is one."""
    said = words.state(of, state)
    return "—" if said.startswith("state.") else said
