"""Receipts of members and their complaints, in their latest version, with an event for each change."""

from __future__ import annotations

from datetime import datetime

from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.member_claims import Complaint, MemberClaim

#: Where a member's receipt may go from each state.
MEMBER_CLAIM_MOVES: dict[str, tuple[str, ...]] = {
    "": ("received",),
    # A word that waits for a second person leaves it received.
    "received": ("received", "decided", "refused"),
    "decided": ("paid",),
    "paid": (),
    "refused": (),
}


class MemberClaims(Shelf):
    """What members bring themselves."""

    async def put_member_claim(self, claim: MemberClaim, at: datetime, who: str) -> None:
        """Keep a receipt or its next state.

        InputError `member-claim-state` for a move that is not allowed, `receipt-twice` for a receipt of the same
        provider under the same number.
        """
        document = canonical(claim)
        async with self.together():
            row = await self._one("SELECT state, version FROM member_claim WHERE id = $1", claim.id)
            before = row["state"] if row else ""
            if claim.state not in MEMBER_CLAIM_MOVES[before]:
                raise InputError("member-claim-state", number=claim.number)
            if row is None:
                other = await self.number_of_receipt(claim.provider, claim.receipt)
                if other:
                    raise InputError("receipt-twice", receipt=claim.receipt, number=other)
            version = (row["version"] if row else 0) + 1
            await self.database.rows(
                "INSERT INTO member_claim (id, number, member, state, entered_by, version, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
                "version = excluded.version, document = excluded.document",
                claim.id, claim.number, claim.member, claim.state, claim.entered_by, version, document,
            )  # fmt: skip
            if row is None:
                await self.database.rows(
                    "INSERT INTO member_receipt (provider, receipt, member_claim) VALUES ($1, $2, $3)",
                    claim.provider.casefold(), claim.receipt.casefold(), claim.id,
                )  # fmt: skip
            await self.database.rows(
                "INSERT INTO member_claim_event (member_claim, version, at, who, state, document) "
                "VALUES ($1, $2, $3, $4, $5, $6)",
                claim.id, version, instant(at), who, claim.state, document,
            )  # fmt: skip

    async def number_of_receipt(self, provider: str, receipt: str) -> str:
        """The number under which a provider's receipt was kept; nothing when nobody brought it."""
        row = await self._one(
            "SELECT m.number FROM member_receipt r JOIN member_claim m ON m.id = r.member_claim "
            "WHERE r.provider = $1 AND r.receipt = $2",
            provider.casefold(), receipt.casefold(),
        )  # fmt: skip
        return str(row["number"]) if row else ""

    async def member_claim(self, id: str) -> MemberClaim | None:
        row = await self._one("SELECT document FROM member_claim WHERE id = $1", id)
        return decoded(row["document"], MemberClaim) if row else None

    async def member_claims(self, most: int = 200) -> tuple[MemberClaim, ...]:
        """The latest receipts; those that wait for somebody come first."""
        rows = await self.database.rows(
            "SELECT document FROM member_claim ORDER BY CASE state WHEN 'received' THEN 0 WHEN 'decided' THEN 1 ELSE 2 "
            f"END, number DESC LIMIT {int(most)}"
        )
        return tuple(decoded(row["document"], MemberClaim) for row in rows)

    async def put_complaint(self, complaint: Complaint, at: datetime, who: str) -> None:
        """Keep a complaint or its answer; an answered one is an InputError `complaint-answered`."""
        state = "answered" if complaint.answered_on else "open"
        async with self.together():
            row = await self._one("SELECT state FROM complaint WHERE id = $1", complaint.id)
            if row is not None and (row["state"] == "answered" or state == "open"):
                raise InputError("complaint-answered", number=complaint.number)
            await self.database.rows(
                "INSERT INTO complaint (id, number, member, facility, state, at, who, document) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
                "document = excluded.document",
                complaint.id, complaint.number, complaint.member, complaint.facility, state, instant(at), who,
                canonical(complaint),
            )  # fmt: skip

    async def complaint(self, id: str) -> Complaint | None:
        row = await self._one("SELECT document FROM complaint WHERE id = $1", id)
        return decoded(row["document"], Complaint) if row else None

    async def complaints(self, most: int = 200) -> tuple[Complaint, ...]:
        """The open ones, the oldest first, then the answered ones."""
        rows = await self.database.rows(
            "SELECT document FROM complaint ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, at, number "
            f"LIMIT {int(most)}"
        )
        return tuple(decoded(row["document"], Complaint) for row in rows)
