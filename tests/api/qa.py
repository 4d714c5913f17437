"""QA queues in a world: what one labels, others check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dibs.v1 import deleting_pb2, project_pb2
from dibs.v1 import queue_pb2 as pb
from dibs.v1 import review_settings_pb2 as settings_pb
from dibs.v1 import reviewing_again_pb2 as again_pb
from tests.api import tasks
from tests.api.reviews import units
from tests.api.world import World


@dataclass
class Checks:
    """A world with a labeling queue "q", and QA queues over it: ann labels, rev and roy check."""

    world: World

    @classmethod
    async def make(cls, world: World, items: int = 3, **queue: Any) -> Checks:
        await world.people("ann", "bob", roles=[project_pb2.ROLE_ANNOTATOR])
        await world.people("rev", "roy", roles=[project_pb2.ROLE_REVIEWER])
        await world.people("both", roles=[project_pb2.ROLE_ANNOTATOR_AND_REVIEWER])
        await world.dataset("d", [f"i{n}" for n in range(items)])
        await world.queue("q", "d", **queue)
        await world.until("q", queued=items)
        return cls(world)

    async def queue(self, queue_id: str = "qa", source: str = "q", **fields: Any) -> None:
        of_qa: dict[str, Any] = {"type": pb.QUEUE_TYPE_QA, "source_queue_id": source}
        await self.world.queue(queue_id, **(of_qa | fields))

    async def label(self, person: str = "ann", *ids: str, **fields: Any) -> Any:
        """They do the next task; it, as it was given to them."""
        [task] = (await self.world.reserve("q", person)).tasks
        await self.world.submit(person, task, **({"units": units(*ids)} | fields))
        return task

    async def take(self, person: str = "rev", queue_id: str = "qa") -> Any:
        """The next task that they check."""
        [task] = (await self.world.reserve(queue_id, person)).tasks
        return task

    async def approve(self, person: str = "rev", queue_id: str = "qa") -> Any:
        task = await self.take(person, queue_id)
        return await self.world.submit(person, task, status="approved")

    async def nothing(self, person: str, queue_id: str = "qa") -> Sequence[Any]:
        """Why they get nothing."""
        answer = await self.world.reserve(queue_id, person)
        assert not answer.tasks
        return list(answer.nothing.causes)

    async def reopen(self, task: Any) -> Any:
        return await tasks.reopen(self.world, "q", [task.task_id])

    async def delete(self, queue_id: str) -> Any:
        request = deleting_pb2.DeleteQueueRequest(**self.world.change(), queue_id=queue_id)
        return await self.world.stubs.queues.DeleteQueue(request)

    async def review(self, queue_id: str) -> Any:
        """Have the work of a queue reviewed."""
        settings = settings_pb.ReviewSettings(enabled=True)
        request = settings_pb.UpdateReviewSettingsRequest(
            **self.world.change(), queue_id=queue_id, settings=settings
        )
        request.update_mask.paths.append("enabled")
        return await self.world.stubs.reviews.UpdateReviewSettings(request)

    async def report(self, person: str, task: Any, *unit_ids: str, **fields: Any) -> Any:
        """Objections to units, found in a task that they check."""
        wrong = [again_pb.Objection(unit_id=unit, comment="look again") for unit in unit_ids]
        held = {"task_id": task.task_id, "lease_token": task.lease.lease_token}
        request = again_pb.ReportIssuesRequest(
            **(self.world.change(person) | held | {"objections": wrong} | fields)
        )
        return await self.world.stubs.reviews.ReportIssues(request)
