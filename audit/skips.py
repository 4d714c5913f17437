"""Events about skipped tasks: what becomes of them, what comes next, who is left."""

from __future__ import annotations

from itertools import islice

from audit import batches
from audit.apply_work import grant_all, holds, there
from audit.eligibility import barred, corrections, pool, shut_out, skilled, standing
from audit.moves import end_lease, put, put_skips
from audit.report import RULES, Judge
from audit.state import DISCARDED, QUEUED, RETURNED, Entry, Project, Queue, Slot
from store.events import Event

FOR_OTHERS, FOR_ME, DISCARD = 1, 2, 3
DISCARDS = 2
"""The meaning of a status."""


def policy_of(project: Project, entry: Entry, number: int) -> int:
    """The queue's, but a correction always stays its author's."""
    correction = entry.slot(number).correction
    return FOR_ME if correction else project.queues[entry.queue].rules.skip_policy


def skipped(project: Project, event: Event, judge: Judge) -> None:
    """The hold ends by the policy, and what comes next is given, by one event."""
    body = event.body
    person, number = body["person"], body["slot"]
    entry = there(project, judge, body["entry"], number, body["queue"])
    if not entry:
        return
    queue = project.queues[entry.queue]
    slot = holds(project, judge, entry, number, person, body["token"])
    policy = policy_of(project, entry, number)
    judge.expect(RULES, body["policy"] == policy, "skipped by {}, not {}", body["policy"], policy)
    _after(project, event, judge, entry, slot)
    due = next_of(project, queue, person, entry.entry)
    given = [(task[0], task[1]) for task in body["tasks"]]
    judge.expect(5, given == due, "after a skip person {} got {}, due was {}", person, given, due)
    with_batch = bool(queue.rules.batch_size and given)
    judge.expect(RULES, bool(body["batch"]) == with_batch, "batch {}", body["batch"])
    queue.batches += bool(body["batch"])
    if person in queue.together:
        queue.together[person] = body["deadline"]
    grant_all(project, event, judge, body["tasks"])


def _after(project: Project, event: Event, judge: Judge, entry: Entry, slot: Slot) -> None:
    """What becomes of the task itself."""
    body, queue = event.body, project.queues[entry.queue]
    person, number = body["person"], body["slot"]
    if body["policy"] == DISCARD:
        index = queue.rules.statuses.index(DISCARDS) + 1
        judge.expect(RULES, body["status"] == index, "discarded with status {}", body["status"])
        finished = slot.finished + 1
        put(project, entry, number, Slot(state=DISCARDED, person=person, finished=finished))
    elif body["policy"] == FOR_ME:
        mine = Slot(
            state=RETURNED,
            person=person,
            correction=True,
            finished=slot.finished,
            tail=event.seq,
        )
        put(project, entry, number, mine)
    else:
        skippers = entry.skipped | {person}
        escalated = len(skippers) >= queue.rules.max_skips
        judge.expect(
            RULES,
            bool(body["escalated"]) == escalated,
            "skipped by {}, escalated: {}",
            sorted(skippers),
            body["escalated"],
        )
        put_skips(project, entry, skippers, escalated=bool(body["escalated"]) or entry.escalated)
        end_lease(project, entry, number)


def next_of(project: Project, queue: Queue, person: int, entry: int) -> list[tuple[int, int]]:
    """What a skip brings, by the state after it: not the task itself, whatever became of it."""
    if barred(project.member(person), queue):
        return []
    if queue.rules.batch_size:
        return batches.refill(project, queue, person)
    own = [task for task in corrections(project, queue, person) if task[0] != entry]
    room = len(queue.held.get(person, ())) < queue.rules.max_held
    return own[:1] or list(islice(pool(project, queue, person), int(room)))


def escalated(project: Project, event: Event, judge: Judge) -> None:
    """Skipped, and nobody active is left who may do it."""
    for (number,) in event.body["entries"]:
        entry = there(project, judge, number, 1, event.body["queue"])
        if not entry:
            continue
        waits = entry.skipped and not entry.escalated and entry.first_free()
        judge.expect(RULES, waits, "entry {} was escalated", number)
        left = [person for person in project.members if suits(project, entry, person)]
        judge.expect(6, not left, "entry {} was escalated, {} may do it", number, left)
        put_skips(project, entry, entry.skipped, escalated=True)


def suits(project: Project, entry: Entry, person: int) -> bool:
    """Whether somebody may do an item, open or not."""
    queue, member = project.queues[entry.queue], project.member(person)
    barred = shut_out(entry, person)
    return not standing(member, queue) and skilled(member, queue, entry.lane) and not barred


def skips_cleared(project: Project, event: Event, judge: Judge) -> None:
    """As if nobody had skipped them."""
    for (number,) in event.body["entries"]:
        entry = there(project, judge, number, 1, event.body["queue"])
        if entry:
            judge.expect(RULES, entry.skipped, "nobody has skipped entry {}", number)
            put_skips(project, entry, frozenset(), escalated=False)


def to_look_at(project: Project) -> list[Entry]:
    """Items of which nobody is left who may do them, and that are not escalated."""
    return [
        entry
        for entry in project.entries.values()
        if entry.skipped
        and not entry.escalated
        and any(slot.state == QUEUED for slot in entry.slots)
        and not any(suits(project, entry, person) for person in project.members)
    ]
