"""What an event is about: whom, which queues, which tasks. Pure.

The log says what happened in its own terms (store/events.py). Whoever lists or
watches it asks the same of every kind of event, and gets it here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from allocator.model import REVIEWS, STAGE, Meaning, SkipPolicy, TaskState
from store.events import OPERATIONS, Event

EVERY_SLOT: Final = 0
UNTOLD: Final = 0
"""The state of a task that an event leaves as it was, or that follows from what it was."""
TO_AUTHOR: Final = 1
TO_PERSON: Final = 3
REASONED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("released", "skipped", "assigned", "units_deleted"), "content"),
    **dict.fromkeys(
        (
            *("moves_begun", "assignment_changed"),
            *("range_created", "range_split", "range_merged"),
        ),
        "reason",
    ),
}
"""Kinds of which a field has the number of the reason that was given."""
OF_OPERATIONS: Final = frozenset(
    {"operation_begun", "cleared", "queue_deleted", "moves_begun", "range_created"}
)
"""Kinds whose seq is the number of an operation."""

Part = tuple[int, int]


class Touched(NamedTuple):
    """A task that an event changes; `before` had it, if that is somebody else than `person`.

    The queue is 0 where the event does not name it.
    """

    entry: int
    slot: int
    person: int
    state: int = UNTOLD
    token: int = 0
    before: int = 0
    queue: int = 0

    def parts(self) -> Iterator[Part]:
        """Whom it concerns, and where."""
        yield self.queue, self.person
        if self.before not in (0, self.person):
            yield self.queue, self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an event is about."""

    queues: tuple[int, ...]
    people: tuple[int, ...]
    tasks: tuple[Touched, ...]
    operation: int

    def in_queues(self, queue_of: Mapping[int, int]) -> tuple[Touched, ...]:
        """Its tasks, each with its queue; `queue_of` knows those of the entries."""
        return tuple(
            task if task.queue else task._replace(queue=queue_of.get(task.entry, 0))
            for task in self.tasks
        )

    def parts(self, tasks: Iterable[Touched]) -> tuple[Part, ...]:
        """Every queue and person that it is about, in order; one at least."""
        found = {part for task in tasks for part in task.parts()}
        queues = {queue for queue, _ in found}
        people = {person for _, person in found}
        more_queues = [queue for queue in self.queues if queue not in queues]
        more_people = [person for person in self.people if person not in people]
        rest = self.queues or (0,)
        found |= {(queue, person) for queue in rest for person in more_people}
        found |= {(queue, 0) for queue in more_queues if not more_people}
        return tuple(sorted(found)) or ((0, 0),)


def told(event: Event) -> Told:
    """What the event is about."""
    body = event.body
    queue = body.get("queue", 0) % STAGE  # a review is work of the queue that it is of
    queues = (queue,) if queue else tuple(body.get("queues") or ())
    people = _PEOPLE.get(event.kind, _person)(body)
    tasks = (*_TASKS.get(event.kind, _held)(event, body), *_cancelled(body))
    return Told(
        queues=queues,
        people=tuple(sorted({person for person in people if person})),
        tasks=(*(task._replace(queue=queue) for task in tasks), *_ended_with_item(body)),
        operation=operation_of(event),
    )


def operation_of(event: Event) -> int:
    """The operation that the event begins, ends, or is a chunk of; 0: none."""
    if event.kind == "operation_ended":
        return int(event.body["operation"])
    if event.kind == "assigned" and event.body["operation"]:
        return int(event.body["operation"])
    if event.kind in OF_OPERATIONS or event.body.get("open", -1) >= 0:
        return event.seq
    request = event.request
    return request.session - OPERATIONS if request and request.session > OPERATIONS else 0


def reason_of(event: Event) -> int:
    """The number of the content that says why; 0: nothing does."""
    field = REASONED.get(event.kind)
    return int(event.body[field]) if field else 0


def count_of(event: Event) -> int:
    """How many items or tasks the event is about without naming them."""
    name = _COUNTS.get(event.kind, "count")
    return int(event.body.get(name, 0))


_COUNTS: Final[Mapping[str, str]] = {
    "cleared": "removed",
    **dict.fromkeys(("operation_begun", "moves_planned", "moves_begun", "range_created"), "total"),
}


def came_in(event: Event) -> Iterator[tuple[int, int]]:
    """The runs of entries that came in by the event: first, size."""
    if event.kind in ("entries_added", "undelayed") and event.body["count"]:
        yield event.body["first"], event.body["count"]
    if event.kind == "qa_added":
        yield event.body["first"], len(event.body["tasks"])


def given_of(task: Sequence[Any]) -> Any:
    """What an event says of the reviews that are made of a named task; None: none are."""
    return task[9] if len(task) > 9 else None


def unplaced(tasks: Iterable[Touched]) -> set[int]:
    """Entries whose queue the event does not name."""
    return {task.entry for task in tasks if not task.queue}


def _person(body: Any) -> Sequence[int]:
    return (body.get("person", 0),)


def _members(body: Any) -> Sequence[int]:
    return [member[0] for member in body["members"]]


def _joined_or_left(body: Any) -> Sequence[int]:
    return [*(body["added"] or ()), *(body["removed"] or ())]


def _moving(body: Any) -> Sequence[int]:
    passed = body["ranges"] or ()
    return [*(body["sources"] or ()), *(person for one in passed for person in one[3:5])]


_PEOPLE: Final[Mapping[str, Callable[[Any], Sequence[int]]]] = {
    "project_created": lambda body: (body["admin"],),
    "members_changed": _members,
    "group_changed": _joined_or_left,
    "queue_changed": lambda body: list(body["fenced"] or ()),
    "moves_planned": lambda body: [*body["sources"], *body["targets"]],
    "moves_begun": _moving,
}


def _held(event: Event, body: Any) -> Iterator[Touched]:
    """Tasks whose hold by one person ends, or of which no more is known."""
    for entry, slot, *_ in body.get("tasks") or ():
        yield Touched(entry, slot, body.get("person", 0))


def _granted(event: Event, body: Any) -> Iterator[Touched]:
    return _given(event, body, body["tasks"], TaskState.ASSIGNED)


def _picked(event: Event, body: Any) -> Iterator[Touched]:
    return _given(event, body, body["tasks"], TaskState.IN_PROGRESS)


def _given(event: Event, body: Any, tasks: Any, state: TaskState) -> Iterator[Touched]:
    for entry, slot, *_ in tasks or ():
        yield Touched(entry, slot, body["person"], state, event.seq)


def _started(event: Event, body: Any) -> Iterator[Touched]:
    yield _one(body, TaskState.IN_PROGRESS)


def _drafted(event: Event, body: Any) -> Iterator[Touched]:
    yield _one(body, UNTOLD)


def _one(body: Any, state: int) -> Touched:
    return Touched(body["entry"], body["slot"], body["person"], state, body["token"])


def _renewed(event: Event, body: Any) -> Iterator[Touched]:
    for entry, slot, _, token, *_ in body["tasks"]:
        yield Touched(entry, slot, body["person"], UNTOLD, token)


def _submitted(event: Event, body: Any) -> Iterator[Touched]:
    yield _one(body, body["state"])
    yield from _given(event, body, body["refill"], TaskState.ASSIGNED)
    yield from _made((body["review"] or {}).get("reviews"))


def _made(reviews: Any) -> Iterator[Touched]:
    """Reviews, each for somebody or for anybody."""
    for entry, _, person, *_ in reviews or ():
        yield Touched(entry, 1, person, TaskState.RETURNED if person else TaskState.QUEUED)


def _cancelled(body: Any) -> Iterator[Touched]:
    for entry in body.get("cancelled") or ():
        if entry > REVIEWS:
            yield Touched(entry, 1, 0, TaskState.REMOVED)


def _ended_with_item(body: Any) -> Iterator[Touched]:
    """QA tasks, each in a queue that is not the one of the event."""
    for entry in body.get("cancelled") or ():
        if entry < REVIEWS:
            yield Touched(entry, EVERY_SLOT, 0, TaskState.REMOVED)


def _none(event: Event, body: Any) -> Iterator[Touched]:
    """Entries that come in are told as a run."""
    yield from ()


def _decided(event: Event, body: Any) -> Iterator[Touched]:
    state = TaskState.COMPLETED if body["ended"] else TaskState.IN_PROGRESS
    yield _one(body, state)
    entry, slot = body["of"]
    yield Touched(entry, slot, body["author"], body["state"])
    yield from _made(body["made"])


def _reviews_added(event: Event, body: Any) -> Iterator[Touched]:
    for task in body["tasks"]:
        yield Touched(task[0], task[1], task[4], TaskState.IN_REVIEW)
        yield from _made(given_of(task)["reviews"])


def _lot(event: Event, body: Any) -> Iterator[Touched]:
    """Whose work waits for a lot hears what becomes of it."""
    for entry, slot, made, author, *state in body["tasks"] or ():
        yield Touched(entry, slot, author, (*state, 0)[0] or TaskState.IN_REVIEW)
        yield from _made(made)


def _objected(event: Event, body: Any) -> Iterator[Touched]:
    for entry, slot, _, _, author, *_ in body["tasks"]:
        yield Touched(entry, slot, author, body["state"])


def _fixed(event: Event, body: Any) -> Iterator[Touched]:
    yield Touched(body["entry"], body["slot"], body["person"])


def _checked(event: Event, body: Any) -> Iterator[Touched]:
    """Who says it is told by the event."""
    yield Touched(body["entry"], body["slot"], 0)


def _commented(event: Event, body: Any) -> Iterator[Touched]:
    """Whose work it is hears of it."""
    yield Touched(body["entry"], body["slot"], body["author"])


def _fell_back(event: Event, body: Any) -> Iterator[Touched]:
    for entry in body["entries"] or ():
        yield Touched(entry, 1, 0)


def _skipped(event: Event, body: Any) -> Iterator[Touched]:
    yield _one(body, _SKIPPED.get(body["policy"], _pool(escalated=body["escalated"])))
    yield from _given(event, body, body["tasks"], TaskState.ASSIGNED)


def _pool(*, escalated: int) -> TaskState:
    return TaskState.ESCALATED if escalated else TaskState.QUEUED


def _assigned(event: Event, body: Any) -> Iterator[Touched]:
    for entry, slot, _, _, _, person, before, state, *_ in body["tasks"] or ():
        token = event.seq if state == TaskState.ASSIGNED else 0
        yield Touched(entry, slot, person, state, token, before)


def _expired(event: Event, body: Any) -> Iterator[Touched]:
    for entry, slot, person, stays in body["tasks"] or ():
        yield Touched(entry, slot, person, TaskState.ASSIGNED if stays else UNTOLD)


def _dropped(event: Event, body: Any) -> Iterator[Touched]:
    for entry, slot, person, *_ in body["tasks"]:
        yield Touched(entry, slot, person)


def _revoked(event: Event, body: Any) -> Iterator[Touched]:
    for entry, slot, to_pool, *_ in body["tasks"]:
        yield Touched(entry, slot, body["person"], TaskState.QUEUED if to_pool else UNTOLD)


def _recalled(event: Event, body: Any) -> Iterator[Touched]:
    for entry, slot, person, to_pool, *_ in body["tasks"]:
        yield Touched(entry, slot, person, TaskState.QUEUED if to_pool else UNTOLD)


def _pooled(event: Event, body: Any) -> Iterator[Touched]:
    for entry, slot, _, _, *now in body["tasks"]:
        if any(now):
            yield Touched(entry, slot, now[0], TaskState.RETURNED, before=body["person"])
        else:
            yield Touched(entry, slot, body["person"], TaskState.QUEUED)


def _items(state: int) -> Callable[[Event, Any], Iterator[Touched]]:
    def touched(event: Event, body: Any) -> Iterator[Touched]:
        for entry, *_ in body["entries"] or ():
            yield Touched(entry, EVERY_SLOT, 0, state)

    return touched


def _status_set(event: Event, body: Any) -> Iterator[Touched]:
    for task in body["tasks"]:
        given = given_of(task)
        state = TaskState.IN_REVIEW if given else _finished(body)
        yield Touched(task[0], task[1], task[4], state)
        yield from _made(given and given["reviews"])


def _status_removed(event: Event, body: Any) -> Iterator[Touched]:
    for entry, slot, _, _, author, *_ in body["tasks"]:
        yield Touched(entry, slot, author, TaskState.ASSIGNED, event.seq)


def _reopened(event: Event, body: Any) -> Iterator[Touched]:
    """For the pool it is the author whom it concerns."""
    for entry, slot, _, _, author, *_ in body["tasks"]:
        if body["to"] == TO_PERSON:
            person = body["person"]
            yield Touched(entry, slot, person, TaskState.ASSIGNED, event.seq, author)
        else:
            to_author = body["to"] == TO_AUTHOR
            yield Touched(
                entry, slot, author, TaskState.RETURNED if to_author else TaskState.QUEUED
            )


def _finished(body: Any) -> TaskState:
    done = body["meaning"] == Meaning.DONE
    return TaskState.COMPLETED if done else TaskState.DISCARDED


_SKIPPED: Final[Mapping[int, TaskState]] = {
    SkipPolicy.REQUEUE_FOR_ME: TaskState.RETURNED,
    SkipPolicy.DISCARD: TaskState.DISCARDED,
}
_TASKS: Final[Mapping[str, Callable[[Event, Any], Iterator[Touched]]]] = {
    "granted": _granted,
    "picked": _picked,
    "started": _started,
    "drafted": _drafted,
    "renewed": _renewed,
    "submitted": _submitted,
    "decided": _decided,
    "reviews_added": _reviews_added,
    "objected": _objected,
    "fixed": _fixed,
    "fell_back": _fell_back,
    "lot_closed": _lot,
    "lot_judged": _lot,
    "qa_added": _none,
    "commented": _commented,
    "checked": _checked,
    "units_deleted": _checked,
    "skipped": _skipped,
    "assigned": _assigned,
    "expired": _expired,
    "dropped": _dropped,
    "revoked": _revoked,
    "recalled": _recalled,
    "pooled": _pooled,
    "escalated": _items(TaskState.ESCALATED),
    "skips_cleared": _items(UNTOLD),
    "removed": _items(TaskState.REMOVED),
    "prioritised": _items(UNTOLD),
    "status_set": _status_set,
    "status_removed": _status_removed,
    "reopened": _reopened,
}
