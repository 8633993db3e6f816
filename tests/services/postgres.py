"""A PostgreSQL server of the tests' own: a temporary folder, a free loopback port, nothing kept on disk.

PostgreSQL refuses to run as root, so root lends it another account of the machine. Durability is off: the
data live as long as the tests. The server stops with the process that started it, even when that one is killed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

#: Where Debian keeps one folder per version, out of PATH.
VERSIONS = Path("/usr/lib/postgresql")

USER = "essais"
STARTING_SECONDS = 60
ATTEMPTS = 3

#: Settings of a server that may lose everything and has few visitors.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "50",
}

_numbers = count(1)


def find_binaries() -> Path:
    """The folder of `initdb` and `postgres`; LookupError with a sentence when there is none."""
    candidates = []
    if program := shutil.which("pg_config"):
        answer = subprocess.run([program, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(answer.stdout.strip()))
    candidates += sorted(VERSIONS.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise LookupError("no PostgreSQL server on this machine: install it with « apt-get install postgresql »")


@contextmanager
def running_postgres() -> Iterator[str]:
    """The URL of a server that runs inside the block, e.g. `postgres://essais@127.0.0.1:41234/postgres`."""
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="facility-agent-postgres-"))
    try:
        lend = ["setpriv", "--pdeathsig", "QUIT", *_account(folder)]
        data, log = folder / "data", folder / "log"
        initdb = ["initdb", "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        made = subprocess.run(
            [*lend, str(binaries / initdb[0]), *initdb[1:]], capture_output=True, text=True, cwd=folder, check=False
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        server, port = _start([*lend, str(binaries / "postgres"), "-D", str(data)], data, log)
        try:
            yield f"postgres://{USER}@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def fresh_database(server_url: str) -> AsyncIterator[str]:
    """The URL of an empty database on that server, dropped at the end with whoever is still connected."""
    name = f"essai_{os.getpid()}_{next(_numbers)}"
    await _say(server_url, f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        await _say(server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def _say(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _account(folder: Path) -> list[str]:
    """What `setpriv` must be told so that the server does not run as root; the folder then belongs to that account."""
    if os.geteuid() != 0:
        return []
    known = {account.pw_name: account for account in pwd.getpwall()}
    account = known.get("postgres") or known["nobody"]
    os.chown(folder, account.pw_uid, account.pw_gid)
    return ["--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"]


def _start(command: list[str], data: Path, log: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server on a free port and wait until it answers; another port when that one was just taken."""
    for _ in range(ATTEMPTS):
        port = _free_port()
        settings = [f"--{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
        with log.open("wb") as output:
            server = subprocess.Popen([*command, *settings], stdout=output, stderr=output, cwd=data.parent)
        if _ready(server, data):
            return server, port
        server.kill()
        server.wait()
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")


def _ready(server: subprocess.Popen[bytes], data: Path) -> bool:
    """True when the server's own status file says so; False when it ended or took too long."""
    status = data / "postmaster.pid"
    limit = time.monotonic() + STARTING_SECONDS
    while server.poll() is None and time.monotonic() < limit:
        lines = status.read_text().splitlines() if status.exists() else []
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return True
        time.sleep(0.02)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
