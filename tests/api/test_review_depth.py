"""How much of a queue's work is to be reviewed, as it is asked of the queue."""

from __future__ import annotations

from dibs.v1 import review_settings_pb2 as settings_pb
from dibs.v1.common_pb2 import TASK_KIND_EXPERT_REVIEW
from tests.api.reviews import APPROVE, REJECT, Desk
from tests.api.world import World
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


async def test_a_queue_says_what_of_it_waits_for_reviewers_and_experts(world: World) -> None:
    desk = await Desk.make(
        *(world, 5),
        max_review_backlog=2,
        expert_review=settings_pb.ExpertReview(threshold=1),
    )
    await world.queue("plain")
    fresh = (await world.depth("q")).review
    for unit in ("a", "b", "c"):
        await desk.submit("ann", unit)
    full = (await world.depth("q")).review
    rejected, approved = await desk.take("rev"), await desk.take("rev")
    await desk.decide("rev", rejected, {"a": REJECT})
    done = await desk.decide("rev", approved, {"b": APPROVE})
    await world.look("q", min_seq=done.seq)
    left = (await world.depth("q")).review
    await desk.take("roy", kind=TASK_KIND_EXPERT_REVIEW)
    taken = (await world.depth("q")).review

    assert not (await world.depth("plain")).HasField("review")
    assert (fresh.enabled, fresh.waiting, fresh.HasField("oldest_age")) == (True, 0, False)
    assert (full.waiting, full.held, full.backpressure) == (3, 0, True)
    assert (left.waiting, left.held, left.expert_waiting, left.backpressure) == (1, 0, 1, False)
    assert left.HasField("oldest_age")
    assert (taken.expert_waiting, taken.expert_held) == (0, 1)
