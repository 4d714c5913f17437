"""Submissions, reviews and corrections on a real store, as the services ask for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgpack

from allocator.model import STAGE, TaskId
from dibs.v1 import allocation_pb2 as pb
from store.outcome import Outcome
from tests.store.stack import Stack, tasks_of

ANN, REV, BOB = 2, 3, 4
"""ANN annotates; REV and BOB review, too."""
REVIEW, EXPERT = STAGE + 1, 2 * STAGE + 1
APPROVE, REJECT, DELETE = 1, 2, 3
RULES = {
    "on": 1,
    "lease_ms": 60_000,
    "max_held": 10,
    "fallback_ms": 0,
    "early": 0,
    "threshold": 0,
    "same": 0,
    "backlog": 0,
}
Unit = tuple[str, str, bytes]


def body_of(units: Iterable[Unit]) -> bytes:
    """A submission of these units: external id, class and digest."""
    written = [
        pb.ReviewUnit(unit_id=name, class_name=kind, digest=digest) for name, kind, digest in units
    ]
    return pb.SubmitRequest(units=written).SerializeToString(deterministic=True)


def group(*units: int, to: Sequence[int] = ()) -> dict[str, Any]:
    """Units for one reviewer of those; for anybody."""
    return {"candidates": list(to), "units": list(units), "by": 1 if to else 0}


class Reviewing:
    """Queue 1 of the stack, whose work is reviewed."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.seq = 0

    async def begin(self, **rules: int) -> None:
        """REV and BOB may review; the queue is reviewed from here on."""
        both = [[person, 1, 1, 32, []] for person in (REV, BOB)]
        await self.change("change_members", mode="change", members=both, expected=[-1, -1])
        await self.set_rules(0, **rules)

    async def set_rules(self, expected: int, **rules: int) -> None:
        packed = msgpack.packb(RULES | rules)
        people = msgpack.packb([REV, BOB])
        await self.change(
            *("change_review",), queue=1, expected=expected, rules=packed, content=0, people=people
        )

    async def change(self, name: str, **inputs: Any) -> Outcome:
        """A change that happens."""
        outcome = await self.stack.change(name, self.stack.key(), **inputs)
        assert outcome.word == "ok", outcome
        self.seq = outcome.seq
        return outcome

    async def settings_seq(self) -> int:
        """Of the queue's settings."""
        known = await self.stack.store.ledger.read(self.stack.project, "queue", queue=1)
        return int(known.detail[0]["settings_seq"])

    async def submit(
        self,
        units: Sequence[Unit],
        *groups: Any,
        person: int = ANN,
        stored: bool = False,
        **more: Any,
    ) -> TaskId:
        """Somebody does their next task; `stored`: what they made is no part of the event."""
        held = await self.change("reserve", queue=1, person=person, count=1, target=0)
        [(entry, slot)] = tasks_of(held)
        given = {
            "round": 1,
            "known": 0,
            "resolve": 0,
            "gone": [],
            "authors": [],
            "missing": 0,
            "groups": groups,
            "rejects": [],
            **more,
        }
        body = body_of(units)
        content = (await self.stack.store.content.put(self.stack.project, body))[0] if stored else 0
        await self.change(
            "submit",
            person=person,
            entry=entry,
            slot=slot,
            token=held.seq,
            settings_seq=await self.settings_seq(),
            status=1,
            meaning=1,
            spent_ms=0,
            units=len(units),
            content=content,
            digest="",
            inline=b"" if stored else body,
            review=msgpack.packb(given) if groups or more else "",
            sampled=b"",
        )
        return TaskId(entry=entry, slot=slot)

    async def take(self, person: int, stage: int = REVIEW) -> tuple[int, int]:
        """The next review of a person, and its token."""
        held = await self.change("reserve", queue=stage, person=person, count=1, target=0)
        return tasks_of(held)[0][0], held.seq

    async def decide(
        self,
        person: int,
        review: tuple[int, int],
        *decisions: tuple[int, int],
        missing: int = 0,
        said: Any = None,
        experts: Sequence[int] = (),
    ) -> dict[str, Any]:
        content = 0
        if said:
            content, _ = await self.stack.store.content.put(
                self.stack.project, json.dumps(said).encode()
            )
        outcome = await self.change(
            "decide",
            person=person,
            entry=review[0],
            slot=1,
            token=review[1],
            decisions=msgpack.packb(decisions),
            missing=missing,
            content=content,
            experts=msgpack.packb({"units": list(experts), "candidates": []}) if experts else "",
        )
        assert outcome.event is not None
        return dict(outcome.event.body)

    async def fix(self, task: TaskId, *units: int, person: int = ANN) -> None:
        await self.change(
            "mark_fixed",
            person=person,
            entry=task.entry,
            slot=task.slot,
            units=msgpack.packb(units),
            content=0,
        )

    async def seen(self) -> None:
        """The views have all that happened."""
        await self.stack.store.views.wait_for(self.stack.project, self.seq)

    async def figures(self, *names: str) -> tuple[int, ...]:
        """Of the queue, once the views have all that happened."""
        await self.seen()
        row = await self.stack.admin.fetchrow("SELECT * FROM view_queue WHERE queue = 1")
        return tuple(row[name] for name in names)  # type: ignore[index]

    async def states(self, task: TaskId) -> dict[int, int]:
        """The state of each unit."""
        await self.seen()
        units = await self.stack.store.reviews.units(self.stack.project, task)
        return {one.unit: one.state for one in units}


async def a_correction(of: Reviewing) -> TaskId:
    """Three units: one is rejected and one more missing, the author mends it; all is well then."""
    task = await of.submit([("a", "cat", b"1"), ("b", "dog", b"1"), ("c", "", b"1")], group(1, 2))
    said = {
        "units": {"1": {"reason": "edge", "text": "too wide"}},
        "missing": [{"class_name": "cat", "reason": "hidden", "text": "behind the tree"}],
    }
    review = await of.take(REV)
    await of.decide(REV, review, (1, REJECT), (2, APPROVE), missing=1, said=said)
    await of.fix(task, 1, 2**20 + 1)
    again: dict[str, Any] = {"round": 2, "known": 1, "authors": [ANN], "missing": 1, "gone": [3]}
    await of.submit(
        [("b", "dog", b"1"), ("a", "cat", b"2"), ("d", "cat", b"1")],
        group(1, 2**20 + 1, to=[REV]),
        group(4),
        stored=True,
        rejects=[[1, 1]],
        **again,
    )
    await of.decide(REV, await of.take(REV), (1, APPROVE), (2**20 + 1, APPROVE))
    await of.decide(BOB, await of.take(BOB), (4, APPROVE))
    return task
