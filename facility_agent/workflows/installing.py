"""A new installation: folder, configuration, keys, database; nothing that exists is overwritten."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from facility_agent.config import FILE, Config, write_config
from facility_agent.exchange.keys import SHORTEST_PASSPHRASE, Cost, Role, create_keys
from facility_agent.exchange.randomness import SYSTEM, Randomness
from facility_agent.storage.store import open_store
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.clock import Clock, SystemClock
from facility_agent.workflows.site import ARRANGEMENTS, EXPORTS, INBOX, KEYS, OUTBOX, zone_of

#: Keys by role: a facility signs agreements and seals; a payer signs cards too.
_FACILITY: tuple[Role, ...] = ("agreement", "site-seal", "site-open")
_PAYER: tuple[Role, ...] = ("card", "agreement", "site-seal", "site-open")
#: A code stands in numbers and in the names of files.
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


async def install(
    folder: Path,
    config: Config,
    passphrase: str,
    clock: Clock | None = None,
    randomness: Randomness = SYSTEM,
    cost: Cost | None = None,
) -> None:
    """Make an installation in `folder`; an InputError leaves no installation behind.

    `config-exists`, `key-passphrase-short`, `code-malformed`, `zone-unknown`, `database-unreachable`, or
    `database-in-use` for a database that belongs to an installation already.
    """
    if (folder / FILE).exists():
        raise InputError("config-exists", folder=str(folder))
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise InputError("key-passphrase-short", least=SHORTEST_PASSPHRASE)
    if not _CODE.fullmatch(config.code):
        raise InputError("code-malformed", given=config.code)
    zone_of(config.zone)
    folder.mkdir(parents=True, exist_ok=True)
    address = config.database if "://" in config.database else folder / config.database
    async with open_store(address) as store:
        if await store.setting("installed") is not None:
            raise InputError("database-in-use", location=config.database.split("@")[-1])
        for name in (ARRANGEMENTS, EXPORTS, INBOX, OUTBOX):
            (folder / name).mkdir(exist_ok=True)
        roles = _FACILITY if config.role == "facility" else _PAYER
        made_on = (clock or SystemClock()).now().date()
        create_keys(folder / KEYS, roles, made_on=made_on, passphrase=passphrase, randomness=randomness, cost=cost)
        write_config(folder, config)
        await store.put_setting("installed", made_on.isoformat())
