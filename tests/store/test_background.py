"""Roles are taken over soon, and the sweeper turns time into events."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from store.kernel import Kernel, Tick
from store.postgres import Postgres
from store.roles import Role
from store.sweeper import TURNS, Sweeper
from tests.store.stack import Stack, eventually, opened, tasks_of


class HandTimer:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[None]] = []

    def now(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self.waiting.append(future)
        await future


@pytest.fixture
async def postgres(dsn: str) -> AsyncIterator[Postgres]:
    postgres = Postgres(dsn)
    await postgres.start()
    yield postgres
    await postgres.close()


class Work:
    """A role's work that notes who does it."""

    def __init__(self) -> None:
        self.now: list[str] = []
        self.ever: list[str] = []

    def by(self, name: str, *, fails: int = 0):
        left = [fails]

        async def work() -> None:
            self.now.append(name)
            self.ever.append(name)
            try:
                if left[0]:
                    left[0] -= 1
                    raise ValueError("on purpose")
                await asyncio.Event().wait()
            finally:
                self.now.remove(name)

        return work


async def test_one_process_at_a_time_has_a_role_and_the_next_takes_over(
    postgres: Postgres,
) -> None:
    work = Work()
    roles = [Role(postgres, "sweeper", work.by(name)) for name in ("a", "b", "c")]
    for role in roles:
        role.start()
    for remaining in (3, 2, 1):
        await eventually(lambda: len(work.now) == 1)
        [holder] = [role for role in roles if role.held.is_set()]
        await holder.stop()
        roles.remove(holder)
        assert len(work.now) <= 1
        assert len(work.ever) >= 4 - remaining
    assert sorted(work.ever) == ["a", "b", "c"]


async def test_who_waits_for_a_role_keeps_no_dead_rows(postgres: Postgres) -> None:
    work, timer = Work(), HandTimer()
    holder = Role(postgres, "sweeper", work.by("a"))
    holder.start()
    await eventually(lambda: work.now == ["a"])
    heir = Role(postgres, "sweeper", work.by("b"), timer=timer)
    heir.start()
    await eventually(lambda: timer.waiting)
    async with postgres.reading() as connection:
        snapshots = await connection.fetch(
            "SELECT query FROM pg_stat_activity WHERE backend_xmin IS NOT NULL"
            " AND pid <> pg_backend_pid() AND datname = current_database()"
        )
    assert snapshots == []
    await holder.stop()

    def taken_over() -> bool:
        while timer.waiting:
            timer.waiting.pop().set_result(None)
        return work.now == ["b"]

    await eventually(taken_over)
    await heir.stop()


async def test_a_killed_connection_ends_the_term(postgres: Postgres) -> None:
    work = Work()
    role = Role(postgres, "sweeper", work.by("a"))
    role.start()
    await eventually(lambda: work.now)
    async with postgres.reading() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        )
    await eventually(lambda: len(work.ever) == 2)
    await role.stop()
    assert work.now == []


async def test_work_that_fails_is_begun_again(postgres: Postgres) -> None:
    work = Work()
    role = Role(postgres, "sweeper", work.by("a", fails=2))
    role.start()
    await eventually(lambda: work.ever == ["a", "a", "a"])
    await role.stop()


class FastClock(Kernel):
    """A lease clock that runs a minute a tick."""

    async def tick(self, project: int, epoch: int, *, most_ms: int, idle_ms: int):
        from tests.store.servers import redis_client

        async with redis_client(self.url) as client:  # type: ignore[attr-defined]
            await client.hincrby(f"dibs:{{{project}}}:header", "clock", 61_000)
        return await super().tick(project, epoch, most_ms=most_ms, idle_ms=idle_ms)


@pytest.fixture
async def swept(empty_redis: str, dsn: str) -> AsyncIterator[tuple[Stack, Sweeper]]:
    """A store whose sweeper ticks by hand, a minute at a time."""
    async with opened(Stack(empty_redis, dsn, timer=HandTimer())) as stack:
        await stack.make_project()
        kernel = FastClock(stack.store.redis)
        kernel.url = empty_redis  # type: ignore[attr-defined]
        sweeper = Sweeper(
            kernel=kernel,
            ledger=stack.store.ledger,
            log=stack.store.log,
            recovery=stack.store.recovery,
        )
        sweeper.notice(stack.project)
        yield stack, sweeper


async def test_what_is_due_goes_back_to_its_place(swept: tuple[Stack, Sweeper]) -> None:
    stack, sweeper = swept
    held = await stack.reserve(2, 3)
    await sweeper.tick()
    await sweeper.settled()
    assert (await stack.events())[-1].kind == "expired"
    assert tasks_of(await stack.reserve(3, 3)) == tasks_of(held)


async def test_more_than_one_event_can_hold_is_given_back_too(
    swept: tuple[Stack, Sweeper],
) -> None:
    stack, sweeper = swept
    await stack.add_chosen(1, 300)
    for person in (2, 3, 4):
        await stack.reserve(person, 100)
    await sweeper.tick()
    await sweeper.settled()
    expired = [event for event in await stack.events() if event.kind == "expired"]
    assert [len(event.body["tasks"]) for event in expired] == [100, 100, 100]
    assert await stack.admin.fetchval("SELECT count(*) FROM live") == 0


async def test_a_removed_members_holds_are_taken_back(swept: tuple[Stack, Sweeper]) -> None:
    stack, sweeper = swept
    held = await stack.reserve(2, 3)
    await stack.change(
        "change_members", stack.key(), mode="change", members=[[2, 0, 0, 0, []]], expected=[-1]
    )
    sweeper._kernel = stack.store.kernel  # the clock stands still: nothing expires
    await sweeper.tick()
    await sweeper.settled()
    revoked = [event for event in await stack.events() if event.kind == "revoked"]
    assert [(t[0], t[1]) for event in revoked for t in event.body["tasks"]] == tasks_of(held)


async def test_followers_are_called_for_projects_in_use(swept: tuple[Stack, Sweeper]) -> None:
    stack, sweeper = swept
    called: list[int] = []

    async def follower(project: int) -> None:
        called.append(project)

    sweeper.follow(follower)
    await sweeper.tick(follow=True)
    await sweeper.settled()
    assert called == [stack.project]


class Counted(Kernel):
    """Counts its ticks; the last event is an hour old unless `quiet_ms` says otherwise."""

    ticks = 0
    quiet_ms = 3_600_000

    async def tick(self, *args: Any, **kwargs: Any) -> Tick | None:
        self.ticks += 1
        tick = await super().tick(*args, **kwargs)
        return tick and replace(tick, quiet_ms=self.quiet_ms)


async def test_a_project_rests_while_nothing_runs_there_and_wakes_at_its_next_event(
    swept: tuple[Stack, Sweeper],
) -> None:
    stack, sweeper = swept
    kernel = Counted(stack.store.redis)
    sweeper._kernel = kernel
    for _ in range(2 * TURNS):
        await sweeper.tick()
    assert 2 <= kernel.ticks <= 3  # the first one, and one a turn

    sweeper.notice(stack.project)
    await stack.reserve(2)
    kernel.ticks = 0
    for _ in range(10):
        await sweeper.tick()
    assert kernel.ticks == 10  # a lease runs


@pytest.mark.parametrize(("in_ms", "ticks"), [(15_000, 10), (3_600_000, 1)])
async def test_a_project_does_not_rest_when_the_time_of_something_comes_before_its_turn(
    swept: tuple[Stack, Sweeper], in_ms: int, ticks: int
) -> None:
    stack, sweeper = swept
    sweeper._turn = -stack.project  # its turn has just been
    queue = await stack.store.ledger.read(stack.project, "queue", queue=1)
    outcome = await stack.change(
        "delay_entries",
        queue=1,
        dataset=0,
        expected=0,
        cursor=0,
        priority=3,
        classes=[[]],
        added_seq=queue.detail[0]["added_seq"],
        runs=[[1, 1, 2]],
        not_before=time.time_ns() // 1_000_000 + in_ms,
    )
    assert outcome.word == "ok"
    kernel = Counted(stack.store.redis)
    sweeper._kernel = kernel
    for _ in range(10):
        await sweeper.tick()
    assert kernel.ticks == ticks


async def test_what_happens_during_a_tick_keeps_a_project_awake(
    swept: tuple[Stack, Sweeper],
) -> None:
    stack, sweeper = swept

    class Late(Counted):
        """Something happens after Redis has answered."""

        async def tick(self, *args: Any, **kwargs: Any) -> Tick | None:
            tick = await super().tick(*args, **kwargs)
            sweeper.notice(stack.project)
            return tick

    kernel = Late(stack.store.redis)
    sweeper._kernel = kernel
    for _ in range(5):
        await sweeper.tick()
    assert kernel.ticks == 5


async def test_where_no_lease_runs_the_clock_catches_up_with_its_rest(stack: Stack) -> None:
    for role in stack.store.roles:
        await role.stop()
    epoch = stack.store.recovery.epoch(stack.project)
    assert epoch is not None
    kernel, header = stack.store.kernel, f"dibs:{{{stack.project}}}:header"
    first = await kernel.tick(stack.project, epoch, most_ms=200, idle_ms=20_000)
    await stack.store.redis.call("HINCRBY", header, "ticked", -15_000)
    second = await kernel.tick(stack.project, epoch, most_ms=200, idle_ms=20_000)
    assert first is not None
    assert second is not None
    assert 15_000 <= second.clock - first.clock < 20_000


async def test_an_outage_ends_no_lease(stack: Stack) -> None:
    """The clock moves by at most two ticks, however long nobody ticked."""
    held = await stack.reserve(2)
    for role in stack.store.roles:
        await role.stop()
    epoch = held.event.epoch  # type: ignore[union-attr]
    kernel = stack.store.kernel
    first = await kernel.tick(stack.project, epoch, most_ms=200, idle_ms=20_000)
    await stack.store.redis.call("HINCRBY", f"dibs:{{{stack.project}}}:header", "ticked", -(10**9))
    second = await kernel.tick(stack.project, epoch, most_ms=200, idle_ms=20_000)
    assert first is not None
    assert second is not None
    assert second.clock - first.clock == 200
