"""One TOML file per installation, read once and frozen."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from facility_agent.vocabulary.errors import InputError

FILE = "config.toml"
Role = Literal["facility", "mutual", "centre"]


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An installation: who it is, where its data lie, and how it listens.

    `code` is the facility's or payer's code; `type`, `level`, `ownership` and `region` describe a facility;
    `member_pattern` is the form of a payer's member numbers (`#` for a digit); `database` is a path inside the
    folder, or a PostgreSQL address. An `exercise` holds invented people only, and every page and print says so.
    `printer` is the device (or file) of a thermal printer for slips. At a payer, a claim of more than
    `second_eyes_above` minor units is decided by two persons; 0 while nobody has set an amount.
    """

    role: Role
    code: str
    name: str
    country: str
    zone: str
    language: str = "fr"
    invented: bool = False
    type: str = ""
    level: str = ""
    ownership: str = ""
    region: str = ""
    scheme: str = ""
    member_pattern: str = ""
    household_pattern: str = ""
    database: str = "data.sqlite3"
    host: str = "127.0.0.1"
    port: int = 8080
    tls_port: int = 8443
    small_facility: bool = False
    printer: str = ""
    printer_paper: Literal["58", "80"] = "58"
    exercise: bool = False
    second_eyes_above: int = 0


def read_config(folder: Path) -> Config:
    """The configuration of the installation in `folder`; InputError says what is wrong with it."""
    path = folder / FILE
    if not path.is_file():
        raise InputError("config-missing", folder=str(folder))
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Config)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError("config-wrong", file=str(path), reason=str(error)) from error


def write_config(folder: Path, config: Config) -> None:
    """Write the configuration of a new installation; an existing one is never overwritten."""
    path = folder / FILE
    if path.exists():
        raise InputError("config-exists", folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["# Installation of facility-agent. See docs/architecture.md for the settings.", ""]
    for key, value in msgspec.structs.asdict(config).items():
        shown = str(value).lower() if isinstance(value, bool) else value if isinstance(value, int) else _quoted(value)
        lines.append(f"{key} = {shown}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
