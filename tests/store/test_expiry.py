"""Thousands of leases that end at once."""

import asyncio
from itertools import pairwise

from store.sweeper import Sweeper
from tests.audit.log import LEASE_MS
from tests.store.stack import Stack, eventually, opened, tasks_of
from tests.store.test_background import HandTimer

PEOPLE, EACH = 30, 100
APART_MS = 33


async def _pass(stack: Stack, ms: int) -> None:
    await stack.store.redis.call("HINCRBY", f"dibs:{{{stack.project}}}:header", "clock", ms)


async def test_three_thousand_leases_that_end_within_a_second_are_back_a_second_later_in_order(
    empty_redis: str, dsn: str
) -> None:
    async with opened(Stack(empty_redis, dsn, timer=HandTimer())) as stack:
        await stack.make_project(people=PEOPLE, items=PEOPLE * EACH)
        deadlines: dict[tuple[int, int], int] = {}
        for person in range(2, PEOPLE + 2):
            granted = await stack.reserve(person, EACH)
            assert granted.event is not None
            deadlines |= dict.fromkeys(tasks_of(granted), granted.event.body["deadline"])
            await _pass(stack, APART_MS)
        assert max(deadlines.values()) - min(deadlines.values()) < 1_000 < len(deadlines)
        await _pass(stack, LEASE_MS - PEOPLE * APART_MS - APART_MS)

        store = stack.store
        sweeper = Sweeper(
            kernel=store.kernel, ledger=store.ledger, log=store.log, recovery=store.recovery
        )
        sweeper.notice(stack.project)
        running = asyncio.create_task(sweeper.run())
        left = "SELECT count(*) = 0 FROM live"
        await eventually(lambda: stack.admin.fetchval(left), 60.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

        expired = [event for event in await stack.events() if event.kind == "expired"]
        back = [(event, (task[0], task[1])) for event in expired for task in event.body["tasks"]]
        assert sorted(task for _, task in back) == sorted(deadlines)
        assert all(0 <= event.clock_ms - deadlines[task] <= 1_000 for event, task in back)
        assert all(deadlines[one] <= deadlines[other] for (_, one), (_, other) in pairwise(back))
        again = [await stack.reserve(person, EACH) for person in range(2, PEOPLE + 2)]
        assert [task for granted in again for task in tasks_of(granted)] == sorted(deadlines)
