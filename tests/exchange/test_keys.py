"""Key files: who may read them, what opens them, and what is never written over."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from facility_agent.exchange.keys import ROLES, Cost, KeyFile, create_keys, key_files, load_opening, load_signing
from facility_agent.exchange.parties import (
    PublicKeys,
    decode_public_keys,
    encode_public_keys,
    fingerprint,
    issuers,
    public_keys,
)
from facility_agent.exchange.randomness import SYSTEM, Randomness, seeded
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical, key_id

DAY = date(2026, 3, 14)
PASSPHRASE = "quatre chèvres au marché"
CHEAP = Cost(memory=64, time=1, lanes=1)


def make(
    folder: Path, roles: tuple[Any, ...] = ROLES, randomness: Randomness = SYSTEM, day: date = DAY
) -> tuple[KeyFile, ...]:
    return create_keys(folder, roles, made_on=day, passphrase=PASSPHRASE, randomness=randomness, cost=CHEAP)


def the_file(folder: Path, role: str) -> Path:
    return next(folder.glob(f"{role}-*.key"))


def test_files_and_folder_are_their_owners_alone(tmp_path: Path) -> None:
    make(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = list((tmp_path / "keys").iterdir())
    assert len(files) == 4
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_may_read_is_not_used(tmp_path: Path, mode: int) -> None:
    make(tmp_path)
    the_file(tmp_path, "site-seal").chmod(mode)
    with pytest.raises(InputError, match="key-file-exposed"):
        load_signing(tmp_path, "site-seal")


def test_a_credential_that_only_the_service_may_read_is_used(tmp_path: Path) -> None:
    make(tmp_path)
    the_file(tmp_path, "site-seal").chmod(0o400)
    assert load_signing(tmp_path, "site-seal")


@pytest.mark.parametrize("role", ["card", "agreement"])
def test_a_persons_key_signs_with_the_passphrase_and_with_no_other(tmp_path: Path, role: Any) -> None:
    files = {file.role: file for file in make(tmp_path)}
    key = load_signing(tmp_path, role, PASSPHRASE)
    assert key_id(key.public_key().public_bytes_raw()).hex() == files[role].key
    for wrong in ("", PASSPHRASE + " ", PASSPHRASE.upper()):
        with pytest.raises(InputError, match="key-passphrase-wrong"):
            load_signing(tmp_path, role, wrong)


@pytest.mark.parametrize("role", ["card", "agreement"])
def test_a_persons_key_does_not_lie_in_clear(tmp_path: Path, role: Any) -> None:
    make(tmp_path)
    secret = load_signing(tmp_path, role, PASSPHRASE).private_bytes_raw()
    text = the_file(tmp_path, role).read_bytes()
    assert secret not in text
    assert secret.hex().encode() not in text


def test_what_is_encrypted_to_a_site_is_opened_with_all_its_keys(tmp_path: Path) -> None:
    first = make(tmp_path, ("site-open",), day=date(2025, 1, 1))
    second = make(tmp_path, ("site-open",))
    assert set(load_opening(tmp_path)) == {first[0].key, second[0].key}


def test_the_newest_key_of_a_role_signs(tmp_path: Path) -> None:
    newest = make(tmp_path, ("site-seal",))
    make(tmp_path, ("site-seal",), day=date(2025, 1, 1))
    key = load_signing(tmp_path, "site-seal")
    assert key_id(key.public_key().public_bytes_raw()).hex() == newest[0].key == key_files(tmp_path, "site-seal")[0].key


def test_a_short_passphrase_makes_no_key_and_a_site_needs_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="key-passphrase-short"):
        create_keys(tmp_path / "a", ROLES, made_on=DAY, passphrase="onze lettre", randomness=SYSTEM, cost=CHEAP)
    assert not (tmp_path / "a").exists()
    create_keys(tmp_path / "b", ["site-seal", "site-open"], made_on=DAY, passphrase="", randomness=SYSTEM)
    assert len(list((tmp_path / "b").iterdir())) == 2


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    make(tmp_path, randomness=seeded("again"))
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(InputError, match="key-exists"):
        make(tmp_path, randomness=seeded("again"))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_seed_gives_the_same_files_to_the_byte(tmp_path: Path) -> None:
    for name in ("one", "other"):
        make(tmp_path / name, randomness=seeded("demonstration"))
    one, other = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("one", "other"))
    assert one == other
    assert len(one) == 4


def test_the_usual_cost_of_a_guess_is_64_mebibytes(tmp_path: Path) -> None:
    create_keys(tmp_path, ["agreement"], made_on=DAY, passphrase=PASSPHRASE, randomness=SYSTEM)
    (file,) = key_files(tmp_path, "agreement")
    assert file.cost == Cost(memory=65536, time=3, lanes=1)
    assert load_signing(tmp_path, "agreement", PASSPHRASE)


def test_a_folder_without_keys_says_which_one_is_missing(tmp_path: Path) -> None:
    for load in (lambda: load_signing(tmp_path, "card", PASSPHRASE), lambda: load_opening(tmp_path)):
        with pytest.raises(InputError, match="key-missing"):
            load()


@pytest.mark.parametrize(
    "change",
    [
        {"format": "facility-agent key 2"},
        {"role": "agreement"},
        {"public": "00" * 32},
        {"cost": {"memory": 2**40}},
        {"cost": {"memory": 8, "lanes": 4}},
        {"cost": {"time": 10**9, "memory": 64}},
        {"cost": None},
        {"sealed": "zz"},
        {"salt": "00"},
        {"extra": 1},
    ],
    ids=str,
)
def test_a_damaged_key_file_is_an_error_and_costs_no_memory(tmp_path: Path, change: dict[str, object]) -> None:
    make(tmp_path, ("card",))
    path = the_file(tmp_path, "card")
    path.write_bytes(canonical(msgspec.json.decode(path.read_bytes()) | change))
    with pytest.raises(InputError, match="key-file-unreadable"):
        load_signing(tmp_path, "card", PASSPHRASE)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b"{}", b"-----BEGIN PRIVATE KEY-----"])
def test_another_file_under_the_name_of_a_key_is_an_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "card-00.key"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(InputError, match="key-file-unreadable"):
        load_signing(tmp_path, "card", PASSPHRASE)


@pytest.mark.parametrize("secret", ["", "00", "zz" * 32, "00" * 32])
def test_a_secret_that_is_not_the_one_of_the_public_key_is_an_error(tmp_path: Path, secret: str) -> None:
    make(tmp_path, ("site-seal",))
    path = the_file(tmp_path, "site-seal")
    path.write_bytes(canonical(msgspec.json.decode(path.read_bytes()) | {"secret": secret}))
    with pytest.raises(InputError, match="key-file-unreadable"):
        load_signing(tmp_path, "site-seal")


def party(tmp_path: Path, seed: str = "party") -> PublicKeys:
    files = make(tmp_path, randomness=seeded(seed))
    return public_keys("MUT-KDG", "Mutuelle inventée", files, "KDG-######-##", "KDG-######")


def test_the_public_record_travels_as_a_file_and_holds_no_secret(tmp_path: Path) -> None:
    keys = party(tmp_path)
    data = encode_public_keys(keys)
    assert decode_public_keys(data) == keys
    secrets = [load_signing(tmp_path, role, PASSPHRASE).private_bytes_raw() for role in ("card", "site-seal")]
    secrets += [key.private_bytes_raw() for key in load_opening(tmp_path).values()]
    assert not [secret for secret in secrets if secret.hex().encode() in data]


def test_two_records_are_told_apart_by_what_people_read_aloud(tmp_path: Path) -> None:
    one, other = party(tmp_path / "a", "a"), party(tmp_path / "b", "b")
    assert fingerprint(one) == fingerprint(decode_public_keys(encode_public_keys(one))) != fingerprint(other)


@pytest.mark.parametrize(
    "change",
    [
        {"keys": [{"role": "card", "key": "00" * 8, "public": "00" * 32, "start": "2026-01-01"}]},
        {"keys": [{"role": "card", "key": "00" * 8, "public": "00", "start": "2026-01-01"}]},
        {"keys": [{"role": "master", "key": "00" * 8, "public": "00" * 32, "start": "2026-01-01"}]},
        {"party": ""},
        {"name": 7},
        {"more": 1},
        {"name": "x" * 70_000},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_public_record_in_which_a_key_has_another_name_is_an_error(tmp_path: Path, change: dict[str, Any]) -> None:
    data = canonical(msgspec.json.decode(encode_public_keys(party(tmp_path))) | change)
    with pytest.raises(InputError, match="party-keys-malformed"):
        decode_public_keys(data)


def test_a_revoked_key_is_current_for_nothing(tmp_path: Path) -> None:
    keys = party(tmp_path)
    revoked = tuple(msgspec.structs.replace(key, revoked_on=DAY) for key in keys.keys)
    with pytest.raises(InputError, match="party-key-missing"):
        msgspec.structs.replace(keys, keys=revoked).current("site-open")


def test_the_newest_key_is_current(tmp_path: Path) -> None:
    old = make(tmp_path, ("site-open",), day=date(2025, 1, 1))
    new = make(tmp_path, ("site-open",))
    assert public_keys("A", "A", new + old).current("site-open").key == new[0].key


def test_a_desk_knows_issuers_by_the_mutuals_card_keys(tmp_path: Path) -> None:
    keys = party(tmp_path)
    (issuer,) = issuers([keys]).values()
    secret: Ed25519PrivateKey = load_signing(tmp_path, "card", PASSPHRASE)
    assert issuer.public_key == secret.public_key().public_bytes_raw().hex()
    assert (issuer.payer, issuer.member_pattern, issuer.start) == ("MUT-KDG", "KDG-######-##", DAY)
