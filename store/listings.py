"""The shorter lists: queues, members, operations; filtered, in an order, by the last row's key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator.filters import Filter
from allocator.ports import AssignmentView, MemberView, OperationView, QueueView
from allocator.ports.lists import ListAsk
from store.assignment_list import ASSIGNMENTS, COLUMNS, ORDERS, assignment_view
from store.filtering import element, has, mask, one_of, part, text
from store.operation_views import operation_view
from store.paged import Rows, count, page
from store.postgres import Postgres
from store.queue_texts import CHANNEL, QUEUE_TYPE
from store.task_row import COUNTED
from store.views import MEMBERS, QUEUES, member_view, queue_view

_OPEN_TO: Final = """
(v.owner = {person}::bigint OR (v.rules ->> 'restricted')::integer = 0
 OR v.rules -> 'allowed' @> to_jsonb({person}::bigint)
 OR EXISTS (SELECT FROM view_group_member g WHERE g.project = v.project
               AND g.person = {person}::bigint
               AND v.rules -> 'groups' @> to_jsonb(g.people_group)))"""
_WAITING_SEEN_BY: Final = """
(v.owner = {person}::bigint OR coalesce((v.rules ->> 'hidden')::integer, 0) = 0)"""
_DATASET: Final = """
EXISTS (SELECT FROM view_queue_dataset s JOIN dataset d USING (project, dataset)
          LEFT JOIN view_dataset w USING (project, dataset)
          LEFT JOIN content c ON c.project = w.project AND c.content = w.content
         WHERE s.project = v.project AND s.queue = v.queue AND ({condition}))"""
_PIPELINE: Final = "coalesce(v.around -> 'pipeline' ->> '{}', '')"
_NAME_OF_DATASET: Final = "coalesce(convert_from(c.bytes, 'UTF8'), d.display_name)"


def _dataset(operator: str, value: str) -> str:
    """Whether the queue has items of a dataset; for ":", of one whose id or name has this part."""
    if operator == ":":
        parts = (part(name, value) for name in ("d.external_id", _NAME_OF_DATASET))
        return _DATASET.format(condition=" OR ".join(parts))
    has_it = _DATASET.format(condition=f"d.external_id = {value}")
    return f"NOT {has_it}" if operator == "!=" else has_it


_QUEUES: Final = Rows(
    query=QUEUES,
    columns={
        "queue_id": text("q.external_id"),
        "display_name": text("v.name"),
        "description": text("v.description"),
        "dataset": _dataset,
        "tags": element("v.around -> 'tags'"),
        "related_queue_ids": element("v.around -> 'related'"),
        "channel": CHANNEL,
        "type": f"({QUEUE_TYPE})",
        "pipeline_id": _PIPELINE.format("pipeline_id"),
        "pipeline_name": text(_PIPELINE.format("display_name")),
        "metadata": "(v.around -> 'metadata')",
        "status": "v.status",
        "stage": "v.stage",
        "progress_percent": "v.progress",
        "total_tasks": "v.total",
        "remaining_tasks": "v.remaining",
        "annotated_tasks": "v.annotated",
        "items_with_open_issues": "v.with_issues",
        "items_for_review": "v.for_review",
        "update_time": "v.updated_wall",
        "queue": "v.queue",
        "priority": "v.priority",
        "owner": "v.owner",
        "paused": "(v.paused > 0)",
        "archived": "v.archived",
        "due_time": "nullif(v.due_ms, 0)",
        "create_time": "v.created_wall",
        **{name: f"v.{name}" for name in COUNTED.values()},
        "open_to": lambda _, person: _OPEN_TO.format(person=person),
        "waiting_seen_by": lambda _, person: _WAITING_SEEN_BY.format(person=person),
    },
    orders={
        "queue_id": ("q.external_id",),
        "create_time": ("v.created_seq",),
        "due_time": ("v.due_order", "v.queue"),
        "priority": ("v.priority", "v.queue"),
        "display_name": ("v.name_order", "v.queue"),
        "update_time": ("v.updated_wall", "v.queue"),
        "progress_percent": ("v.progress", "v.queue"),
    },
)
_MEMBERS: Final = Rows(
    query=MEMBERS,
    columns={
        "person_id": "x.external_id",
        "display_name": "x.name",
        "domain": "x.domain",
        "role": mask("m.roles"),
        "active": "m.active",
        "skills": one_of("m.skills"),
    },
    orders={"person_id": ("x.external_id",)},
)

_OF_QUEUES_OF: Final = """
(cardinality(v.queues) = 1
 AND EXISTS (SELECT FROM view_queue q WHERE q.project = v.project AND q.queue = v.queues[1]
                AND q.owner = {person}::bigint))"""
_OPERATIONS: Final = Rows(
    query="SELECT v.* FROM view_operation v WHERE v.project = $1",
    columns={
        **{name: f"v.{name}" for name in ("state", "verb", "dataset", "actor", "total")},
        **{name: f"v.{name}" for name in ("done", "failed")},
        "queue": has("v.queues"),
        "create_time": "v.begun_wall",
        "update_time": "v.updated_wall",
        "of_queues_of": lambda _, person: _OF_QUEUES_OF.format(person=person),
    },
    orders={
        "create_time": ("v.operation",),
        "update_time": ("v.updated_wall", "v.operation"),
    },
)


_ASSIGNMENTS: Final = Rows(query=ASSIGNMENTS, columns=COLUMNS, orders=ORDERS)


class Listings:
    """Implements allocator.ports.lists.Listings."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def queues(self, project: int, ask: ListAsk) -> Sequence[QueueView]:
        """Queues by one of the orders of ListQueues."""
        return [queue_view(row) for row in await page(self._postgres, _QUEUES, project, ask)]

    async def count_queues(self, project: int, chosen: Filter) -> int:
        """How many queues there are."""
        return await count(self._postgres, _QUEUES, project, chosen)

    async def members(self, project: int, ask: ListAsk) -> Sequence[MemberView]:
        """Members by person_id."""
        return [member_view(row) for row in await page(self._postgres, _MEMBERS, project, ask)]

    async def count_members(self, project: int, chosen: Filter) -> int:
        """How many members there are."""
        return await count(self._postgres, _MEMBERS, project, chosen)

    async def operations(self, project: int, ask: ListAsk) -> Sequence[OperationView]:
        """Operations by create_time or update_time."""
        return [
            operation_view(row) for row in await page(self._postgres, _OPERATIONS, project, ask)
        ]

    async def count_operations(self, project: int, chosen: Filter) -> int:
        """How many operations there are; at most MOST_COUNTED + 1 are counted."""
        return await count(self._postgres, _OPERATIONS, project, chosen)

    async def assignments(self, project: int, ask: ListAsk) -> Sequence[AssignmentView]:
        """Assignments by one of the orders of ListAssignments."""
        return [
            assignment_view(row) for row in await page(self._postgres, _ASSIGNMENTS, project, ask)
        ]

    async def count_assignments(self, project: int, chosen: Filter) -> int:
        """How many assignments there are; at most MOST_COUNTED + 1 are counted."""
        return await count(self._postgres, _ASSIGNMENTS, project, chosen)
