"""What events about items that wait for their time do to the views. Pure.

What waits has no entries yet, but is listed: the items of a `delayed` event
have numbers behind all entries (allocator.model.WAITING), in its order, which
they keep until their time comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from allocator.model import first_waiting

if TYPE_CHECKING:
    from store.events import Event
    from store.projection import Views

NAMED: Final = frozenset({"operation_begun", "removed", "prioritised"})
"""Kinds whose body lists in `delayed` what waits since which event."""

ALL: Final = 2**63
"""Behind every item."""
LOAD: Final = (
    "SELECT delayed, queue, dataset, not_before, first, first_item, count, priority, wall"
    " FROM view_delayed WHERE project = $1 AND delayed = ANY ($2) ORDER BY first"
)
FORGET: Final = "DELETE FROM view_delayed WHERE project = $1 AND delayed = ANY ($2)"
WRITE: Final = (
    "INSERT INTO view_delayed (project, delayed, queue, dataset, not_before, first, first_item,"
    " count, priority, wall) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[],"
    " $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::smallint[], $10::bigint[])"
)


class Waits(NamedTuple):
    """Consecutive items of one rank, and their numbers; `wall`: when they last changed."""

    first: int
    first_item: int
    size: int
    rank: int
    wall: int

    def part(self, low: int, high: int) -> Iterator[Waits]:
        """Its items from low to high - 1, if there are any."""
        start, end = max(low, self.first_item), min(high, self.first_item + self.size)
        if start < end:
            first = self.first + start - self.first_item
            yield self._replace(first=first, first_item=start, size=end - start)

    def singly(self) -> Iterator[Waits]:
        """Each of the items by itself."""
        for item in range(self.first_item, self.first_item + self.size):
            yield from self.part(item, item + 1)

    def goes_on(self, other: Waits) -> bool:
        """Whether the two are one run."""
        behind = (self.first + self.size, self.first_item + self.size)
        alike = (self.rank, self.wall) == (other.rank, other.wall)
        return alike and behind == (other.first, other.first_item)


Change = Callable[[Waits], Waits | None]
"""What becomes of an item; None: it waits no more."""


def changed(runs: Sequence[Waits], items: Sequence[int], change: Change) -> list[Waits]:
    """The runs after a change of some items; what is not between these is not looked at singly."""
    left: list[Waits] = []
    some, low, high = frozenset(items), min(items), max(items) + 1
    for run in runs:
        for one in (*run.part(0, low), *_inside(run, low, high), *run.part(high, ALL)):
            now = change(one) if one.size == 1 and one.first_item in some else one
            if now and left and left[-1].goes_on(now):
                left[-1] = left[-1]._replace(size=left[-1].size + now.size)
            elif now:
                left.append(now)
    return left


def _inside(run: Waits, low: int, high: int) -> Iterator[Waits]:
    for part in run.part(low, high):
        yield from part.singly()


@dataclass(slots=True)
class Portion:
    """What waits since one event."""

    queue: int
    dataset: int
    not_before: int
    runs: list[Waits]

    def ranks(self) -> Counter[int]:
        """How many items wait with each rank."""
        found: Counter[int] = Counter()
        for run in self.runs:
            found[run.rank] += run.size
        return found

    def rows(self, delayed: int) -> list[tuple[int, ...]]:
        """As rows of view_delayed, in the order of WRITE."""
        of = (delayed, self.queue, self.dataset, self.not_before)
        return [(*of, *run) for run in self.runs]


def portion(rows: Sequence[Any]) -> Portion:
    """From rows of LOAD, all of one event."""
    fields = ("first", "first_item", "count", "priority", "wall")
    runs = [Waits(*(row[name] for name in fields)) for row in rows]
    of = rows[0]
    return Portion(of["queue"], of["dataset"], of["not_before"], runs)


def named(event: Event) -> list[int]:
    """Since which events that waits what the event changes."""
    if event.kind == "undelayed":
        return [event.body["delayed"]]
    return [seq for seq, _ in event.body["delayed"] or ()] if event.kind in NAMED else []


def _delayed(views: Views, event: Event, body: Any) -> None:
    """In the queue, but no entries yet."""
    queue, rank, runs, first = body["queue"], body["priority"], [], first_waiting(event.seq)
    for _, item, size in body["runs"] or ():
        runs.append(Waits(first, item, size, rank, event.wall_ms))
        first += size
    views.portions[event.seq] = Portion(queue, body["dataset"], body["not_before"], runs)
    views.stirred.add(event.seq)
    _count(views, queue, Counter({rank: body["count"]}))
    views.count(queue, "not_added", body["not_added"])
    if body["dataset"]:
        moved = (queue, body["dataset"], body["cursor"], body["not_added"])
        views.rows.append(("cursor", moved))
    came_from(views, body)


def came_from(views: Views, body: Any) -> None:
    """Items that somebody chose, all of one dataset: the queue has items of that, too."""
    runs = body["runs"] or ()
    if runs and not body["dataset"]:
        views.rows.append(("dataset_of_item", (body["queue"], runs[0][1])))


def _count(views: Views, queue: int, items: Counter[int]) -> None:
    """So many items more, or fewer, wait with each rank."""
    for rank, number in sorted(items.items()):
        tasks = number * views.slots[queue]
        views.count(queue, "delayed", tasks)
        views.entered.append((queue, rank, tasks))


def _put(views: Views, delayed: int, runs: list[Waits]) -> None:
    """From here on this is what waits since an event."""
    waits = views.portions[delayed]
    views.stirred.add(delayed)
    more = Counter({rank: -number for rank, number in waits.ranks().items()})
    waits.runs = runs
    more.update(waits.ranks())
    _count(views, waits.queue, more)


def dropped(views: Views, body: Any) -> None:
    """Items wait no more, and do not come."""
    for delayed, items in body["delayed"] or ():
        _put(views, delayed, changed(views.portions[delayed].runs, items, lambda _: None))


def reranked(views: Views, event: Event, body: Any) -> None:
    """Items that wait come with another rank."""
    now = {"rank": body["rank"], "wall": event.wall_ms}
    for delayed, items in body["delayed"] or ():
        runs = views.portions[delayed].runs
        _put(views, delayed, changed(runs, items, lambda one: one._replace(**now)))


def _undelayed(views: Views, event: Event, body: Any) -> None:
    """Their time has come: entries like others from now on; or all of them are dropped."""
    rank, runs = body["priority"], views.portions[body["delayed"]].runs
    left = [] if body["dropped"] else [run for run in runs if run.rank != rank]
    _put(views, body["delayed"], left)
    tasks = body["count"] * views.slots[body["queue"]]
    views.count(body["queue"], "queued", tasks)
    views.count(body["queue"], "entries", body["count"])
    views.entered.append((body["queue"], rank, tasks))


def forget(views: Views, queue: int) -> None:
    """A queue is deleted, and nothing waits in it."""
    for waits in views.portions.values():
        if waits.queue == queue:
            waits.runs = []


CHANGES: Final[Mapping[str, Callable[[Views, Event, Any], None]]] = {
    "delayed": _delayed,
    "undelayed": _undelayed,
}
