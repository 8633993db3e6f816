"""The command `facility-agent`: every function in its own words, heavy imports inside the commands."""

from facility_agent.cli.main import main

__all__ = ["main"]
