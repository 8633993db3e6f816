"""Whether what the facility's desk answered without a network binds the payer, who would answer otherwise now.

The desk's yes binds where the arrangement says how old its register may be and up to which amount, and the register
was young enough. A clause that is open is never a no: a person then decides, and sees which clause it is.
"""

from __future__ import annotations

from datetime import date

from facility_agent.arrangements.terms import Terms
from facility_agent.audit.recompute import Recomputed
from facility_agent.vocabulary.findings import UNKNOWN
from facility_agent.vocabulary.records import Claim, Record

#: Facts that the desk takes from its register and its list of cards: what it could not know better.
DESK_FACTS = frozenset({"register", "since", "until", "suspended_on", "paid_until", "deceased_on", "card_revoked"})


class Binding(Record, frozen=True):
    """`binds` None: an open clause, named by `clause`, leaves it to a person. `upto` is the amount that is bound.

    `reason` says why it does not bind: `no-register` or `register-old` (`age` in days, `allowed` days).
    """

    binds: bool | None
    upto: int = 0
    reason: str = ""
    clause: str = ""
    age: int = 0
    allowed: int = 0


def binding(known: Terms, claim: Claim, answer: Recomputed, register_as_of: date | None) -> Binding | None:
    """What the desk's answer means for a claim of which we would pay less; None where no fact of the desk differs.

    `register_as_of` is the day of the register's version that the claim names, as the payer published it.
    """
    facts = {str(finding.evidence.get("fact", "")) for finding in answer.findings if finding.code == "facts-differ"}
    if answer.computed >= answer.claimed or not facts & DESK_FACTS:
        return None
    days, cap = known.clause("register_days"), known.clause("offline_cap")
    if register_as_of is None:
        return Binding(False, reason="no-register")
    if days == UNKNOWN:
        return Binding(None, clause="register_days")
    age = (claim.visit.day - register_as_of).days
    if age > int(days):
        return Binding(False, reason="register-old", age=age, allowed=int(days))
    if cap == UNKNOWN:
        return Binding(None, clause="offline_cap")
    return Binding(True, upto=min(int(cap), answer.claimed), age=age, allowed=int(days))
