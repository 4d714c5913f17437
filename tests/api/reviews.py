"""Calls of ReviewService, as fresh requests in a world, and queues whose work is reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dibs.v1 import allocation_pb2 as allocation
from dibs.v1 import issues_pb2, project_pb2
from dibs.v1 import review_pb2 as pb
from dibs.v1 import review_settings_pb2 as settings_pb
from tests.api.world import World

APPROVE, REJECT, DELETE = (
    pb.REVIEW_ACTION_APPROVE,
    pb.REVIEW_ACTION_REJECT,
    pb.REVIEW_ACTION_DELETE,
)


def units(*ids: str, **fields: Any) -> list[allocation.ReviewUnit]:
    """Units by id; "id:class" is one of a class."""
    made = []
    for text in ids:
        unit, _, name = text.partition(":")
        made.append(allocation.ReviewUnit(unit_id=unit, class_name=name, **fields))
    return made


def verdict(action: Any, comment: str = "") -> pb.Verdict:
    comment = comment or ("look again" if action == REJECT else "")
    return pb.Verdict(action=action, comment=comment)


@dataclass
class Desk:
    """A world with a queue whose work is reviewed: ann and bob annotate, rev and roy review."""

    world: World

    @classmethod
    async def make(cls, world: World, items: int = 3, **settings: Any) -> Desk:
        await world.people("ann", "bob", roles=[project_pb2.ROLE_ANNOTATOR])
        await world.people("rev", "roy", roles=[project_pb2.ROLE_REVIEWER])
        await world.dataset("d", [f"i{n}" for n in range(items)])
        await world.queue("q", "d")
        await world.until("q", queued=items)
        desk = cls(world)
        await desk.settings(enabled=True, **settings)
        return desk

    async def settings(self, *, actor: str = "", etag: str = "", **fields: Any) -> Any:
        """Set these fields; the answer."""
        request = settings_pb.UpdateReviewSettingsRequest(
            **self.world.change(actor),
            queue_id="q",
            settings=settings_pb.ReviewSettings(**fields, etag=etag),
        )
        request.update_mask.paths.extend(fields)
        return await self.world.stubs.reviews.UpdateReviewSettings(request)

    async def look(self, actor: str = "", **fields: Any) -> Any:
        request = settings_pb.GetReviewSettingsRequest(
            **self.world.where(actor), queue_id="q", **fields
        )
        return (await self.world.stubs.reviews.GetReviewSettings(request)).settings

    async def submit(self, person: str, *ids: str, task: Any = None, **fields: Any) -> Any:
        """Reserve a task if none is given, and submit it with these units."""
        if task is None:
            [task] = (await self.world.reserve("q", person)).tasks
        return await self.world.submit(person, task, **({"units": units(*ids)} | fields))

    async def reserve(self, person: str, **fields: Any) -> Any:
        request = pb.ReserveReviewsRequest(**(self.world.change(person) | fields), queue_id="q")
        return await self.world.stubs.reviews.ReserveReviews(request)

    async def take(self, person: str, **fields: Any) -> Any:
        """The one review that they get."""
        [review] = (await self.reserve(person, **fields)).reviews
        return review

    async def decide(
        self, person: str, review: Any, by_unit: dict[str, Any] | None = None, **fields: Any
    ) -> Any:
        """Decide about units by id, or what `fields` say: about all, or a frame."""
        decisions = [
            pb.UnitDecision(unit_id=unit, verdict=verdict(action))
            for unit, action in (by_unit or {}).items()
        ]
        request = pb.DecideRequest(
            **(self.world.change(person) | _held(review) | {"decisions": decisions} | fields)
        )
        return await self.world.stubs.reviews.Decide(request)

    async def missing(self, person: str, review: Any, *comments: str, **fields: Any) -> Any:
        labels = [issues_pb2.MissingLabel(comment=comment) for comment in comments]
        request = pb.ReportMissingRequest(
            **(self.world.change(person) | _held(review) | fields), labels=labels
        )
        return await self.world.stubs.reviews.ReportMissing(request)

    async def fix(self, person: str, task_id: str, *unit_ids: str, **fields: Any) -> Any:
        named = fields or {"unit_ids": unit_ids}
        request = pb.MarkFixedRequest(**self.world.change(person), task_id=task_id, **named)
        return await self.world.stubs.reviews.MarkFixed(request)

    async def mine(self, person: str, **fields: Any) -> Any:
        request = pb.ListMyReviewsRequest(**self.world.where(person), **fields)
        return await self.world.stubs.reviews.ListMyReviews(request)


def _held(review: Any) -> dict[str, Any]:
    return {"review_id": review.review_id, "lease_token": review.lease.lease_token}


def ids(review: Any) -> list[str]:
    """The units of a review."""
    return [one.unit.unit_id for one in review.units]


def mapping(name: str, *reviewers: str) -> settings_pb.ClassMapping:
    return settings_pb.ClassMapping(class_name=name, reviewers=reviewers)


def annotator(name: str, *reviewers: str) -> settings_pb.AnnotatorMapping:
    return settings_pb.AnnotatorMapping(annotator=name, reviewers=reviewers)


def names(violations: Iterable[Any]) -> list[str]:
    return [violation.field for violation in violations]
