"""The tests, beside the rules that they hold to their word."""
