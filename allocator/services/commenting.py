"""AddComment and ListComments: what people say about tasks and issues."""

from __future__ import annotations

from typing import Final

from allocator import answers_reviews as told
from allocator.answers import Listed
from allocator.model import TaskId
from allocator.ports import Content, Items, Ledger, Reviews, Topic, Views
from allocator.requests import Change, Look
from allocator.requests_reviews import AddComment, ListComments
from allocator.services import paging
from allocator.services.door import Door, Place
from allocator.services.issue_ids import parsed
from allocator.services.outcomes import happened
from allocator.services.parts import has_part
from allocator.services.said import Said
from dibs import errors

ADD: Final = "ReviewService.AddComment"
LIST: Final = "ReviewService.ListComments"


class Commenting:
    """For whoever manages, does, did, reviews or reviewed the task."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        items: Items,
        content: Content,
        views: Views,
        reviews: Reviews,
        said: Said,
        door: Door,
    ) -> None:
        self._ledger = ledger
        self._items = items
        self._content = content
        self._views = views
        self._reviews = reviews
        self._said = said
        self._door = door

    async def add(self, ask: AddComment) -> told.Comment:
        """Say something. Raises TaskNotFound, IssueNotFound, PermissionDenied."""
        place, topic = await self._topic(ask.change, ADD, ask.task, ask.issue_id)
        queue = await self._items.queue_of(place.project, topic.entry)
        content, _ = await self._content.put(place.project, ask.text.encode())
        outcome = await self._ledger.change(
            *(place.project, "add_comment", ask.change.key, place.actor),
            queue=queue,
            person=place.actor,
            entry=topic.entry,
            slot=topic.slot,
            unit=topic.unit,
            issue=topic.issue,
            author=await self._author(place, topic),
            content=content,
        )
        if outcome.word == "not_eligible":
            raise self._door.refusal(ask.change, ADD)
        if outcome.word == "not_found":
            raise errors.TaskNotFound(f"{topic.entry}-{topic.slot}")
        event = happened(outcome)
        return told.Comment(
            seq=event.seq,
            task=TaskId(entry=topic.entry, slot=topic.slot),
            issue_id=ask.issue_id,
            person=ask.change.actor,
            text=ask.text,
            said_ms=event.wall_ms,
        )

    async def page(self, ask: ListComments) -> Listed[told.Comment]:
        """What was said, the oldest first. Raises TaskNotFound, IssueNotFound, PermissionDenied."""
        place, topic = await self._topic(ask.look, LIST, ask.task, ask.issue_id)
        await self._views.wait_for(place.project, ask.look.min_seq)
        of = (LIST, place.project, *topic)
        after = paging.position(ask.page, 0, *of)
        size = paging.size_of(ask.page)
        rows = await self._said.behind(place.project, topic, after, size + 1)
        return paging.listed(rows, ask.page, lambda row: row.seq, *of)

    async def _topic(
        self, ask: Change | Look, rpc: str, task: TaskId | None, issue_id: str
    ) -> tuple[Place, Topic]:
        """What it is about, if the actor has part in it; the views are as new as the call."""
        issue = parsed(issue_id) if task is None else None
        task = issue.task if issue else task
        assert task is not None
        place = await self._door.permit(ask, rpc, entry=task.entry)
        now = await self._ledger.read(place.project, "member", person=place.actor)
        await self._views.wait_for(place.project, now.seq)
        missing = errors.IssueNotFound(issue_id) if issue else errors.TaskNotFound(str(task))
        queue = await self._items.queue_of(place.project, task.entry)
        if queue is None:
            raise missing
        await self._door.there(place.project, queue)
        view = await self._reviews.issue(place.project, *issue) if issue else None
        theirs = view is not None and place.actor in (view.author, view.reviewer)
        manages = theirs or await self._door.manages(ask, place, rpc, entry=task.entry)
        if not (manages or await has_part(self._views, self._reviews, place, task)):
            raise self._door.refusal(ask, rpc)
        if issue is None:
            return place, Topic(task.entry, task.slot)
        if view is None:
            raise missing
        return place, Topic(task.entry, task.slot, issue.unit, issue.seq)

    async def _author(self, place: Place, topic: Topic) -> int:
        """Whose task it is and whose work; 0: nobody's."""
        task = TaskId(entry=topic.entry, slot=topic.slot)
        view = await self._views.task(place.project, topic.entry, topic.slot)
        earlier = await self._reviews.earlier(place.project, task)
        return view.person if view and view.person in earlier.authors else 0
