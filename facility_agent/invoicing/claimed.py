"""Where one claim's money is: each payer's part by what became of it, the member's share, what the facility bears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from facility_agent.invoicing.till import Balance
from facility_agent.vocabulary.findings import MEMBER
from facility_agent.vocabulary.records import Claim
from facility_agent.vocabulary.settlement import ClaimDecision, LineDecision


@dataclass
class Due:
    """One payer's part of a claim. `paid` holds the money, where it waited, and how much of it went here."""

    payer: str
    scheme: str
    amount: int
    batch: str = ""
    answer: ClaimDecision | None = None
    contested: bool = False
    written: int = 0
    paid: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def settled(self) -> int:
        return self.written + sum(amount for _, _, amount in self.paid)


class Paper:
    """A claim with what each payer answered and paid."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.replaced = False
        self.dues = [Due(share.payer, share.scheme, share.amount) for share in claim.adjudication.shares]

    def copy(self) -> Paper:
        """The same, to be changed without changing this one."""
        made = Paper(self.claim)
        made.replaced = self.replaced
        made.dues = [replace(due, paid=list(due.paid)) for due in self.dues]
        return made

    def due(self, payer: str, scheme: str) -> Due:
        """The part of that payer and scheme; a batch may name a claim of which it owes nothing."""
        for each in self.dues:
            if (each.payer, each.scheme) == (payer, scheme):
                return each
        self.dues.append(Due(payer, scheme, 0))
        return self.dues[-1]

    def release(self) -> list[tuple[str, int]]:
        """Give back what was settled beyond what may be: first what was given up, then the latest money.

        That happens when a later answer accepts less, or when the claim is replaced.
        """
        freed = []
        for due in self.dues:
            over = due.settled - (0 if self.replaced else payable(due))
            if over <= 0:
                continue
            given_up = min(over, due.written)
            due.written -= given_up
            over -= given_up
            while over > 0:
                money, account, amount = due.paid.pop()
                back = min(over, amount)
                if amount > back:
                    due.paid.append((money, account, amount - back))
                freed.append((money, back))
                over -= back
        return freed

    def take_back(self, money: str, amount: int) -> int:
        """Take up to that amount of a certain money from what it paid here; what was taken."""
        left = amount
        for due in self.dues:
            kept = []
            for name, account, part in due.paid:
                back = min(left, part) if name == money else 0
                left -= back
                if part > back:
                    kept.append((name, account, part - back))
            due.paid = kept
        return amount - left


def payable(due: Due) -> int:
    """The most that this payer may still come to pay: all but what it refused and nobody contests."""
    return due.amount - sum(refused(due).values())


def refused(due: Due) -> dict[str, int]:
    """What the payer refused for good so far, by who bears it; what is contested is not here."""
    if due.answer is None or due.contested:
        return {}
    cut: dict[str, int] = {"member": 0, "facility": 0}
    for line in due.answer.lines:
        if line.outcome != "pending":
            member = _of_member(line)
            cut["member"] += member
            cut["facility"] += line.claimed - line.amount - member
    # What the lines do not explain is borne by the facility: nobody else may be asked for it.
    asked = sum(line.claimed for line in due.answer.lines)
    cut["facility"] += max(0, due.amount - asked)
    member = min(cut["member"], due.amount)
    return {"member": member, "facility": min(cut["facility"], due.amount - member)}


def _of_member(line: LineDecision) -> int:
    """How much of a line's cut the member bears: all when every reason is the member's, else what its cuts say."""
    cut = line.claimed - line.amount
    strict = [finding for finding in line.findings if finding.weight in ("refuse", "reduce")]
    if not strict or not any(finding.borne_by == MEMBER for finding in strict):
        return 0
    if all(finding.borne_by == MEMBER for finding in strict):
        return cut
    if any(finding.weight == "refuse" and finding.borne_by != MEMBER for finding in strict):
        return 0
    others = sum(finding.amount for finding in strict if finding.borne_by != MEMBER)
    return max(0, cut - others)


def where(paper: Paper, member: Balance, payers: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """The claim's row: place → amount, with `care` against all the others, so that the sum is nothing."""
    row: dict[tuple[str, str], int] = {}

    def put(account: str, party: str, amount: int) -> None:
        if amount:
            row[account, party] = row.get((account, party), 0) + amount

    answer = paper.claim.adjudication
    put("care", "", 0 if paper.replaced else -answer.submitted)
    put("facility-bears", "", 0 if paper.replaced else answer.facility_bears)
    for due in paper.dues:
        if not paper.replaced:
            for account, amount in split(due).items():
                put(account, due.payer, amount)
        for money, account, amount in due.paid:
            put(account, payers[money], amount)
    put("member-due", "", member.due)
    put("member-owed", "", member.owed)
    put("waived", "", member.waived)
    put("rounded", "", member.rounded)
    put("till", "", member.cash)
    put("member-credit", "", -member.to_refund)
    return row


def split(due: Due) -> dict[str, int]:
    """One payer's part without what was paid: accepted money first, then what waits, then what is contested."""
    if not due.batch and due.answer is None:
        return {"unbilled": due.amount}
    cut = refused(due)
    accepted, pending, contested, undecided = _answered(due, sum(cut.values()))
    left = due.settled
    row: dict[str, int] = {}
    for account, amount in (
        ("owed", accepted), ("billed", undecided), ("pending", pending), ("contested", contested),
    ):  # fmt: skip
        used = min(left, amount)
        left -= used
        row[account] = amount - used
    row["refused-member"], row["refused-facility"] = cut.get("member", 0), cut.get("facility", 0)
    row["written-off"] = due.written
    return row


def _answered(due: Due, cut: int) -> tuple[int, int, int, int]:
    """Accepted, pending, contested and undecided; with the cut they are the payer's part."""
    if due.answer is None:
        return 0, 0, 0, due.amount
    accepted = min(due.amount - cut, due.answer.amount)
    pending = min(due.amount - cut - accepted, sum(x.claimed for x in due.answer.lines if x.outcome == "pending"))
    rest = due.amount - cut - accepted - pending
    # Without a contest nothing is left here: the cut is all that is neither accepted nor pending.
    return accepted + (0 if due.contested else rest), pending, rest if due.contested else 0, 0
