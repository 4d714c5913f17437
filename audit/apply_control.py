"""Events that steer a queue: what they may say, and what they do."""

from __future__ import annotations

from dataclasses import replace

from audit import recalls
from audit.apply_setup import limits
from audit.report import RULES, Judge
from audit.state import ENDED, FINISHED, Project, Queue, Rules, Terms
from store.events import Event

RECALL = 2


def queue_changed(project: Project, event: Event, judge: Judge) -> None:
    """Other rules; slots stay, statuses are only added to; who may not work there is recalled."""
    body = event.body
    recalls.contributors(project, event, judge)
    queue, after = project.queues[body["queue"]], Rules.of(body["rules"])
    before, control = queue.rules, queue.control
    limits(queue.queue, after, judge)
    named = all(project.groups.get(group) for group in after.groups)
    judge.expect(RULES, named, "queue {} names groups {}", queue.queue, sorted(after.groups))
    stays = before.slots == after.slots
    stays = stays and bool(before.batch_size) == bool(after.batch_size)
    stays = stays and bool(before.distributed) == bool(after.distributed)
    stays = stays and before.statuses == after.statuses[: len(before.statuses)]
    judge.expect(RULES, stays, "queue {}: slots or statuses changed to {}", queue.queue, after)
    if body["content"] != queue.content or before.statuses != after.statuses:
        project.settings_seq = event.seq
    if narrower(before, after):
        control = replace(control, narrow=event.seq)
        recall(project, queue)
    for person in body["fenced"]:
        gone = person in before.allowed and person not in after.allowed
        judge.expect(RULES, gone, "queue {}: person {} is fenced", queue.queue, person)
        _fence(project, queue.queue, person, event.seq)
    queue.rules, queue.content, queue.control = after, body["content"], control
    queue.set_seq = queue.gained = event.seq


def queue_paused(project: Project, event: Event, judge: Judge) -> None:
    """Closed to new leases, or open again (mode 0); a recall takes back what is not started."""
    queue, mode = project.queues[event.body["queue"]], event.body["mode"]
    recalls.queue(project, event, judge)
    judge.expect(RULES, mode in (0, 1, 2), "queue {} is paused in mode {}", queue.queue, mode)
    judge.expect(RULES, not queue.control.archived, "queue {} is archived", queue.queue)
    queue.control = replace(queue.control, paused=mode)
    queue.gained = event.seq
    if mode == RECALL:
        queue.control = replace(queue.control, recall=event.seq)
        recall(project, queue)


def queue_archived(project: Project, event: Event, judge: Judge) -> None:
    """Put away, or taken out again."""
    queue = project.queues[event.body["queue"]]
    queue.control = replace(queue.control, archived=event.body["archived"])
    queue.gained = event.seq


def assignment_changed(project: Project, event: Event, judge: Judge) -> None:
    """Something is said of what one person has there; who gets what stays as it is."""
    body = event.body
    queue, person = project.queues[body["queue"]], body["person"]
    judge.expect(RULES, person in project.members, "person {} was never a member", person)
    terms = Terms(body["due_ms"], body["priority"], body["content"], changed=event.seq)
    judge.expect(RULES, terms.may_be, "an assignment is {}", terms)
    if not body["range"]:
        queue.terms[person] = terms
        return
    range_ = queue.ranges.get(body["range"])
    known = judge.expect(RULES, range_ and range_.person == person, "no range {}", body["range"])
    if known and range_:
        queue.ranges[body["range"]] = range_._replace(**terms._asdict())


def data_submitted(project: Project, event: Event, judge: Judge) -> None:
    """Handed over, once everything is finished and there is something; or withdrawn."""
    queue, submitted = project.queues[event.body["queue"]], event.body["submitted"]
    known = submitted != queue.control.submitted and submitted in (0, 1)
    judge.expect(RULES, known, "queue {}: submitted is {} again", queue.queue, submitted)
    if submitted:
        states = [
            slot.state
            for entry in project.entries.values()
            if entry.queue == queue.queue
            for slot in entry.all()
        ]
        waits = any(one.queue == queue.queue for one in project.delayed.values())
        done = bool(set(states) & FINISHED) and set(states) <= ENDED and not waits
        judge.expect(RULES, done, "queue {} is submitted with tasks {}", queue.queue, states[:50])
    queue.control = replace(queue.control, submitted=submitted)
    queue.gained = event.seq


MAY_FOLLOW = frozenset({"data_submitted", "operation_begun", "removed"})
"""Of a queue whose data are submitted: items leave their dataset, not a finished task."""


def unsubmitted(project: Project, event: Event, judge: Judge) -> None:
    """Nothing of a queue changes while its data are submitted."""
    queue = project.queues.get(event.body.get("queue", 0))
    if queue is not None and event.kind not in MAY_FOLLOW:
        stays = not queue.control.submitted
        judge.expect(RULES, stays, "{} in queue {}, which is submitted", event.kind, queue.queue)


def recall(project: Project, queue: Queue) -> None:
    """What the queue's fences cover is taken back from now on, with batches person by person."""
    if not queue.rules.batch_size:
        project.queue_recalls[queue.queue] = ""
        return
    project.recalls |= {person: "" for person, held in queue.held.items() if held}


def narrower(before: Rules, after: Rules) -> bool:
    """Whether somebody who may work by `before` could not by `after`."""
    if not after.restricted:
        return False
    kept = before.allowed <= after.allowed and before.groups <= after.groups
    return not (before.restricted and kept)


def _fence(project: Project, queue: int, person: int, seq: int) -> None:
    """Every token of theirs in the queue is dead; what they hold is taken back."""
    one = project.member(person)
    project.members[person] = replace(one, fences={**one.fences, queue: seq})
    project.recalls[person] = ""
