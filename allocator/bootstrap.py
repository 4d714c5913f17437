"""Knows everybody: puts a worker together from settings."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from allocator import counting, metrics
from allocator.closing import ClosingLedger
from allocator.counting import CountedLedger
from allocator.drift import Drift
from allocator.exporting import Exporting
from allocator.ports import Ledger
from allocator.servicers.allocation import AllocationServicer
from allocator.servicers.dataset import DatasetServicer
from allocator.servicers.group import GroupServicer
from allocator.servicers.operation import OperationServicer
from allocator.servicers.project import ProjectServicer
from allocator.servicers.queue import QueueServicer
from allocator.services.allocation import Allocation
from allocator.services.attaching import Attaching
from allocator.services.batches import Batches
from allocator.services.beginning import Beginning
from allocator.services.bulk import Bulk
from allocator.services.chunks import Chunks
from allocator.services.datasets import Datasets
from allocator.services.deleting import Deleting
from allocator.services.door import Door
from allocator.services.drafting import Drafting
from allocator.services.driving import Driving
from allocator.services.explaining import Explaining
from allocator.services.filling import Filling
from allocator.services.finishing import Finishing
from allocator.services.groups import GroupCalls
from allocator.services.held import HeldTasks
from allocator.services.lists import Lists
from allocator.services.lost import Lost
from allocator.services.named import Names
from allocator.services.named_tasks import NamedTasks
from allocator.services.operations import OperationsService
from allocator.services.picking import Picking
from allocator.services.priorities import Priorities
from allocator.services.project_life import ProjectLife
from allocator.services.projects import Projects
from allocator.services.queue_list import QueueList
from allocator.services.queue_settings import SettingsCache
from allocator.services.queues import Queues
from allocator.services.removing import Removing
from allocator.services.reserving import Reserving
from allocator.services.skipping import Skipping
from allocator.services.standing import Standing
from allocator.services.steering import Steering
from allocator.services.submitting import Submitting
from allocator.settings import LEASE_FLOOR_MS, Settings
from allocator.transport import Front
from store.assembly import Hooks, Store
from store.snapshots import Every

CHECK_S = 1.0
PATIENCE_S = 8.0


class SystemClock:
    """The wall clock of this machine."""

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that serves calls."""

    front: Front
    store: Store

    @property
    def port(self) -> int:
        """Where it serves."""
        return self.front.port

    async def check(self) -> bool:
        """Whether both stores answer; health says the same from now on."""
        try:
            async with asyncio.timeout(CHECK_S):
                await asyncio.gather(
                    self.store.redis.call("PING"), self.store.postgres.fetchrow("SELECT 1")
                )
            serving = True
        except Exception:
            serving = False
        await self.front.tell(serving=serving)
        return serving


@contextlib.asynccontextmanager
async def worker(
    settings: Settings,
    *,
    lease_floor_ms: int = LEASE_FLOOR_MS,
    patience_s: float = PATIENCE_S,
    roles: bool = True,
) -> AsyncIterator[Worker]:
    """A worker that serves, until the block ends.

    `lease_floor_ms` is the shortest lease a queue may have, `patience_s` how
    long a call waits for stores that are away; tests lower them.
    With `roles`, it stands for election in each background role.

    Raises StoreUnavailable without a Postgres.
    """
    assert settings.redis_url
    assert settings.postgres_dsn
    store = Store(
        settings.redis_url.get_secret_value(),
        settings.postgres_dsn.get_secret_value(),
        hooks=_hooks(),
        patience_s=patience_s,
        every=Every(events=settings.snapshot_events, interval_s=settings.snapshot_interval_s),
    )
    servicers = _servicers(store, lease_floor_ms)
    drift = Drift(store, settings.redis_url.get_secret_value())
    store.sweeper.follow(drift.follow)
    async with contextlib.AsyncExitStack() as ending:
        ending.push_async_callback(drift.close)
        ending.push_async_callback(store.close)
        await store.start(roles=roles)
        # Binding the port listens on it: connections come from here on.
        front = Front(settings, servicers)
        ending.push_async_callback(front.stop)
        await front.start()
        made = Worker(front=front, store=store)
        await made.check()
        yield made


def _hooks() -> Hooks:
    return Hooks(
        rebuilt=lambda cause: metrics.rebuilds[cause].inc(),
        gate_waited=metrics.GATE_WAIT_SECONDS.observe,
        rebuild_ended=lambda source, took: metrics.REBUILD_SECONDS.labels(source).observe(took),
        snapshot_refused=lambda why: metrics.SNAPSHOTS_REFUSED.labels(why).inc(),
        snapshot_failed=lambda why: metrics.SNAPSHOTS_FAILED.labels(why).inc(),
        snapshots=metrics.snapshots,
        swept=counting.swept,
    )


def _lag_of(store: Store) -> Callable[[int], Awaitable[int]]:
    async def lag(project: int) -> int:
        header = await store.kernel.header(project)
        return header.seq - header.durable if header else 0

    return lag


def _servicers(store: Store, lease_floor_ms: int) -> Sequence[object]:
    """The servicers, in the order of transport.SERVICES; and the roles of ours."""
    clock = SystemClock()
    directory, items, content, views = store.directory, store.items, store.content, store.views
    ledger = ClosingLedger(CountedLedger(store.ledger), directory)
    door = Door(directory, ledger, items, views)
    names = Names(directory=directory, groups=store.groups, content=content, door=door)
    lost = Lost(directory=directory, ledger=ledger, items=items, views=views)
    attaching = Attaching(ledger, items, views)
    _follow(store, ledger, attaching, clock)
    lists = Lists(
        directory=directory,
        items=items,
        content=content,
        tasks=store.task_list,
        views=views,
        door=door,
    )
    beginning, removing, bulk, deleting, operations = _bulk(store, ledger, door, lists)
    settings = SettingsCache(ledger, content)
    standing = Standing(
        directory=directory,
        ledger=ledger,
        items=items,
        views=views,
        settings=settings,
        door=door,
        clock=clock,
    )
    return (
        ProjectServicer(
            Projects(
                directory=directory,
                ledger=ledger,
                views=views,
                listings=store.listings,
                door=door,
                beginning=beginning,
            ),
            ProjectLife(
                directory=directory, ledger=ledger, content=content, views=views, door=door
            ),
        ),
        GroupServicer(
            GroupCalls(
                directory=directory,
                groups=store.groups,
                ledger=ledger,
                content=content,
                views=views,
                door=door,
            )
        ),
        DatasetServicer(
            Datasets(
                directory=directory,
                ledger=ledger,
                items=items,
                item_list=store.item_list,
                content=content,
                views=views,
                door=door,
            ),
            removing,
        ),
        QueueServicer(
            Queues(
                directory=directory,
                ledger=ledger,
                items=items,
                content=content,
                views=views,
                door=door,
                names=names,
                clock=clock,
                lease_floor_ms=lease_floor_ms,
            ),
            Filling(ledger=ledger, items=items, views=views, door=door, attaching=attaching),
            Priorities(ledger=ledger, door=door, named=NamedTasks(items, views)),
            removing,
            bulk,
            deleting,
            Steering(
                ledger=ledger,
                content=content,
                views=views,
                door=door,
                names=names,
                beginning=beginning,
                lease_floor_ms=lease_floor_ms,
            ),
            QueueList(
                directory=directory,
                views=views,
                listings=store.listings,
                names=names,
                door=door,
            ),
            lists,
        ),
        AllocationServicer(
            Allocation(
                directory=directory,
                ledger=ledger,
                content=content,
                door=door,
                held=HeldTasks(directory, items),
                lost=lost,
                clock=clock,
            ),
            _submitting(store, ledger, settings, door, lost),
            Drafting(
                ledger=ledger,
                items=items,
                content=content,
                settings=settings,
                door=door,
                lost=lost,
                clock=clock,
            ),
            Skipping(
                ledger=ledger,
                content=content,
                door=door,
                held=HeldTasks(directory, items),
                lost=lost,
                named=NamedTasks(items, views),
            ),
            Picking(
                directory=directory,
                ledger=ledger,
                items=items,
                door=door,
                held=HeldTasks(directory, items),
                named=NamedTasks(items, views),
            ),
            Reserving(ledger=ledger, door=door, held=HeldTasks(directory, items), clock=clock),
            Batches(ledger=ledger, door=door, held=HeldTasks(directory, items), clock=clock),
            Finishing(
                directory=directory,
                ledger=ledger,
                items=items,
                views=views,
                settings=settings,
                door=door,
                named=NamedTasks(items, views),
            ),
            standing,
            Explaining(
                directory=directory,
                ledger=ledger,
                items=items,
                door=door,
                standing=standing,
                named=NamedTasks(items, views),
                clock=clock,
            ),
            bulk,
        ),
        OperationServicer(operations),
    )


def _bulk(
    store: Store, ledger: Ledger, door: Door, lists: Lists
) -> tuple[Beginning, Removing, Bulk, Deleting, OperationsService]:
    """Bulk verbs; whoever sweeps drives them."""
    named = NamedTasks(store.items, store.views)
    chunks = Chunks(
        ledger=ledger,
        items=store.items,
        operations=store.operations,
        views=store.views,
        named=named,
    )
    driving = Driving(ledger, store.content, store.operations, chunks.doers())
    store.sweeper.follow(driving.follow)
    operations = OperationsService(
        directory=store.directory,
        ledger=ledger,
        items=store.items,
        content=store.content,
        views=store.views,
        operations=store.operations,
        listings=store.listings,
        door=door,
    )
    beginning = Beginning(ledger=ledger, content=store.content, driving=driving, shown=operations)
    removing = Removing(
        ledger=ledger,
        items=store.items,
        views=store.views,
        operations=store.operations,
        door=door,
        beginning=beginning,
        lists=lists,
        shown=operations,
    )
    bulk = Bulk(
        ledger=ledger,
        views=store.views,
        operations=store.operations,
        door=door,
        lists=lists,
        named=named,
        beginning=beginning,
    )
    deleting = Deleting(ledger=ledger, door=door, beginning=beginning)
    return beginning, removing, bulk, deleting, operations


def _submitting(
    store: Store, ledger: Ledger, settings: SettingsCache, door: Door, lost: Lost
) -> Submitting:
    return Submitting(
        directory=store.directory,
        ledger=ledger,
        items=store.items,
        content=store.content,
        settings=settings,
        door=door,
        held=HeldTasks(store.directory, store.items),
        lost=lost,
    )


def _follow(store: Store, ledger: Ledger, attaching: Attaching, clock: SystemClock) -> None:
    """Register what is to be done for each project by the process that sweeps."""
    exporting = Exporting(
        directory=store.directory,
        ledger=ledger,
        items=store.items,
        views=store.views,
        clock=clock,
        lag=_lag_of(store),
    )
    store.sweeper.follow(attaching.follow)
    store.sweeper.follow(exporting.follow)
