"""Invented cards, signed with a key that everybody knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from facility_agent.eligibility.card import Issuer, card_text, unsigned_token
from facility_agent.vocabulary.identifiers import key_id
from facility_agent.vocabulary.records import Card

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SECRET.public_key().public_bytes_raw()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(
        key=key_id(PUBLIC).hex(),
        public_key=PUBLIC.hex(),
        payer="MUT-KDG",
        member_pattern="KDG-######-##",
        household_pattern="KDG-######",
        start=date(2025, 1, 1),
    )


@pytest.fixture
def make_card(issuer: Issuer) -> Callable[..., tuple[Card, str]]:
    """Makes a card and its text."""

    def make(serial: int = 4211, name: str = "Awa Ouédraogo", **changes: str) -> tuple[Card, str]:
        card = Card(
            key=issuer.key,
            serial=serial,
            member=f"KDG-{serial:06d}-02",
            name=name,
            birth_year=1991,
            sex="F",
            issued=date(2026, 1, 5),
            expires=date(2026, 12, 31),
            household=f"KDG-{serial:06d}",
            package="2",
            photo=changes.get("photo", "00112233445566ff"),
        )
        signed, assemble = unsigned_token(card, issuer)
        return card, card_text(assemble(SECRET.sign(signed)))

    return make
