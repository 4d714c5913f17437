"""What is left of a project that was deleted, and when: on real servers, with the clock in hand."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from allocator.drift import Drift
from audit import source
from store.project_purge import AGAIN_MS, Purger, wall_ms
from store.rebuild import Rebuild
from store.sweeper import Sweeper
from tests.store.servers import redis_client
from tests.store.stack import Stack, eventually, opened

DAY_MS = 86_400_000
# Every table that has rows of a project, but for the tombstone and what is still to be done.
TABLES = """
SELECT table_name FROM information_schema.columns
 WHERE column_name = 'project' AND table_schema = current_schema()
   AND table_name NOT IN ('project', 'purge') ORDER BY table_name"""


class Clock:
    """A wall clock that is as far ahead as a test says."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> int:
        return wall_ms() + self.ahead_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def filled(empty_redis: str, dsn: str, clock: Clock) -> AsyncIterator[Stack]:
    """A project with work in hand and work that is done, content and a draft; and one beside it."""
    async with opened(Stack(empty_redis, dsn, now_ms=clock)) as stack:
        await stack.make_project(items=30)
        await stack.reserve(2, 5)
        content = stack.store.content
        await content.put(stack.project, b"a name")
        await content.draft(
            stack.project, entry=1, slot=1, person=2, token=1, status=0, body=b"half"
        )
        await stack.store.directory.add_people(stack.project, ["ada", "ann"])
        await stack.admin.execute(
            "INSERT INTO project (external_id, display_name) VALUES ('beside', 'B')"
        )
        await stack.admin.execute(
            "INSERT INTO person (project, person, external_id)"
            " SELECT project, 1, 'bea' FROM project WHERE external_id = 'beside'"
        )
        yield stack


async def _delete(stack: Stack, after_ms: int = 30 * DAY_MS) -> None:
    outcome = await stack.change("delete_project", stack.key(), purge_after_ms=after_ms)
    await stack.store.views.wait_for(stack.project, outcome.seq)


async def _sweep_by_hand(stack: Stack) -> None:
    """From now on nobody else sweeps."""
    await stack.store.roles[1].stop()


async def _rows(stack: Stack) -> dict[str, int]:
    """How many rows of the project are left, by table."""
    found = {}
    for row in await stack.admin.fetch(TABLES):
        name = row["table_name"]
        query = f"SELECT count(*) FROM {name} WHERE project = $1"
        found[name] = await stack.admin.fetchval(query, stack.project)
    return {name: count for name, count in found.items() if count}


async def _keys(stack: Stack) -> list[bytes]:
    async with redis_client(stack.redis_url) as client:
        return [key async for key in client.scan_iter(match=f"dibs:{{{stack.project}}}:*")]


async def _is_purged(stack: Stack) -> bool:
    return not await stack.admin.fetchval("SELECT EXISTS (SELECT FROM purge)") and not (
        await _rows(stack)
    )


async def test_a_purged_project_leaves_a_tombstone_and_nothing_else(
    filled: Stack, clock: Clock
) -> None:
    await _delete(filled)
    before = await _rows(filled)
    assert {"event", "content", "draft", "person", "live", "view_queue", "head"} <= before.keys()
    clock.ahead_ms = 30 * DAY_MS + 1
    await eventually(lambda: filled.admin.fetchval("SELECT pass = 2 FROM purge"))
    assert (await _rows(filled)).keys() == {"view_position"}
    clock.ahead_ms += AGAIN_MS + 1
    await filled.store.sweeper.go_on()
    await eventually(lambda: _is_purged(filled))

    assert await _keys(filled) == []
    tombstone = "SELECT display_name = '' AND purged_time <= now() FROM project WHERE project = $1"
    assert await filled.admin.fetchval(tombstone, filled.project)
    assert await filled.admin.fetchval("SELECT count(*) FROM person") == 1
    assert (await filled.change("undelete_project")).word == "project_deleted"
    assert await filled.store.directory.project("p") is None
    assert (await filled.store.content.put(filled.project, b"late"))[0] == 0
    assert await _rows(filled) == {}
    report = await source.audit(filled.dsn, filled.redis_url)
    assert report.ok
    assert "1 projects were purged: nothing of them is audited" in report.notes


async def test_until_its_time_a_project_comes_back_and_is_never_purged(
    filled: Stack, clock: Clock
) -> None:
    await _delete(filled)
    clock.ahead_ms = 29 * DAY_MS
    purger = Purger(filled.store.postgres, filled.store.redis, now_ms=clock)
    assert not await purger.begin(filled.project)
    held = await filled.admin.fetch("SELECT entry, token FROM live ORDER BY entry")
    outcome = await filled.change("undelete_project")
    await filled.store.views.wait_for(filled.project, outcome.seq)
    clock.ahead_ms = 31 * DAY_MS
    assert not await purger.begin(filled.project)

    assert await filled.admin.fetch("SELECT entry, token FROM live ORDER BY entry") == held
    assert (await filled.reserve(3, 1)).word == "ok"


async def test_views_that_lag_hold_a_purge_up(filled: Stack, clock: Clock) -> None:
    await _sweep_by_hand(filled)
    await _delete(filled, 0)
    await filled.store.roles[2].stop()
    purger = Purger(filled.store.postgres, filled.store.redis, now_ms=clock)
    await filled.admin.execute("UPDATE view_position SET seq = seq - 1")
    assert not await purger.begin(filled.project)
    await filled.admin.execute("UPDATE view_position SET seq = seq + 1")
    assert await purger.begin(filled.project)
    assert not await purger.begin(filled.project)


class Killed(Exception):
    """What a process that dies in the middle raises here."""


class Dying:
    """Postgres, to a purger that dies at its n-th step."""

    def __init__(self, alive: Any, left: list[int]) -> None:
        self._alive = alive
        self._left = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alive, name)

    async def dedicated(self) -> Any:
        return Dying(await self._alive.dedicated(), self._left)

    async def execute(self, *args: Any) -> Any:
        self._left[0] -= 1
        if self._left[0] < 0:
            raise Killed
        return await self._alive.execute(*args)


async def test_a_purge_that_is_killed_at_any_step_is_gone_on_with(
    filled: Stack, clock: Clock
) -> None:
    await _sweep_by_hand(filled)
    await _delete(filled, 0)
    for steps in range(1, 400, 9):
        dying: Any = Dying(filled.store.postgres, [steps])
        purger = Purger(dying, filled.store.redis, now_ms=clock, chunk_rows=7)
        try:
            await purger.begin(filled.project)
            await purger.go_on()
        except Killed:
            continue
        if await _is_purged(filled):
            break
        clock.ahead_ms += AGAIN_MS + 1
    assert steps > 20
    assert await _is_purged(filled)
    assert await _keys(filled) == []


async def test_a_rebuild_under_way_leaves_no_keys_behind(
    filled: Stack, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis loses everything, and the project is rebuilt just when its time has come."""
    await _sweep_by_hand(filled)
    await _delete(filled, 0)
    purger = Purger(filled.store.postgres, filled.store.redis, now_ms=clock)
    begun: list[bool] = []
    whole = Rebuild.run

    async def run(rebuild: Rebuild) -> bool:
        begun.append(await purger.begin(filled.project))
        return await whole(rebuild)

    monkeypatch.setattr(Rebuild, "run", run)
    await filled.store.redis.call("FLUSHALL")
    outcome = await filled.store.ledger.read(filled.project, "depth", queue=1)
    assert (outcome.word, begun) == ("project_deleted", [True])
    await purger.go_on()
    assert await _keys(filled) == []


async def test_the_sweeper_lets_go_of_what_is_gone(filled: Stack, clock: Clock) -> None:
    sweeper = Sweeper(
        kernel=filled.store.kernel,
        ledger=filled.store.ledger,
        log=filled.store.log,
        recovery=filled.store.recovery,
        purger=Purger(filled.store.postgres, filled.store.redis, now_ms=clock),
    )
    followed: list[int] = []

    async def follower(project: int) -> None:
        followed.append(project)

    sweeper.follow(follower)
    sweeper.notice(filled.project)
    await _sweep_by_hand(filled)
    await _delete(filled, 0)
    for _ in range(3):
        await sweeper.tick(follow=True)
        await sweeper.settled()
    assert followed == []
    assert sweeper._projects == set()
    assert (await _rows(filled)).keys() <= {"view_position"}


async def test_a_deleted_project_drifts_from_nothing_and_is_audited(filled: Stack) -> None:
    """Deleted, then rebuilt, it still is what the log says; and the audit goes on."""
    await _sweep_by_hand(filled)
    await _delete(filled)
    drift = Drift(filled.store, filled.redis_url)
    for _ in range(2):
        found = await drift.check(filled.project)
        assert (found.redis, found.views) == (0, 0)
        await filled.store.redis.call("FLUSHALL")
        depth = await filled.store.ledger.read(filled.project, "depth", queue=1)
        assert depth.word == "project_deleted"
    await drift.close()
    report = await source.audit(filled.dsn, filled.redis_url)
    assert report.ok, report.table()
    assert report.kinds["project_deleted"] == 1


CHILD = """
import asyncio, sys
from store.postgres import Postgres
from store.project_purge import Purger
from store.redis import Multiplexer

async def main(url, dsn, project):
    redis, postgres = Multiplexer(url), Postgres(dsn)
    await redis.start()
    await postgres.start()
    purger = Purger(postgres, redis, chunk_rows=1)
    assert await purger.begin(int(project))
    await purger.go_on()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_process_killed_in_a_purge_is_gone_on_from(filled: Stack, clock: Clock) -> None:
    await filled.admin.execute(
        "INSERT INTO content (project, hash, bytes)"
        " SELECT $1, '', '' FROM generate_series(1, 2000)",
        filled.project,
    )
    await _sweep_by_hand(filled)
    await _delete(filled, 0)
    arguments = (filled.redis_url, filled.dsn, str(filled.project))
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, *arguments)
    left = "SELECT count(*) FROM content WHERE project = $1"

    async def in_the_middle() -> bool:
        return bool(await filled.admin.fetchval(left, filled.project) < 1_990)

    await eventually(in_the_middle)
    child.kill()
    assert await child.wait() == -signal.SIGKILL
    assert (await _rows(filled))["content"] > 0
    assert await _keys(filled) == []

    purger = Purger(filled.store.postgres, filled.store.redis, now_ms=clock)
    await purger.go_on()
    assert (await _rows(filled)).keys() == {"view_position"}
    clock.ahead_ms = AGAIN_MS + 1
    await purger.go_on()
    assert await _is_purged(filled)
