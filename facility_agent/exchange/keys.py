"""A party's keys: the private ones in the folder `keys/`, the public ones in a record that parties exchange.

`card` and `agreement` keys belong to people: they sign (Ed25519) when somebody types the passphrase. `site-seal`
(Ed25519) and `site-open` (X25519) belong to a server that nobody attends: their files can be read by its account
alone (mode 0600, or 0400 as a systemd credential). Several keys of a role may lie there: the newest one is used,
the older ones still open older envelopes.

A key file is JSON: format, role, key (its name), public, made_on and, for a site key, `secret` (32 bytes, hex). For
a person's key there are `salt`, `memory`, `time`, `lanes` and `sealed` instead: the secret under ChaCha20-Poly1305
(zero nonce: each file has its own salt, hence its own key), keyed by Argon2id of the passphrase, bound to the name
and role. The format is our own, not PKCS 8, because Argon2id resists guessing better than what PKCS 8 offers here,
and because every random byte can be given, so that a demonstration is the same to the byte.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec
from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from facility_agent.exchange.keynotes import out_of_use, read_notes
from facility_agent.exchange.randomness import Randomness
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, key_id
from facility_agent.vocabulary.records import Record

Role = Literal["card", "agreement", "site-seal", "site-open"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
PEOPLES: Final[frozenset[Role]] = frozenset({"card", "agreement"})
SHORTEST_PASSPHRASE: Final = 12
_FORMAT: Final = "facility-agent key 1"
_MAX_MEMORY: Final = 1024 * 1024
_MAX_TIME: Final = 16


class Cost(Record, frozen=True):
    """How much work a guess of the passphrase is: memory in KiB, passes, lanes."""

    memory: int = 64 * 1024
    time: int = 3
    lanes: int = 1


class KeyFile(Record, frozen=True, forbid_unknown_fields=True):
    """What a key file holds; see the head of this module."""

    format: str
    role: Role
    key: str
    public: str
    made_on: date
    secret: str = ""
    salt: str = ""
    cost: Cost | None = None
    sealed: str = ""


def create_keys(
    folder: Path,
    roles: Iterable[Role],
    *,
    made_on: date,
    passphrase: str,
    randomness: Randomness,
    cost: Cost | None = None,
) -> tuple[KeyFile, ...]:
    """Make one key per role, write them all, and give what was written; the public parts are no secret.

    InputError `key-passphrase-short` when a person's key is asked for without 12 characters, `key-exists` when a
    file is in the way; nothing is written then. A key is never overwritten.
    """
    wanted = tuple(roles)
    if PEOPLES.intersection(wanted) and len(passphrase) < SHORTEST_PASSPHRASE:
        raise InputError("key-passphrase-short", least=SHORTEST_PASSPHRASE)
    made = tuple(_new(role, made_on, passphrase, cost or Cost(), randomness) for role in wanted)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = [folder / f"{file.role}-{file.key}.key" for file in made]
    for path in paths:
        if path.exists():
            raise InputError("key-exists", name=path.name)
    for path, file in zip(paths, made, strict=True):
        _write(path, canonical(file) + b"\n")
    return made


def key_files(folder: Path, role: Role) -> tuple[KeyFile, ...]:
    """The key files of a role, the newest first; an unreadable or exposed one is an InputError."""
    files = [_read(path, role) for path in sorted(folder.glob(f"{role}-*.key"))]
    return tuple(sorted(files, key=lambda file: (file.made_on, file.key), reverse=True))


def load_signing(folder: Path, role: Role, passphrase: str = "") -> Ed25519PrivateKey:
    """The newest signing key of a role that is in use.

    InputError `key-missing`, `key-passphrase-wrong`, `key-file-exposed`, …
    """
    done = out_of_use(read_notes(folder))
    files = [file for file in key_files(folder, role) if file.key not in done]
    if not files:
        raise InputError("key-missing", role=role, folder=folder.name)
    return Ed25519PrivateKey.from_private_bytes(_secret(files[0], passphrase))


def load_opening(folder: Path) -> dict[str, X25519PrivateKey]:
    """All keys that open envelopes for this party, by the names of the keys."""
    files = key_files(folder, "site-open")
    if not files:
        raise InputError("key-missing", role="site-open", folder=folder.name)
    return {file.key: X25519PrivateKey.from_private_bytes(_secret(file, "")) for file in files}


def _new(role: Role, made_on: date, passphrase: str, cost: Cost, randomness: Randomness) -> KeyFile:
    secret = randomness(32)
    public = _public(role, secret)
    file = KeyFile(_FORMAT, role, key_id(public).hex(), public.hex(), made_on)
    if role not in PEOPLES:
        return msgspec.structs.replace(file, secret=secret.hex())
    salt = randomness(16)
    sealed = ChaCha20Poly1305(_stretched(passphrase, salt, cost)).encrypt(bytes(12), secret, _bound(file))
    return msgspec.structs.replace(file, salt=salt.hex(), cost=cost, sealed=sealed.hex())


def _secret(file: KeyFile, passphrase: str) -> bytes:
    """The 32 secret bytes, which must be those of the public key that the file names."""
    try:
        if file.cost is None:
            secret = bytes.fromhex(file.secret)
        else:
            stretched = _stretched(passphrase, bytes.fromhex(file.salt), file.cost)
            secret = ChaCha20Poly1305(stretched).decrypt(bytes(12), bytes.fromhex(file.sealed), _bound(file))
        if len(secret) != 32 or _public(file.role, secret).hex() != file.public:
            raise InputError("key-file-unreadable", name=f"{file.role}-{file.key}.key")
    except InvalidTag:
        raise InputError("key-passphrase-wrong", role=file.role) from None
    except (ValueError, HashingError):
        raise InputError("key-file-unreadable", name=f"{file.role}-{file.key}.key") from None
    return secret


def _public(role: Role, secret: bytes) -> bytes:
    if role == "site-open":
        return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return hash_secret_raw(passphrase.encode(), salt, cost.time, cost.memory, cost.lanes, 32, Type.ID)


def _bound(file: KeyFile) -> bytes:
    return f"{file.format}|{file.role}|{file.key}".encode()


def _read(path: Path, role: Role) -> KeyFile:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError("key-file-exposed", name=path.name)
    try:
        file = msgspec.json.decode(path.read_bytes(), type=KeyFile)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise InputError("key-file-unreadable", name=path.name) from None
    of_its_kind = file.format == _FORMAT and file.role == role and (role in PEOPLES) == (file.cost is not None)
    if not of_its_kind or not (file.cost is None or _bearable(file.cost)):
        raise InputError("key-file-unreadable", name=path.name)
    return file


def _bearable(cost: Cost) -> bool:
    """What Argon2 accepts and this machine can do: a file from elsewhere must not ask for all its memory."""
    return 1 <= cost.lanes <= 16 and 8 * cost.lanes <= cost.memory <= _MAX_MEMORY and 1 <= cost.time <= _MAX_TIME


def _write(path: Path, data: bytes) -> None:
    """Written whole, for the owner alone, from the first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
