"""A command as somebody types it: the same words, the same answers to its questions, the same exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC as utc
from datetime import date, datetime, time
from typing import Any, NamedTuple

import msgspec
import pytest
from typer.testing import CliRunner

from facility_agent.cli.main import main
from facility_agent.workflows.clock import SetClock


class Ran(NamedTuple):
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return msgspec.json.decode(self.out)


class Shell:
    """Runs commands in this process, on a day that the test chooses."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.language = "fr"
        self.columns = 200

    def on(self, day: date, hour: str = "10:00") -> None:
        """From now on it is this day on the machine."""
        moment = datetime.combine(day, time.fromisoformat(hour), utc)
        self._patch.setattr("facility_agent.workflows.site.SystemClock", lambda: SetClock(moment))
        self._patch.setattr("facility_agent.workflows.installing.SystemClock", lambda: SetClock(moment))

    def __call__(self, *words: object, answers: Sequence[str] = ()) -> Ran:
        """Type a command and its answers; the terminal is as wide, and speaks the language, that was chosen."""
        self._patch.setattr(sys, "argv", ["facility-agent", *map(str, words)])
        environment = {"FACILITY_AGENT_LANG": self.language, "COLUMNS": str(self.columns), "FACILITY_AGENT_DEBUG": None}
        typed = "".join(f"{answer}\n" for answer in answers)
        with CliRunner().isolation(input=typed, env=environment) as (out, err, _):
            status = 0
            try:
                main()
            except SystemExit as end:
                status = int(end.code or 0)
            sys.stdout.flush()
            sys.stderr.flush()
            return Ran(status, out.getvalue().decode(), err.getvalue().decode())
