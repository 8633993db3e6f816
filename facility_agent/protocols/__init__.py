"""Is this care contracted, and does it follow the protocol."""
