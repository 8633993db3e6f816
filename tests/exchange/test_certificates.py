"""The site's own authority: files for their owner alone, renewed in time, and for the local network only."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from facility_agent.exchange.certificates import (
    AUTHORITY,
    FOLDER,
    RENEW,
    SERVER,
    VALID,
    authority_certificate,
    fingerprint,
    serving_files,
)
from facility_agent.vocabulary.errors import InputError

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
NAMES, ADDRESSES = ("accueil", "accueil.local"), ("192.168.1.10",)


def made(
    folder: Path, now: datetime = NOW, names: tuple[str, ...] = NAMES, addresses: tuple[str, ...] = ADDRESSES
) -> bool:
    return serving_files(folder, "Centre d'Élise (exemple)", names, addresses, now)


def server(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / FOLDER / SERVER).read_bytes())


def told(folder: Path) -> tuple[set[str], set[str]]:
    names = server(folder).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(names.get_values_for_type(x509.DNSName)), {str(it) for it in names.get_values_for_type(x509.IPAddress)}


def test_the_files_are_their_owners_alone(tmp_path: Path) -> None:
    assert made(tmp_path) is True
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == [AUTHORITY, SERVER]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / FOLDER).iterdir())
    assert stat.S_IMODE((tmp_path / FOLDER).stat().st_mode) == 0o700
    assert b"PRIVATE" not in authority_certificate(tmp_path)
    assert len(fingerprint(authority_certificate(tmp_path)).split()) == 32


def test_a_certificate_says_every_name_and_address_of_the_machine(tmp_path: Path) -> None:
    made(tmp_path)
    assert told(tmp_path) == ({"localhost", *NAMES}, {"127.0.0.1", "::1", *ADDRESSES})
    leaf = server(tmp_path)
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(authority_certificate(tmp_path)))
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < VALID, "Apple refuses more than 825 days"
    usage = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert usage.ca is False


def test_the_authority_can_sign_for_the_local_network_only(tmp_path: Path) -> None:
    made(tmp_path)
    authority = x509.load_pem_x509_certificate(authority_certificate(tmp_path))
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    permitted = limits.value.permitted_subtrees or []
    names = {it.value for it in permitted if isinstance(it, x509.DNSName)}
    assert names == {"localhost", "local", "lan", "internal", "home.arpa", *NAMES}
    networks = [it.value for it in permitted if isinstance(it, x509.IPAddress)]
    for address, allowed in (("192.168.1.77", True), ("10.1.2.3", True), ("8.8.8.8", False), ("41.203.1.1", False)):
        assert any(ip_address(address) in network for network in networks) is allowed, address


def test_a_network_with_odd_addresses_is_served_too_when_the_authority_was_made_there(tmp_path: Path) -> None:
    made(tmp_path, addresses=("41.203.1.9",))
    assert "41.203.1.9" in told(tmp_path)[1]
    assert made(tmp_path, addresses=("41.203.1.20", "8.8.8.8")) is True
    assert told(tmp_path)[1] == {"127.0.0.1", "::1", "41.203.1.20"}


@pytest.mark.parametrize(
    ("later", "anew"),
    [
        (timedelta(0), False),
        (timedelta(days=700), False),
        (VALID - RENEW - timedelta(days=2), False),
        (VALID - RENEW, True),
        (VALID + timedelta(days=900), True),
        (timedelta(days=-3), True),  # a clock that went back: the certificate would not be valid yet
    ],
)
def test_a_certificate_is_renewed_before_it_ends_and_the_authority_stays(
    later: timedelta, anew: bool, tmp_path: Path
) -> None:
    made(tmp_path)
    before, authority = server(tmp_path), authority_certificate(tmp_path)
    assert made(tmp_path, NOW + later) is anew
    assert (server(tmp_path) != before) is anew
    assert authority_certificate(tmp_path) == authority
    assert server(tmp_path).not_valid_before_utc <= NOW + later < server(tmp_path).not_valid_after_utc


def test_another_name_or_address_makes_another_certificate(tmp_path: Path) -> None:
    made(tmp_path)
    assert made(tmp_path, addresses=("192.168.1.11",)) is True
    assert told(tmp_path)[1] >= {"192.168.1.11"}
    assert made(tmp_path, addresses=("192.168.1.11",), names=(*NAMES, "centre.lan", "bank.example")) is True
    assert told(tmp_path)[0] == {"localhost", *NAMES, "centre.lan"}
    assert made(tmp_path, addresses=("192.168.1.11",), names=(*NAMES, "centre.lan")) is False


def test_a_machine_that_believes_in_1970_makes_an_authority_that_outlives_it(tmp_path: Path) -> None:
    assert made(tmp_path, datetime(1970, 1, 2, tzinfo=UTC)) is True
    authority = authority_certificate(tmp_path)
    assert x509.load_pem_x509_certificate(authority).not_valid_after_utc > datetime(2040, 1, 1, tzinfo=UTC)
    assert made(tmp_path) is True
    assert authority_certificate(tmp_path) == authority


def test_a_certificate_of_another_authority_is_made_anew(tmp_path: Path) -> None:
    made(tmp_path / "one")
    made(tmp_path / "two")
    (tmp_path / "one" / FOLDER / SERVER).replace(tmp_path / "two" / FOLDER / SERVER)
    assert made(tmp_path / "two") is True


@pytest.mark.parametrize("name", [AUTHORITY, SERVER])
def test_a_file_that_others_can_read_or_that_is_broken_is_not_used(name: str, tmp_path: Path) -> None:
    made(tmp_path)
    path = tmp_path / FOLDER / name
    whole = path.read_bytes()
    path.chmod(0o640)
    with pytest.raises(InputError, match="key-file-exposed"):
        made(tmp_path)
    path.chmod(0o600)
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for broken in (b"", whole[:300], whole[whole.index(b"-----BEGIN CERT") :], other + authority_certificate(tmp_path)):
        path.write_bytes(broken)
        with pytest.raises(InputError, match="key-file-unreadable"):
            made(tmp_path)
        assert path.read_bytes() == broken
        path.write_bytes(whole)


def test_what_a_power_cut_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / f".{SERVER}.part").write_bytes(b"half a file")
    assert made(tmp_path) is True


def test_before_the_first_secure_start_there_is_no_authority(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="key-missing"):
        authority_certificate(tmp_path)
