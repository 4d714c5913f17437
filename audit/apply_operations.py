"""Events about operations: bulk verbs that one event begins, chunks do, and one event ends."""

from __future__ import annotations

from audit import apply_deletion, apply_moves, recalls
from audit.apply_delays import hasten
from audit.moves import put
from audit.report import RULES, Judge
from audit.state import (
    CANCELLED,
    CLEAR_WAITING,
    DAY_MS,
    DELETE_DATASET,
    DELETE_QUEUE,
    FAILED,
    QUEUED,
    RECALLS,
    REMOVED,
    RUNNING,
    SUCCEEDED,
    UNDIVIDED,
    Entry,
    Operation,
    Project,
    Queue,
    Slot,
)
from audit.waiting import dropped
from store.events import Event

MOST_AT_ONCE = 1000


def begun(project: Project, event: Event, judge: Judge) -> None:
    """Over queues and a dataset that exist; its number is the event's seq."""
    body = event.body
    for queue in body["queues"]:
        judge.expect(RULES, queue in project.queues, "queue {} is unknown", queue)
    known = body["dataset"] == 0 or body["dataset"] in project.datasets
    judge.expect(RULES, known, "dataset {} is unknown", body["dataset"])
    project.operations[event.seq] = Operation(
        verb=body["verb"],
        actor=event.actor,
        queues=tuple(body["queues"]),
        dataset=body["dataset"],
        content=body["content"],
        total=body["total"],
        last_entry=body["last"],
    )
    last = project.entries_last
    judge.expect(RULES, body["last"] == last, "begun at entry {}, not {}", body["last"], last)
    dropped(project, event, judge)
    if body["items"]:
        _take_out(project, event, judge)
    if body["verb"] in UNDIVIDED:
        for number in body["queues"]:
            _fence(project, project.queues[number], event, judge)
    if body["verb"] == DELETE_DATASET:
        project.datasets.pop(body["dataset"], None)
        project.deleted_datasets.add(body["dataset"])
        left = [q.queue for q in project.queues.values() if body["dataset"] in q.attached]
        judge.expect(RULES, not left, "a deleted dataset is attached to {}", left)


def _take_out(project: Project, event: Event, judge: Judge) -> None:
    """Items are the dataset's no more; what is open of them is on its way out of the queues."""
    items, dataset = event.body["items"], project.datasets[event.body["dataset"]]
    own = all(dataset.contains(item, item) for item in items)
    judge.expect(RULES, own and len(items) <= MOST_AT_ONCE, "{} are not the dataset's", items)
    dataset.removed |= set(items)
    project.removed_items |= set(items)
    project.removed_seq = event.seq


def _fence(project: Project, queue: Queue, event: Event, judge: Judge) -> None:
    """The dataset follows no more, and its open entries are on their way out of the queue."""
    dataset, last = event.body["dataset"], event.body["last"]
    attached = queue.attached.pop(dataset, None)
    judge.expect(RULES, attached, "dataset {} is not attached to {}", dataset, queue.queue)
    queue.fences += ((dataset, last),)
    queue.added_seq = event.seq
    hasten(project, queue.queue, dataset)
    for entry in project.entries.values():
        if entry.queue == queue.queue and not entry.gone and project.covered(entry):
            queue.lose(entry.item, entry.entry)


def _lower(project: Project, operation: Operation, judge: Judge) -> None:
    """The fence goes when nothing that it covers is open any more."""
    pair = (operation.dataset, operation.last_entry)
    for number in operation.queues:
        queue = project.queues.get(number)
        if queue is None:
            continue  # it was deleted since
        left = [
            entry.entry
            for entry in project.entries.values()
            if entry.queue == number
            and not entry.gone
            and entry.entry <= operation.last_entry
            and project.dataset_of(entry.item) == operation.dataset
        ]
        judge.expect(RULES, not left, "{} entries of a detached dataset stay", len(left))
        queue.fences = tuple(fence for fence in queue.fences if fence != pair)


def cleared(project: Project, event: Event, judge: Judge) -> None:
    """Everything that waits in the queue is removed at once; what is held or finished stays."""
    body = event.body
    queue = project.queues.get(body["queue"])
    if not judge.expect(RULES, queue, "queue {} is unknown", body["queue"]) or not queue:
        return
    waiting, last = queue.counts[QUEUED], project.entries_last
    judge.expect(RULES, body["removed"] == waiting, "{} cleared, not {}", body["removed"], waiting)
    judge.expect(RULES, body["last"] == last, "cleared up to {}, not {}", body["last"], last)
    next_ = queue.generation + 1
    judge.expect(RULES, body["generation"] == next_, "generation {}", body["generation"])
    for entry in project.entries.values():
        if entry.queue == queue.queue and not entry.gone:
            _clear(project, queue, entry)
    queue.generation, queue.added_seq, queue.cleared_seq = next_, event.seq, event.seq
    hasten(project, queue.queue)
    project.operations[event.seq] = Operation(
        verb=CLEAR_WAITING,
        actor=event.actor,
        queues=(queue.queue,),
        dataset=0,
        content=0,
        total=waiting,
        last_entry=last,
        state=SUCCEEDED,
        ended_ms=event.wall_ms,
    )


def _clear(project: Project, queue: Queue, entry: Entry) -> None:
    """Its free slots are removed; with no slot left its item may come again.

    With a finished one it is there, as it was before: a detachment that goes on leaves it.
    Of an entry that leaves so there is no other trace than that of its queue.
    """
    left = {number: project.left[number] for number in (entry.entry,) if number in project.left}
    for number, slot in enumerate(entry.all(), 1):
        if entry.shown(slot) == QUEUED:
            put(project, entry, number, Slot(state=REMOVED, finished=slot.finished))
    if all(slot.state == REMOVED for slot in entry.slots):
        queue.lose(entry.item, entry.entry)
    elif entry.gone:
        queue.bring(entry.item, entry.entry)
    project.left.pop(entry.entry, None)
    project.left |= left


def ended(project: Project, event: Event, judge: Judge) -> None:
    """Once, and only while it runs."""
    body = event.body
    operation = project.operations.get(body["operation"])
    runs = operation is not None and operation.state == RUNNING
    if judge.expect(RULES, runs, "operation {} does not run", body["operation"]) and operation:
        known = body["state"] in (SUCCEEDED, FAILED, CANCELLED)
        judge.expect(RULES, known, "an operation ends in state {}", body["state"])
        halved = body["state"] == CANCELLED and operation.verb in UNDIVIDED | RECALLS
        over = operation.verb not in RECALLS or recalls.left(project, operation) is None
        judge.expect(RULES, over, "operation {} is not done yet", body["operation"])
        judge.expect(RULES, not halved, "operation {} is cancelled", body["operation"])
        operation.state, operation.ended_ms = body["state"], event.wall_ms
        if operation.moves:
            apply_moves.ended(project, operation, event)
        if body["state"] == SUCCEEDED and operation.verb == DELETE_QUEUE:
            apply_deletion.finished(project, operation, judge)
        elif body["state"] == SUCCEEDED and operation.verb in UNDIVIDED:
            _lower(project, operation, judge)


def retried(project: Project, event: Event, judge: Judge) -> None:
    """What has failed runs again, from the chunk that failed; 1000 at most."""
    numbers = event.body["operations"]
    judge.expect(RULES, 0 < len(numbers) <= MOST_AT_ONCE, "{} retried at once", len(numbers))
    for number in numbers:
        operation = project.operations.get(number)
        failed = operation is not None and operation.state == FAILED
        if judge.expect(RULES, failed, "operation {} has not failed", number) and operation:
            operation.state, operation.ended_ms = RUNNING, 0
            if operation.moves:
                apply_moves.mark(project, operation.queues[0], operation.moves, number)


def cleaned(project: Project, event: Event, judge: Judge) -> None:
    """Only what ended more than a day ago; 1000 at most."""
    body = event.body
    judge.expect(RULES, len(body["operations"]) <= MOST_AT_ONCE, "{}", len(body["operations"]))
    judge.expect(
        RULES, body["before"] <= event.wall_ms - DAY_MS, "history cleaned up to {}", body["before"]
    )
    for number in body["operations"]:
        operation = project.operations.pop(number, None)
        old = operation is not None and 0 < operation.ended_ms <= body["before"]
        judge.expect(RULES, old, "operation {} is forgotten too early", number)


def chunk(project: Project, event: Event, number: int, n: int, judge: Judge) -> None:
    """The next chunk of an operation that runs: one after the other, each once."""
    operation = project.operations.get(number)
    runs = operation is not None and operation.state == RUNNING
    if judge.expect(2, runs, "a chunk of operation {}, which does not run", number) and operation:
        judge.expect(
            2, n == operation.chunk + 1, "chunk {} of {} after {}", n, number, operation.chunk
        )
        judge.expect(
            RULES, event.actor == operation.actor, "chunk of {} by {}", number, event.actor
        )
        operation.chunk, operation.last = n, (event.seq, event.chain)
