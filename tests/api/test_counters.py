"""Counters of the views are what their rows add up to, and what the log does."""

from __future__ import annotations

import pytest

from allocator.bootstrap import Worker
from store import view_rebuild
from store.recount import recount
from store.view_rebuild import ViewRebuild
from tests.api.alone import ITEMS
from tests.api.tasks import HIGH, reopen, set_priority, set_status
from tests.api.test_clearing import clear
from tests.api.test_stages import submit_data, withdraw
from tests.api.world import World


async def _work(world: World) -> None:
    """A little of everything that moves a counter."""
    drafted, pooled, done, skipped, left, held = (await world.reserve("q", "ann", 6)).tasks
    await world.save_draft("ann", drafted, b"half")
    await world.release("ann", drafted)
    await world.submit("ann", pooled)
    await reopen(world, "q", [pooled.task_id], to=2)
    await world.submit("ann", done, status="discarded")
    await set_status(world, "ada", done.task_id, "completed")
    await world.skip("ann", skipped)
    await world.start("ann", left)
    gone = await world.remove_items("q", "d", [left.external_id, ITEMS[-1]])
    await world.waited(gone.operation)
    await set_priority(world, "q", [held.task_id], HIGH)
    await world.dataset("more", ["x", "y"])
    await world.add("q", "more", ["y"])
    [mine] = (await world.reserve("q", "bob")).tasks
    await world.submit("bob", mine)
    await clear(world, "q")
    await world.waited((await world.remove_items("q", "d", ITEMS[100:103])).operation)
    await reopen(world, "q", [mine.task_id])
    await world.archive("q")
    await world.unarchive("q")


@pytest.mark.parametrize("run", [1, 3, 500])
async def test_counters_are_what_the_rows_and_the_log_add_up_to_however_it_is_cut(
    lonely: World, alone: Worker, monkeypatch: pytest.MonkeyPatch, run: int
) -> None:
    await _work(lonely)
    [back] = (await lonely.reserve("q", "bob")).tasks
    await lonely.submit("bob", back)
    for held in (await lonely.mine("ann")).tasks:
        await lonely.submit("ann", held)
    await submit_data(lonely)
    await withdraw(lonely)
    seq = (await lonely.mine("ada")).seq
    place = await alone.store.directory.project(lonely.project)
    assert place is not None
    await alone.store.views.wait_for(place.project, seq)
    counted = await recount(alone.store.postgres, place.project, 0)
    monkeypatch.setattr(view_rebuild, "RUN_EVENTS", run)
    views = ViewRebuild(alone.store.postgres, alone.store.log)

    assert counted is not None
    assert counted.wrong == 0
    assert counted.counters["annotated"] == 4
    assert await views.heal(place.project, most_events=10_000) == 0
