"""Serve both sites of the demonstration, on the demonstration's clock, with the sign-ins printed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from facility_agent.demo.sites import AT_FACILITY, AT_MUTUAL, FACILITY, MUTUAL, PASSWORD
from facility_agent.web.serve import serve_forever
from facility_agent.workflows.clock import SetClock


async def serve_both(folder: Path) -> None:
    """The health centre on 8080, the mutual on 8081, until Ctrl-C."""
    print()
    for config, accounts in ((FACILITY, AT_FACILITY), (MUTUAL, AT_MUTUAL)):
        logins = ", ".join(login for login, _, _ in accounts)
        print(f"{config.name} : {logins} — mot de passe / password : {PASSWORD}")
    clock = SetClock(datetime(2026, 4, 21, 8, 0, tzinfo=UTC))
    await serve_forever([(folder / FACILITY.code, None), (folder / MUTUAL.code, None)], clock)
