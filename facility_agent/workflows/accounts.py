"""Who may sign in, and who is signed in: opaque tokens, kept as hashes, revocable at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from facility_agent.storage.store.people import Account
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.site import Site

#: How long a sign-in holds: a working day and the night after it.
HOLDS = timedelta(hours=14)
SHORTEST_PASSWORD = 8
ROLES = {
    "facility": ("reception", "care", "till", "accountant", "manager"),
    "mutual": ("officer", "adviser", "payer_accountant", "manager"),
    "centre": ("officer", "adviser", "payer_accountant", "manager"),
}


class SignIn(msgspec.Struct, frozen=True):
    """Somebody who is signed in; `token` is what their browser keeps."""

    token: str
    csrf: str
    account: Account


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def check_password(password: str) -> None:
    """InputError `password-short` for one that is too easy to guess."""
    if len(password) < SHORTEST_PASSWORD:
        raise InputError("password-short", least=SHORTEST_PASSWORD)


async def add_account(site: Site, login: str, name: str, password: str, roles: tuple[str, ...]) -> None:
    """A new account; InputError `account-exists`, `password-short` or `role-unknown`."""
    check_password(password)
    _check_roles(site, roles)
    await site.store.add_account(login, name, roles, await _hash(site, password))


async def admit(site: Site, login: str, name: str, roles: tuple[str, ...], office: str) -> None:
    """An account for somebody of an office that works for us: they sign in there, and have no password here.

    InputError `account-exists`, `role-unknown`.
    """
    _check_roles(site, roles)
    await site.store.add_account(login, name, roles, "", office)


async def renew_password(site: Site, login: str, password: str) -> None:
    """Another password, for somebody who forgot theirs; their sign-ins end.

    InputError `account-unknown`, `account-of-office` where the password is kept by another office, `password-short`.
    """
    held = await _known(site, login)
    if held.office:
        raise InputError("account-of-office", login=login, office=held.office)
    check_password(password)
    await site.store.change_account(login, password_hash=await _hash(site, password))


async def close(site: Site, login: str) -> None:
    """Somebody leaves: the name opens nothing from now on, and stays on what they did.

    InputError `account-unknown`, `account-last-manager` when nobody would be left to manage the installation.
    """
    held = await _known(site, login)
    managers = [row.login for row in await site.store.accounts() if row.active and "manager" in row.roles]
    if managers == [held.login]:
        raise InputError("account-last-manager", login=login)
    await site.store.change_account(login, active=False)


async def reopen(site: Site, login: str) -> None:
    """Somebody comes back, with the password and the roles they had; InputError `account-unknown`."""
    await _known(site, login)
    await site.store.change_account(login, active=True)


async def _known(site: Site, login: str) -> Account:
    held = await site.store.account(login)
    if held is None:
        raise InputError("account-unknown", login=login)
    return held


async def _hash(site: Site, password: str) -> str:
    return await asyncio.to_thread(_hasher().hash, password, salt=site.randomness(16))


def _check_roles(site: Site, roles: tuple[str, ...]) -> None:
    strange = [role for role in roles if role not in ROLES[site.config.role]]
    if strange or not roles:
        raise InputError("role-unknown", roles=", ".join(strange), known=", ".join(ROLES[site.config.role]))


async def sign_in(site: Site, login: str, password: str) -> SignIn:
    """Sign in with a password; InputError `sign-in-wrong` for a name or password that does not hold."""
    account = await site.store.account(login)
    stored = account.password_hash if account else _nobody()
    try:
        await asyncio.to_thread(_hasher().verify, stored, password)
    except (VerificationError, InvalidHashError):
        raise InputError("sign-in-wrong") from None
    if account is None or not account.active:
        raise InputError("sign-in-wrong")
    return await opened(site, account)


async def opened(site: Site, account: Account) -> SignIn:
    """A sign-in for somebody whose password was checked, here or by the office that works for us."""
    token, csrf = site.randomness(32).hex(), site.randomness(16).hex()
    await site.store.add_signin(_hashed(token), account.login, csrf, site.now(), site.now() + HOLDS)
    return SignIn(token, csrf, account)


async def signed_in(site: Site, token: str) -> SignIn | None:
    """Who is signed in under a token, if it still holds."""
    held = await site.store.signed_in(_hashed(token), site.now()) if token else None
    if held is None:
        return None
    signin, account = held
    if site.config.small_facility and site.config.role == "facility":
        # A nurse alone holds every role of the facility; the statement says so.
        account = msgspec.structs.replace(account, roles=ROLES["facility"])
    return SignIn(token, signin.csrf, account)


async def sign_out(site: Site, token: str) -> None:
    """The token opens nothing any more."""
    await site.store.drop_signin(_hashed(token))


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """The hash of a password that nobody has, so that an unknown name takes as long as a known one."""
    return _hasher().hash("nobody has this password", salt=bytes(16))
