"""The server that the desk's benchmark asks: the real one, in a process of its own, at noon of the benchmark's day."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from facility_agent.bench.measure import memory_mb
from facility_agent.bench.place import NOON
from facility_agent.web.serve import serve_forever
from facility_agent.workflows.clock import SetClock

HOST = "127.0.0.1"
#: Seconds that a server may take to come up, and to go.
PATIENCE = 30


class Server:
    """A running server: where it listens and which process it is."""

    def __init__(self, port: int, process: asyncio.subprocess.Process) -> None:
        self.port = port
        self._process = process

    def memory_mb(self, what: str) -> float:
        """The memory that the process holds now (`VmRSS`), or the most it has held (`VmHWM`), in MB."""
        return memory_mb(what, self._process.pid)

    def cpu_seconds(self) -> float:
        """The processor time that the process has used, its own and the system's for it."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Server]:
    """The installation in `folder`, served by a second process until the end of the block."""
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(folder), str(port), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        if not await asyncio.wait_for(process.stdout.readline(), PATIENCE):
            raise RuntimeError("the server of the benchmark did not start")
        yield Server(port, process)
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE)


def _free_port() -> int:
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])


if __name__ == "__main__":
    asyncio.run(serve_forever([(Path(sys.argv[1]), int(sys.argv[2]))], SetClock(NOON)))
