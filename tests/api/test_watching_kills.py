"""Watch while clients, workers and the projector are killed, and while a reader is slow."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from pydantic import SecretStr

from allocator import bootstrap
from allocator.nursery import Nursery
from allocator.services import watching
from allocator.settings import Settings
from dibs import AsyncClient, Client, Patience, errors, status
from dibs.v1 import report_pb2, report_pb2_grpc
from store import tail
from store.embedded import EmbeddedPostgres
from tests import calls
from tests.api import fleet
from tests.api.world import Stubs, World, unique
from tests.conftest import ON_ONE_KIND, databases, private_redis
from tests.store.servers import redis_client
from tests.store.stack import eventually

pytestmark = ON_ONE_KIND

PATIENCE = Patience(first_pause_s=0.01, longest_pause_s=0.1)


@dataclass
class Mortals:
    """Two workers on one port, with stores of their own and every role between them."""

    workers: fleet.Fleet
    settings: Settings

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.workers.port}"

    async def die(self) -> None:
        """Kill both, one after the other: whatever roles there are have changed hands."""
        await self.workers.replace()
        await self.workers.replace()


@pytest.fixture(scope="module")
async def mortals(
    nursery: Nursery,
    redis_kind: str,
    postgres_server: EmbeddedPostgres,
    migrated: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Mortals]:
    with socket.socket() as held:  # bound and not listened to: it stays ours
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        async with (
            private_redis(redis_kind, tmp_path_factory) as redis,
            databases(postgres_server) as create,
        ):
            settings = Settings(
                redis_url=SecretStr(redis.url),
                postgres_dsn=SecretStr(await create(migrated)),
                host="127.0.0.1",
                port=held.getsockname()[1],
                stop_grace_s=0,
                log_level="warning",
            )
            async with fleet.fleet(nursery, settings) as workers:
                yield Mortals(workers, settings)


@pytest.fixture
async def client(mortals: Mortals) -> AsyncIterator[AsyncClient]:
    """ada's client, in a project of its own that has a queue."""
    target = mortals.target
    async with AsyncClient(target, project=unique(), actor="ada", patience=PATIENCE) as made:
        await made.create_project()
        await made.add_members(["ann"])
        await made.create_dataset("d")
        await made.create_queue("q")
        yield made


async def _work(client: AsyncClient, times: int) -> int:
    """Changes, one after the other; the last event."""
    last = 0
    for n in range(times):
        last = (await client.update_member("ann", display_name=f"Ann {n}")).seq
    return last


@pytest.mark.shows("P51")
async def test_workers_roles_and_redis_die_and_each_event_is_told_once_in_order(
    mortals: Mortals, client: AsyncClient
) -> None:
    calls.saw()
    deaths = mortals.workers.deaths
    told: list[int] = []

    async def watch() -> None:
        async with aclosing(client.watch(from_seq=1)) as watching:
            async for happened in watching:
                told.append(happened.seq)
                if happened.person_ids == ["zoe"]:
                    return

    watching = asyncio.create_task(watch())
    assert mortals.settings.redis_url
    async with redis_client(mortals.settings.redis_url.get_secret_value()) as redis:
        for _ in range(3):
            work = asyncio.create_task(_work(client, 20))
            await mortals.die()
            await work
            await redis.flushall()
    last = (await client.add_members(["zoe"])).seq
    await asyncio.wait_for(watching, 60)

    assert mortals.workers.deaths == deaths + 6
    assert told == list(range(1, last + 1))


async def test_a_client_that_is_killed_goes_on_where_it_was(
    mortals: Mortals, client: AsyncClient
) -> None:
    calls.saw()
    last = await _work(client, 30)
    told: list[int] = []
    while not told or told[-1] < last:
        process = await _dibs_watch(mortals, client, told[-1] + 1 if told else 1)
        assert process.stdout
        for _ in range(8):
            if told and told[-1] == last:
                break
            told.append(int((await process.stdout.readline()).split()[0]))
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
    assert told == list(range(1, last + 1))


async def _dibs_watch(
    mortals: Mortals, client: AsyncClient, from_seq: int
) -> asyncio.subprocess.Process:
    """A process that watches, and says what it is told."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "allocator.cli", "watch", "--from-seq", str(from_seq)),
        *("--target", mortals.target, "--project", client.scope.project, "--actor", "ada"),
        stdout=asyncio.subprocess.PIPE,
    )


async def test_the_synchronous_client_watches_on_through_deaths_too(
    mortals: Mortals, client: AsyncClient
) -> None:
    calls.saw()

    def watch(until: int) -> list[int]:
        scope = client.scope
        with Client(
            mortals.target, project=scope.project, actor=scope.actor, patience=PATIENCE
        ) as blocking:
            watching = blocking.watch(from_seq=1)
            found = [next(watching).seq for _ in range(until)]
            assert watching.seq == until
            watching.close()
            return found

    head = await _work(client, 5)
    watching = asyncio.create_task(asyncio.to_thread(watch, head + 20))
    await mortals.die()
    await _work(client, 20)
    assert await asyncio.wait_for(watching, 60) == list(range(1, head + 21))


async def test_a_worker_that_stops_sends_its_watchers_to_another(
    world: World, api_settings: Settings
) -> None:
    request = report_pb2.WatchRequest(**world.where(), from_seq=1)
    settings = api_settings.model_copy(update={"stop_grace_s": 30})
    async with bootstrap.worker(settings, roles=False) as worker:
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{worker.port}")
        answers = aiter(Stubs(fleet.Watched(lambda: channel)).reports.Watch(request))
        assert (await anext(answers)).seq == 0
        rest: asyncio.Task[Any] = asyncio.ensure_future(_error_of(answers))
    error = await asyncio.wait_for(rest, 10)
    await channel.close()

    assert type(error) is errors.StoreUnavailable
    assert 0 < error.retry_after_s < 1


async def _error_of(answers: AsyncIterator[Any]) -> errors.DibsError:
    try:
        async for _ in answers:
            pass
    except grpc.aio.AioRpcError as error:
        return status.rebuilt(error)
    raise AssertionError("it ended without an error")


async def test_who_reads_slowly_is_told_everything_and_nothing_piles_up(
    world: World, server: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "KEPT", 10)
    monkeypatch.setattr(watching, "AT_ONCE", 5)
    reads: list[int] = []
    monkeypatch.setattr(server.store.activity, "behind", _noted(server, reads))
    crowd = [f"{n}-{'x' * 100}" for n in range(100)]
    request = report_pb2.WatchRequest(**world.where(), from_seq=1)
    # Takes 64 kB of what nobody reads, and not as much as the line could carry.
    narrow = grpc.aio.insecure_channel(
        f"127.0.0.1:{server.port}", options=[("grpc.http2.bdp_probe", 0)]
    )
    stubs = Stubs(fleet.Watched(lambda: narrow))
    async with narrow, aclosing(stubs.reports.Watch(request)) as slow:
        assert (await anext(slow)).seq == 0
        async with aclosing(world.stubs.reports.Watch(request)) as quick:
            for _ in range(14):
                await world.people(*crowd)
                last = (await world.remove(*crowd)).seq
            told = [one.seq async for one in _until(quick, last)]
        kept = [known.kept for known in server.store.tail._projects.values()]
        before = len(reads)
        late = [one.seq async for one in _until(slow, last)]

    await eventually(lambda: not server.store.tail._projects)  # whoever left is not kept for
    assert last >= 28
    assert told == list(range(1, last + 1))
    assert late == told
    assert [len(one) for one in kept] == [10]
    assert any(seq < last - 10 for seq in reads[before:]), "the rest was left in the log"


def _noted(server: bootstrap.Worker, reads: list[int]) -> Any:
    """Reads of the log, which note behind which event they go on."""
    behind = server.store.activity.behind

    async def noted(project: int, seq: int, limit: int) -> Any:
        reads.append(seq)
        return await behind(project, seq, limit)

    return noted


async def _until(answers: AsyncIterator[Any], seq: int) -> AsyncIterator[Any]:
    async for answer in answers:
        if answer.HasField("activity"):
            yield answer
        if answer.seq >= seq:
            return


async def test_who_hangs_up_in_the_middle_is_forgotten(
    world: World, server: bootstrap.Worker
) -> None:
    request = report_pb2.WatchRequest(**world.where(), from_seq=1)
    for reads in (0, 1, 3):
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")
        calls.saw()
        answers = report_pb2_grpc.ReportServiceStub(channel).Watch(request)
        for _ in range(reads):
            await answers.read()
        await channel.close()
        await eventually(lambda: not server.store.tail._projects)
    assert (await world.update(world.actor, "display_name", display_name="Ada")).seq > 1
