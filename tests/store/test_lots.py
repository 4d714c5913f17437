"""Lots in the live state: submissions that wait together, and what a few of their units decide."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from audit.model import Model
from loadtest.bench.bare import EPOCH, Project
from store import keys
from store.kernel import Kernel
from store.redis import Multiplexer
from tests.store import test_reviews as reviews
from tests.store.test_reviews import (
    APPROVE,
    BACK,
    COMPLETED,
    FIRST,
    IN_REVIEW,
    REJECT,
    REVIEW,
    Reviewed,
    shared,
)

PLAN = {"lot_size": 6, "lot_ms": 1_000, "drawn": 2, "accepted": 0}


@pytest.fixture
async def lotted(empty_redis: str) -> AsyncIterator[Reviewed]:
    multiplexer = Multiplexer(empty_redis)
    await multiplexer.start()
    redis = Redis.from_url(empty_redis, protocol=2)
    kernel = Kernel(multiplexer)
    project = Project(kernel, next(reviews._numbers))
    yield Reviewed(project, kernel, redis)
    await redis.aclose()
    await multiplexer.close()


async def a_lot(lotted: Reviewed, **rules: int) -> tuple[int, list[int]]:
    """Two submissions of three units each, that make a lot."""
    await lotted.create(**PLAN | rules)
    first = await lotted.submit(waits=3)
    lot = lotted.seq
    return lot, [first, await lotted.submit(waits=3)]


def drawn(entry: int, *units: int) -> list[Any]:
    return [entry, 1, [shared(*units)] if units else [], []]


async def told(lotted: Reviewed) -> None:
    """A replay gives the same keys, and the audit finds nothing."""
    await lotted.replays()
    model = Model(project=lotted.project.number)
    for seq, chain, payload in lotted.project.log:
        model.must(lotted.project._event(seq, chain, payload))


async def test_a_lot_of_which_enough_is_right_is_done_unseen(lotted: Reviewed) -> None:
    lot, (one, two) = await a_lot(lotted)
    assert lotted.body["state"] == IN_REVIEW
    assert lotted.body["review"]["lot"] == [lot, 3]
    await told(lotted)

    early = await lotted.refused("judge_lot", lot=lot, passed=1, tasks=[])
    assert early.word == "idle"
    body = await lotted.change("close_lot", lot=lot, tasks=[drawn(one, 1, 3), drawn(99, 1)])
    assert [task[0] for task in body["tasks"]] == [one]
    again = await lotted.refused("close_lot", lot=lot, tasks=[])
    assert again.word == "idle"
    review = await lotted.reserve(FIRST, REVIEW)
    body = await lotted.decide(FIRST, review, (1, APPROVE), (3, APPROVE))
    assert (body["ended"], body["state"]) == (1, 0)
    await told(lotted)

    body = await lotted.change("judge_lot", lot=lot, passed=1, tasks=[drawn(one), drawn(two)])
    assert [(task[0], task[4]) for task in body["tasks"]] == [(one, COMPLETED), (two, COMPLETED)]
    gone = await lotted.refused("judge_lot", lot=lot, passed=1, tasks=[])
    assert (gone.word, gone.rest) == ("not_found", "lot")
    await told(lotted)


async def test_a_lot_of_which_too_much_is_wrong_is_reviewed_whole(lotted: Reviewed) -> None:
    lot, (one, two) = await a_lot(lotted)
    await lotted.change("close_lot", lot=lot, tasks=[drawn(one, 1), drawn(two, 2)])
    body = await lotted.decide(FIRST, await lotted.reserve(FIRST, REVIEW), (1, REJECT))
    assert body["state"] == 0
    rest = [drawn(one), drawn(two, 1, 3)]
    body = await lotted.change("judge_lot", lot=lot, passed=0, tasks=rest)
    assert [task[4] for task in body["tasks"]] == [BACK, 0]
    await told(lotted)

    await lotted.decide(FIRST, await lotted.reserve(FIRST, REVIEW), (2, APPROVE))
    body = await lotted.decide(
        FIRST, await lotted.reserve(FIRST, REVIEW), (1, APPROVE), (3, APPROVE)
    )
    assert (body["of"], body["state"]) == ([two, 1], COMPLETED)
    await told(lotted)


async def test_a_lot_closes_with_its_time_and_takes_no_more(lotted: Reviewed) -> None:
    await lotted.create(**PLAN)
    await lotted.submit(waits=3)
    lot = lotted.seq
    assert (await lotted.refused("due_lots")).rest in ([], ())
    early = await lotted.refused("close_lot", lot=lot, tasks=[])
    assert early.word == "idle"
    await lotted.redis.hset(keys.header(lotted.project.number), "clock", PLAN["lot_ms"])
    await lotted.submit(waits=1)
    assert lotted.body["review"]["lot"][0] == 0
    await lotted.change("close_lot", lot=lot, tasks=[])
    await told(lotted)


async def test_a_task_that_is_reopened_leaves_its_lot(lotted: Reviewed) -> None:
    lot, (one, two) = await a_lot(lotted)
    await lotted.change(
        *("reopen",),
        queue=1,
        to=1,
        person=0,
        as_of=0,
        tasks=[[one, 1, 1, 3, 3, [], [], [], 0]],
        lenient=0,
    )
    await lotted.change("close_lot", lot=lot, tasks=[drawn(one, 1), drawn(two, 2)])
    assert [task[0] for task in lotted.body["tasks"]] == [two]
    await told(lotted)
    await lotted.change("delete_queue", queue=1, force=1)
    assert not {"lots", "lot_of"} & (await lotted.keys(EPOCH)).keys()
