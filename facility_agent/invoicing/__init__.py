"""What care costs, who pays it, and what the month adds up to."""
