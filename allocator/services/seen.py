"""What somebody may see of what happened, and in which words they get it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from allocator.activity_words import Activity, ActivityTask
from allocator.model import Item, TaskId, TaskKind, TaskState
from allocator.ports import ActivityView, Directory, Items
from allocator.services.door import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who looks, how far they may, and at which queue (0: all)."""

    actor: int
    scope: Scope
    queue: int = 0

    def part(self, view: ActivityView, queue: int, person: int) -> bool:
        """Whether they may see what an event says of a queue and a person."""
        if self.queue and queue != self.queue:
            return False
        own = self.actor in (person, view.actor)
        return own or self.scope.everything or queue in self.scope.queues

    def anything(self, view: ActivityView) -> bool:
        """Whether they may see anything of an event."""
        return any(self.part(view, *part) for part in view.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """External ids of what some events name."""

    people: Mapping[int, str]
    queues: Mapping[int, str]
    datasets: Mapping[int, str]
    items: Mapping[int, Item]
    """By entry."""


class Reader:
    """Tells events in external ids."""

    def __init__(self, directory: Directory, items: Items) -> None:
        self._directory = directory
        self._items = items

    async def told(
        self, project: int, seen: Seen, views: Sequence[ActivityView]
    ) -> Sequence[Activity]:
        """The events of which anything may be seen, as far as it may."""
        shown = [view for view in views if seen.anything(view)]
        names = await self._names(project, shown)
        return [_told(view, seen, names) for view in shown]

    async def _names(self, project: int, views: Sequence[ActivityView]) -> _Names:
        parts = [part for view in views for part in view.parts]
        people = {person for _, person in parts} | {view.actor for view in views}
        queues = {queue for queue, _ in parts}
        datasets = {view.dataset for view in views}
        entries = {task.entry for view in views for task in view.tasks}
        return _Names(
            people=await self._directory.people_ids(project, people - {0}),
            queues=await self._directory.queue_ids(project, queues - {0}),
            datasets=await self._directory.dataset_ids(project, datasets - {0}),
            items=await self._items.of_entries(project, entries),
        )


def _told(view: ActivityView, seen: Seen, names: _Names) -> Activity:
    parts = [part for part in view.parts if seen.part(view, *part)]
    return Activity(
        seq=view.seq,
        change=view.change.upper(),
        created_ms=view.wall_ms,
        actor=names.people.get(view.actor, ""),
        people=_unique(names.people.get(person, "") for _, person in parts),
        queue_ids=_unique(names.queues.get(queue, "") for queue, _ in parts),
        dataset_id=names.datasets.get(view.dataset, ""),
        tasks=tuple(
            ActivityTask(
                task=TaskId(entry=task.entry, slot=task.slot or 1),
                all_slots=not task.slot,
                queue_id=names.queues.get(task.queue, ""),
                item=names.items[task.entry],
                person=names.people.get(task.person, ""),
                state=TaskState(task.state) if task.state else None,
                token=task.token if task.person == seen.actor else 0,
                before=names.people.get(task.before, ""),
                kind=TaskKind(task.kind),
            )
            for task in view.tasks
            if task.entry in names.items  # else a review of a queue that was deleted
            and (
                seen.part(view, task.queue, task.person)
                or (task.before and seen.part(view, task.queue, task.before))
            )
        ),
        count=view.count,
        reason=view.reason,
        operation=view.operation,
    )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
