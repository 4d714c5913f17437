"""`audit` on real servers: nothing to object to, and then whatever one spoils is found."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from audit.history import HistoryError
from audit.report import Report
from audit.source import audit
from tests.store.stack import Stack, eventually, tasks_of

PATIENCE_S = 5.0


async def at_work(stack: Stack) -> list[dict[str, Any]]:
    """Reserve, start, submit, release; returns the history records of it."""
    records: list[dict[str, Any]] = []

    def told(method: str, answer: Any, **fields: Any) -> None:
        at = len(records) * 10
        records.append(
            {
                "client": "c",
                "call": at,
                "project": "p",
                "method": method,
                "session": stack.session,
                "n": stack.n,
                "queue": 1,
                "person": 2,
                "started_ns": at + 1,
                "ended_ns": at + 2,
                "outcome": "ok",
                "seq": answer.seq,
            }
            | fields
        )

    [settings_seq] = [e.seq for e in await stack.events() if e.kind == "queue_created"]
    granted = await stack.reserve(2, 3)
    token = granted.seq
    tasks = [[f"{entry}-{slot}", token] for entry, slot in tasks_of(granted)]
    told("Reserve", granted, result={"asked": 3, "tasks": tasks})
    lease = {"person": 2, "entry": 1, "slot": 1, "token": token}
    started = await stack.change("start", stack.key(), **lease)
    told("Start", started, task="1-1", token=token)
    submitted = await stack.change(
        "submit",
        stack.key(),
        **lease,
        settings_seq=settings_seq,
        status=1,
        meaning=1,
        spent_ms=5,
        units=0,
        content=0,
        digest="",
        inline="",
        review="",
        sampled="",
    )
    assert submitted.word == "ok", submitted
    told("Submit", submitted, task="1-1", token=token)
    released = await stack.change("release", stack.key(), **lease | {"entry": 2, "content": 0})
    told("Release", released, task="2-1", token=token)
    await stack.reserve(3, 1)
    refused = await stack.change("release", stack.key(), **lease | {"entry": 2, "content": 0})
    told("Release", refused, task="2-1", token=token, outcome="LEASE_LOST")
    nothing = await stack.reserve(99)
    told("Reserve", nothing, person=99, outcome="nothing", result={"reason": "NOT_ELIGIBLE"})
    return records


async def at_rest(stack: Stack) -> None:
    """The store is closed once the views show all that the log says."""
    behind = (
        "SELECT count(*) FROM head LEFT JOIN view_position AS view USING (project)"
        " WHERE view.seq IS DISTINCT FROM head.seq"
    )

    async def shown() -> bool:
        return await stack.admin.fetchval(behind) == 0

    await eventually(shown)
    await stack.store.close()


async def audited(stack: Stack, patience_s: float = PATIENCE_S, **options: Any) -> Report:
    return await audit(stack.dsn, stack.redis_url, patience_s=patience_s, **options)


def written(tmp_path: Path, records: list[dict[str, Any]]) -> list[Path]:
    file = tmp_path / "history.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return [file]


async def test_a_store_that_works_has_nothing_to_hide(stack: Stack, tmp_path: Path):
    files = written(tmp_path, await at_work(stack))

    report = await audited(stack, project="p", history_files=files)

    assert report.violations == []
    assert report.notes == []
    assert report.unexamined() == []
    assert report.last_line() == f"audit: {len(await stack.events())} events, 0 violations"


async def test_an_audit_of_all_projects_and_without_redis(stack: Stack):
    await at_work(stack)

    report = await audit(stack.dsn)

    assert report.violations == []
    assert report.examined[14] > 0
    assert report.examined[11] == report.examined[13] == 0


async def test_a_project_that_is_not_there(stack: Stack):
    with pytest.raises(LookupError, match="no project 'q'"):
        await audit(stack.dsn, project="q")


async def test_a_line_that_is_no_record(stack: Stack, tmp_path: Path):
    with pytest.raises(HistoryError):
        await audited(stack, history_files=written(tmp_path, [{"client": "c"}]))


async def test_an_acknowledged_change_of_a_project_that_is_gone(stack: Stack, tmp_path: Path):
    [record, *_] = await at_work(stack)

    report = await audited(stack, history_files=written(tmp_path, [record | {"project": "gone"}]))

    assert [violation.invariant for violation in report.violations] == [3]


async def test_a_name_that_nobody_has(stack: Stack, tmp_path: Path):
    [record, *_] = await at_work(stack)

    report = await audited(stack, history_files=written(tmp_path, [record | {"person": "who"}]))

    assert [violation.invariant for violation in report.violations] == [3]


async def test_a_redis_without_the_project_is_inconclusive(stack: Stack):
    await at_work(stack)
    await at_rest(stack)
    redis = Redis.from_url(stack.redis_url)
    await redis.flushall()

    report = await audited(stack, patience_s=0.2)

    assert report.violations == []
    assert "inconclusive, Redis is without the project" in report.notes[0]
    await redis.aclose()
    await stack.store.start()


async def test_views_that_lag_are_inconclusive(stack: Stack):
    await at_work(stack)
    await at_rest(stack)
    await stack.admin.execute("UPDATE view_position SET seq = 3")

    report = await audited(stack, patience_s=0.2)

    assert report.violations == []
    assert "inconclusive, the views are at 3" in report.notes[0]
    await stack.store.start()


Spoil = Callable[[Stack, "Redis", str], Awaitable[object]]


async def a_counter(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.hincrby(f"{prefix}counts:1", "queued", 1)


async def a_touched_record(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.hdel(f"{prefix}touched", "2")


async def a_lease(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.zrem(f"{prefix}leases", "3:1")


async def an_exclusion(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.zadd(f"{prefix}excluded:1:1:2", {"2": 5})


async def the_backlog(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.lpop(f"{prefix}backlog:1:1:3")


async def a_key_of_no_meaning(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.set(f"{prefix}note", "x")


async def a_record_of_no_meaning(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.hset(f"{prefix}touched", "2", "nonsense")


async def a_key_of_another_type(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.delete(f"{prefix}leases")
    await redis.set(f"{prefix}leases", "x")


async def the_chain_of_the_header(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.hset(f"dibs:{{{stack.project}}}:header", "chain", "0" * 40)


async def a_key_outside(stack: Stack, redis: Redis, prefix: str) -> None:
    await redis.set("dibs:{acme}:header", "x")


async def a_live_row(stack: Stack, redis: Redis, prefix: str) -> None:
    await stack.admin.execute("DELETE FROM live WHERE entry = 3")


async def a_view(stack: Stack, redis: Redis, prefix: str) -> None:
    await stack.admin.execute("UPDATE view_queue SET completed = 0")


async def an_event(stack: Stack, redis: Redis, prefix: str) -> None:
    await stack.admin.execute("DELETE FROM event WHERE seq = 5")


async def an_epoch_step(stack: Stack, redis: Redis, prefix: str) -> None:
    await stack.admin.execute("DELETE FROM epoch_step")


@pytest.mark.parametrize(
    ("invariant", "spoil"),
    [
        (1, an_event),
        (1, an_epoch_step),
        (11, a_touched_record),
        (11, a_lease),
        (11, an_exclusion),
        (11, the_backlog),
        (11, a_key_of_no_meaning),
        (11, a_record_of_no_meaning),
        (11, a_key_of_another_type),
        (11, the_chain_of_the_header),
        (12, a_counter),
        (12, a_view),
        (13, a_key_outside),
        (14, a_live_row),
    ],
)
async def test_what_is_spoilt_is_found(stack: Stack, invariant: int, spoil: Spoil):
    await at_work(stack)
    await at_rest(stack)
    redis = Redis.from_url(stack.redis_url)
    [epoch] = await redis.hmget(f"dibs:{{{stack.project}}}:header", ["epoch"])
    await spoil(stack, redis, f"dibs:{{{stack.project}}}:{int(epoch or 0)}:")

    report = await audited(stack, patience_s=0.2)

    assert report.violated[invariant] > 0, str(report)
    await redis.aclose()
    await stack.store.start()
