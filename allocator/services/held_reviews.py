"""Reviews as their holders see them: what is under review, and what was said of it before."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocator import answers_reviews as told
from allocator.answers import HeldTask
from allocator.filters import All, Compare, Order
from allocator.model import REVIEWS, STAGE, Priority, TaskId, TaskKind, TaskState
from allocator.ports import (
    Content,
    Directory,
    Event,
    IssueView,
    Items,
    Ledger,
    Reviews,
    Topic,
    UnitView,
    Views,
)
from allocator.ports.lists import ListAsk
from allocator.services.assignment_ids import id_of
from allocator.services.issue_ids import issue_id
from allocator.services.outcomes import expire_ms, expires_in, some
from allocator.services.said import Said
from reviewqueue.model import MISSING, MOST_UNITS, IssueState

Decode = Callable[[bytes], Sequence[told.SubmittedUnit]]
"""The units in the body of a submission."""
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One review that somebody holds. `rank` is the priority of the task that it is about."""

    review: int
    rank: int
    state: TaskState
    token: int
    expire_ms: int | None


class HeldReviews:
    """Puts together what an answer says about reviews."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        content: Content,
        views: Views,
        reviews: Reviews,
        said: Said,
        decode: Decode,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._content = content
        self._views = views
        self._reviews = reviews
        self._said = said
        self._decode = decode

    async def granted(self, project: int, event: Event) -> tuple[told.Review, ...]:
        """The reviews of a grant."""
        ends_ms = expire_ms(event, event.body["deadline"])
        holds = [
            Hold(
                review=entry,
                rank=rank,
                state=TaskState.ASSIGNED,
                token=event.seq,
                expire_ms=ends_ms,
            )
            for entry, _, _, rank in some(event.body["tasks"])
        ]
        return await self._of(project, holds, event.seq)

    async def holdings(
        self, project: int, holds: Sequence[Any], now_ms: int, seq: int
    ) -> tuple[told.Review, ...]:
        """The reviews of a `holdings` read, as of event `seq`."""
        return await self._of(
            project,
            [
                Hold(
                    review=entry,
                    rank=rank,
                    state=TaskState(state),
                    token=token,
                    expire_ms=expires_in(left_ms, now_ms),
                )
                for _, entry, _, _, rank, state, token, left_ms, _ in holds
            ],
            seq,
        )

    async def _of(self, project: int, holds: Sequence[Hold], seq: int) -> tuple[told.Review, ...]:
        """Those that are held so. What was decided by event `seq` is not pending any more."""
        if holds:
            await self._views.wait_for(project, seq)
        return tuple(await asyncio.gather(*(self._one(project, hold) for hold in holds)))

    async def submitted(self, project: int, task: TaskId) -> Mapping[str, told.SubmittedUnit]:
        """The units of a task as they were submitted last, by their ids."""
        view = await self._views.task(project, task.entry, task.slot)
        if view is None or not view.submitted_seq:
            return {}
        body = (await self._ledger.event_at(project, view.submitted_seq)).body
        content = int(body["content"])
        work = await self._content.get(project, content) if content else body["inline"]
        return {unit.unit_id: unit for unit in self._decode(work)}

    async def _one(self, project: int, hold: Hold) -> told.Review:
        view = await self._reviews.review(project, hold.review)
        if view is None:
            raise LookupError(f"no review {hold.review} in project {project}")
        task = TaskId(entry=view.entry, slot=view.slot)
        units = await self._reviews.units(project, task)
        issues = await self._issues(project, task)
        work, pending = await self.submitted(project, task), set(view.pending)
        queues = await self._directory.queue_ids(project, [view.queue])
        people = await self._directory.people_ids(project, [view.author])
        items = await self._items.of_entries(project, [view.entry])
        return told.Review(
            review=TaskId.of_review(hold.review - REVIEWS),
            kind=TaskKind(view.kind + 1),
            task=HeldTask(
                task=task,
                queue_id=queues[view.queue],
                item=items[view.entry],
                state=TaskState.IN_REVIEW,
                priority=Priority(hold.rank),
                token=0,
                expire_ms=None,
            ),
            author=people[view.author],
            round=view.round,
            state=hold.state,
            token=hold.token,
            expire_ms=hold.expire_ms,
            units=tuple(
                told.UnitUnderReview(
                    unit=_submitted(unit, work),
                    rejections=unit.rejects,
                    issue=issues.get(unit.unit),
                )
                for unit in units
                if unit.unit in pending
            ),
            missing=tuple(issue for unit, issue in issues.items() if unit > MISSING),
            comments=await self._said.last(project, Topic(view.entry, view.slot)),
        )

    async def _issues(self, project: int, task: TaskId) -> dict[int, told.Issue]:
        """By unit, what was objected to and is not settled."""
        wanted = {"entry": task.entry, "slot": task.slot}
        of_task = [
            Compare(field=field, operator="=", value=value) for field, value in wanted.items()
        ]
        unsettled = Compare(field="state", operator="!=", value=int(IssueState.RESOLVED))
        ask = ListAsk(
            order=Order(field="create_time"),
            limit=2 * MOST_UNITS,
            filter=All((*of_task, unsettled)),
        )
        views = await self._reviews.issues(project, ask)
        found = await self.issues(project, views)
        return {view.unit: issue for view, issue in zip(views, found, strict=True)}

    async def issues(self, project: int, views: Sequence[IssueView]) -> list[told.Issue]:
        """Issues in words."""
        named = {person for view in views for person in (view.author, view.reviewer)}
        people = await self._directory.people_ids(project, named - {0})
        queues = await self._directory.queue_ids(project, {view.queue for view in views})
        items = await self._items.of_entries(project, {view.entry for view in views})
        bodies = await self._bodies(project, {view.content for view in views} - {0})
        return [
            told.Issue(
                issue_id=issue_id(view.entry, view.slot, view.unit, view.seq),
                queue_id=queues[view.queue],
                task=TaskId(entry=view.entry, slot=view.slot),
                item=items[view.entry],
                assignment=id_of(view.queue, view.author),
                unit_id="" if view.unit > MISSING else view.external_id,
                kind=view.kind,
                state=view.state,
                reason=view.reason,
                comment=str(_said(bodies.get(view.content, {}), view).get("text", "")),
                author=people.get(view.author, ""),
                reviewer=people.get(view.reviewer, ""),
                opened_ms=view.opened_ms,
                fixed_ms=view.fixed_ms,
                closed_ms=view.closed_ms,
                updated_ms=view.updated_ms,
                class_name=view.class_name,
            )
            for view in views
        ]

    async def _bodies(self, project: int, contents: set[int]) -> dict[int, Mapping[str, Any]]:
        """What decisions say, each read once."""
        wanted = sorted(contents)
        bodies = await asyncio.gather(*(self._content.get(project, one) for one in wanted))
        return {one: json.loads(body) for one, body in zip(wanted, bodies, strict=True)}


def _said(body: Mapping[str, Any], view: IssueView) -> Mapping[str, Any]:
    """What the decision that opened an issue last says of it."""
    if view.unit <= MISSING:
        said: Mapping[str, Any] = body.get("units", {}).get(str(view.unit), {})
        return said
    missing: Sequence[Mapping[str, Any]] = body.get("missing", ())
    return missing[view.place] if view.place < len(missing) else {}


def _submitted(unit: UnitView, work: Mapping[str, told.SubmittedUnit]) -> told.SubmittedUnit:
    known = work.get(unit.external_id)
    return known or told.SubmittedUnit(
        unit_id=unit.external_id, class_name=unit.class_name, digest=unit.digest
    )


def stage(queue: int, kind: TaskKind) -> int:
    """The number of a queue's stage in which work of this kind is done."""
    return (kind - 1) * STAGE + queue
