"""A process that has imported a worker and forks one a line: `python -m tests.api.nursery`.

Importing takes a second and a half, forking a moment, so tests can kill workers
as often as they like. It reads the settings as JSON, then for each line it
starts a worker and answers with its pid and port. Whatever kills it, its
workers go with it.
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
    settings = Settings(**json.loads(sys.stdin.readline()))
    logs.configure("warning")
    while sys.stdin.readline():
        parent = os.getpid()
        if os.fork() == 0:
            die_with_parent(parent)
            uvloop.run(_serve(settings))
            os._exit(0)


async def _serve(settings: Settings) -> None:
    async with bootstrap.worker(settings, lease_floor_ms=1) as worker:
        os.write(1, f"{os.getpid()} {worker.port}\n".encode())
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
