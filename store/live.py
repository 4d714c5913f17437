"""What a run of events does to the rows kept beside the log.

Pure: events in, effects out. The committer computes them from the payloads it
is about to append, `dibs_append` checks and makes them in the transaction
that appends. So a lease granted twice by a damaged Redis cannot be committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from store.events import Event

ABSENT: Final = 0
"""No lease may be there."""
SOME: Final = -1
"""A lease must be there, whatever its token."""
WHATEVER: Final = -2
"""Nothing is asked: an event of the same run ended every lease of the entry."""

ASSIGNED: Final = 3
"""The state of a task that somebody holds and has not started."""
TO_PERSON: Final = 3
"""Of `reopened`: for one person, who holds the tasks from then on."""

Task = tuple[int, int]


class LiveViolated(Exception):
    """The events contradict what the log says: leases that run, numbers given out."""


@dataclass(slots=True)
class Effects:
    """The net effect of a run of events on `live` and on the ranges."""

    tracked: dict[Task, list[int]] = field(default_factory=dict)
    """(entry, slot) → [token before, token after]; ABSENT, SOME, WHATEVER or a seq."""
    removed: set[int] = field(default_factory=set)
    """Entries all of whose leases end."""
    items: list[int] = field(default_factory=list)
    """base, count, dataset, import, first; one after the other."""
    entries: list[int] = field(default_factory=list)
    """first, count, queue, class, priority, first_item, wall; one after the other."""

    def move(self, task: Task, *, expected: int, after: int) -> None:
        """`task` has the lease `expected` now, and `after` from here on."""
        known = self.tracked.get(task)
        if known is None:
            before = expected
            if task[0] in self.removed:
                _agree(task, ABSENT, expected)
                before = WHATEVER
            self.tracked[task] = [before, after]
            return
        _agree(task, known[1], expected)
        known[1] = after

    def remove(self, entry: int) -> None:
        """Every lease of `entry` ends."""
        self.removed.add(entry)
        for task, tokens in self.tracked.items():
            if task[0] == entry:
                tokens[1] = ABSENT


def effects_of(events: Iterable[Event]) -> Effects:
    """What the run of `events` does, net.

    Raises LiveViolated if they contradict each other.
    """
    effects = Effects()
    for event in events:
        change = _CHANGES.get(event.kind)
        if change is not None:
            change(effects, event, event.body)
    return effects


def _agree(task: Task, current: int, expected: int) -> None:
    fits = current != ABSENT if expected == SOME else current == expected
    if not fits:
        raise LiveViolated(f"task {task[0]}-{task[1]} has lease {current}, not {expected}")


def _granted(effects: Effects, event: Event, body: Any) -> None:
    for task in body["tasks"]:
        effects.move((task[0], task[1]), expected=ABSENT, after=event.seq)


def _renewed(effects: Effects, event: Event, body: Any) -> None:
    if body["takeover"]:
        for task in body["tasks"]:
            effects.move((task[0], task[1]), expected=SOME, after=event.seq)


def _submitted(effects: Effects, event: Event, body: Any) -> None:
    before = ABSENT if body["late"] else body["token"]
    effects.move((body["entry"], body["slot"]), expected=before, after=ABSENT)
    for task in body["refill"]:
        effects.move((task[0], task[1]), expected=ABSENT, after=event.seq)


def _skipped(effects: Effects, event: Event, body: Any) -> None:
    effects.move((body["entry"], body["slot"]), expected=body["token"], after=ABSENT)
    _granted(effects, event, body)


def _ended(effects: Effects, event: Event, body: Any) -> None:
    for task in body["tasks"]:
        effects.move((task[0], task[1]), expected=SOME, after=ABSENT)


def _expired(effects: Effects, event: Event, body: Any) -> None:
    """What was given to its holder stays theirs, under the same token."""
    for entry, slot, _, stays in body["tasks"] or ():
        if not stays:
            effects.move((entry, slot), expected=SOME, after=ABSENT)


def _assigned(effects: Effects, event: Event, body: Any) -> None:
    for entry, slot, *_, state, _, token in body["tasks"] or ():
        after = event.seq if state == ASSIGNED else ABSENT
        effects.move((entry, slot), expected=token or ABSENT, after=after)


def _removed(effects: Effects, event: Event, body: Any) -> None:
    for entry in body["entries"]:
        effects.remove(entry[0] if isinstance(entry, list) else entry)
    _cancelled(effects, event, body)


def _cancelled(effects: Effects, event: Event, body: Any) -> None:
    """Reviews that nobody finished end with their task, whether somebody has them or not."""
    for entry in body["cancelled"] or ():
        effects.remove(entry)


def _decided(effects: Effects, event: Event, body: Any) -> None:
    if body["ended"]:
        effects.move((body["entry"], body["slot"]), expected=body["token"], after=ABSENT)
    _cancelled(effects, event, body)


def _taken_up(effects: Effects, event: Event, body: Any) -> None:
    """Finished tasks that somebody holds again; reopened for the pool or an author, nobody does."""
    _cancelled(effects, event, body)
    if event.kind == "status_removed" or body["to"] == TO_PERSON:
        _granted(effects, event, body)


def _items_added(effects: Effects, event: Event, body: Any) -> None:
    effects.items += [body[name] for name in ("base", "count", "dataset", "import", "first")]


def _entries_added(effects: Effects, event: Event, body: Any) -> None:
    entry = body["first"]
    for class_, first_item, count in body["runs"]:
        effects.entries += [entry, count, body["queue"], class_, body["priority"]]
        effects.entries += [first_item, event.wall_ms]
        entry += count


def _qa_added(effects: Effects, event: Event, body: Any) -> None:
    """Items one by one: what follows whom in the labeling queue need not be neighbours."""
    for entry, (_, item, class_, rank, _) in enumerate(body["tasks"], body["first"]):
        effects.entries += [entry, 1, body["queue"], class_, rank, item, event.wall_ms]


_CHANGES: Final[dict[str, Callable[[Effects, Event, Any], None]]] = {
    "granted": _granted,
    "picked": _granted,
    "renewed": _renewed,
    "submitted": _submitted,
    "skipped": _skipped,
    "released": _ended,
    "expired": _expired,
    "assigned": _assigned,
    "batch_cleared": _ended,
    "revoked": _ended,
    "recalled": _ended,
    "dropped": _ended,
    "removed": _removed,
    "decided": _decided,
    "objected": _cancelled,
    "status_set": _cancelled,
    "status_removed": _taken_up,
    "reopened": _taken_up,
    "items_added": _items_added,
    "entries_added": _entries_added,
    "undelayed": _entries_added,
    "qa_added": _qa_added,
}
