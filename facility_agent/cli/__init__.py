"""The command `facility-agent`: every function in its own words, heavy imports inside the commands."""


def main() -> None:
    """Run the command line."""
    from facility_agent.cli.main import main as run

    run()
