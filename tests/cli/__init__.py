"""The command line: what it prints, what it asks, and its exit status."""
