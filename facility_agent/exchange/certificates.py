"""The site's own certificate authority, so that telephones of the centre reach the pages under TLS.

Nobody outside signs certificates for `192.168.1.10`. The folder `tls/` holds the authority (20 years) and the server's
certificate (825 days, the most that Apple accepts), each with its private key in one file that its owner alone can
read. A telephone trusts the authority once; the server's certificate is then renewed without anybody noticing.

The authority can sign for this network and for nothing else: its certificate permits the private addresses of RFC 1918,
RFC 4193 and the like, the networks on which the machine stood when it was made, the names that only a local network
uses, and the machine's own. Whoever stole its key could not make a certificate for a bank.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from secrets import token_hex
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from facility_agent.vocabulary.errors import InputError

FOLDER: Final = "tls"
AUTHORITY: Final = "authority.pem"
SERVER: Final = "server.pem"
VALID: Final = timedelta(days=825)
#: The server's certificate is made anew so long before it ends.
RENEW: Final = timedelta(days=30)
#: Not the machine's clock: one that has lost its battery must not make an authority of 1970.
_AUTHORITY_FROM: Final = datetime(2025, 1, 1, tzinfo=UTC)
_AUTHORITY_FOR: Final = timedelta(days=20 * 365)
_LOCAL_NAMES: Final = ("localhost", "local", "lan", "internal", "home.arpa")
_LOCAL_NETWORKS: Final = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
    "::1/128", "fc00::/7", "fe80::/10",
)  # fmt: skip


class Signed(NamedTuple):
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey


def serving_files(folder: Path, title: str, names: Sequence[str], addresses: Sequence[str], now: datetime) -> bool:
    """Whether the server's certificate had to be made: none was there, its end is near, or names have changed.

    `folder` is the installation's. InputError `key-file-exposed` or `key-file-unreadable` for a file that is there
    and cannot be used; nothing is written then.
    """
    authority = _read(folder / FOLDER / AUTHORITY) or _new_authority(folder, title, names, addresses, now)
    wanted = _permitted(authority.certificate, names, addresses)
    server = _read(folder / FOLDER / SERVER)
    if server is not None and _serves(server.certificate, authority.certificate, wanted, now):
        return False
    _write(folder / FOLDER / SERVER, _new_server(authority, wanted, now))
    return True


def authority_certificate(folder: Path) -> bytes:
    """The certificate that telephones install, as PEM, without its key; InputError `key-missing` when there is none."""
    authority = _read(folder / FOLDER / AUTHORITY)
    if authority is None:
        raise InputError("key-missing", role=FOLDER, folder=FOLDER)
    return authority.certificate.public_bytes(Encoding.PEM)


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate in PEM, as telephones show it: pairs of hexadecimal digits."""
    return x509.load_pem_x509_certificate(certificate).fingerprint(hashes.SHA256()).hex(" ").upper()


def _new_authority(folder: Path, title: str, names: Sequence[str], addresses: Sequence[str], now: datetime) -> Signed:
    networks = [ip_network(network) for network in _LOCAL_NETWORKS]
    networks += [ip_network(f"{address}/24", strict=False) for address in addresses if ":" not in address]
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in dict.fromkeys((*_LOCAL_NAMES, *names))]
    permitted += [x509.IPAddress(network) for network in dict.fromkeys(networks)]
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"facility-agent · {title}"[:64])])
    end = max(now, _AUTHORITY_FROM) + _AUTHORITY_FOR
    builder = _builder(name, name, key, _AUTHORITY_FROM, end)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    builder = builder.add_extension(x509.NameConstraints(permitted, None), critical=True)
    authority = Signed(builder.sign(key, hashes.SHA256()), key)
    _write(folder / FOLDER / AUTHORITY, authority)
    return authority


def _new_server(authority: Signed, wanted: Collection[x509.GeneralName], now: datetime) -> Signed:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "facility-agent")])
    start = now - timedelta(days=1)  # telephones whose clock is a little slow
    end = min(start + VALID - timedelta(seconds=1), authority.certificate.not_valid_after_utc)
    builder = _builder(name, authority.certificate.subject, key, start, end)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(wanted), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    return Signed(builder.add_extension(issuer, critical=False).sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _permitted(
    authority: x509.Certificate, names: Sequence[str], addresses: Sequence[str]
) -> tuple[x509.GeneralName, ...]:
    """The names and addresses that this authority may sign, this machine's own ones always among them."""
    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    domains = [one.value for one in allowed if isinstance(one, x509.DNSName)]
    networks = [one.value for one in allowed if isinstance(one.value, IPv4Network | IPv6Network)]
    wanted: list[x509.GeneralName] = []
    for name in dict.fromkeys(("localhost", *names)):
        if any(name == domain or name.endswith(f".{domain}") for domain in domains):
            wanted.append(x509.DNSName(name))
    for address in map(ip_address, dict.fromkeys(("127.0.0.1", "::1", *addresses))):
        if any(address in network for network in networks):
            wanted.append(x509.IPAddress(address))
    return tuple(wanted)


def _serves(
    server: x509.Certificate, authority: x509.Certificate, wanted: Collection[x509.GeneralName], now: datetime
) -> bool:
    """Whether the server's certificate is this authority's, says these names, and lasts for a while yet."""
    try:
        server.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    told = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lasts = server.not_valid_before_utc <= now < server.not_valid_after_utc - RENEW
    return lasts and set(told) == set(wanted)


def _read(path: Path) -> Signed | None:
    if not path.exists():
        return None
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError("key-file-exposed", name=path.name)
    try:
        data = path.read_bytes()
        key = load_pem_private_key(data, None)
        certificate = x509.load_pem_x509_certificate(data)
    except (ValueError, TypeError):
        raise InputError("key-file-unreadable", name=path.name) from None
    if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise InputError("key-file-unreadable", name=path.name)
    return Signed(certificate, key)


def _write(path: Path, signed: Signed) -> None:
    """Key and certificate in one file, for the owner alone from the first byte on; the old file or the new one."""
    key = signed.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A name of its own: two processes may begin at the same time.
    beside = path.with_name(f".{path.name}.{token_hex(4)}.part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key + signed.certificate.public_bytes(Encoding.PEM))
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
