"""Drives operations: chunk by chunk, each once, whoever drives and whoever dies.

A process that is killed between two chunks, or in one, costs nothing: where
an operation stands is in the log, and another process goes on from there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgpack
import structlog

from allocator.model import RequestKey
from allocator.ports import Content, Ledger, Operations, Outcome
from allocator.services.outcomes import happened, some, value
from allocator.strategies.operations import (
    BY_FENCE,
    CHUNK,
    RECALLS,
    UNPLANNED,
    MovePlan,
    OperationState,
    Part,
    Plan,
    Run,
    ScanPlan,
    StepPlan,
    Verb,
    chunk_key,
)
from dibs import errors

AT_ONCE = 20
TURN_S = 0.4
"""How long one visit to a project may take: others want to be followed too."""
PLANS_KEPT = 20

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Running:
    """An operation that still has chunks to do."""

    project: int
    operation: int
    chunk: int
    verb: int
    actor: int
    queues: tuple[int, ...]
    dataset: int
    content: int
    last_entry: int


AnyPlan = Plan | MovePlan | StepPlan | ScanPlan
Doer = Callable[[Running, RequestKey, Part], Awaitable[Outcome | None]]
"""Does one chunk under this request key; whatever it raises fails the operation. None: no more."""


def packed(
    runs: Sequence[Run], missing: Sequence[str] = (), how: Mapping[str, Any] | None = None
) -> bytes:
    """What an operation is to do, and the items that have nothing to be done."""
    return _in_two({"missing": list(missing), "how": how or {}}, [list(run) for run in runs])


def packed_moves(queue: int, moves: Sequence[Sequence[int]], why: int, reason: int) -> bytes:
    """What an operation moves in a queue: each task as `assign` takes it."""
    how = {"why": why, "reason": reason}
    return _in_two({"missing": [], "how": how, "queue": queue}, moves)


def packed_steps(steps: Sequence[Sequence[Any]], how: Mapping[str, Any]) -> bytes:
    """What an operation does step by step, where its steps are no tasks."""
    return _in_two({"missing": [], "how": how, "steps": True}, steps)


def packed_scan(rows: Sequence[Sequence[Any]], how: Mapping[str, Any]) -> bytes:
    """What an operation does to each row that it still can be done to."""
    return _in_two({"missing": [], "how": how, "scan": True}, rows)


def _in_two(about: Mapping[str, Any], rows: Sequence[Sequence[int]]) -> bytes:
    """Who only shows an operation reads what it is about, not the 100,000 rows behind it."""
    return bytes(msgpack.packb(about)) + bytes(msgpack.packb(rows))


def _parts(body: bytes) -> msgpack.Unpacker:
    parts = msgpack.Unpacker(max_buffer_size=len(body))
    parts.feed(body)
    return parts


def unpacked(body: bytes) -> AnyPlan:
    """What an operation is to do."""
    about, rows = _parts(body)
    if "scan" in about:
        return ScanPlan(rows, about["how"])
    if "steps" in about:
        return StepPlan(rows, about["how"])
    if "queue" in about:
        return MovePlan(about["queue"], rows, about["how"])
    return Plan([Run(*run) for run in rows], about["how"])


def missing_of(body: bytes) -> list[str]:
    """The items that have nothing to be done."""
    return list(next(_parts(body))["missing"])


class Driving:
    """Carries operations on."""

    def __init__(
        self,
        ledger: Ledger,
        content: Content,
        operations: Operations,
        doers: Mapping[Verb, Doer],
    ) -> None:
        self._ledger = ledger
        self._content = content
        self._operations = operations
        self._doers = doers
        self._plans: dict[tuple[int, int], AnyPlan] = {}

    async def follow(self, project: int) -> None:
        """Carry on what runs in the project, a chunk each in turn, for one turn."""
        found = value(await self._ledger.read(project, "operations", limit=AT_ONCE))
        if found["tidying"]:
            # What a large queue left takes many steps; the next turn goes on with them.
            with suppress(TimeoutError):
                async with asyncio.timeout(TURN_S):
                    await self._ledger.change(project, "tidy", None, 0, limit=CHUNK)
        running = [_running(project, one) for one in some(found["running"])]
        end = time.monotonic() + TURN_S
        while running and time.monotonic() < end:
            running = [one for one in running if await self.step(one)]

    async def carry(self, project: int, operation: int, within_s: float) -> None:
        """Carry one on for as long as its caller may wait; the background does the rest."""
        try:
            async with asyncio.timeout(within_s):
                found = await self._ledger.read(project, "operation", operation=operation)
                if found.word == "ok":
                    one = _running(project, value(found))
                    while await self.step(one):
                        pass
        except (TimeoutError, errors.StoreUnavailable):
            return

    async def step(self, one: Running) -> bool:
        """Do the next chunk; false when there is nothing more for this driver to do.

        Then it rests for as long as the chunk took: half of what Redis and Postgres can do is left
        to the people who work meanwhile.
        """
        began = time.monotonic()
        try:
            if not await self._do_next(one):
                await self._end(one, OperationState.SUCCEEDED, "")
                return False
        except (errors.StoreUnavailable, errors.ProjectNotFound):
            raise  # it goes on when the store is back, or the project
        except (errors.SessionUnknown, errors.RequestTooOld):
            return False  # it was ended, or somebody else is ahead
        except Exception as error:
            log.exception("operation_failed", project=one.project, operation=one.operation)
            await self._end(one, OperationState.FAILED, _name(error))
            return False
        one.chunk += 1
        await asyncio.sleep(time.monotonic() - began)
        return True

    async def _do_next(self, one: Running) -> bool:
        """The next chunk; false: there is none."""
        if Verb(one.verb) in RECALLS:
            return await self._recall(one)
        if Verb(one.verb) in UNPLANNED:
            part: Part | None = Part(queue=one.queues[0], entries=())
        else:
            part = (await self._plan(one)).part(one.chunk + 1)
        if part is None:
            return False
        key = chunk_key(one.operation, one.chunk + 1)
        outcome = await self._doers[Verb(one.verb)](one, key, part)
        if outcome is None or outcome.word == "idle":
            return False
        happened(outcome)
        return True

    async def _recall(self, one: Running) -> bool:
        """Help to take back what is recalled, as the sweeper does; false once that is over."""
        left = await self._ledger.read(one.project, "recall_left", operation=one.operation)
        if left.word != "ok":
            return False
        for name in ("recall_queue", "take_back"):
            await self._ledger.change(one.project, name, None, 0, limit=CHUNK)
        return True

    async def _plan(self, one: Running) -> AnyPlan:
        key = (one.project, one.operation)
        if key not in self._plans:
            plan = await self._made(one)
            while len(self._plans) >= PLANS_KEPT:
                del self._plans[next(iter(self._plans))]
            self._plans[key] = plan
        return self._plans[key]

    async def _made(self, one: Running) -> AnyPlan:
        """What it is to do: as its caller wrote it, or all entries of a dataset, or of items."""
        if Verb(one.verb) in BY_FENCE:
            dataset = (one.queues, one.dataset, one.last_entry)
            return Plan(await self._operations.runs_of_dataset(one.project, *dataset))
        plan = unpacked(await self._content.get(one.project, one.content))
        if Verb(one.verb) is Verb.REMOVE_DATASET_ITEMS:
            items = (plan.how["items"], one.last_entry)
            return Plan(await self._operations.runs_of_items(one.project, *items))
        return plan

    async def _end(self, one: Running, state: OperationState, error: str) -> None:
        """Say how it ended, unless somebody did."""
        await self._ledger.change(
            *(one.project, "end_operation", None, one.actor),
            operation=one.operation,
            state=int(state),
            error=error,
        )


def _name(error: Exception) -> str:
    return getattr(error, "reason", "") or type(error).__name__


def _running(project: int, found: Mapping[str, Any]) -> Running:
    names = ("operation", "chunk", "verb", "actor", "dataset", "content", "last_entry")
    queues = tuple(some(found["queues"]))
    return Running(project=project, queues=queues, **{name: found[name] for name in names})
