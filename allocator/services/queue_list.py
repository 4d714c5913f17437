"""ListQueues: the queues that somebody may see."""

from __future__ import annotations

import dataclasses
from typing import Any

from allocator import actions, answers, requests
from allocator.actions import Action, Caller
from allocator.filters import EVERYTHING, All, Compare, Field, Filter, Kind, comparisons, mapped
from allocator.model import Priority, QueueSettings, Role
from allocator.ports import Directory, Listings, QueueView, Views
from allocator.services.asking import Orders, asked
from allocator.services.door import Door, Place
from allocator.services.named import Names

FIELDS = {
    "queue_id": Field(kind=Kind.TEXT),
    "type": Field(kind=Kind.WORD, words={"LABELING": 1}),
    "priority": Field(kind=Kind.WORD, words={rank.name: int(rank) for rank in Priority}),
    "owner": Field(kind=Kind.ID),
    "paused": Field(kind=Kind.FLAG),
    "archived": Field(kind=Kind.FLAG),
    "due_time": Field(kind=Kind.TIME),
    "create_time": Field(kind=Kind.TIME),
    **dict.fromkeys(
        (
            "queued",
            "assigned",
            "in_progress",
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
    }
)
SEES_ALL = Role.ADMIN | Role.TEAM_MANAGER
UNKNOWN = -1
NOT_ARCHIVED = Compare(field="archived", operator="=", value=False)


class QueueList:
    """What ListQueues answers, for who was let in."""

    def __init__(
        self, *, directory: Directory, views: Views, listings: Listings, names: Names, door: Door
    ) -> None:
        self._directory = directory
        self._views = views
        self._listings = listings
        self._names = names
        self._door = door

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
        caller = await self._door.caller(place)
        page = await wanted.listed(
            found,
            lambda row: _key(row[0], wanted.order.field),
            lambda: self._listings.count_queues(project, chosen),
        )
        return answers.Listed(
            rows=tuple(
                dataclasses.replace(queue, actions=allowed_in(caller, view, queue.settings))
                for view, queue in page.rows
            ),
            next_token=page.next_token,
            total=page.total,
            at_least=page.at_least,
        )

    async def _seen(self, place: Place, node: Filter, *, include_archived: bool) -> Filter:
        """What of it the caller may see."""
        if not include_archived:
            node = NOT_ARCHIVED if node == EVERYTHING else All((NOT_ARCHIVED, node))
        roles = (await self._door.record(place.project, place.actor)).member.roles
        if roles & SEES_ALL:
            return node
        mine = Compare(field="open_to", operator="=", value=place.actor)
        return mine if node == EVERYTHING else All((mine, node))

    async def _numbered(self, project: int, node: Filter) -> Filter:
        """The filter with numbers for people, and without what is true of every queue."""
        owners = [str(one.value) for one in comparisons(node) if one.field == "owner"]
        numbers = await self._directory.people(project, owners) if owners else {}

        def numbered(one: Compare) -> Filter:
            if one.field == "type":
                return EVERYTHING if one.operator == "=" else UNTRUE
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
        )
    )


def not_running(view: QueueView) -> bool:
    """Whether the queue is paused."""
    return bool(view.settings.get("paused"))


UNTRUE = Compare(field="owner", operator="=", value=UNKNOWN)


def _key(view: QueueView, field: str) -> tuple[Any, ...]:
    """The key of a queue in the order of a field."""
    rules = view.settings["rules"]
    return {
        "queue_id": (view.external_id,),
        "create_time": (view.created_seq,),
        "due_time": (rules["due_ms"], view.queue),
        "priority": (rules["priority"], view.queue),
    }[field]
