"""A new installation: folder, configuration, keys, database; nothing that exists is overwritten."""

from __future__ import annotations

from pathlib import Path

from facility_agent.config import Config, write_config
from facility_agent.exchange.keys import SHORTEST_PASSPHRASE, Cost, Role, create_keys
from facility_agent.exchange.randomness import SYSTEM, Randomness
from facility_agent.storage.store import open_store
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.clock import Clock, SystemClock
from facility_agent.workflows.site import ARRANGEMENTS, EXPORTS, INBOX, KEYS, OUTBOX

#: Keys by role: a facility signs agreements and seals; a payer signs cards too.
_FACILITY: tuple[Role, ...] = ("agreement", "site-seal", "site-open")
_PAYER: tuple[Role, ...] = ("card", "agreement", "site-seal", "site-open")


async def install(
    folder: Path,
    config: Config,
    passphrase: str,
    clock: Clock | None = None,
    randomness: Randomness = SYSTEM,
    cost: Cost | None = None,
) -> None:
    """Make an installation in `folder`; InputError `config-exists` or `key-passphrase-short` changes nothing."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise InputError("key-passphrase-short", least=SHORTEST_PASSPHRASE)
    write_config(folder, config)
    for name in (ARRANGEMENTS, EXPORTS, INBOX, OUTBOX):
        (folder / name).mkdir(exist_ok=True)
    roles = _FACILITY if config.role == "facility" else _PAYER
    made_on = (clock or SystemClock()).now().date()
    create_keys(folder / KEYS, roles, made_on=made_on, passphrase=passphrase, randomness=randomness, cost=cost)
    address = config.database if "://" in config.database else folder / config.database
    async with open_store(address) as store:
        await store.put_setting("installed", made_on.isoformat())
