"""Settings, gapless numbers, accounts and sign-ins, and whom we know with their agreements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from facility_agent.arrangements.agreement import Agreement
from facility_agent.exchange.parties import PublicKeys
from facility_agent.storage import tables
from facility_agent.storage.store.base import Shelf, decoded, instant
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import canonical


class Account(msgspec.Struct, frozen=True):
    """Somebody who may sign in; `office` is the code of the office that works for us, empty for our own people."""

    login: str
    name: str
    roles: tuple[str, ...]
    password_hash: str
    active: bool = True
    office: str = ""


class Signin(msgspec.Struct, frozen=True):
    """A sign-in that holds; `since` is the instant of it."""

    login: str
    csrf: str
    since: datetime


class People(Shelf):
    """Who works here, and whom we work with."""

    async def setting(self, key: str) -> str | None:
        row = await tables.Setting.get_or_none(key=key, using_db=self._connection)
        return row.value if row else None

    async def put_setting(self, key: str, value: str) -> None:
        await self.database.rows(
            "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            value,
        )

    async def next_number(self, name: str) -> int:
        """The next number of a series, from 1 on; without gaps when the caller's transaction holds the use of it."""
        rows = await self.database.rows(
            "INSERT INTO counter (name, value) VALUES ($1, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
            name,
        )
        return int(rows[0]["value"])

    async def next_numbers(self, name: str, count: int) -> range:
        """The next `count` numbers of a series; without gaps when the caller's transaction holds the use of them."""
        rows = await self.database.rows(
            "INSERT INTO counter (name, value) VALUES ($1, $2) "
            "ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value",
            name,
            count,
        )
        last = int(rows[0]["value"])
        return range(last - count + 1, last + 1)

    async def add_account(
        self, login: str, name: str, roles: tuple[str, ...], password_hash: str, office: str = ""
    ) -> None:
        """InputError `account-exists` when the login is taken."""
        async with self.transaction():
            if await tables.AccountRow.exists(login=login, using_db=self._connection):
                raise InputError("account-exists", login=login)
            await tables.AccountRow.create(
                login=login, name=name, roles=" ".join(roles), password_hash=password_hash, office=office,
                using_db=self._connection,
            )  # fmt: skip

    async def account(self, login: str) -> Account | None:
        row = await tables.AccountRow.get_or_none(login=login, using_db=self._connection)
        if row is None:
            return None
        return Account(row.login, row.name, tuple(row.roles.split()), row.password_hash, bool(row.active), row.office)

    async def accounts(self) -> tuple[Account, ...]:
        rows = await tables.AccountRow.all(using_db=self._connection).order_by("login")
        return tuple(
            Account(row.login, row.name, tuple(row.roles.split()), "", bool(row.active), row.office) for row in rows
        )

    async def change_account(
        self, login: str, *, password_hash: str | None = None, active: bool | None = None,
        roles: tuple[str, ...] | None = None,
    ) -> None:  # fmt: skip
        """Another password, other roles, or whether somebody may sign in; their sign-ins end."""
        changed = {
            "password_hash": password_hash, "active": active, "roles": None if roles is None else " ".join(roles),
        }  # fmt: skip
        async with self.transaction():
            await (
                tables.AccountRow.filter(login=login)
                .using_db(self._connection)
                .update(**{name: value for name, value in changed.items() if value is not None})
            )
            await tables.SigninRow.filter(login=login).using_db(self._connection).delete()

    async def add_signin(self, token: str, login: str, csrf: str, at: datetime, expires: datetime) -> None:
        """Keep a sign-in under the SHA-256 of its token, and drop those that have expired."""
        async with self.transaction():
            await tables.SigninRow.filter(expires__lt=instant(at)).using_db(self._connection).delete()
            await tables.SigninRow.create(
                token=token,
                login=login,
                csrf=csrf,
                created=instant(at),
                expires=instant(expires),
                using_db=self._connection,
            )

    async def signed_in(self, token: str, at: datetime) -> tuple[Signin, Account] | None:
        """A sign-in that holds, with its account; None when it has ended or the account is closed."""
        row = await self._one(
            "SELECT s.csrf, s.created, s.expires, a.login, a.name, a.roles, a.password_hash, a.active, a.office "
            "FROM signin s JOIN account a ON a.login = s.login WHERE s.token = $1",
            token,
        )
        if row is None or row["expires"] < instant(at) or not row["active"]:
            return None
        return Signin(row["login"], row["csrf"], datetime.fromisoformat(row["created"])), account_of(row)

    async def drop_signin(self, token: str) -> None:
        await tables.SigninRow.filter(token=token).using_db(self._connection).delete()

    async def put_public_keys(self, keys: PublicKeys) -> None:
        """Pin a party's keys, or replace them by the ones that it handed over later."""
        await self.database.rows(
            "INSERT INTO party (code, name, document) VALUES ($1, $2, $3) "
            "ON CONFLICT (code) DO UPDATE SET name = excluded.name, document = excluded.document",
            keys.party,
            keys.name,
            canonical(keys),
        )

    async def public_keys(self) -> tuple[PublicKeys, ...]:
        rows = await tables.PartyRow.all(using_db=self._connection).order_by("code")
        return tuple(decoded(row.document, PublicKeys) for row in rows)

    async def put_agreement(self, agreement: Agreement, at: datetime, who: str) -> None:
        """Keep an agreement with the signatures it has now; other terms under the same id are an InputError."""
        async with self.transaction():
            row = await tables.AgreementRow.get_or_none(id=agreement.id, using_db=self._connection)
            if row is not None and row.digest != agreement.digest:
                raise InputError("agreement-other-terms", agreement=agreement.id)
            document = canonical(agreement)
            if row is not None and bytes(row.document) == document:
                return
            await self.database.rows(
                "INSERT INTO agreement (id, digest, start, state, document) VALUES ($1, $2, $3, $4, $5) "
                "ON CONFLICT (id) DO UPDATE SET state = excluded.state, document = excluded.document",
                agreement.id, agreement.digest, agreement.start.isoformat(), agreement.state, document,
            )  # fmt: skip
            await self.database.rows(
                "INSERT INTO agreement_event (agreement, at, who, state, digest) VALUES ($1, $2, $3, $4, $5)",
                agreement.id, instant(at), who, agreement.state, agreement.digest,
            )  # fmt: skip

    async def agreements(self) -> tuple[Agreement, ...]:
        """All agreements, the oldest start first."""
        rows = await tables.AgreementRow.all(using_db=self._connection).order_by("start", "id")
        return tuple(decoded(row.document, Agreement) for row in rows)


def account_of(row: Mapping[str, Any]) -> Account:
    """The account of a row."""
    roles = tuple(row["roles"].split())
    return Account(row["login"], row["name"], roles, row["password_hash"], bool(row["active"]), row["office"])
