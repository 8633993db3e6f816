"""The store: records go in and come out; what is acknowledged is on the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from facility_agent.storage.engine import open_database
from facility_agent.storage.migrations import migrate
from facility_agent.storage.store.arrivals import Arrivals
from facility_agent.storage.store.bedside import Bedside
from facility_agent.storage.store.cards import Cards
from facility_agent.storage.store.care import Care
from facility_agent.storage.store.counting import Counting
from facility_agent.storage.store.endorsing import Endorsing
from facility_agent.storage.store.guarantees import Guarantees
from facility_agent.storage.store.head_counts import HeadCounts
from facility_agent.storage.store.letters import Letters
from facility_agent.storage.store.machines import Machines
from facility_agent.storage.store.member_claims import MemberClaims
from facility_agent.storage.store.months import Months
from facility_agent.storage.store.newborns import Newborns
from facility_agent.storage.store.offices import Offices
from facility_agent.storage.store.paper import Paper
from facility_agent.storage.store.papers import Papers
from facility_agent.storage.store.payments import Payments
from facility_agent.storage.store.people import People
from facility_agent.storage.store.reception import Reception
from facility_agent.storage.store.registers import Registers
from facility_agent.storage.store.reviews import Reviews
from facility_agent.storage.store.samples import Samples
from facility_agent.storage.store.searching import Searching
from facility_agent.storage.store.settlement import Settlement
from facility_agent.storage.store.sheets import Sheets
from facility_agent.storage.store.tills import Tills


class Store(
    People,
    Offices,
    Registers,
    Arrivals,
    Searching,
    Paper,
    Cards,
    Newborns,
    Reception,
    Care,
    Counting,
    Settlement,
    Months,
    Endorsing,
    HeadCounts,
    Machines,
    Letters,
    Papers,
    Bedside,
    Tills,
    Sheets,
    Guarantees,
    Payments,
    Reviews,
    Samples,
    MemberClaims,
):
    """All shelves over one open database."""


@asynccontextmanager
async def open_store(location: str | Path) -> AsyncIterator[Store]:
    """Open the database at a path or PostgreSQL address, with its schema up to date."""
    async with open_database(location) as database:
        await migrate(database)
        yield Store(database)
