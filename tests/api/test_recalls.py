"""What is taken back can be watched: an operation until nothing more is."""

from __future__ import annotations

from typing import Any

import pytest

from allocator import bootstrap
from dibs import errors
from dibs.v1 import control_pb2, operation_pb2
from tests.api.alone import ITEMS
from tests.api.test_operations import RUNNING, SUCCEEDED, cancel, counts
from tests.api.world import World, ids, refused

RECALL = control_pb2.PAUSE_MODE_RECALL
VERBS = operation_pb2.OperationVerb


class Stuck:
    """Takes nothing back until it is let go; then whoever drives may die after a step."""

    def __init__(self, server: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch) -> None:
        self._change = server.store.ledger.change
        self.holds, self.kills = True, 0
        monkeypatch.setattr(server.store.ledger, "change", self.change)

    async def change(self, project: int, name: str, *args: Any, **inputs: Any) -> Any:
        if name in ("take_back", "recall_queue"):
            if self.holds:
                raise errors.StoreUnavailable
            if self.kills:
                self.kills -= 1
                await self._change(project, name, *args, **{**inputs, "limit": 1})
                raise errors.StoreUnavailable
        return await self._change(project, name, *args, **inputs)


async def leave(world: World, how: str) -> Any:
    if how == "pause":
        return (await world.pause("q", RECALL)).operation
    if how == "expel":
        return (await world.expel("q", "ann")).operation
    return (await world.remove("ann")).operation


@pytest.mark.shows("P70")
@pytest.mark.parametrize(
    ("how", "verb", "total"),
    [
        ("pause", "OPERATION_VERB_RECALL_QUEUE", 3),
        ("expel", "OPERATION_VERB_REMOVE_CONTRIBUTORS", 4),
        ("remove", "OPERATION_VERB_REMOVE_MEMBERS", 4),
    ],
)
async def test_a_recall_is_an_operation_that_whoever_dies_ends_when_all_is_back(
    lonely: World,
    alone: bootstrap.Worker,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    verb: str,
    total: int,
) -> None:
    who = ["ann", "bob"]
    paths = ("restricted", "allowed_assignees")
    await lonely.change_queue("q", *paths, restricted=True, allowed_assignees=who)
    started, held, *_ = (await lonely.reserve("q", "ann", 4)).tasks
    await lonely.start("ann", started)
    monkeypatch.setattr(alone.store.sweeper, "_begin_due", lambda *_: None)
    stuck = Stuck(alone, monkeypatch)

    begun = await leave(lonely, how)

    assert (begun.state, VERBS.Name(begun.verb)) == (RUNNING, verb)
    assert (begun.total, begun.done) == (total, 0)
    dead = await refused(lonely.start("ann", held))
    assert isinstance(dead, errors.LeaseLost)
    watched = await refused(cancel(lonely, begun.operation_id))
    assert isinstance(watched, errors.WrongOperationState)

    stuck.kills, stuck.holds = 2, False
    ended = await lonely.waited(begun)
    assert (ended.state, ended.done, ended.percent) == (SUCCEEDED, total, 100)
    assert (await counts(lonely))["QUEUED"] == 246 + total


async def test_with_nothing_to_take_back_it_is_done_at_once(lonely: World) -> None:
    operation = (await lonely.remove("ann")).operation

    assert (operation.state, operation.total) == (SUCCEEDED, 0)
    drained = await lonely.pause("q")
    assert not drained.HasField("operation")
    assert ids(await lonely.reserve("q", "bob")) == []
    await lonely.resume("q")
    assert ids(await lonely.reserve("q", "bob")) == [ITEMS[0]]
