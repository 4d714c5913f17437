"""Events about queues that are deleted."""

from __future__ import annotations

from dataclasses import replace

from audit import reviews
from audit.report import RULES, Judge
from audit.review_state import STAGE
from audit.state import ASSIGNED, DELETE_QUEUE, IN_PROGRESS, RUNNING, SUCCEEDED, Operation, Project
from store.events import Event


def queue_deleted(project: Project, event: Event, judge: Judge) -> None:
    """There is no such queue from here on, and no task of it; only its leases are yet to end."""
    body = event.body
    queue = project.queues.get(body["queue"])
    if not judge.expect(RULES, queue, "queue {} is unknown", body["queue"]) or not queue:
        return
    places = [queue, *reviews.stages(project, queue.queue)]
    held = sum(one.counts[ASSIGNED] + one.counts[IN_PROGRESS] for one in places)
    judge.expect(RULES, body["held"] == held, "{} are held, not {}", held, body["held"])
    last = project.entries_last
    judge.expect(RULES, body["last"] == last, "deleted at entry {}, not {}", body["last"], last)
    project.deleted[queue.queue] = {
        (entry, number): (person, project.entries[entry].slot(number).token)
        for place in places
        for person, mine in place.held.items()
        for entry, number in mine.items()
    }
    project.operations[event.seq] = Operation(
        verb=DELETE_QUEUE,
        actor=event.actor,
        queues=(queue.queue,),
        dataset=0,
        content=0,
        total=held,
        last_entry=last,
        state=RUNNING if held else SUCCEEDED,
        ended_ms=0 if held else event.wall_ms,
    )
    _forget(project, queue.queue)


def _forget(project: Project, queue: int) -> None:
    """Takes everything of a queue out of the project."""
    del project.queues[queue]
    for stage in reviews.stages(project, queue):
        del project.queues.stages[stage.queue]
    project.reviewing.pop(queue, None)
    project.queue_recalls.pop(queue, None)
    project.lot_of.pop(queue, None)
    for number in [n for n, lot in project.lots.items() if lot.queue == queue]:
        del project.lots[number]
    for number in [n for n, entry in project.entries.items() if entry.queue % STAGE == queue]:
        del project.entries[number]
    for task in [task for task in project.cycles if task[0] not in project.entries]:
        del project.cycles[task]
    for seq in [seq for seq, waits in project.delayed.items() if waits.queue == queue]:
        del project.delayed[seq]
    for number, member in project.members.items():
        if queue in member.fences:
            fences = {of: fence for of, fence in member.fences.items() if of != queue}
            project.members[number] = replace(member, fences=fences)


def dropped(project: Project, event: Event, judge: Judge) -> None:
    """A chunk of leases that ended with their queue; 100 at most."""
    body = event.body
    left = project.deleted.get(body["queue"] % STAGE)
    if not judge.expect(RULES, left is not None, "queue {} is there", body["queue"]) or not left:
        return
    judge.expect(RULES, 0 < len(body["tasks"]) <= 100, "{} leases dropped", len(body["tasks"]))
    for entry, number, person in body["tasks"]:
        holder, _ = left.pop((entry, number), (0, 0))
        judge.expect(7, holder == person, "task {}-{} dropped, of {}", entry, number, person)


def finished(project: Project, operation: Operation, judge: Judge) -> None:
    """The operation has succeeded: no lease is left."""
    for queue in operation.queues:
        left = project.deleted[queue]
        judge.expect(RULES, not left, "{} leases of deleted queue {} stay", len(left), queue)
