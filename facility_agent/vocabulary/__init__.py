"""The words that every room speaks: money, periods, identifiers, findings, records."""
