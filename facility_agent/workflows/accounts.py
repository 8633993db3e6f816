"""Who may sign in, and who is signed in: opaque tokens, kept as hashes, revocable at once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
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
#: Who changed an account that was changed by a command.
SHELL = "cli"
#: The changes after which whoever is signed in must sign in again.
ENDING = ("account", "password")
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


async def add_account(
    site: Site, login: str, name: str, password: str, roles: tuple[str, ...], by: str = SHELL
) -> None:
    """A new account; InputError `account-exists`, `password-short` or `role-unknown`."""
    check_password(password)
    await _add(site, login, name, roles, await _hash(site, password), "", by)


async def admit(site: Site, login: str, name: str, roles: tuple[str, ...], office: str, by: str = SHELL) -> None:
    """An account for somebody of an office that works for us: they sign in there, and have no password here.

    InputError `account-exists`, `role-unknown`.
    """
    await _add(site, login, name, roles, "", office, by)


async def _add(
    site: Site, login: str, name: str, roles: tuple[str, ...], password_hash: str, office: str, by: str
) -> None:  # fmt: skip
    check_roles(site, roles)
    async with site.store.transaction():
        await site.store.add_account(login, name, roles, password_hash, office)
        await site.store.note_change(site.now(), by, login, "roles", "", " ".join(roles))


async def renew_password(site: Site, login: str, password: str, by: str = SHELL) -> None:
    """Another password, for somebody who forgot theirs; their sign-ins end.

    InputError `account-unknown`, `account-of-office` where the password is kept by another office, `password-short`.
    """
    held = await known(site, login)
    if held.office:
        raise InputError("account-of-office", login=login, office=held.office)
    check_password(password)
    hashed = await _hash(site, password)
    async with site.store.transaction():
        await site.store.change_account(login, password_hash=hashed)
        await site.store.note_change(site.now(), by, login, "password", "", "")


async def change_roles(site: Site, login: str, roles: tuple[str, ...], by: str = SHELL) -> None:
    """Other roles for somebody; nothing is written when they hold just these.

    InputError `account-unknown`, `role-unknown`, `account-last-manager`.
    """
    check_roles(site, roles)
    async with site.store.transaction():
        held = await known(site, login)
        if set(roles) == set(held.roles):
            return
        if "manager" not in roles:
            await _check_managed(site, held)
        await site.store.change_account(login, roles=roles)
        await site.store.note_change(site.now(), by, login, "roles", " ".join(held.roles), " ".join(roles))


async def close(site: Site, login: str, by: str = SHELL) -> None:
    """Somebody leaves: the name opens nothing from now on, and stays on what they did.

    InputError `account-unknown`, `account-last-manager` when nobody would be left to manage the installation.
    """
    async with site.store.transaction():
        held = await known(site, login)
        await _check_managed(site, held)
        await _open_or_close(site, held, False, by)


async def reopen(site: Site, login: str, by: str = SHELL) -> None:
    """Somebody comes back, with the password and the roles they had; InputError `account-unknown`."""
    async with site.store.transaction():
        await _open_or_close(site, await known(site, login), True, by)


async def _open_or_close(site: Site, held: Account, active: bool, by: str) -> None:
    await site.store.change_account(held.login, active=active)
    if active != held.active:
        said = ("closed", "open") if active else ("open", "closed")
        await site.store.note_change(site.now(), by, held.login, "account", *said)


async def _check_managed(site: Site, held: Account) -> None:
    """InputError `account-last-manager` when nobody else manages the installation. Whoever is here for an office may
    go: the office gives another one the account."""
    if held.office:
        return
    managers = [row.login for row in await site.store.accounts() if row.active and "manager" in row.roles]
    if managers == [held.login]:
        raise InputError("account-last-manager", login=held.login)


async def known(site: Site, login: str) -> Account:
    """The account of a login, closed or not; InputError `account-unknown`."""
    held = await site.store.account(login)
    if held is None:
        raise InputError("account-unknown", login=login)
    return held


async def _hash(site: Site, password: str) -> str:
    return await asyncio.to_thread(_hasher().hash, password, salt=site.randomness(16))


def check_roles(site: Site, roles: tuple[str, ...]) -> None:
    """InputError `role-unknown` for a role that this installation does not have, or for none at all."""
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
    if account.office and not await _vouched(site, account, signin.since):
        return None
    if site.config.small_facility and site.config.role == "facility":
        # A nurse alone holds every role of the facility; the statement says so.
        account = msgspec.structs.replace(account, roles=ROLES["facility"])
    return SignIn(token, signin.csrf, account)


async def _vouched(site: Site, account: Account, since: datetime) -> bool:
    """Whether the office of somebody who works for us still answers for them: it has closed nothing and renewed no
    password since they came here. It is asked each time, so that what it closes ends everywhere at once."""
    office = site.office
    if office is None or office.config.code != account.office:
        return False
    held = await office.store.account(account.login)
    if held is None or not held.active:
        return False
    ended = [change.at for change in await office.store.changes(account.login) if change.what in ENDING]
    return not ended or ended[0] <= since


async def sign_out(site: Site, token: str) -> None:
    """The token opens nothing any more."""
    await site.store.drop_signin(_hashed(token))


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """The hash of a password that nobody has, so that an unknown name takes as long as a known one."""
    return _hasher().hash("nobody has this password", salt=bytes(16))
