"""QA queues in the live state: what a labeling queue has finished is looked at once more."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test
from redis.asyncio import Redis

from allocator.model import QA_STATUSES, QueueSettings
from allocator.services.queue_settings import rules_of
from loadtest.bench.bare import QUEUE, UNLIMITED, Project
from store.embedded import EmbeddedRedis
from store.kernel import Kernel, Reply
from store.redis import Multiplexer
from tests.store.kernel_machine import ProjectMachine
from tests.store.test_reviews import (
    APPROVE,
    AUTHOR,
    BACK,
    FIRST,
    OTHER,
    REJECT,
    REVIEW,
    SECOND,
    Reviewed,
    known,
)
from tests.store.test_statuses import without

QA, ALSO_QA = 2, 3
COMPLETED, REMOVED = 6, 9
_numbers = itertools.count(8_000_000)


class Checked(Reviewed):
    """A project with a labeling queue, and QA queues over it."""

    async def begin(self, tasks: int = 3, **rules: Any) -> None:
        await self.create(tasks, on=0)
        for number in (QA, ALSO_QA):
            settings = QueueSettings(
                queue=number, source=QUEUE, statuses=QA_STATUSES, lease_ms=UNLIMITED
            )
            await self.change(
                "create_queue", queue=number, rules=rules_of(settings) | rules, content=0
            )
        self.settings_seq = self.seq

    def done(self, entry: int, token: int, person: int) -> dict[str, Any]:
        """The submission of a task of a queue without review."""
        of = {"review": "", "settings_seq": self.settings_seq}
        return self.submission(entry, token, person) | of

    async def label(self, person: int = AUTHOR) -> int:
        """Somebody does the next task."""
        entry, token = await self.reserve(person)
        await self.change("submit", **self.done(entry, token, person))
        return entry

    def ask(self, *entries: int, queue: int = QA, authors: Any = (AUTHOR,), **more: Any) -> Any:
        tasks = [[entry, entry, 1, 3, list(authors)] for entry in entries]
        return {"queue": queue, "as_of": self.seq, "tasks": tasks, **more}

    async def bring(self, *entries: int, queue: int = QA, **more: Any) -> int:
        """The items come into a QA queue; the first entry there."""
        body = await self.change("add_qa", **self.ask(*entries, queue=queue, **more))
        return int(body["first"])

    async def approve(self, person: int, queue: int = QA) -> int:
        entry, token = await self.reserve(person, queue)
        await self.change("submit", **self.done(entry, token, person))
        return entry

    def reopening(self, entry: int, by: int = AUTHOR, queue: int = QUEUE) -> dict[str, Any]:
        task = [entry, 1, 1, 3, 3, [[by, COMPLETED]], []]
        return {
            "queue": queue,
            "to": 1,
            "person": 0,
            "as_of": self.seq,
            "tasks": [task],
            "lenient": 0,
        }

    def objection(self, entry: int, person: int, source: int, token: int, *units: int) -> Any:
        given = {"round": 1, "authors": [AUTHOR], "meaning": 1, "status": 1, "missing": 0}
        return {
            "queue": QUEUE,
            "person": person,
            "task": [entry, 1, 1, 3, 3, [[AUTHOR, COMPLETED]], []],
            "as_of": self.seq,
            "units": list(units),
            "missing": 0,
            "content": 0,
            "source": source,
            "given": given,
            "held": [1, token],
        }

    async def nothing(self, person: int, queue: int = QA) -> bool:
        asked = await self.refused("reserve", queue=queue, person=person, count=1, target=0)
        return asked.word == "nothing"


@pytest.fixture
async def checked(empty_redis: str) -> AsyncIterator[Checked]:
    multiplexer = Multiplexer(empty_redis)
    await multiplexer.start()
    redis = Redis.from_url(empty_redis, protocol=2)
    kernel = Kernel(multiplexer)
    yield Checked(Project(kernel, next(_numbers)), kernel, redis)
    await redis.aclose()
    await multiplexer.close()


async def test_what_is_finished_is_looked_at_by_who_may_review_and_had_no_part_in_it(
    checked: Checked,
) -> None:
    await checked.begin()
    entries = [await checked.label(FIRST), await checked.label(AUTHOR)]
    await checked.bring(entries[0], authors=[FIRST])
    await checked.bring(entries[1], authors=[AUTHOR, SECOND])

    assert await checked.nothing(OTHER)
    second, _ = await checked.reserve(SECOND, QA)
    first, _ = await checked.reserve(FIRST, QA)
    assert checked.body["tasks"] == [[first, 1, 1, 3]]
    assert first == second + 1
    await checked.replays()


async def test_an_item_is_asked_of_a_qa_queue_once_while_it_is_not_judged_there(
    checked: Checked,
) -> None:
    await checked.begin()
    entry = await checked.label()
    stale = checked.ask(entry)
    first = await checked.bring(entry)

    unaware = await checked.refused("add_qa", **stale)
    twice = await checked.refused("add_qa", **checked.ask(entry))
    elsewhere = await checked.bring(entry, queue=ALSO_QA)
    none = await checked.refused("add_qa", **checked.ask(entry, queue=QUEUE))

    assert (unaware.word, twice.word) == ("stale_entry", "idle")
    assert elsewhere == first + 1
    assert (none.word, none.rest) == ("not_found", "queue")
    assert await checked.approve(FIRST) == first
    await checked.bring(entry)
    await checked.replays()


async def test_an_item_that_loses_its_status_takes_its_qa_tasks_with_it(checked: Checked) -> None:
    await checked.begin()
    entry, other = await checked.label(), await checked.label()
    first = await checked.bring(entry, other)
    also = await checked.bring(entry, queue=ALSO_QA)
    held, token = await checked.reserve(FIRST, QA)
    assert held == first

    body = await checked.change("reopen", **checked.reopening(entry))

    assert sorted(body["cancelled"]) == [first, also]
    lost = await checked.refused("submit", **checked.done(held, token, FIRST))
    assert (lost.word, lost.rest) == ("not_found", "task")
    assert await checked.nothing(SECOND, ALSO_QA)
    left, _ = await checked.reserve(SECOND, QA)
    assert left == first + 1
    await checked.replays()


async def test_an_issue_of_a_qa_task_returns_the_item_to_its_author(checked: Checked) -> None:
    await checked.begin()
    entry, other = await checked.label(), await checked.label()
    first = await checked.bring(entry, other)
    also = await checked.bring(entry, queue=ALSO_QA)
    source, token = await checked.reserve(FIRST, QA)

    def said(person: int, of: int, under: int) -> Any:
        return checked.objection(of, person, source, under, 1)

    not_held = await checked.refused("object", **said(SECOND, entry, token))
    of_another = await checked.refused("object", **said(FIRST, other, token))
    body = await checked.change("object", **said(FIRST, entry, token))

    assert (not_held.word, of_another.word, of_another.rest) == (
        "lease_lost",
        "not_found",
        "source",
    )
    assert (body["state"], body["source"], sorted(body["cancelled"])) == (
        BACK,
        first,
        [first, also],
    )
    assert await checked.refused("object", **said(FIRST, entry, token)) is not None
    again, _ = await checked.reserve(AUTHOR)
    assert again == entry
    await checked.replays()


async def test_a_qa_task_that_is_reopened_is_still_nobodys_who_made_the_item(
    checked: Checked,
) -> None:
    await checked.begin()
    entry = await checked.label(FIRST)
    first = await checked.bring(entry, authors=[FIRST])
    assert await checked.approve(SECOND) == first

    pool = checked.reopening(first, SECOND, QA) | {"to": 2}
    await checked.change("reopen", **pool)
    assert await checked.nothing(FIRST)
    body = await checked.change("reopen", **checked.reopening(entry, FIRST))

    assert body["cancelled"] == [first]
    await checked.replays()


async def test_another_status_ends_the_qa_tasks_of_queues_that_do_not_take_it(
    checked: Checked,
) -> None:
    await checked.begin(takes=[1])
    entry = await checked.label()
    first = await checked.bring(entry)
    said = {
        "queue": QUEUE,
        "task": checked.reopening(entry)["tasks"][0],
        "as_of": checked.seq,
        "person": 1,
        "manager": 1,
        "settings_seq": checked.settings_seq,
        "passed": 0,
        "review": "",
        "meaning": 2,
    }
    body = await checked.change("set_status", status=2, **said)
    assert body["cancelled"] == [first]
    assert await checked.nothing(FIRST)
    await checked.replays()


async def test_a_review_that_is_added_ends_qa_tasks_by_a_rejection_only(checked: Checked) -> None:
    await checked.begin()
    entry, other = await checked.label(), await checked.label()
    first = await checked.bring(entry, other)
    group = {"candidates": [], "units": [1], "by": 0, "others": []}
    tasks = [known(one, [AUTHOR, COMPLETED], groups=[group]) for one in (entry, other)]
    more = {"queue": QUEUE, "why": 1, "tasks": tasks, "named": 2, "content": 0}
    await checked.change("add_reviews", **more, as_of=checked.seq)

    approved, rejected = [
        await checked.decide(SECOND, await checked.reserve(SECOND, REVIEW), (1, action))
        for action in (APPROVE, REJECT)
    ]

    assert (approved["state"], approved["cancelled"]) == (COMPLETED, [])
    assert (rejected["state"], rejected["cancelled"]) == (BACK, [first + 1])
    assert (await checked.reserve(FIRST, QA))[0] == first
    assert await checked.nothing(SECOND)
    await checked.replays()


async def test_what_was_cleared_from_a_qa_queue_ends_with_nothing(checked: Checked) -> None:
    await checked.begin()
    entry = await checked.label()
    await checked.bring(entry)
    await checked.change("clear_waiting", queue=QA)
    body = await checked.change("reopen", **checked.reopening(entry))
    assert not body["cancelled"]


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("change_review", {"expected": 0, "rules": {}, "content": 0, "people": []}),
        (
            "attach_dataset",
            {"dataset": 1, "priority": 3, "classes": [[]], "not_before": 0, "skip": 0},
        ),
    ],
)
async def test_nothing_comes_into_a_qa_queue_but_from_its_labeling_queue(
    checked: Checked, name: str, inputs: dict[str, Any]
) -> None:
    await checked.begin()
    reply: Reply = await checked.refused(name, queue=QA, **inputs)
    assert (reply.word, reply.rest) == ("qa_queue", str(QA))


async def test_a_qa_queue_is_of_a_labeling_queue_that_is_there(checked: Checked) -> None:
    await checked.begin()

    async def made(source: int) -> tuple[str, Any]:
        rules = rules_of(QueueSettings(queue=9, source=source, statuses=QA_STATUSES))
        reply = await checked.refused("create_queue", queue=9, rules=rules, content=0)
        return reply.word, reply.rest

    assert await made(QA) == ("no_source", "qa")
    assert await made(77) == ("no_source", "none")
    await checked.change("delete_queue", queue=QUEUE, force=1)
    assert await made(QUEUE) == ("no_source", "none")


class Followed(ProjectMachine):
    """A queue in which half of the work is done, and QA queues that have some of it."""

    @initialize(slots=st.integers(1, 2), of_qa=st.integers(1, 2))
    def begin(self, slots: int, of_qa: int) -> None:
        super().begin(slots=slots, max_held=100, sizes=(0, 0))
        for _ in range(4):
            ProjectMachine.follow(self, queue=1, sizes=[1, 2], pick=1)
        for person in (3, 4, 2):
            ProjectMachine.do_some(self, queue=1, person=person, count=4, meaning=1)
        for queue in (4, 5):
            ProjectMachine.create_qa(self, queue=queue, source=1, slots=of_qa, takes=queue - 4)
            ProjectMachine.bring(self, queue=queue, picks=[0, 1, 2, 3], late=0)


THEME = {
    *("begin", "follow", "do_some", "set_status", "remove_status", "reopen", "set_priority"),
    *("remove_entries", "release", "submit", "expire", "time_passes", "take_back", "rebuild"),
    *("create_qa", "bring", "check", "nobody_checks_what_they_worked_on", "change_review"),
    *("review_some", "change_member", "clear_waiting", "tidy", "delete_queue", "drop_holds"),
    "the_live_state_is_what_the_events_add_up_to",
}


@pytest.mark.timeout(400)
def test_qa_queues_follow_as_the_reference_model_says(redis_server: EmbeddedRedis) -> None:
    machine = type("Machine", (Followed,), {"url": redis_server.url, **without(THEME)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
