"""A hundred thousand cards of every kind that were changed by a bit, a digit, a cut or a splice: none is believed."""

from __future__ import annotations

import random
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from facility_agent.eligibility.card import Issuer, card_text, read_card, unsigned_token
from facility_agent.eligibility.digits import from_digits, to_digits
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id
from facility_agent.vocabulary.records import Card, CardKind
from tests.proof.conftest import Figures

MUTATIONS = 100_000
DAY = date(2026, 3, 10)


def _changed(chance: random.Random, texts: list[str]) -> str:
    text, kind = chance.choice(texts), chance.randrange(4)
    if kind == 0:
        place = chance.randrange(1, len(text))
        return text[:place] + str((int(text[place]) + chance.randint(1, 9)) % 10) + text[place + 1 :]
    token = bytearray(from_digits(text))
    if kind == 1:
        token[chance.randrange(len(token))] ^= 1 << chance.randrange(8)
    elif kind == 2:
        del token[chance.randrange(1, len(token)) :]
    else:
        other = from_digits(chance.choice(texts))
        cut = chance.randrange(1, min(len(token), len(other)))
        token = bytearray(token[:cut] + other[cut:])
    return to_digits(bytes(token))


def test_no_changed_card_is_believed(figures: Figures) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = key.public_key().public_bytes_raw()
    issuer = Issuer(key_id(public).hex(), public.hex(), "M", "MLT-######-##", date(2025, 1, 1), "MLT-######")
    texts = []
    kinds: tuple[CardKind, ...] = ("member", "household", "certificate")
    for serial in range(60):
        kind = kinds[serial % 3]
        card = Card("", serial, f"MLT-{serial:06d}-01", f"N'Do Élise {serial}", 1990, "F", date(2026, 1, 1),
                    date(2026, 12, 31), f"MLT-{serial:06d}", kind=kind,
                    replaces=serial if kind == "certificate" else 0)  # fmt: skip
        to_sign, assemble = unsigned_token(card, issuer)
        texts.append(card_text(assemble(key.sign(to_sign))))
    genuine, chance, tried = set(texts), random.Random(20260310), 0
    while tried < MUTATIONS:
        text = _changed(chance, texts)
        if text in genuine:
            continue
        tried += 1
        try:
            assert read_card(text, {issuer.key: issuer}, DAY).card is None, text
        except InputError:
            continue
    figures.note("changed cards of every kind (bits, digits, cuts, splices)", f"{tried:,} tried, 0 believed")
