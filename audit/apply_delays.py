"""Events about items that are in a queue and wait for their time, to become entries then."""

from __future__ import annotations

from audit.apply_entries import add, classes, covered
from audit.report import RULES, Judge
from audit.state import DELAYED, QUEUED, Delayed, Project
from audit.waiting import leave
from store.events import Event


def delayed(project: Project, event: Event, judge: Judge) -> None:
    """Items come into the queue before their time: counted, and in it, but no entries."""
    body = event.body
    queue = project.queues.get(body["queue"])
    if not judge.expect(RULES, queue, "queue {} is unknown", body["queue"]) or not queue:
        return
    runs = [(lane, first, count) for lane, first, count in body["runs"]]
    total = sum(count for _, _, count in runs)
    judge.expect(RULES, total == body["count"], "{} items in runs of {}", body["count"], total)
    judge.expect(RULES, 0 <= body["priority"] <= 3, "items of rank {}", body["priority"])
    ahead = body["not_before"] > event.wall_ms
    judge.expect(RULES, ahead, "delayed until {}, at {}", body["not_before"], event.wall_ms)
    classes(queue, body["classes"], judge)
    covered(project, queue, event, judge)
    items = {first + n for _, first, count in runs for n in range(count)}
    judge.expect(RULES, not items & queue.items, "items a second time: {}", items & queue.items)
    for item in items:
        queue.bring(item, -event.seq)
    queue.counts[DELAYED] += total * queue.rules.slots
    queue.added_seq = event.seq
    queue.not_added += body["not_added"]
    if runs:
        project.delayed_seq = event.seq
        project.delayed[event.seq] = Delayed(
            queue=queue.queue,
            dataset=body["dataset"],
            due=body["not_before"],
            items={
                item: (lane, body["priority"])
                for lane, first, count in runs
                for item in range(first, first + count)
            },
        )


def undelayed(project: Project, event: Event, judge: Judge) -> None:
    """What is due becomes entries, as it came, the first rank first; or all of it is dropped."""
    body = event.body
    waits = project.delayed.get(body["delayed"])
    if not judge.expect(RULES, waits, "nothing waits from event {}", body["delayed"]) or not waits:
        return
    queue = project.queues[waits.queue]
    due = waits.due <= event.wall_ms and waits.queue == body["queue"]
    judge.expect(RULES, due, "due at {}, at {}", waits.due, event.wall_ms)
    gone = obsolete(project, waits)
    first_rank = min(rank for _, rank in waits.items.values())
    judge.expect(RULES, body["priority"] == first_rank, "rank {} comes first", first_rank)
    leaving = {i: one for i, one in waits.items.items() if gone or one[1] == first_rank}
    coming = [] if gone else [(lane, item) for item, (lane, _) in leaving.items()]
    runs = body["runs"] or ()
    told = [(lane, first + n) for lane, first, count in runs for n in range(count)]
    judge.expect(RULES, told == coming, "items {}, not {}", told, coming)
    judge.expect(RULES, body["dropped"] == len(leaving) * gone, "{} dropped", body["dropped"])
    last = project.entries_last
    judge.expect(RULES, body["first"] == last + 1, "from {}, after {}", body["first"], last)
    leave(project, body["delayed"], leaving, event)
    for number, (lane, item) in enumerate(coming, body["first"]):
        add(project, queue, number, lane, first_rank, item)
    queue.counts[QUEUED] += len(coming) * queue.rules.slots
    if coming:
        queue.gained = event.seq
    project.entries_last = body["first"] + len(coming) - 1


def obsolete(project: Project, waits: Delayed) -> bool:
    """Whether its queue was cleared since, or its dataset detached or deleted."""
    deleted = project.dataset_of(next(iter(waits.items))) in project.deleted_datasets
    return waits.due == 0 or deleted


def hasten(project: Project, queue: int, dataset: int = 0) -> None:
    """What waits in the queue, of one attached dataset or of all, is due at once."""
    for waits in project.delayed.values():
        if waits.queue == queue and dataset in (0, waits.dataset):
            waits.due = 0
