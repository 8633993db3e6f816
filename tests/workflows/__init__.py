"""Workflows from the card to the payment, on two real installations that know each other."""
