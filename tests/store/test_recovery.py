"""Redis is believed after it was verified, and built anew from the log otherwise."""

import asyncio
from typing import Any

import pytest

from store.kernel import unpacked
from store.recovery import UnknownProject
from tests.store.machine_operations import taken_out
from tests.store.servers import redis_client
from tests.store.stack import Stack, eventually, opened, tasks_of


async def state_of(stack: Stack) -> dict[str, object]:
    """Every key of the live epoch, by its name within the epoch, but the log."""
    epoch = await stack.store.recovery.ensure(stack.project)
    prefix = f"dibs:{{{stack.project}}}:{epoch}:"
    found: dict[str, object] = {}
    async with redis_client(stack.redis_url) as client:
        for key in await client.keys(prefix + "*"):
            name = key.decode().removeprefix(prefix)
            if name != "log":
                found[name] = await _value(client, key)
    totals = found["totals"]
    assert isinstance(totals, dict)
    totals.pop(b"replayed", None)
    return found


async def _value(client: Any, key: bytes) -> object:
    match await client.type(key):
        case b"hash":
            fields = await client.hgetall(key)
            if b"rules" in fields:  # a map, whose order means nothing
                fields[b"rules"] = unpacked(fields[b"rules"])
            return fields
        case b"list":
            return await client.lrange(key, 0, -1)
        case b"set":
            return await client.smembers(key)
        case _:
            return await client.zrange(key, 0, -1, withscores=True)


async def test_of_a_hundred_calls_that_miss_the_library_one_loads_it(
    empty_redis: str, dsn: str
) -> None:
    async with (
        opened(Stack(empty_redis, dsn), roles=False) as stack,
        redis_client(empty_redis) as client,
    ):
        kernel = stack.store.kernel
        await client.function_flush()
        await client.config_resetstat()
        projects = range(1, 101)
        ticks = [kernel.tick(project, 1, most_ms=1, idle_ms=1) for project in projects]

        assert await asyncio.gather(*ticks) == [None] * 100
        await kernel.load()
        assert (await client.info("commandstats"))["cmdstat_function|load"]["calls"] == 1


async def test_a_rebuild_gives_the_state_that_was(stack: Stack) -> None:
    held = await stack.reserve(2, 5)
    entry, slot = tasks_of(held)[0]
    await stack.change(
        "release", stack.key(), person=2, entry=entry, slot=slot, token=held.seq, content=0
    )
    await stack.reserve(3, 2)
    before = await state_of(stack)
    epoch = await stack.store.recovery.ensure(stack.project)

    after_epoch = await stack.store.recovery.fence(stack.project, epoch, "test")

    assert after_epoch == epoch + 1
    assert await state_of(stack) == before


async def test_requests_are_known_after_a_rebuild(stack: Stack) -> None:
    key = stack.key()
    first = await stack.reserve(2, request=key)
    epoch = await stack.store.recovery.ensure(stack.project)
    await stack.store.recovery.fence(stack.project, epoch, "test")
    again = await stack.reserve(2, request=key)
    assert (again.dup, again.seq) == (True, first.seq)


async def test_processes_that_find_nothing_at_once_build_once(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        await client.flushall()
    others = [Stack(stack.redis_url, stack.dsn) for _ in range(3)]
    async with opened(others[0]), opened(others[1]), opened(others[2]):
        await asyncio.gather(*(o.store.recovery.ensure(stack.project) for o in others))
        rebuilds = sum(len(process.rebuilds) for process in (stack, *others))
        assert rebuilds == 2, "the first opening, and one after the flush"


async def test_what_another_process_serves_is_adopted(stack: Stack) -> None:
    async with opened(Stack(stack.redis_url, stack.dsn), roles=False) as other:
        epoch = await stack.store.recovery.ensure(stack.project)
        assert await other.store.recovery.ensure(stack.project) == epoch
        assert other.rebuilds == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("epoch", 1), ("chain", "0" * 40), ("seq", 3), ("state", "frozen"), ("seq", "nonsense")],
)
async def test_a_header_that_does_not_fit_the_log_is_not_believed(
    stack: Stack, field: str, value: object
) -> None:
    async with redis_client(stack.redis_url) as client:
        await client.hset(f"dibs:{{{stack.project}}}:header", field, value)
    async with opened(Stack(stack.redis_url, stack.dsn), roles=False) as other:
        await other.store.recovery.ensure(stack.project)
        rebuilds = [*stack.rebuilds, *other.rebuilds]
        assert rebuilds == ["not_verified"] * 2, "the first opening, and one by whoever looks first"


async def test_older_epochs_are_cleaned_away(stack: Stack) -> None:
    for _ in range(3):
        epoch = await stack.store.recovery.ensure(stack.project)
        await stack.store.recovery.fence(stack.project, epoch, "test")
    await asyncio.gather(*stack.store.recovery._background)
    epoch = await stack.store.recovery.ensure(stack.project)
    async with redis_client(stack.redis_url) as client:
        keys = [key.decode() for key in await client.keys("*")]
    assert {key.split(":")[2] for key in keys} == {"header", str(epoch)}


async def test_every_epoch_leaves_a_step_in_the_log(stack: Stack) -> None:
    epoch = await stack.store.recovery.ensure(stack.project)
    await stack.store.recovery.fence(stack.project, epoch, "test")
    steps = await stack.admin.fetch("SELECT epoch, cause FROM epoch_step ORDER BY epoch")
    assert [tuple(step) for step in steps] == [(2, "not_verified"), (3, "test")]


async def test_nobody_opens_what_postgres_does_not_know(stack: Stack) -> None:
    with pytest.raises(UnknownProject):
        await stack.store.recovery.ensure(stack.project + 1)


async def test_state_of_another_database_is_removed(stack: Stack) -> None:
    """A Redis that served a log that this Postgres does not have: later epochs, other keys."""
    epoch = await stack.store.recovery.ensure(stack.project)
    header = f"dibs:{{{stack.project}}}:header"
    leftovers = [f"dibs:{{{stack.project}}}:{epoch + n}:totals" for n in (1, 40)]
    async with redis_client(stack.redis_url) as client:
        for key in leftovers:
            await client.hset(key, "replayed", 7)
        await client.hset(header, "epoch", epoch + 40)

        outcome = await stack.reserve(2)

        assert outcome.word == "ok"
        await eventually(lambda: _absent(client, leftovers))


async def test_a_header_that_is_no_hash_is_removed(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        await client.set(f"dibs:{{{stack.project}}}:header", "what is this")
    async with opened(Stack(stack.redis_url, stack.dsn), roles=False) as other:
        other.project, other.session, other.n = stack.project, stack.session, 100
        assert (await other.reserve(2)).word == "ok"


async def _absent(client: Any, keys: list[str]) -> bool:
    return int(await client.exists(*keys)) == 0


async def test_a_rebuild_keeps_what_a_grant_passed_over_behind_a_fence(stack: Stack) -> None:
    """Reserve writes no event of what it passes over: that has to follow from the grant."""
    attached: dict[str, Any] = {
        "queue": 1,
        "dataset": 1,
        "priority": 3,
        "classes": [[]],
        "not_before": 0,
        "skip": 0,
    }
    await stack.change("attach_dataset", **attached)
    await stack.change("create_dataset", dataset=2)
    await stack.add_chosen(2, 5)
    await stack.change("detach_dataset", queue=1, dataset=1, total=20)
    while (held := await stack.reserve(2)).word == "again":
        pass
    before = await state_of(stack)

    epoch = await stack.store.recovery.ensure(stack.project)
    await stack.store.recovery.fence(stack.project, epoch, "test")
    assert await state_of(stack) == before
    waiting = [[entry, 1, 3] for entry in range(1, 21)]
    removed = await stack.change("remove_entries", queue=1, **taken_out(waiting))
    assert [entry for entry, _ in tasks_of(held)] == [21]
    assert removed.event is not None
    assert removed.event.body["kept"] == []
