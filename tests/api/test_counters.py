"""Counters of the views are what their rows add up to, and what the log does."""

from __future__ import annotations

from allocator.bootstrap import Worker
from store.recount import recount
from store.view_rebuild import ViewRebuild
from tests.api.tasks import reopen
from tests.api.test_clearing import clear
from tests.api.world import World


async def test_counters_are_what_the_rows_and_the_log_add_up_to(
    lonely: World, alone: Worker
) -> None:
    tasks = (await lonely.reserve("q", "ann", 5)).tasks
    await lonely.save_draft("ann", tasks[0], b"half")
    await lonely.release("ann", tasks[0])
    await lonely.submit("ann", tasks[1])
    await reopen(lonely, "q", [tasks[1].task_id], to=2)
    await lonely.submit("ann", tasks[2])
    await clear(lonely, "q")
    seq = (await lonely.mine("ada")).seq
    place = await alone.store.directory.project(lonely.project)
    assert place is not None
    await alone.store.views.wait_for(place.project, seq)
    counted = await recount(alone.store.postgres, place.project, 0)
    views = ViewRebuild(alone.store.postgres, alone.store.log)

    assert counted is not None
    assert counted.wrong == 0
    assert counted.counters["annotated"] == 1
    assert await views.heal(place.project, most_events=10_000) == 0
