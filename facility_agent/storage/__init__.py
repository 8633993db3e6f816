"""The storage room: records go in and come out, rows never leave it (SQLite or PostgreSQL, through Tortoise)."""
