"""Work loops: one task after the other, none left behind."""

import asyncio
import threading

import pytest

import dibs
from dibs import errors
from dibs.holdings import Holdings
from dibs.v1.common_pb2 import Lease, Task
from tests.dibs.conftest import PATIENCE, until

IDLE = dibs.Idle(first_pause_s=0.01, longest_pause_s=0.02)


@pytest.fixture
async def client(target):
    async with dibs.AsyncClient(target, project="demo", actor="ann", patience=PATIENCE) as c:
        yield c


@pytest.fixture
def sync_client(target):
    with dibs.Client(target, project="demo", actor="ann", patience=PATIENCE) as c:
        yield c


async def test_every_task_is_done_once_in_order(client, server):
    async with client.work("digits", prefetch=3, wait=False) as tasks:
        async for task in tasks:
            await task.start()
            await task.submit("completed")
    assert server.done == [f"{n}-1" for n in range(1, 11)]
    assert server.held == {}
    assert tasks.nothing.reason == dibs.NothingReason.NOTHING_REASON_QUEUE_EMPTY


async def test_a_task_that_was_passed_over_is_released(client, server):
    async with client.work("digits", wait=False) as tasks:
        async for task in tasks:
            if task.task_id == "1-1" and not server.done:
                server.waiting.rotate(-1)
                server.done.append("passed over")
                continue
            await task.submit()
    assert sorted(server.done[1:]) == sorted(f"{n}-1" for n in range(1, 11))


async def test_an_error_in_the_block_releases_what_was_reserved_ahead(client, server):
    async def fails() -> None:
        async with client.work("digits", prefetch=5) as tasks:
            async for task in tasks:
                await task.submit()
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert server.held == {}
    assert len(server.waiting) == 9


async def test_a_loop_that_is_left_without_a_block_releases_soon(client, server):
    async for task in client.work("digits", prefetch=4):
        await task.submit()
        break
    await until(lambda: not server.held)


async def test_a_cancelled_loop_releases(client, server):
    async def forever():
        async with client.work("digits", prefetch=2) as tasks:
            async for _ in tasks:
                await asyncio.sleep(60)

    loop = asyncio.create_task(forever())
    await until(lambda: len(server.held) == 2)
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop
    assert server.held == {}


async def test_a_loop_that_is_cancelled_while_it_reserves_releases(client, server):
    hold = threading.Event()
    server.hold("Reserve", hold)

    async def forever() -> None:
        async with client.work("digits", prefetch=2) as tasks:
            async for _ in tasks:
                pytest.fail("nothing was given yet")

    loop = asyncio.create_task(forever())
    await until(lambda: any(server.in_flight.values()))
    loop.cancel()
    await asyncio.sleep(0.02)
    hold.set()
    with pytest.raises(asyncio.CancelledError):
        await loop
    assert len(server.requests("Release")) == 2
    assert server.held == {}


async def test_leases_are_renewed_in_the_background(client, server):
    server.lease_duration_ms = 150
    async with client.work("digits", prefetch=2) as tasks:
        async for task in tasks:
            await until(lambda: len(server.requests("Renew")) >= 2)
            await task.submit()
            break
    assert {t.task_id for t in server.requests("Renew")[0].tasks} == {"1-1", "2-1"}


async def test_a_lost_lease_does_not_keep_the_others_from_being_renewed(client, server):
    server.lease_duration_ms = 150
    async with client.work("digits", prefetch=3) as tasks:
        async for task in tasks:
            server.held["2-1"] = 999
            await until(
                lambda: any(
                    [t.task_id for t in r.tasks] == ["1-1", "3-1"] for r in server.requests("Renew")
                )
            )
            await task.submit()
            break
    assert server.held == {"2-1": 999}


async def test_a_task_that_was_lost_while_waiting_its_turn_is_not_handed_out(client, server):
    server.lease_duration_ms = 90
    seen: list[str] = []
    async with client.work("digits", prefetch=3, wait=False) as tasks:
        async for task in tasks:
            if not seen:
                server.held["2-1"] = 999
                await until(lambda: len(server.requests("Renew")) >= 2)
            seen.append(task.task_id)
            await task.submit()
    assert seen == ["1-1", *[f"{n}-1" for n in range(3, 11)]]


async def test_a_submission_that_lost_its_lease_says_so(client, server):
    async with client.work("digits") as tasks:
        async for task in tasks:
            server.held["1-1"] = 999
            with pytest.raises(errors.LeaseLost):
                await task.submit()
            assert not task.is_held
            break
    assert server.requests("Release") == []


async def test_an_empty_queue_is_waited_for(client, server):
    server.waiting.clear()

    async def work_arrives() -> None:
        await until(lambda: len(server.requests("Reserve")) >= 2)
        server.waiting.append("new-1")

    arrival = asyncio.create_task(work_arrives())
    async with client.work("digits", idle=IDLE) as tasks:
        async for task in tasks:
            await task.submit()
            break
        else:
            pytest.fail("the loop ended")
    await arrival
    assert server.done == ["new-1"]


def test_the_sync_loop_does_the_same(sync_client, server):
    server.lease_duration_ms = 90
    with sync_client.work("digits", prefetch=4, wait=False) as tasks:
        for task in tasks:
            task.start()
            if task.task_id == "1-1":
                while not server.requests("Renew"):
                    threading.Event().wait(0.005)
            task.submit()
    assert server.done == [f"{n}-1" for n in range(1, 11)]


def test_the_sync_loop_releases_what_it_leaves(sync_client, server):
    def fails() -> None:
        with sync_client.work("digits", prefetch=4) as tasks:
            for task in tasks:
                task.submit()
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert server.held == {}


def test_the_pause_doubles_and_is_bounded_by_the_next_free_lease():
    import time

    nothing = dibs.Nothing()
    idle = dibs.Idle(first_pause_s=0.25, longest_pause_s=10.0)
    assert [idle.pause_s(n, nothing, 1.0) for n in range(7)] == [0.25, 0.5, 1, 2, 4, 8, 10]
    assert idle.pause_s(60, nothing, 0.0) == 5
    nothing.next_free.FromMilliseconds(int(time.time() * 1000) + 700)
    assert 0.4 < idle.pause_s(9, nothing, 0.0) <= 0.7
    nothing.next_free.FromMilliseconds(int(time.time() * 1000) - 5000)
    assert idle.pause_s(9, nothing, 0.0) == 0


def test_a_renewal_takes_a_hundred_leases_at_once():
    holdings = Holdings()
    holdings.reserved(Task(task_id=f"{n}-1", lease=Lease(lease_token=n)) for n in range(1, 251))
    assert [len(leases) for leases in holdings.leases()] == [100, 100, 50]
