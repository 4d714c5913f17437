"""A process that has imported a worker and forks one a line: `python -m tests.api.nursery`.

Importing takes a second and a half, forking a moment, so tests can kill workers
as often as they like. Each line that it reads is the settings of a worker, as
JSON; it answers with the worker's pid and port, "pid 0" if it could not start.
Whatever kills it, its workers go with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys

import uvloop

from allocator import bootstrap, logs
from allocator.settings import Settings
from allocator.worker import die_with_parent


def main() -> None:
    """Until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    logs.configure("warning")
    for line in sys.stdin:
        parent = os.getpid()
        if os.fork() == 0:
            die_with_parent(parent)
            try:
                uvloop.run(_serve(Settings(**json.loads(line))))
            finally:
                _say(0)
                os._exit(1)


def _say(port: int) -> None:
    os.write(1, f"{os.getpid()} {port}\n".encode())


async def _serve(settings: Settings) -> None:
    async with bootstrap.worker(settings, lease_floor_ms=1) as worker:
        _say(worker.port)
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
