"""The demonstration proves what it shows, and shows the same on any day."""
