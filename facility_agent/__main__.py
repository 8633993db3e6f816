"""`python -m facility_agent` is the command `facility-agent`."""

from facility_agent.cli import main

main()
