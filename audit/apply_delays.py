"""Events about items that are in a queue and wait for their time, to become entries then."""

from __future__ import annotations

from audit.apply_entries import add, classes, covered
from audit.report import RULES, Judge
from audit.state import DELAYED, QUEUED, Delayed, Project
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
    queue.items |= items
    queue.counts[DELAYED] += total * queue.rules.slots
    queue.added_seq = event.seq
    queue.not_added += body["not_added"]
    if runs:
        project.delayed_seq = event.seq
        project.delayed[event.seq] = Delayed(
            queue=queue.queue,
            dataset=body["dataset"],
            rank=body["priority"],
            due=body["not_before"],
            runs=runs,
            generation=queue.generation,
        )


def undelayed(project: Project, event: Event, judge: Judge) -> None:
    """What is due becomes entries, as it came; or is dropped, if it may not come any more."""
    body = event.body
    waits = project.delayed.pop(body["delayed"], None)
    if not judge.expect(RULES, waits, "nothing waits from event {}", body["delayed"]) or not waits:
        return
    queue = project.queues[waits.queue]
    due = waits.due <= event.wall_ms and waits.queue == body["queue"]
    judge.expect(RULES, due, "due at {}, at {}", waits.due, event.wall_ms)
    gone = obsolete(project, waits)
    runs = [] if gone else waits.runs
    told = [(lane, first, count) for lane, first, count in body["runs"] or ()]
    judge.expect(RULES, told == runs, "runs {}, not {}", told, runs)
    judge.expect(RULES, body["dropped"] == waits.count * gone, "{} dropped", body["dropped"])
    last = project.entries_last
    judge.expect(RULES, body["first"] == last + 1, "from {}, after {}", body["first"], last)
    queue.counts[DELAYED] -= waits.count * queue.rules.slots
    queue.added_seq = event.seq
    number = body["first"]
    for lane, first, count in waits.runs:
        for item in range(first, first + count):
            queue.items.discard(item)
            if not gone:
                add(project, queue, number, lane, waits.rank, item)
                number += 1
    queue.counts[QUEUED] += sum(count for _, _, count in runs) * queue.rules.slots
    if runs:
        queue.gained = event.seq
    project.entries_last = number - 1


def dropped(project: Project, event: Event, judge: Judge) -> None:
    """Items wait no more: all of them waited since the events that are named."""
    for number, items in event.body["delayed"] or ():
        waits = project.delayed.get(number)
        gone = set(items)
        there = waits is not None and gone <= set(waits.items())
        judge.expect(RULES, there, "items {} do not wait since {}", items, number)
        if not waits or not there:
            continue
        waits.runs = without(waits.runs, gone)
        queue = project.queues[waits.queue]
        queue.items -= gone
        queue.counts[DELAYED] -= len(gone) * queue.rules.slots
        queue.added_seq = event.seq
        if not waits.runs:
            del project.delayed[number]


def without(runs: list[tuple[int, int, int]], gone: set[int]) -> list[tuple[int, int, int]]:
    """The runs without some items; what is left of one stays in as few as can be."""
    left: list[tuple[int, int, int]] = []
    for lane, first, count in runs:
        begins = True
        for item in range(first, first + count):
            if item in gone:
                begins = True
            elif begins:
                left.append((lane, item, 1))
                begins = False
            else:
                left[-1] = (lane, left[-1][1], left[-1][2] + 1)
    return left


def obsolete(project: Project, waits: Delayed) -> bool:
    """Whether its queue was cleared since, or its dataset detached or deleted."""
    queue = project.queues[waits.queue]
    deleted = project.dataset_of(waits.runs[0][1]) in project.deleted_datasets
    if waits.generation != queue.generation or deleted:
        return True
    return waits.dataset > 0 and waits.dataset not in queue.attached


def hasten(project: Project, queue: int, dataset: int = 0) -> None:
    """What waits in the queue, of one attached dataset or of all, is due at once."""
    for waits in project.delayed.values():
        if waits.queue == queue and dataset in (0, waits.dataset):
            waits.due = 0
