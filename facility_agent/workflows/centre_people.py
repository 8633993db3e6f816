"""The people of a technical centre: one password each at the centre, and duties at each of its mutuals.

Duties at a mutual are an account that lies in that mutual's database; the centre's manager gives and takes them. Each
change is written where it counts: at the centre, or at the mutual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from facility_agent.storage.store.offices import Change
from facility_agent.storage.store.people import Account
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import accounts
from facility_agent.workflows.centre import Centre
from facility_agent.workflows.site import Site


class Person(msgspec.Struct, frozen=True):
    """Somebody of the centre; `duties` are their roles at each mutual, by its code. A login that belongs to somebody of
    the mutual's own is in `taken`: no account can be given there."""

    account: Account
    duties: Mapping[str, tuple[str, ...]]
    taken: tuple[str, ...] = ()


async def people(centre: Centre) -> tuple[Person, ...]:
    """Everybody of the centre, in order of their logins."""
    return tuple([await _person(centre, account) for account in await centre.site.store.accounts()])


async def person(centre: Centre, login: str) -> Person:
    """One of them; InputError `account-unknown`."""
    return await _person(centre, await accounts.known(centre.site, login))


async def give(centre: Centre, login: str, wanted: Mapping[str, Sequence[str]], by: str) -> None:
    """The duties of somebody at the centre (under its own code) and at its mutuals; none closes the account there.

    InputError `account-unknown`, `role-unknown`, `mutual-not-served`, `account-last-manager`, `login-taken-there`.
    The centre and each mutual have a database of their own: what is wrong is looked for in all of them before any is
    changed.
    """
    own = centre.site.config.code
    held = await person(centre, login)
    for code, roles in wanted.items():
        site = centre.site if code == own else centre.mutual(code)
        if code in held.taken and roles:
            raise InputError("login-taken-there", login=login, mutual=site.config.name)
        if roles or code == own:
            accounts.check_roles(site, tuple(roles))
    if own in wanted:
        await accounts.change_roles(centre.site, login, tuple(wanted[own]), by)
    for code in sorted(set(wanted) - {own}):
        await _give(centre, code, held, tuple(wanted[code]), by)


async def changes(centre: Centre, login: str) -> tuple[tuple[str, Change], ...]:
    """What was changed about somebody, at the centre and at the mutuals, with the name of each; the newest first."""
    found = [(site.config.name, change) for site in _sites(centre) for change in await site.store.changes(login)]
    return tuple(sorted(found, key=lambda row: row[1].at, reverse=True))


async def _person(centre: Centre, account: Account) -> Person:
    duties, taken = {}, []
    for code, site in centre.mutuals.items():
        there = await site.store.account(account.login)
        if there is None:
            continue
        if there.office != centre.site.config.code:
            taken.append(code)
        elif there.active:
            duties[code] = there.roles
    return Person(account, duties, tuple(taken))


async def _give(centre: Centre, code: str, held: Person, roles: tuple[str, ...], by: str) -> None:
    site, login = centre.mutuals[code], held.account.login
    there = await site.store.account(login)
    if there is None:
        if roles:
            await accounts.admit(site, login, held.account.name, roles, centre.site.config.code, by)
    elif code in held.taken:
        return
    elif not roles:
        await accounts.close(site, login, by)
    else:
        await accounts.change_roles(site, login, roles, by)
        await accounts.reopen(site, login, by)


def _sites(centre: Centre) -> tuple[Site, ...]:
    return (centre.site, *centre.mutuals.values())
