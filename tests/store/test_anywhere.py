"""Reserve in no queue in particular, over more queues than one call looks at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from store import events
from store.kernel import Kernel, Reply
from store.redis import Multiplexer
from tests.audit.log import queue_rules
from tests.store.machine_operations import taken_out
from tests.store.servers import redis_client

QUEUES = 700
EPOCH = 1


class Project:
    """Queues with one task each, none of them for person 2 but where it says so."""

    def __init__(self, kernel: Kernel, number: int) -> None:
        self.kernel, self.number = kernel, number

    async def call(self, name: str, **inputs: Any) -> Reply:
        reply: Reply = await self.kernel.call(name, self.number, EPOCH, **inputs)
        assert reply.word != "failed", reply.rest
        return reply

    async def begin(self) -> None:
        chain = events.genesis(f"p{self.number}")
        assert await self.kernel.open(self.number, EPOCH, seq=0, chain=chain)
        await self.call("create_project", admin=1, fast=0)
        people = [[2, 1, 1, 16, []], [3, 1, 1, 16, []]]
        await self.call("change_members", mode="add", members=people, expected=[-1, -1])
        await self.call("create_dataset", dataset=1)
        items: dict[str, Any] = {"dataset": 1, "import": 1, "first": 1, "count": QUEUES}
        await self.call("add_items", **items)

    async def queue(self, queue: int, *, mine: bool) -> None:
        allowed = [2] if mine else [3]
        rules = queue_rules(allowed=allowed, restricted=1)
        await self.call("create_queue", queue=queue, rules=rules, content=0)
        await self.fill(queue, added_seq=0, item=queue)

    async def fill(self, queue: int, *, added_seq: int, item: int, count: int = 1) -> Reply:
        return await self.call(
            "add_entries",
            queue=queue,
            dataset=0,
            expected=0,
            added_seq=added_seq,
            priority=3,
            cursor=0,
            runs=[[1, item, count]],
            classes=[[]],
        )

    async def ask(self, cursor: str = "") -> Reply:
        return await self.call("reserve_anywhere", person=2, count=1, cursor=cursor)


@pytest.fixture
async def project(empty_redis: str) -> AsyncIterator[Project]:
    multiplexer = Multiplexer(empty_redis)
    await multiplexer.start()
    made = Project(Kernel(multiplexer), 77)
    await made.begin()
    yield made
    await multiplexer.close()


def queue_of(reply: Reply) -> int:
    assert reply.word == "ok", reply
    return int(events.decode(reply.rest).body["queue"])


async def test_one_call_looks_at_256_queues_and_the_cursor_goes_on(project: Project) -> None:
    for queue in range(1, QUEUES + 1):
        await project.queue(queue, mine=queue == QUEUES)

    first = await project.ask()
    second = await project.ask(first.rest)
    third = await project.ask(second.rest)
    assert [first.word, second.word] == ["more", "more"]
    assert queue_of(third) == QUEUES
    assert events.decode(third.rest).body["wide"] == 3


async def test_what_can_be_had_behind_the_cursor_meanwhile_is_not_missed(project: Project) -> None:
    for queue in range(1, 301):
        await project.queue(queue, mine=queue == 1)
    taken = await project.ask()
    assert queue_of(taken) == 1
    first = await project.ask()
    assert first.word == "more"
    token = taken.seq
    back = await project.call("release", person=2, entry=1, slot=1, token=token, content=0)
    assert back.word == "ok"

    assert queue_of(await project.ask(first.rest)) == 1


async def test_nothing_is_answered_when_all_were_looked_at(project: Project) -> None:
    for queue in range(1, 301):
        await project.queue(queue, mine=False)
    first = await project.ask()
    last = await project.ask(first.rest)

    assert (first.word, last.word) == ("more", "nothing")
    assert last.rest == [
        {"reason": "NOT_ELIGIBLE", "causes": [{"cause": "NOT_ALLOWED", "tasks": 0}]}
    ]


async def test_a_person_who_changed_meanwhile_is_looked_for_from_the_start(
    project: Project,
) -> None:
    for queue in range(1, 301):
        await project.queue(queue, mine=False)
    first = await project.ask()
    members = [[2, 1, 1, 16, [7]]]
    await project.call("change_members", mode="change", members=members, expected=[-1])
    again = await project.ask(first.rest)

    assert (first.word, again.word) == ("more", "more")
    assert (await project.ask(again.rest)).word == "nothing"


async def test_a_queue_whose_last_task_stood_before_dead_integers_is_not_asked_any_more(
    project: Project, empty_redis: str
) -> None:
    rules = queue_rules(allowed=[2], restricted=1)
    await project.call("create_queue", queue=1, rules=rules, content=0)
    await project.fill(1, added_seq=0, item=1, count=3)
    gone = taken_out([[2, 1, 3], [3, 1, 3]])
    assert (await project.call("remove_entries", queue=1, **gone)).word == "ok"
    async with redis_client(empty_redis) as client:
        opened = f"dibs:{{{project.number}}}:{EPOCH}:opened"
        before = await client.hkeys(opened)
        given = await project.call("reserve", person=2, queue=1, count=1, target=0)
        assert queue_of(given) == 1

        assert (before, await client.hkeys(opened)) == ([b"1"], [])


async def test_a_queue_that_has_only_what_is_being_detached_leaves_a_reason(
    project: Project,
) -> None:
    """Nothing of it is there for anybody, though no chunk has removed it yet."""
    settings = {"priority": 3, "classes": [[]], "not_before": 0, "skip": 0}
    await project.call("create_queue", queue=QUEUES + 1, rules=queue_rules(), content=0)
    await project.call("attach_dataset", queue=QUEUES + 1, dataset=1, **settings)
    await project.call(
        *("add_entries",),
        queue=QUEUES + 1,
        dataset=1,
        expected=0,
        added_seq=0,
        priority=3,
        cursor=2,
        runs=[[1, 1, 2]],
        classes=[[]],
    )
    await project.call("detach_dataset", queue=QUEUES + 1, dataset=1, total=2)

    reply = await project.ask()
    while reply.word == "again":
        reply = await project.ask()
    assert reply.word == "nothing"
    assert [reason["reason"] for reason in reply.rest] == ["QUEUE_EMPTY"]
