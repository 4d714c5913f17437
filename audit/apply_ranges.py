"""Events about ranges: which places of a queue's order are whose."""

from __future__ import annotations

from audit.passing import free
from audit.report import RULES, Judge
from audit.state import ASSIGN, MOST_RANGES, Operation, Places, Project, Queue, Terms
from store.events import Event


def created(project: Project, event: Event, judge: Judge) -> None:
    """Places that the queue has and that nobody has; an operation gives what waits there."""
    body = event.body
    queue = project.queues[body["queue"]]
    terms = Terms(body["due_ms"], body["priority"], body["note"], changed=event.seq)
    judge.expect(RULES, terms.may_be, "a range is {}", terms)
    new = Places(body["first"], body["last"], body["person"], *terms)
    judge.expect(RULES, new.person in project.members, "person {} was never a member", new.person)
    came = sum(entry.queue == queue.queue for entry in project.entries.values())
    judge.expect(RULES, 1 <= new.first <= new.last <= came, "{} of {} places", new, came)
    judge.expect(RULES, free(queue, new.first, new.last), "{} is in another", new)
    _put(queue, event.seq, new, judge)
    project.operations[event.seq] = Operation(
        verb=ASSIGN,
        actor=event.actor,
        queues=(queue.queue,),
        dataset=0,
        content=body["content"],
        total=body["total"],
    )


def split(project: Project, event: Event, judge: Judge) -> None:
    """The places from `at` on are a range of their own, and no part is empty."""
    body = event.body
    queue, number, at = project.queues[body["queue"]], body["range"], body["at"]
    whole = queue.ranges.get(number)
    if not judge.expect(RULES, whole, "range {} is unknown", number) or whole is None:
        return
    inside = whole.first < at <= whole.last and whole.person == body["person"]
    judge.expect(RULES, inside, "{} is split at {} of {}", whole, at, body["person"])
    queue.ranges[number] = whole._replace(last=at - 1)
    _put(queue, event.seq, whole._replace(first=at), judge)


def merged(project: Project, event: Event, judge: Judge) -> None:
    """Neighbours of one person are one, under the number of the first in order."""
    body = event.body
    queue = project.queues[body["queue"]]
    found = [(queue.ranges.get(number), number) for number in (body["range"], body["other"])]
    known = [(places, number) for places, number in found if places is not None]
    if not judge.expect(RULES, len(known) == 2, "of {} one is no range", found):
        return
    (one, stays), (two, goes) = sorted(known)
    fit = one.last + 1 == two.first and one.person == two.person == body["person"]
    judge.expect(RULES, fit, "{} and {} are merged, of {}", one, two, body["person"])
    queue.ranges[stays] = one._replace(last=two.last)
    del queue.ranges[goes]


def _put(queue: Queue, number: int, places: Places, judge: Judge) -> None:
    queue.ranges[number] = places
    few = len(queue.ranges) <= MOST_RANGES
    judge.expect(RULES, few, "queue {} has {} ranges", queue.queue, len(queue.ranges))
