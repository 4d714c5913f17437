"""Reviews in the live state: from a submission to the end of its rounds, and what is left of it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgpack
import pytest
from redis.asyncio import Redis

from loadtest.bench.bare import EPOCH, QUEUE, Project
from reviewqueue.model import MOST_UNITS
from store import keys
from store.kernel import Kernel, Reply
from store.redis import Multiplexer

STAGE, REVIEWS, MISSING = 2**32, 2**45, 2**20
REVIEW, EXPERT = STAGE + QUEUE, 2 * STAGE + QUEUE
AUTHOR, OTHER, FIRST, SECOND, EXPERIENCED = 2, 3, 4, 5, 6
APPROVE, REJECT, DELETE = 1, 2, 3
PENDING, APPROVED, RETURNED, REJECTED = 2, 3, 4, 6
IN_REVIEW, COMPLETED, BACK, POOL = 5, 6, 8, 2
RULES: dict[str, int] = {
    "on": 1,
    "lease_ms": 60_000,
    "max_held": 10,
    "fallback_ms": 1_000,
    "early": 0,
    "threshold": 0,
    "same": 0,
    "backlog": 0,
}
_numbers = itertools.count(7_000_000)


class Reviewed:
    """A project whose queue is reviewed: people 2 and 3 annotate, 4, 5 and 6 do both."""

    def __init__(self, project: Project, kernel: Kernel, redis: Redis) -> None:
        self.project, self.kernel, self.redis = project, kernel, redis
        self.body: dict[str, Any] = {}
        self.seq, self.set_seq, self.replayed = 0, 0, EPOCH

    async def create(self, tasks: int = 5, **rules: int) -> None:
        await self.project.create(1, 5, max_held=10)
        both = [[person, 1, 1, 32, []] for person in (FIRST, SECOND, EXPERIENCED)]
        await self.project.change("change_members", mode="change", members=both, expected=[-1] * 3)
        await self.project.fill(tasks)
        await self.review(expected=0, **rules)

    async def review(self, expected: int, **rules: int) -> None:
        await self.change(
            *("change_review",),
            queue=QUEUE,
            expected=expected,
            rules=RULES | rules,
            content=0,
            people=[FIRST, SECOND],
        )
        self.set_seq = self.seq

    async def change(self, name: str, **inputs: Any) -> dict[str, Any]:
        """A change that must succeed: the body of its event."""
        reply = await self.project.change(name, **inputs)
        self.body = dict(self.project._event(reply.seq, reply.chain, reply.rest).body)
        self.seq = reply.seq
        return self.body

    async def refused(self, name: str, **inputs: Any) -> Reply:
        return await self.kernel.call(name, self.project.number, EPOCH, actor=1, **inputs)

    async def taken_back(self) -> dict[str, Any]:
        """One step of recalls; nothing: nobody is recalled."""
        reply = await self.refused("take_back", limit=100)
        if reply.word == "idle":
            return {}
        self.project.log.append((reply.seq, reply.chain, reply.rest))
        self.body = dict(self.project._event(reply.seq, reply.chain, reply.rest).body)
        return self.body

    async def reserve(self, person: int, queue: int = QUEUE, count: int = 1) -> tuple[int, int]:
        """The first task that is granted, and its token."""
        body = await self.change("reserve", queue=queue, person=person, count=count, target=0)
        return body["tasks"][0][0], self.seq

    def submission(
        self, entry: int, token: int, person: int = AUTHOR, **more: Any
    ) -> dict[str, Any]:
        review = {
            "round": 1,
            "known": 0,
            "resolve": 0,
            "gone": [],
            "authors": [],
            "missing": 0,
            "groups": [],
            "rejects": [],
            **more,
        }
        return {
            "person": person,
            "entry": entry,
            "slot": 1,
            "token": token,
            "settings_seq": self.set_seq,
            "status": 1,
            "meaning": 1,
            "spent_ms": 0,
            "units": 3,
            "content": 0,
            "digest": "",
            "inline": "",
            "sampled": "",
            "review": review,
        }

    async def submit(self, *groups: Any, person: int = AUTHOR, **more: Any) -> int:
        """Somebody does the next task, which is reviewed so."""
        entry, token = await self.reserve(person)
        await self.change("submit", **self.submission(entry, token, person, groups=groups, **more))
        return entry

    async def decide(
        self,
        person: int,
        review: tuple[int, int],
        *decisions: tuple[int, int],
        missing: int = 0,
        experts: Any = "",
    ) -> dict[str, Any]:
        return await self.change("decide", **decision(person, review, decisions, missing, experts))

    async def replays(self) -> None:
        """A replay of the log gives the keys that are there."""
        kept = await self.keys(EPOCH)
        self.replayed += 1
        await self.kernel.replay(self.project.number, self.replayed, 0, self.project.log)
        assert await self.keys(self.replayed) == kept

    async def keys(self, epoch: int) -> dict[str, Any]:
        """All keys of an epoch; of counters without what is 0."""
        prefix = f"dibs:{{{self.project.number}}}:{epoch}:"
        found = {}
        async for key in self.redis.scan_iter(match=prefix + "*", count=1000):
            name = bytes(key).decode().removeprefix(prefix)
            kind = (await self.redis.execute_command("TYPE", key)).decode()
            if kind == "hash":
                content: Any = {
                    field: value_of(value)
                    for field, value in (await self.redis.hgetall(key)).items()
                    if value != b"0" and field != b"replayed"
                }
            elif kind == "zset":
                content = await self.redis.zrange(key, 0, -1, withscores=True)
            elif kind == "list":
                content = await self.redis.lrange(key, 0, -1)
            elif kind == "set":
                content = await self.redis.smembers(key)
            else:
                continue
            if content:
                found[name] = content
        return found


def value_of(value: Any) -> Any:
    """A field of a hash; what is packed, unpacked: the order of a map's fields is no fact."""
    try:
        return msgpack.unpackb(value, strict_map_key=False)
    except (ValueError, msgpack.UnpackException):
        return value


def decision(
    person: int,
    review: tuple[int, int],
    decisions: Sequence[tuple[int, int]],
    missing: int = 0,
    experts: Any = "",
) -> dict[str, Any]:
    return {
        "person": person,
        "entry": review[0],
        "slot": 1,
        "token": review[1],
        "decisions": decisions,
        "missing": missing,
        "content": 0,
        "experts": experts,
    }


def shared(*units: int) -> dict[str, Any]:
    return {"candidates": [], "units": units, "by": 0}


def mapped(*units: int, to: Sequence[int]) -> dict[str, Any]:
    return {"candidates": to, "units": units, "by": 1}


@pytest.fixture
async def reviewed(empty_redis: str) -> AsyncIterator[Reviewed]:
    multiplexer = Multiplexer(empty_redis)
    await multiplexer.start()
    redis = Redis.from_url(empty_redis, protocol=2)
    kernel = Kernel(multiplexer)
    yield Reviewed(Project(kernel, next(_numbers)), kernel, redis)
    await redis.aclose()
    await multiplexer.close()


async def test_what_is_sampled_is_reviewed_by_somebody_else_and_done_when_all_is_decided(
    reviewed: Reviewed,
) -> None:
    await reviewed.create()
    entry = await reviewed.submit(shared(1, 3), person=FIRST)
    assert reviewed.body["state"] == IN_REVIEW

    own = await reviewed.refused("reserve", queue=REVIEW, person=FIRST, count=1, target=0)
    assert own.word == "nothing"
    annotator = await reviewed.refused("reserve", queue=REVIEW, person=AUTHOR, count=1, target=0)
    assert annotator.word == "nothing"
    review = await reviewed.reserve(SECOND, REVIEW)
    assert review[0] == REVIEWS + 1
    body = await reviewed.decide(SECOND, review, (1, APPROVE))
    assert (body["ended"], body["state"]) == (0, 0)
    twice = await reviewed.refused("decide", **decision(SECOND, review, [(1, REJECT)]))
    assert (twice.word, twice.rest) == ("not_pending", "1")
    body = await reviewed.decide(SECOND, review, (3, APPROVE))

    assert (body["of"], body["ended"], body["state"]) == ([entry, 1], 1, COMPLETED)
    await reviewed.replays()


async def test_what_is_rejected_comes_back_first_and_goes_out_again_only_when_it_is_fixed(
    reviewed: Reviewed,
) -> None:
    await reviewed.create()
    entry = await reviewed.submit(mapped(1, 2, to=[FIRST]), mapped(3, to=[SECOND]))
    first, second = await reviewed.reserve(FIRST, REVIEW), await reviewed.reserve(SECOND, REVIEW)
    body = await reviewed.decide(FIRST, first, (1, REJECT), (2, APPROVE), missing=1)
    assert (body["ended"], body["state"]) == (1, 0)
    body = await reviewed.decide(SECOND, second, (3, APPROVE))
    assert (body["state"], body["author"]) == (BACK, AUTHOR)

    again, token = await reviewed.reserve(AUTHOR)
    assert again == entry
    unaware = await reviewed.refused("submit", **reviewed.submission(entry, token))
    assert (unaware.word, unaware.rest) == ("corrected", "1")
    aware: dict[str, Any] = {
        "round": 2,
        "known": 1,
        "missing": 1,
        "groups": [mapped(1, MISSING + 1, to=[FIRST])],
    }
    early = await reviewed.refused("submit", **reviewed.submission(entry, token, **aware))
    assert (early.word, early.rest) == ("open_issues", "2")
    of = {"person": AUTHOR, "entry": entry, "slot": 1, "content": 0}
    wrong = await reviewed.refused("mark_fixed", units=[2], **of)
    assert (wrong.word, wrong.rest) == ("not_returned", "2")
    await reviewed.change("mark_fixed", units=[1, MISSING + 1], **of)
    await reviewed.change("submit", **reviewed.submission(entry, token, **aware, rejects=[[1, 1]]))
    assert reviewed.body["review"]["reviews"][0][2:] == [
        FIRST,
        1,
        [1, MISSING + 1],
        [[1, 1]],
        [],
        [FIRST],
    ]
    await reviewed.replays()

    review = await reviewed.reserve(FIRST, REVIEW)
    body = await reviewed.decide(FIRST, review, (1, APPROVE), (MISSING + 1, APPROVE))
    assert body["state"] == COMPLETED
    await reviewed.replays()


async def test_reviews_go_to_whoever_has_the_least_and_to_all_when_nobody_comes(
    reviewed: Reviewed,
) -> None:
    await reviewed.create()
    chosen = []
    for _ in range(4):
        await reviewed.submit(mapped(1, 2, to=[FIRST, SECOND]))
        chosen.append(reviewed.body["review"]["reviews"][0][2])
    assert sorted(chosen[:2]) == sorted(chosen[2:]) == [FIRST, SECOND]
    await reviewed.submit(mapped(1, to=[EXPERIENCED]), person=EXPERIENCED)
    assert reviewed.body["review"]["reviews"][0][2:4] == [0, 3]

    held = await reviewed.reserve(FIRST, REVIEW)
    await reviewed.redis.hset(keys.header(reviewed.project.number), "clock", RULES["fallback_ms"])
    body = await reviewed.change("fall_back", limit=100)
    assert len(body["entries"]) == 4
    await reviewed.change("release", person=FIRST, entry=held[0], slot=1, token=held[1], content=0)
    anybody = await reviewed.reserve(EXPERIENCED, REVIEW, count=10)
    assert anybody[0] == REVIEWS + 1
    assert [task[0] - REVIEWS for task in reviewed.body["tasks"]] == [1, 2, 3, 4]
    await reviewed.replays()


async def test_an_expert_has_the_last_word_on_what_was_rejected_often_enough(
    reviewed: Reviewed,
) -> None:
    await reviewed.create(threshold=1)
    await reviewed.submit(shared(1, 2, 3))
    review = await reviewed.reserve(FIRST, REVIEW)
    drawn = {"units": [2], "candidates": []}
    body = await reviewed.decide(
        FIRST, review, (1, REJECT), (2, APPROVE), (3, APPROVE), experts=drawn
    )
    assert [unit[2] for unit in body["units"]] == [PENDING, PENDING, APPROVED]
    assert body["made"][0][4] == [1, 2]
    assert body["state"] == 0

    own = await reviewed.refused("reserve", queue=EXPERT, person=FIRST, count=1, target=0)
    assert own.word == "nothing"
    expert = await reviewed.reserve(SECOND, EXPERT)
    body = await reviewed.decide(SECOND, expert, (1, REJECT), (2, APPROVE))
    assert [unit[2] for unit in body["units"]] == [REJECTED, APPROVED]
    assert body["state"] == COMPLETED
    await reviewed.replays()


async def test_reviewers_are_experts_of_what_they_reviewed_only_where_nobody_else_is(
    reviewed: Reviewed,
) -> None:
    await reviewed.create(threshold=1, same=1)
    for candidates, others in (([FIRST, SECOND], [FIRST]), ([FIRST], []), ([AUTHOR], [])):
        await reviewed.submit(shared(1))
        review = await reviewed.reserve(FIRST, REVIEW)
        asked = {"units": [], "candidates": candidates}
        body = await reviewed.decide(FIRST, review, (1, REJECT), experts=asked)
        assert body["made"][0][6] == others
    await reviewed.replays()


async def test_what_nobody_may_decide_is_known_until_somebody_may(reviewed: Reviewed) -> None:
    await reviewed.create(threshold=1)
    await reviewed.submit(shared(1))
    review = await reviewed.reserve(FIRST, REVIEW)
    asked = {"units": [], "candidates": [FIRST]}
    body = await reviewed.decide(FIRST, review, (1, REJECT), experts=asked)
    [[entry, _, waits_for, *_]] = body["made"]

    async def without_reviewer(*people: int, stage: int = EXPERT) -> Any:
        told = {"queue": stage, "entries": [entry, REVIEWS + 99], "people": people}
        return (await reviewed.refused("without_reviewer", **told)).rest

    assert waits_for == 0
    assert await without_reviewer(AUTHOR, FIRST) == 1
    assert await without_reviewer(AUTHOR, FIRST, SECOND) == 0
    await reviewed.reserve(SECOND, EXPERT)
    assert await without_reviewer(AUTHOR, FIRST) == 0
    assert (await reviewed.refused("without_reviewer", queue=99, entries=[], people=[])).word == (
        "not_found"
    )


async def test_as_many_units_as_a_submission_may_have_are_returned_fixed_and_sent_to_experts(
    reviewed: Reviewed,
) -> None:
    await reviewed.create()
    units = range(1, MOST_UNITS + 1)
    entry = await reviewed.submit(shared(*units))
    review = await reviewed.reserve(FIRST, REVIEW)
    rejects = [(unit, REJECT) for unit in units]
    body = await reviewed.decide(FIRST, review, *rejects)
    assert (len(body["units"]), body["state"]) == (MOST_UNITS, BACK)
    again, token = await reviewed.reserve(AUTHOR)
    await reviewed.change(
        "mark_fixed", person=AUTHOR, entry=entry, slot=1, units=[*units], content=0
    )
    times = [[unit, 300] for unit in units]
    aware: dict[str, Any] = {"round": 2, "known": 1, "groups": [shared(*units)], "rejects": times}
    await reviewed.review(expected=reviewed.set_seq, threshold=100)
    await reviewed.change("submit", **reviewed.submission(again, token, **aware))

    review = await reviewed.reserve(FIRST, REVIEW)
    drawn = {"units": [*units], "candidates": []}
    body = await reviewed.decide(FIRST, review, *rejects, experts=drawn)
    assert body["made"][0][4] == [*units]
    await reviewed.replays()


async def test_a_task_that_leaves_its_review_takes_the_reviews_with_it(reviewed: Reviewed) -> None:
    await reviewed.create()
    reopened = await reviewed.submit(shared(1), mapped(2, to=[FIRST]))
    removed = await reviewed.submit(shared(1))
    held = await reviewed.reserve(SECOND, REVIEW)
    body = await reviewed.change(
        *("reopen",),
        queue=QUEUE,
        to=1,
        person=0,
        as_of=0,
        tasks=[[reopened, 1, 1, 3, 3, [], [], [], 0]],
        lenient=0,
    )
    assert body["cancelled"] == [REVIEWS + 1, REVIEWS + 2]
    late = await reviewed.refused("decide", **decision(SECOND, held, [(1, APPROVE)]))
    assert late.word == "not_found"
    body = await reviewed.change(
        "remove_entries", queue=QUEUE, entries=[[removed, 1, 3]], delayed=[], named=1
    )
    assert body["cancelled"] == [REVIEWS + 3]
    nothing = await reviewed.refused("reserve", queue=REVIEW, person=FIRST, count=1, target=0)
    assert nothing.word == "nothing"
    await reviewed.replays()


async def test_the_first_rejection_ends_a_round_where_it_is_to(reviewed: Reviewed) -> None:
    await reviewed.create(early=1)
    await reviewed.submit(mapped(1, 2, to=[FIRST]), mapped(3, to=[SECOND]))
    first = await reviewed.reserve(FIRST, REVIEW)
    body = await reviewed.decide(FIRST, first, (1, REJECT))
    assert (body["ended"], body["state"], body["cancelled"]) == (1, BACK, [REVIEWS + 2])
    await reviewed.replays()


async def test_what_an_author_who_left_has_to_mend_is_for_anybody(reviewed: Reviewed) -> None:
    await reviewed.create()
    entry = await reviewed.submit(shared(1))
    gone = [[AUTHOR, 0, 0, 0, []]]
    await reviewed.change("change_members", mode="change", members=gone, expected=[-1])
    review = await reviewed.reserve(FIRST, REVIEW)
    body = await reviewed.decide(FIRST, review, (1, REJECT))
    assert body["state"] == POOL

    again, token = await reviewed.reserve(OTHER)
    assert again == entry
    aware: dict[str, Any] = {"round": 2, "known": 1, "resolve": 1, "groups": [shared(1)]}
    await reviewed.change("submit", **reviewed.submission(entry, token, OTHER, **aware))
    assert reviewed.body["review"]["authors"] == [AUTHOR, OTHER]
    await reviewed.replays()


async def test_nothing_is_left_of_the_reviews_of_a_queue_that_was_deleted(
    reviewed: Reviewed,
) -> None:
    await reviewed.create()
    await reviewed.submit(shared(1), mapped(2, to=[FIRST]))
    await reviewed.submit(mapped(1, to=[SECOND]))
    await reviewed.reserve(SECOND, REVIEW)
    await reviewed.change("delete_queue", queue=QUEUE, force=1)
    assert reviewed.body["held"] == 1
    await reviewed.change("drop_holds", queue=QUEUE, limit=100)
    idle = await reviewed.refused("drop_holds", queue=QUEUE, limit=100)
    assert idle.word == "idle"
    await reviewed.change("end_operation", operation=reviewed.project.log[-2][0], state=2, error="")
    while (await reviewed.refused("tidy", limit=100)).word == "again":
        pass
    left = [
        name
        for name in await reviewed.keys(EPOCH)
        if str(STAGE)[:6] in name or name in ("touched", "falling", "leases")
    ]
    assert left == []


async def test_nobody_gets_new_work_while_too_many_reviews_wait(reviewed: Reviewed) -> None:
    await reviewed.create(tasks=10, backlog=2)
    for _ in range(3):
        await reviewed.submit(shared(1))
    waits = await reviewed.refused("reserve", queue=QUEUE, person=AUTHOR, count=1, target=0)
    assert waits.word == "nothing"
    assert [one["reason"] for one in reasons_of(waits)] == ["BACKPRESSURE"]
    for _ in range(2):
        review = await reviewed.reserve(FIRST, REVIEW)
        await reviewed.decide(FIRST, review, (1, APPROVE))
    assert (await reviewed.reserve(AUTHOR))[0]
    await reviewed.replays()


async def test_a_review_is_mapped_anew_when_its_reviewer_leaves(reviewed: Reviewed) -> None:
    await reviewed.create()
    for _ in range(2):
        await reviewed.submit(mapped(1, to=[FIRST, SECOND]))
    held = await reviewed.reserve(FIRST, REVIEW)
    left = [[FIRST, 1, 1, 16, []]]
    await reviewed.change("change_members", mode="change", members=left, expected=[-1])
    pooled = []
    while (await reviewed.taken_back()).get("tasks") is not None:
        pooled += [(task[0], task[4]) for task in reviewed.body["tasks"] if len(task) == 5]
    assert pooled == [(held[0], SECOND)]
    both = await reviewed.reserve(SECOND, REVIEW, count=5)
    assert both[0] == REVIEWS + 1
    assert len(reviewed.body["tasks"]) == 2
    await reviewed.replays()


def known(entry: int, *slots: list[int], **given: Any) -> list[Any]:
    """A task as its projection tells it."""
    what = {"round": 1, "authors": [AUTHOR], "meaning": 1, "status": 1, "missing": 0, "groups": []}
    return [entry, 1, 1, 3, 3, slots, [], [], what | given]


async def test_what_is_done_is_reviewed_again_by_others(reviewed: Reviewed) -> None:
    await reviewed.create()
    entry = await reviewed.submit(shared(1))
    review = await reviewed.reserve(FIRST, REVIEW)
    await reviewed.decide(FIRST, review, (1, APPROVE))
    other = {"candidates": [], "units": [1], "by": 0, "others": [FIRST]}
    task = known(entry, [AUTHOR, COMPLETED], groups=[other])
    more = {"queue": QUEUE, "why": 1, "tasks": [task], "named": 1, "content": 0}
    await reviewed.change("add_reviews", **more, as_of=reviewed.seq)

    own = await reviewed.refused("reserve", queue=REVIEW, person=FIRST, count=1, target=0)
    assert own.word == "nothing"
    body = await reviewed.decide(SECOND, await reviewed.reserve(SECOND, REVIEW), (1, REJECT))
    assert body["state"] == BACK
    back = await reviewed.change("add_reviews", **more, as_of=reviewed.seq)
    assert (back["tasks"], back["kept"]) == ([], [[entry, 1, "wrong_state"]])
    await reviewed.replays()


async def test_who_does_not_know_of_a_decision_neither_adds_a_review_nor_objects(
    reviewed: Reviewed,
) -> None:
    await reviewed.create()
    entry = await reviewed.submit(shared(1, 2))
    before = reviewed.seq
    await reviewed.decide(FIRST, await reviewed.reserve(FIRST, REVIEW), (1, REJECT))
    task = known(entry, groups=[shared(2)])
    more = {"queue": QUEUE, "why": 1, "tasks": [task], "named": 1, "content": 0}
    less = {"queue": QUEUE, "person": SECOND, "task": task[:8], "content": 0, "source": 0}
    less |= {"units": [2], "missing": 0, "given": task[8], "held": ""}
    for name, said in (("add_reviews", more), ("object", less)):
        early = await reviewed.refused(name, **said, as_of=before)
        assert early.word == "stale_entry"
    await reviewed.change("add_reviews", **more, as_of=reviewed.seq)
    await reviewed.change("object", **less, as_of=reviewed.seq)
    await reviewed.replays()


async def test_an_objection_from_outside_takes_the_status_away(reviewed: Reviewed) -> None:
    await reviewed.create()
    entry = await reviewed.submit(shared(1))
    of = {
        "queue": QUEUE,
        "person": FIRST,
        "task": known(entry)[:8],
        "as_of": 0,
        "content": 0,
        "source": 0,
        "held": "",
    }
    given = {"round": 1, "authors": [AUTHOR], "meaning": 1, "status": 1, "missing": 0}
    own = await reviewed.refused(
        "object", **of | {"person": AUTHOR}, units=[2], missing=1, given=given
    )
    assert (own.word, own.rest) == ("not_eligible", "EXCLUDED")
    body = await reviewed.change("object", **of, units=[2], missing=1, given=given)
    assert (body["state"], body["cancelled"]) == (BACK, [REVIEWS + 1])
    again, token = await reviewed.reserve(AUTHOR)
    early = await reviewed.refused(
        "submit", **reviewed.submission(again, token, round=2, known=1, missing=1)
    )
    assert (again, early.word, early.rest) == (entry, "open_issues", "2")
    await reviewed.replays()


def reasons_of(reply: Reply) -> Any:
    return reply.rest if isinstance(reply.rest, list) else msgpack.unpackb(reply.rest)
