"""B13: from `dibs serve`, with servers of its own, to the first call that it serves."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

from dibs import AsyncClient
from loadtest.bench.ground import ADMIN, DATASET, QUEUE, NotSound, items
from loadtest.bench.results import Figure

MEASURES: Final = (
    "seconds from `dibs serve`, the command, with servers of its own and two workers, to its first"
    " answer: in an empty directory, to CreateProject; in one that it has served before, to a"
    " Reserve that gives a task, so with the project rebuilt"
)
ITEMS: Final = 1_000
SERVES_WITHIN_S: Final = 60.0
LOOK_S: Final = 0.01
READY: Final = re.compile(r"dibs serves (\S+) with")
SERVE: Final = (sys.executable, "-m", "allocator.cli", "serve", "--workers", "2")


async def run(*, short: bool) -> Sequence[Figure]:
    """Every repeat has a directory of its own, and is started there twice."""
    first, again = [], []
    for _ in range(1 if short else 5):
        with tempfile.TemporaryDirectory(prefix="dibs-bench-") as directory:
            async with _served(Path(directory)) as (client, started):
                await client.create_project()
                first.append(time.perf_counter() - started)
                await _filled(client)
            async with _served(Path(directory)) as (client, started):
                given = await client.reserve(QUEUE)
                again.append(time.perf_counter() - started)
                if len(given.tasks) != 1:
                    raise NotSound(f"after a restart nothing was given: {given}")
    return (
        Figure.of(again, name="restart", unit="s", reach=3.0, at_most=True),
        Figure.of(first, name="very first start", unit="s", reach=10.0, at_most=True),
    )


async def _filled(client: AsyncClient) -> None:
    await client.create_dataset(DATASET)
    await client.import_items(DATASET, items(0, ITEMS))
    await client.create_queue(QUEUE)
    await client.attach_dataset(QUEUE, DATASET)
    waiting = 0
    while waiting < ITEMS:
        await asyncio.sleep(LOOK_S)
        waiting = (await client.get_queue_depth(QUEUE)).available


@contextlib.asynccontextmanager
async def _served(directory: Path) -> AsyncIterator[tuple[AsyncClient, float]]:
    """A client of a service in that directory that says it serves, and when it was started."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *SERVE,
        *("--data-dir", str(directory), "--port", "0", "--http-port", "0"),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"DIBS_LOG_LEVEL": "error"},
    )
    assert process.stdout
    try:
        async with asyncio.timeout(SERVES_WITHIN_S):
            line = (await process.stdout.readline()).decode()
        target = READY.match(line)
        if target is None:
            raise NotSound(f"dibs serve says {line!r}")
        async with AsyncClient(target[1], project="bench", actor=ADMIN) as client:
            yield client, started
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()
