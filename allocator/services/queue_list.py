"""ListQueues: the queues that somebody may see."""

from __future__ import annotations

import dataclasses
from typing import Any

from allocator import actions, answers, requests
from allocator.actions import Action, Caller
from allocator.filters import (
    EVERYTHING,
    All,
    Compare,
    Field,
    Filter,
    Kind,
    Not,
    Order,
    Some,
    comparisons,
    mapped,
)
from allocator.model import MANAGES, Priority, QueueSettings, Stage, WorkStatus
from allocator.origin import Channel
from allocator.ports import Directory, Listings, QueueView, Views, WallClock
from allocator.ports.lists import ListAsk
from allocator.services import figures, paging
from allocator.services.asking import Orders, asked, filter_of
from allocator.services.door import Door, Place
from allocator.services.named import Names
from dibs import errors

OPEN = 0
"""As a status: TODO or IN_PROGRESS."""
FIELDS = {
    "queue_id": Field(kind=Kind.TEXT),
    "display_name": Field(kind=Kind.TEXT),
    "description": Field(kind=Kind.TEXT),
    "dataset": Field(kind=Kind.TEXT),
    "type": Field(kind=Kind.WORD, words={"LABELING": 1, "QA": 2}),
    "tags": Field(kind=Kind.LIST),
    "related_queue_ids": Field(kind=Kind.LIST),
    "channel": Field(kind=Kind.WORD, words={one.name: int(one) for one in Channel}),
    "pipeline_id": Field(kind=Kind.ID),
    "pipeline_name": Field(kind=Kind.TEXT),
    "metadata": Field(kind=Kind.MAP),
    "status": Field(
        kind=Kind.WORD, words={"OPEN": OPEN, **{one.name: int(one) for one in WorkStatus}}
    ),
    "stage": Field(kind=Kind.WORD, words={one.name: int(one) for one in Stage}),
    "priority": Field(
        kind=Kind.WORD,
        words={**{rank.name: int(rank) for rank in Priority}, "N/A": int(Priority.NONE)},
    ),
    "overdue": Field(kind=Kind.FLAG),
    "owner": Field(kind=Kind.ID),
    "paused": Field(kind=Kind.FLAG),
    "archived": Field(kind=Kind.FLAG),
    "due_time": Field(kind=Kind.TIME),
    "create_time": Field(kind=Kind.TIME),
    "update_time": Field(kind=Kind.TIME),
    **dict.fromkeys(
        (
            "progress_percent",
            "total_tasks",
            "remaining_tasks",
            "annotated_tasks",
            "items_with_open_issues",
            "items_for_review",
            "delayed",
            "queued",
            "assigned",
            "in_progress",
            "in_review",
            "completed",
            "discarded",
            "returned",
            "removed",
            "escalated",
        ),
        Field(kind=Kind.NUMBER),
    ),
}
ORDERS = Orders(
    keys={
        "queue_id": (str,),
        "create_time": (int,),
        "due_time": (int, int),
        "priority": (int, int),
        "display_name": (str, int),
        "update_time": (int, int),
        "progress_percent": (int, int),
    }
)
OF_WAITING = frozenset(
    {"progress_percent", "total_tasks", "remaining_tasks", "queued", "delayed", "escalated"}
)
"""Figures that what waits is a part of: by them nobody finds a queue that hides it from them."""
UNKNOWN = -1
NO_DATE = 2**53 - 1
"""Where a queue without a due date stands, behind all others."""
NOT_ARCHIVED = Compare(field="archived", operator="=", value=False)


class QueueList:
    """What ListQueues answers, for who was let in."""

    def __init__(
        self,
        *,
        directory: Directory,
        views: Views,
        listings: Listings,
        names: Names,
        door: Door,
        clock: WallClock,
    ) -> None:
        self._directory = directory
        self._views = views
        self._listings = listings
        self._names = names
        self._door = door
        self._clock = clock

    async def page(self, ask: requests.ListOf) -> answers.Listed[answers.Queue]:
        """Queues that the caller manages, owns, or may work in.

        Raises InvalidArgument, PermissionDenied.
        """
        place = await self._door.permit(ask.look, "QueueService.ListQueues")
        project = place.project
        wanted = asked(ask, FIELDS, ORDERS, "queues", project, place.actor, ask.include_archived)
        await self._views.wait_for(project, ask.look.min_seq)
        node = await self._numbered(project, wanted.filter)
        chosen = await self._seen(place, node, include_archived=ask.include_archived)
        views = await self._listings.queues(project, wanted.rows(chosen))
        found = [
            (view, await self._names.queue(project, view.settings, view.created_ms))
            for view in views
        ]
        caller, now_ms = await self._door.caller(place), self._clock.now_ms()
        page = await wanted.listed(
            found,
            lambda row: _key(row[0], wanted.order.field),
            lambda: self._listings.count_queues(project, chosen),
        )
        return answers.Listed(
            rows=tuple(
                dataclasses.replace(
                    queue,
                    actions=allowed_in(caller, view, queue.settings),
                    figures=figures.of_queue(
                        *(view, queue.settings, now_ms),
                        hidden=figures.hidden_from(caller, view.settings["rules"]),
                    ),
                )
                for view, queue in page.rows
            ),
            next_token=page.next_token,
            total=page.total,
            at_least=page.at_least,
        )

    async def let_through(
        self, place: Place, text: str, most: int, *, include_archived: bool
    ) -> list[QueueView]:
        """All queues that a filter of ListQueues finds for the caller, by id.

        Raises InvalidArgument for a filter that cannot be read, or finds more than `most`.
        """
        node = await self._numbered(place.project, filter_of(text, FIELDS))
        chosen = await self._seen(place, node, include_archived=include_archived)
        order, found, after = Order(field="queue_id"), list[QueueView](), tuple[str, ...]()
        while rows := await self._listings.queues(
            place.project, ListAsk(filter=chosen, order=order, limit=paging.MAX_SIZE, after=after)
        ):
            found += rows
            after = (rows[-1].external_id,)
            if len(found) > most:
                raise errors.InvalidArgument("filter", f"must let at most {most} queues through")
        return found

    async def _seen(self, place: Place, node: Filter, *, include_archived: bool) -> Filter:
        """What of it the caller may see."""
        if not include_archived:
            node = NOT_ARCHIVED if node == EVERYTHING else All((NOT_ARCHIVED, node))
        roles = (await self._door.record(place.project, place.actor)).member.roles
        if roles & MANAGES:
            return node
        mine: tuple[Filter, ...] = (Compare(field="open_to", operator="=", value=place.actor),)
        if any(one.field in OF_WAITING for one in comparisons(node)):
            mine += (Compare(field="waiting_seen_by", operator="=", value=place.actor),)
        return All(mine if node == EVERYTHING else (*mine, node))

    async def _numbered(self, project: int, node: Filter) -> Filter:
        """The filter in terms of rows: with numbers for people, and what is only said in words."""
        owners = [str(one.value) for one in comparisons(node) if one.field == "owner"]
        numbers = await self._directory.people(project, owners) if owners else {}

        now_ms = self._clock.now_ms()

        def numbered(one: Compare) -> Filter:
            if one.field == "status" and one.value == OPEN:
                return IS_OPEN if one.operator == "=" else Not(IS_OPEN)
            if one.field == "overdue":
                is_so = one.value is (one.operator == "=")
                return _overdue(now_ms) if is_so else Not(_overdue(now_ms))
            if one.field != "owner":
                return one
            value = numbers.get(str(one.value), UNKNOWN)
            return Compare(field="owner", operator=one.operator, value=value)

        return mapped(node, numbered)


def allowed_in(caller: Caller, view: QueueView, settings: QueueSettings) -> tuple[Action, ...]:
    """What somebody may do with a queue."""
    return tuple(
        actions.of_queue(
            dataclasses.replace(caller, owns=settings.owner == caller.person),
            settings,
            paused=not_running(view),
            archived=bool(view.settings.get("archived")),
            stage=Stage(view.figures.stage),
        )
    )


def not_running(view: QueueView) -> bool:
    """Whether the queue is paused."""
    return bool(view.settings.get("paused"))


IS_OPEN = Some(
    tuple(
        Compare(field="status", operator="=", value=int(one))
        for one in (WorkStatus.TODO, WorkStatus.IN_PROGRESS)
    )
)


def _overdue(now_ms: int) -> Filter:
    """The queues that are overdue by now."""
    past = Compare(field="due_time", operator="<=", value=now_ms)
    return All((past, Compare(field="remaining_tasks", operator=">", value=0)))


def _key(view: QueueView, field: str) -> tuple[Any, ...]:
    """The key of a queue in the order of a field."""
    rules, found = view.settings["rules"], view.figures
    return {
        "queue_id": (view.external_id,),
        "create_time": (view.created_seq,),
        "due_time": (rules["due_ms"] or NO_DATE, view.queue),
        "priority": (rules["priority"], view.queue),
        "display_name": (found.name_order, view.queue),
        "update_time": (found.updated_ms, view.queue),
        "progress_percent": (found.progress, view.queue),
    }[field]
