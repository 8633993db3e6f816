"""Two invented parties, a health centre and a mutual, with keys made of a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from facility_agent.exchange.keys import create_keys, load_opening, load_signing
from facility_agent.exchange.parties import PublicKeys, public_keys
from facility_agent.exchange.randomness import seeded

DAY = date(2026, 3, 14)


@dataclass(frozen=True)
class Site:
    """One party's side of an exchange."""

    folder: Path
    public: PublicKeys
    seal: Ed25519PrivateKey
    open: dict[str, X25519PrivateKey]

    @property
    def address(self) -> bytes:
        return bytes.fromhex(self.public.current("site-open").public)


def site(folder: Path, code: str, name: str) -> Site:
    files = create_keys(
        folder, ["site-seal", "site-open"], made_on=DAY, passphrase="", randomness=seeded(f"tests {code}")
    )
    return Site(folder, public_keys(code, name, files), load_signing(folder, "site-seal"), load_opening(folder))


@pytest.fixture(scope="session")
def facility(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site(tmp_path_factory.mktemp("facility") / "keys", "CSPS-01", "Centre inventé")


@pytest.fixture(scope="session")
def mutual(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site(tmp_path_factory.mktemp("mutual") / "keys", "MUT-KDG", "Mutuelle inventée")


@pytest.fixture(scope="session")
def senders(facility: Site, mutual: Site) -> dict[str, PublicKeys]:
    return {one.public.party: one.public for one in (facility, mutual)}
