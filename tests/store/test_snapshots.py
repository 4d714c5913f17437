"""A rebuild from a snapshot is a rebuild from the whole log, only sooner."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from dibs.errors import StoreUnavailable
from store import keys
from store.image import several
from store.outcome import Outcome
from store.snapshots import Every, Figures, Snapshot, folded
from store.snapshotter import NoRoom, Snapshotter
from tests.store.servers import redis_client
from tests.store.stack import Stack, tasks_of
from tests.store.test_recovery import state_of

LOST = "behind"
"""A cause by which Redis lost its state, not one by which the state was wrong."""


@pytest.fixture
def ended(stack: Stack) -> list[str]:
    """Where each rebuild came from."""
    sources: list[str] = []
    stack.store.recovery._rebuild_ended = lambda source, seconds: sources.append(source)
    return sources


async def work(stack: Stack, person: int = 2) -> Outcome:
    """Some events, of which every index has its part."""
    held = await stack.reserve(person, 3)
    [first, second, *_] = tasks_of(held)
    for entry, slot in (first, second):
        last = await stack.change(
            *("release", stack.key()),
            person=person,
            entry=entry,
            slot=slot,
            token=held.seq,
            content=0,
        )
    return last


async def lose(stack: Stack, cause: str = LOST) -> None:
    epoch = await stack.store.recovery.ensure(stack.project)
    await stack.store.recovery.fence(stack.project, epoch, cause)


async def test_a_rebuild_from_a_snapshot_is_one_from_the_whole_log(
    stack: Stack, ended: list[str]
) -> None:
    await work(stack)
    at = await stack.store.snapshotter.make(stack.project)
    await work(stack, 3)
    request = stack.key()
    told = await stack.reserve(2, request=request)
    before = await state_of(stack)

    await lose(stack)

    assert ended == ["snapshot"]
    assert await state_of(stack) == before
    assert at == told.seq - 4
    again = await stack.reserve(2, request=request)
    assert (again.dup, again.seq) == (True, told.seq)


async def test_a_snapshot_of_all_there_is_needs_no_event(stack: Stack, ended: list[str]) -> None:
    await work(stack)
    await stack.store.snapshotter.make(stack.project)
    before = await state_of(stack)
    async with redis_client(stack.redis_url) as client:
        await client.flushall()
        await stack.store.recovery.ensure(stack.project)
        await stack.reserve(2)
    assert ended == ["snapshot"]
    assert (await state_of(stack)).keys() >= before.keys()


async def test_a_snapshot_is_made_from_the_one_before(stack: Stack, ended: list[str]) -> None:
    for _ in range(4):
        await work(stack)
        assert await stack.store.snapshotter.make(stack.project)
    before = await state_of(stack)
    kept = await stack.admin.fetch("SELECT seq FROM snapshot ORDER BY seq")
    parts = await stack.admin.fetchval("SELECT count(DISTINCT snapshot) FROM snapshot_part")
    assert (len(kept), parts) == (2, 2), "the newest two are kept"
    await lose(stack)
    assert await state_of(stack) == before
    async with redis_client(stack.redis_url) as client:
        assert not await client.keys("*scratch*")


SPOILED: dict[str, tuple[str, str]] = {
    "a part was changed": (
        "UPDATE snapshot_part SET bytes = set_byte(bytes, 20, get_byte(bytes, 20) # 255)",
        "damaged",
    ),
    "a part is gone": ("DELETE FROM snapshot_part", "damaged"),
    "what it says was changed": ("UPDATE snapshot SET clock = clock + 1", "damaged"),
    "it is of another log": ("UPDATE snapshot SET chain = sha224('x')", "chain"),
    "other functions made it": ("UPDATE snapshot SET library = 'dibs_00000000'", "library"),
    "it has keys of no type of ours": ("", "refused"),
}


@pytest.mark.parametrize("how", SPOILED)
async def test_what_cannot_be_believed_is_set_aside_and_the_log_tells(
    stack: Stack, ended: list[str], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    spoil, why = SPOILED[how]
    refused: list[str] = []
    monkeypatch.setattr(stack.store.snapshots, "_refused", refused.append)
    await work(stack)
    await stack.store.snapshotter.make(stack.project)
    before = await state_of(stack)
    if spoil:
        await stack.admin.execute(spoil)
        await _sign_again(stack, why)
    else:
        await _write_nonsense(stack)

    await lose(stack)

    assert (ended, refused) == (["log"], [why])
    assert await state_of(stack) == before
    left = await stack.admin.fetchval("SELECT count(*) FROM snapshot")
    assert left == (1 if why == "library" else 0)


async def _sign_again(stack: Stack, why: str) -> None:
    """So that only what was to be wrong is."""
    if why == "damaged":
        return
    [row] = await stack.admin.fetch("SELECT * FROM snapshot")
    snapshot = Snapshot.of(row)
    await stack.admin.execute("UPDATE snapshot SET checksum = $1", snapshot.sum)


async def _write_nonsense(stack: Stack) -> None:
    newest = await stack.store.snapshots.newest(stack.project, 10**9)
    assert newest is not None
    part, digest = folded(several([b"\x91\x93\xa6stream\xa3log\xa1x"]))
    spoiled = replace(newest, digests=[digest])
    await stack.store.snapshots.forget(stack.project)
    await stack.store.snapshots.write(spoiled, [part], base=None, seconds=0.0)


async def test_an_older_snapshot_serves_when_the_newer_one_does_not(
    stack: Stack, ended: list[str]
) -> None:
    await stack.store.snapshotter.make(stack.project)
    await work(stack)
    await stack.store.snapshotter.make(stack.project)
    before = await state_of(stack)
    newest = "(SELECT max(snapshot) FROM snapshot)"
    await stack.admin.execute(f"DELETE FROM snapshot_part WHERE snapshot = {newest}")
    await lose(stack)
    assert ended == ["snapshot"]
    assert await state_of(stack) == before


async def test_a_snapshot_of_commits_that_postgres_has_lost_is_not_used(
    stack: Stack, ended: list[str]
) -> None:
    """A Postgres that came back from a backup: its log ends before the snapshot, or is another."""
    await work(stack)
    await stack.store.snapshotter.make(stack.project)
    await stack.admin.execute("UPDATE snapshot SET seq = seq + 1")
    before = await state_of(stack)
    await lose(stack)
    assert ended == ["log"]
    assert await state_of(stack) == before
    await work(stack)
    await lose(stack)
    assert ended == ["log", "log"], "by now there is such an event, but with another chain"
    assert await stack.admin.fetchval("SELECT count(*) FROM snapshot") == 0


@pytest.mark.parametrize("cause", ["drift", "live", "script_error"])
async def test_a_state_that_was_wrong_is_built_from_the_whole_log(
    stack: Stack, ended: list[str], cause: str
) -> None:
    await work(stack)
    await stack.store.snapshotter.make(stack.project)
    await lose(stack, cause)
    assert ended == ["log"]
    assert await stack.admin.fetchval("SELECT count(*) FROM snapshot") == 0


async def test_snapshots_are_made_when_enough_happened(stack: Stack) -> None:
    """After so many events; or after some time, if there is a tenth of them."""
    figures: list[Figures] = []
    seq = (await work(stack)).seq

    async def due(events: int, interval_s: float) -> bool:
        every = Every(events=events, interval_s=interval_s)
        return bool(await stack.store.snapshots.due(every))

    assert await due(seq, 1000)
    assert await due(10 * seq, 1000), "there is none yet"
    assert not await due(10 * seq + 10, 0)
    snapshotter = Snapshotter(
        redis=stack.store.redis,
        events=stack.store.log,
        snapshots=stack.store.snapshots,
        every=Every(events=seq),
        told=figures.extend,
    )
    await snapshotter.round()
    [figure] = figures
    assert (figure.project, figure.seq) == ("p", seq)
    assert figure.bytes > 0
    assert not await due(1, 0), "nothing happened since"
    more = (await work(stack)).seq - seq
    assert await due(more, 1000)
    assert not await due(10 * more, 1000)
    assert await due(10 * more, 0)


async def test_a_kill_while_a_snapshot_is_written_leaves_the_one_before(
    stack: Stack, ended: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await stack.store.snapshotter.make(stack.project)
    await work(stack)
    before = await state_of(stack)
    dies = "DELETE FROM snapshot WHERE project = $1 AND $2 > 0"
    dies += " AND pg_terminate_backend(pg_backend_pid())"
    monkeypatch.setattr("store.snapshots._SPARE", dies)
    monkeypatch.setattr(stack.store.snapshotter, "_tidy", AsyncMock())
    with pytest.raises(StoreUnavailable):
        await stack.store.snapshotter.make(stack.project)
    monkeypatch.undo()

    assert await stack.admin.fetchval("SELECT array_agg(seq) FROM snapshot") == [at]
    assert await stack.admin.fetchval("SELECT count(*) FROM snapshot_part") == 1
    async with redis_client(stack.redis_url) as client:
        assert await client.keys("*scratch*"), "what a process that was killed leaves"
        await stack.store.snapshotter.clear()
        assert not await client.keys("*scratch*")
    await lose(stack)
    assert ended == ["snapshot"]
    assert await state_of(stack) == before


async def test_no_snapshot_is_made_without_room_for_a_second_state(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        used = (await client.info("memory"))["used_memory"]
        try:
            await client.config_set("maxmemory", int(used * 1.2))
            with pytest.raises(NoRoom):
                await stack.store.snapshotter.make(stack.project)
            assert not await client.keys("*scratch*")
        finally:
            await client.config_set("maxmemory", 0)


async def flushed(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        await client.flushall()


async def another_begins(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        await client.set(keys.scratch(stack.project), 7)


async def the_role_begins_anew(stack: Stack) -> None:
    await stack.store.snapshotter.clear()


@pytest.mark.parametrize("disturb", [flushed, another_begins, the_role_begins_anew])
async def test_a_snapshot_that_is_disturbed_while_it_is_read_is_made_again(
    stack: Stack, ended: list[str], monkeypatch: pytest.MonkeyPatch, disturb: Callable[..., Any]
) -> None:
    await work(stack)
    snapshotter = stack.store.snapshotter
    read, times = snapshotter._read, []

    async def disturbed(*of: Any) -> Any:
        times.append(of)
        if len(times) == 1:
            await disturb(stack)
        return await read(*of)

    monkeypatch.setattr(snapshotter, "_read", disturbed)
    assert await snapshotter.make(stack.project)
    assert len(times) == 2
    await stack.reserve(2)  # whoever calls after a flush finds all there again
    before = await state_of(stack)
    await lose(stack)
    assert ended[-1] == "snapshot"
    assert await state_of(stack) == before
