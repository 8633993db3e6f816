"""Who is this, and what is open to them today."""
