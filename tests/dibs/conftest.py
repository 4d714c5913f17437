import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

import dibs
from tests.dibs.tiny_server import TinyServer, serve

# As many calls at once as a test makes.
THREADS = ThreadPoolExecutor(32)
PATIENCE = dibs.Patience(timeout_s=2.0, total_s=6.0, first_pause_s=0.005, longest_pause_s=0.05)


@pytest.fixture
def server() -> TinyServer:
    return TinyServer(tasks=10)


@pytest.fixture
def target(server: TinyServer) -> Iterator[str]:
    yield from serve(server)


class Asker:
    """One of the clients, asked in the same way whichever it is."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def __call__(self, name: str, *args: Any, **kwargs: Any) -> Any:
        method = getattr(self.client, name)
        if inspect.iscoroutinefunction(method):
            return await method(*args, **kwargs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(THREADS, partial(method, *args, **kwargs))


async def until(condition: Callable[[], bool], timeout_s: float = 5.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - a thread makes it true
            await asyncio.sleep(0.002)


@pytest.fixture(params=["async", "sync"])
async def ask(request: pytest.FixtureRequest, target: str) -> AsyncIterator[Asker]:
    if request.param == "async":
        async with dibs.AsyncClient(
            target, project="demo", actor="ann", patience=PATIENCE
        ) as client:
            yield Asker(client)
    else:
        with dibs.Client(target, project="demo", actor="ann", patience=PATIENCE) as client:
            yield Asker(client)
