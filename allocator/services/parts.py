"""Who has part in a task, besides those who manage it."""

from __future__ import annotations

from allocator.filters import All, Compare, Order, Some
from allocator.model import TaskId
from allocator.ports import Reviews, Views
from allocator.ports.lists import ListAsk
from allocator.services.door import Place


async def has_part(views: Views, reviews: Reviews, place: Place, task: TaskId) -> bool:
    """Whether the actor has the task, or ever submitted it, or has or did a review of it."""
    view = await views.task(place.project, task.entry, task.slot)
    if view and place.actor == view.person:
        return True
    earlier = await reviews.earlier(place.project, task)
    if place.actor in earlier.authors:
        return True
    of_task = (("entry", task.entry), ("slot", task.slot))
    theirs = (("person", place.actor), ("mapped", place.actor))
    ask = ListAsk(
        filter=All((*map(_equal, of_task), Some(tuple(map(_equal, theirs))))),
        order=Order(field="create_time"),
        limit=1,
    )
    return bool(await reviews.reviews(place.project, ask))


def _equal(one: tuple[str, int]) -> Compare:
    return Compare(field=one[0], operator="=", value=one[1])
