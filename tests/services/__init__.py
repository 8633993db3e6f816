"""The programs that tests start for themselves, and stop: a database server, a browser."""
