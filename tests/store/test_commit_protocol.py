"""What may go wrong between Redis and the log, and that nobody is ever told a lie."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from dibs.errors import DibsError
from store.events import chain_of, encode
from store.log import AppendUnknown, Head, Logged
from store.redis_log import continues, read_log
from tests.store.servers import copy_of, head_locked, redis_client, rewind, waiting_appends
from tests.store.stack import Stack, eventually, opened, tasks_of


@pytest.fixture
async def second(stack: Stack) -> AsyncIterator[Stack]:
    """Another process on the same servers."""
    async with opened(Stack(stack.redis_url, stack.dsn)) as other:
        other.project, other.session, other.n = stack.project, stack.session, 1_000
        yield other


async def undecided(stack: Stack) -> int:
    """The newest seq in Redis."""
    header = await stack.store.kernel.header(stack.project)
    assert header is not None
    return header.seq


async def log_is_sound(stack: Stack) -> None:
    """Gap-free, chained over every epoch step, and each task granted once at a time."""
    steps = {
        row["seq"]: row["chain_after"].hex()
        for row in await stack.admin.fetch("SELECT * FROM epoch_step ORDER BY epoch")
    }
    chain = ""
    for seq, logged in enumerate(await stack.store.log.read(stack.project, 0, 10_000), 1):
        chain = steps.get(seq - 1, chain)
        chain = chain_of(chain, logged.payload)
        assert (logged.seq, logged.chain) == (seq, chain)


async def granted(stack: Stack) -> list[tuple[int, int]]:
    events = await stack.events()
    return [(t[0], t[1]) for e in events if e.kind == "granted" for t in e.body["tasks"]]


async def test_no_answer_leaves_before_its_event_is_in_postgres(stack: Stack) -> None:
    async with head_locked(stack.dsn, stack.project):
        before = await undecided(stack)
        call = asyncio.create_task(stack.reserve(2))
        await eventually(lambda: waiting_appends(stack.admin))
        assert await undecided(stack) == before + 1, "Redis has decided"
        assert not call.done(), "and nobody may know"
    outcome = await call
    assert outcome.seq == before + 1


async def test_nor_does_an_answer_that_says_no(stack: Stack) -> None:
    async with head_locked(stack.dsn, stack.project):
        last = asyncio.create_task(stack.reserve(2, 20))
        await eventually(lambda: waiting_appends(stack.admin))
        nothing = asyncio.create_task(stack.reserve(3))
        await eventually(lambda: len(stack.store.gate._projects[stack.project].waiters) == 1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(nothing), timeout=0.15)
        assert not last.done()
    assert ((await last).word, (await nothing).word) == ("ok", "nothing")


async def test_of_two_committers_exactly_one_appends(stack: Stack, second: Stack) -> None:
    head = await stack.store.log.head(stack.project)
    assert head is not None
    payload = encode("sessions_ended", {"sessions": []}, clock_ms=1, wall_ms=1)
    run = [Logged(head.seq + 1, head.epoch, chain_of(head.chain, payload), payload)]

    appended = await asyncio.gather(
        *(s.store.log.append(stack.project, head, run) for s in (stack, second) for _ in range(4))
    )

    assert sorted(appended) == [False] * 7 + [True]


async def test_two_committers_at_once_harm_nobody(stack: Stack, second: Stack) -> None:
    racing = asyncio.create_task(second.store.committer.run())
    try:
        outcomes = await asyncio.gather(
            *((stack if i % 2 else second).reserve(2 + i % 3) for i in range(20))
        )
    finally:
        racing.cancel()
        await asyncio.gather(racing, return_exceptions=True)
    assert len({task for outcome in outcomes for task in tasks_of(outcome)}) == 20
    await log_is_sound(stack)
    assert stack.rebuilds + second.rebuilds == ["not_verified"], "only the first opening"


async def test_a_fork_ends_in_a_new_epoch_and_the_request_happens_once(stack: Stack) -> None:
    async with head_locked(stack.dsn, stack.project) as other:
        row = await other.fetchrow("SELECT * FROM head WHERE project = $1", stack.project)
        assert row is not None
        call = asyncio.create_task(stack.reserve(2))
        await eventually(lambda: waiting_appends(stack.admin))
        payload = encode("sessions_ended", {"sessions": []}, clock_ms=1, wall_ms=1)
        chain = bytes.fromhex(chain_of(row["chain"].hex(), payload))
        await other.execute(
            "INSERT INTO event VALUES ($1, $2, $3, $4, $5)",
            *(stack.project, row["seq"] + 1, row["epoch"], chain, payload),
        )
        await other.execute("UPDATE head SET seq = seq + 1, chain = $1", chain)
        await other.execute("COMMIT")
        await other.execute("BEGIN")
        outcome = await call

    assert outcome.event is not None
    assert outcome.seq == row["seq"] + 2
    assert await granted(stack) == [(1, 1)]
    head = await stack.store.log.head(stack.project)
    assert head is not None
    assert head.epoch == row["epoch"] + 1
    assert stack.rebuilds[-1] == "fork"
    await log_is_sound(stack)


async def test_a_commit_whose_backend_is_killed_is_settled_by_a_barrier(stack: Stack) -> None:
    async with head_locked(stack.dsn, stack.project):
        call = asyncio.create_task(stack.reserve(2))
        [pid] = await eventually(lambda: waiting_appends(stack.admin))
        await stack.admin.execute("SELECT pg_terminate_backend($1)", pid)
    outcome = await call
    assert tasks_of(outcome) == [(1, 1)]
    assert await granted(stack) == [(1, 1)]


async def test_a_commit_that_happened_but_was_not_answered_is_found_by_a_barrier(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = stack.store.log
    append = log.append
    lost: list[list[Logged]] = []

    async def append_and_lose_the_reply(project: int, head: Head, run: list[Logged]) -> bool:
        appended = await append(project, head, run)
        if not lost:
            lost.append(run)
            raise AppendUnknown
        return appended

    monkeypatch.setattr(log, "append", append_and_lose_the_reply)
    barriers = await stack.admin.fetchval("SELECT barrier FROM head")
    outcome = await stack.reserve(2)
    assert lost
    assert await stack.admin.fetchval("SELECT barrier FROM head") > barriers
    assert [event.kind for event in await stack.events()].count("granted") == 1
    assert tasks_of(outcome) == [(1, 1)]


async def test_a_flush_under_load_loses_nothing(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        calls = [asyncio.create_task(stack.reserve(2 + i % 3)) for i in range(20)]
        for _ in range(3):
            await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            await client.flushall()
            calls = [call for call in calls if not call.done()] or calls
        outcomes = await asyncio.gather(*calls)
    assert {outcome.word for outcome in outcomes} == {"ok"}
    assert sorted(await granted(stack)) == [(n, 1) for n in range(1, 21)]
    await log_is_sound(stack)


async def test_a_lease_given_twice_by_a_damaged_redis_is_refused_and_heals(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        earlier = await copy_of(client)
        first = await stack.reserve(2)
        now = await copy_of(client)
        kept = {key: now[key] for key in now if key.endswith((b":header", b":log"))}
        await rewind(client, earlier | kept)

    second = await stack.reserve(3)

    assert tasks_of(first) == [(1, 1)]
    assert tasks_of(second) == [(2, 1)], "not the task that Redis computed"
    assert stack.rebuilds[-1] == "live"
    assert await stack.admin.fetchval("SELECT count(*) FROM live") == 2


async def test_whichever_key_goes_missing_nothing_is_given_twice(stack: Stack) -> None:
    await stack.reserve(2, 3)
    async with redis_client(stack.redis_url) as client:
        names = {key.split(b":", 3)[3] for key in await client.keys("dibs:*:*:*")}
        for name in sorted(names):
            there = await client.keys(b"dibs:*:*:" + name)
            if not there:  # what earlier rounds gave is held by then
                continue
            await client.delete(*there)
            with suppress(DibsError):  # what is missing may well be missed
                await stack.reserve(3)
            await client.flushall()
            assert (await stack.reserve(4)).word in ("ok", "nothing"), name
    assert len(set(await granted(stack))) == len(await granted(stack))
    await log_is_sound(stack)


async def test_a_redis_that_was_rewound_in_place_is_found_out(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        earlier = await copy_of(client)
        kept = [await stack.reserve(2) for _ in range(5)]
        await rewind(client, earlier)

        later = await asyncio.gather(*(stack.reserve(3) for _ in range(5)))

    assert [tasks_of(outcome) for outcome in kept] == [[(n, 1)] for n in range(1, 6)]
    assert sorted(tasks_of(outcome)[0] for outcome in later) == [(n, 1) for n in range(6, 11)]
    assert stack.rebuilds[-1] == "behind"
    await log_is_sound(stack)


async def test_so_it_is_by_a_process_that_has_seen_nothing_yet(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        earlier = await copy_of(client)
        await stack.reserve(2, 5)
        await rewind(client, earlier)
        async with opened(Stack(stack.redis_url, stack.dsn), roles=False) as other:
            other.project, other.session, other.n = stack.project, stack.session, 1_000
            outcome = await other.reserve(3)
            assert tasks_of(outcome) == [(6, 1)]
            assert other.rebuilds == ["not_verified"]


async def test_a_committer_that_is_stuck_is_helped(
    stack: Stack, second: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.gate.STALLED_S", 0.1)
    elected = next(role for role in stack.store.roles if role.held.is_set())
    assert elected._task is not None
    for stream in stack.store.committer._tasks.values():
        stream.cancel()  # it holds the role, and does nothing
    monkeypatch.setattr(stack.store.committer, "_begin", lambda *_: False)
    assert tasks_of(await second.reserve(2)) == [(1, 1)]


async def test_what_redis_has_beyond_the_log_is_committed_not_dropped(stack: Stack) -> None:
    """A service killed between Redis and its answer leaves an event; another commits it."""
    for role in stack.store.roles:
        await role.stop()
    key = stack.key()
    abandoned = asyncio.create_task(stack.reserve(2, request=key))
    before = (await stack.store.log.head(stack.project)).seq  # type: ignore[union-attr]
    await eventually(lambda: _has(stack, before + 1))
    abandoned.cancel()

    async with opened(Stack(stack.redis_url, stack.dsn)) as other:
        other.project = stack.project
        again = await other.reserve(2, request=key)
        assert other.rebuilds == []
    assert (again.seq, again.dup) == (before + 1, True)


async def test_redis_keeps_a_log_that_continues_postgres(stack: Stack) -> None:
    async with head_locked(stack.dsn, stack.project):
        head = await stack.store.log.head(stack.project)
        assert head is not None
        calls = [asyncio.create_task(stack.reserve(2)) for _ in range(3)]
        await eventually(lambda: _has(stack, head.seq + 3))
        waiting = await read_log(stack.store.redis, stack.project, head.epoch, head.seq)
        assert continues(head, waiting)
    await asyncio.gather(*calls)


async def _has(stack: Stack, seq: int) -> bool:
    return await undecided(stack) >= seq
