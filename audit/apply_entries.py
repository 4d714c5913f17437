"""Events that make and remove the entries of a queue."""

from __future__ import annotations

from itertools import pairwise

from audit.moves import place, put
from audit.report import RULES, Judge
from audit.state import (
    ENDED,
    MAX_CLASSES,
    QUEUED,
    REMOVED,
    Attachment,
    Dataset,
    Entry,
    Project,
    Queue,
    Slot,
)
from audit.waiting import dropped
from store.events import Event


def dataset_attached(project: Project, event: Event, judge: Judge) -> None:
    """The dataset's items follow into the queue, from the first one on."""
    body = event.body
    queue = _queue(project, body["queue"], judge)
    number = body["dataset"]
    judge.expect(RULES, number in project.datasets, "dataset {} is unknown", number)
    if queue:
        judge.expect(RULES, number not in queue.attached, "dataset {} is attached already", number)
        terms = {name: body[name] for name in ("priority", "not_before", "skip")}
        attachment = Attachment(**terms)
        queue.attached.setdefault(number, attachment)


def entries_added(project: Project, event: Event, judge: Judge) -> None:
    """Items become entries at the tail, numbered without a gap, in the order of the runs."""
    body = event.body
    queue = _queue(project, body["queue"], judge)
    if not queue:
        return
    judge.expect(
        RULES,
        body["first"] == project.entries_last + 1,
        "entries begin at {}, the last was {}",
        body["first"],
        project.entries_last,
    )
    total = sum(count for _, _, count in body["runs"])
    judge.expect(RULES, total == body["count"], "{} entries in runs of {}", body["count"], total)
    judge.expect(RULES, 0 <= body["priority"] <= 3, "entries of rank {}", body["priority"])
    classes(queue, body["classes"], judge)
    covered(project, queue, event, judge)
    number = body["first"]
    for lane, first_item, count in body["runs"]:
        judge.expect(RULES, lane in queue.classes, "class {} has no skills", lane)
        for offset in range(count):
            item = first_item + offset
            judge.expect(RULES, item not in queue.items, "item {} a second time", item)
            add(project, queue, number, lane, body["priority"], item)
            number += 1
    queue.counts[QUEUED] += total * queue.rules.slots
    queue.added_seq = event.seq
    queue.not_added += body["not_added"]
    project.entries_last = max(project.entries_last, number - 1)


def removed(project: Project, event: Event, judge: Judge) -> None:
    """Entries leave; what is finished stays finished, holders lose their lease."""
    listed = [task[0] if isinstance(task, list) else task for task in event.body["entries"]]
    kept, named = list(event.body["kept"]), event.body["named"]
    about = len(listed) + len(kept) + sum(len(items) for _, items in event.body["delayed"])
    judge.expect(RULES, 0 < named <= 100, "{} entries removed at once", named)
    judge.expect(RULES, about <= named, "{} entries of {} removed", about, named)
    if event.body["queue"] in project.queues:
        project.queues[event.body["queue"]].added_seq = event.seq
    dropped(project, event, judge)
    for number in kept:
        entry = project.entries.get(number)
        done = entry is None or entry.gone or entry.queue != event.body["queue"]
        judge.expect(RULES, done, "entry {} is kept, but open", number)
    for number in listed:
        entry = project.entries.get(number)
        here = entry is not None and entry.queue == event.body["queue"] and not entry.gone
        if not judge.expect(RULES, here, "entry {} is not in the queue", number) or not entry:
            continue
        project.queues[entry.queue].lose(entry.item, number)
        for i, slot in enumerate(entry.all(), 1):
            if slot.state not in ENDED:
                gone = Slot(state=REMOVED, finished=slot.finished)
                put(project, entry, i, gone)


def add(project: Project, queue: Queue, number: int, lane: int, priority: int, item: int) -> None:
    """One item becomes one entry, at the tail of its lane."""
    entry = Entry(
        entry=number,
        queue=queue.queue,
        lane=lane,
        rank=priority,
        came=priority,
        item=item,
        k=queue.rules.slots,
    )
    project.entries[number] = entry
    queue.bring(item, number)
    queue.gained = project.seq + 1
    place(queue, entry)


def classes(queue: Queue, added: list[tuple[int, list[int]]], judge: Judge) -> None:
    """Classes are new, and 64 at most (DESIGN: the 65th is refused)."""
    for number, skills in added:
        judge.expect(RULES, number not in queue.classes, "class {} exists already", number)
        queue.classes[number] = frozenset(skills)
    judge.expect(RULES, len(queue.classes) <= MAX_CLASSES, "{} classes", len(queue.classes))


def covered(project: Project, queue: Queue, event: Event, judge: Judge) -> None:
    """Every item up to the cursor became an entry once, or was counted as not added."""
    body = event.body
    runs, number = body["runs"], body["dataset"]
    known = all(first > 0 and first + n - 1 <= project.items_last for _, first, n in runs)
    judge.expect(RULES, known, "entries of items that do not exist: {}", runs)
    gone = any(first <= i < first + n for i in project.removed_items for _, first, n in runs)
    judge.expect(RULES, not gone, "entries of items that were removed: {}", runs)
    if number == 0:
        return
    attachment = queue.attached.get(number)
    if not judge.expect(RULES, attachment, "dataset {} is not attached", number) or not attachment:
        return
    judge.expect(
        RULES,
        body["priority"] == attachment.priority,
        "rank {} is not the dataset's",
        body["priority"],
    )
    judge.expect(
        RULES,
        attachment.cursor <= body["cursor"] <= project.items_last,
        "cursor {} after {}, of {} items",
        body["cursor"],
        attachment.cursor,
        project.items_last,
    )
    _next_items(project.datasets.get(number, Dataset()), queue, attachment, event, judge)
    attachment.cursor = body["cursor"]


def _next_items(
    dataset: Dataset, queue: Queue, attachment: Attachment, event: Event, judge: Judge
) -> None:
    """The runs are the dataset's items after the old cursor that the queue does not have yet."""
    body = event.body
    runs = body["runs"]
    inside = all(
        first > attachment.cursor and first + n - 1 <= body["cursor"] for _, first, n in runs
    )
    own = all(dataset.contains(first, first + n - 1) for _, first, n in runs)
    ascending = all(a[1] + a[2] <= b[1] for a, b in pairwise(runs))
    judge.expect(
        RULES, inside and own and ascending, "runs {} are not the dataset's next items", runs
    )
    present = sum(
        dataset.contains(item, item)
        for item in range(attachment.cursor + 1, body["cursor"] + 1)
        if item in queue.items
    )
    due = dataset.count_in(attachment.cursor, body["cursor"]) - present
    took = body["count"] + body["not_added"]
    judge.expect(
        RULES,
        # Which of them were done elsewhere when it was looked, no event says.
        due == took or (due > took and attachment.skip == 1),
        "{} items up to the cursor, {} added and {} not",
        due,
        body["count"],
        body["not_added"],
    )


def _queue(project: Project, number: int, judge: Judge) -> Queue | None:
    queue: Queue | None = project.queues.get(number)
    judge.expect(RULES, queue, "queue {} is unknown", number)
    return queue
