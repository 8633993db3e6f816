"""An installation's backups: taken while it works, put back while nobody does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from facility_agent.config import Config, read_config
from facility_agent.storage import backup
from facility_agent.storage.engine import dialect_of
from facility_agent.storage.files import held
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows.clock import Clock, SystemClock
from facility_agent.workflows.site import zone_of


class PutBack(msgspec.Struct, frozen=True):
    """The local instant at which the backup was taken, and the name of the former database, if there was one.

    The copies that the program lays beside a database before it changes its schema do not say when that was.
    """

    taken: datetime | None
    aside: str


def take(folder: Path, out: Path, clock: Clock | None = None) -> None:
    """A checked backup of the installation in `folder`; InputErrors of `storage.backup.back_up`."""
    config = read_config(folder)
    where = config.database if "://" in config.database else folder / config.database
    backup.back_up(where, out, config.code, _now(config, clock).isoformat(timespec="seconds"))


def put_back(folder: Path, file: Path, *, replace: bool = False, clock: Clock | None = None) -> PutBack:
    """Put a backup in the place of the installation's database; with `replace` also where one stands.

    InputError `restore-server` for a database on PostgreSQL, `restore-running` while anything has the installation
    open, and those of `storage.backup.put_back`; nothing has changed then.
    """
    config = read_config(folder)
    if dialect_of(config.database) == "postgres":
        raise InputError("restore-server")
    target = folder / config.database
    aside = target.with_name(f"{target.name}.before-restore-{_now(config, clock):%Y%m%dT%H%M%S}")
    with held(folder, alone=True):
        checked = backup.put_back(file, target, config.code, aside if replace else None)
    taken = checked.mark.taken if checked.mark else ""
    return PutBack(datetime.fromisoformat(taken) if taken else None, aside.name if aside.exists() else "")


def _now(config: Config, clock: Clock | None) -> datetime:
    return (clock or SystemClock()).now().astimezone(zone_of(config.zone))
