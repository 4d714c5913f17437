"""Events by which work is given, started, kept and finished.

Each handler first checks the event against the state before it, then makes
the state what the event says, rightly or not: the log is what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from audit import anywhere, batches, reviews
from audit.eligibility import barred, closed, eligible, entitled, fence_of, first
from audit.moves import put, running
from audit.report import RULES, Judge
from audit.state import (
    ASSIGNED,
    FOREVER,
    IN_PROGRESS,
    QUEUED,
    QUIET_MS,
    RETURNED,
    Entry,
    Project,
    Queue,
    Slot,
)
from store.events import Event

BY_RIGHT, FIRST = 1, 2
"""Picked because somebody chose it who may give out tasks; or because it comes first."""


def granted(project: Project, event: Event, judge: Judge) -> bool:
    """Exactly the first n eligible (MODEL invariant 2). Returns whether more could be given."""
    body = event.body
    person, tasks = body["person"], [tuple(task) for task in body["tasks"]]
    queue = project.queues.get(body["queue"])
    if not judge.expect(RULES, queue, "queue {} is unknown", body["queue"]) or not queue:
        return False
    most = 200 if queue.rules.batch_size else 100
    judge.expect(RULES, 0 < len(tasks) <= most, "{} tasks in one grant", len(tasks))
    _deadline(judge, event.clock_ms + queue.rules.lease_ms, body["deadline"])
    cause = barred(project.member(person), queue)
    judge.expect(6, not cause, "granted to person {}, who is {}", person, cause)
    given = [(entry, slot) for entry, slot, _, _ in tasks]
    judge.expect(RULES, body["batch"] in (0, 1, 2), "batch is {}", body["batch"])
    judge.expect(
        RULES,
        (body["batch"] > 0) == (queue.rules.batch_size > 0),
        "batch is {} in queue {}",
        body["batch"],
        queue.queue,
    )
    if body["wide"]:
        anywhere.granted(project, queue, person, len(tasks), judge, wide=body["wide"])
    if queue.rules.batch_size:
        batches.granted(project, queue, person, given, judge, batch=body["batch"] == 1)
        wanted = given
    else:
        wanted = first(project, queue, person, len(tasks) + 1)
        _in_order(person, given, wanted, judge)
        _within_cap(project, queue, person, given, judge)
    grant_all(project, event, judge, tasks)
    if body["wide"]:
        queue.served = event.seq
    return len(wanted) > len(tasks)


def _in_order(
    person: int, given: list[tuple[int, int]], wanted: list[tuple[int, int]], judge: Judge
) -> None:
    judge.expect(
        5,
        given == wanted[: len(given)],
        "person {} was given {}, the first eligible are {}",
        person,
        given,
        wanted[: len(given)],
    )


def grant_all(project: Project, event: Event, judge: Judge, tasks: Sequence[Any]) -> None:
    """Every task of a grant, one after the other."""
    for entry_number, number, lane, rank in tasks:
        entry = there(project, judge, entry_number, number, event.body["queue"])
        if entry:
            judge.expect(
                RULES, (lane, rank) == (entry.lane, entry.rank), "class, rank of {}", entry.entry
            )
            _grant(project, event, judge, entry, number)


def picked(project: Project, event: Event, judge: Judge) -> None:
    """One chosen task, leased and started: as the queue allows, or by whoever may give it out."""
    body = event.body
    person, tasks = body["person"], body["tasks"]
    queue = project.queues[body["queue"]]
    if not judge.expect(RULES, len(tasks) == 1, "{} tasks picked at once", len(tasks)):
        return
    number, i, lane, rank = tasks[0]
    entry = there(project, judge, number, i, queue.queue)
    if not entry:
        return
    own = queue.own.get(person, {}).get(number) == i
    allowed = own or queue.rules.allow_pick or body["by_right"]
    judge.expect(6, allowed, "person {} picked {}-{}", person, number, i)
    if body["by_right"] == FIRST:
        _in_order(person, [(number, i)], first(project, queue, person, 1), judge)
    judge.expect(RULES, (lane, rank) == (entry.lane, entry.rank), "class, rank of {}", number)
    judge.expect(6, not entry.gone, "entry {} was picked after it left", number)
    _deadline(judge, event.clock_ms + queue.rules.lease_ms, body["deadline"])
    _within_cap(project, queue, person, [(number, i)], judge)
    _grant(project, event, judge, entry, i)
    after = replace(entry.slot(i), state=IN_PROGRESS, touched=event.clock_ms)
    put(project, entry, i, after)


def started(project: Project, event: Event, judge: Judge) -> None:
    """By the newest token; of what is only assigned, by someone still eligible."""
    body = event.body
    entry = there(project, judge, body["entry"], body["slot"], body["queue"])
    if not entry:
        return
    slot = holds(project, judge, entry, body["slot"], body["person"], body["token"])
    still_eligible(project, judge, entry, body["slot"], body["person"])
    moving = slot.state == ASSIGNED and (entry.queue, slot.person) in project.moving
    judge.expect(6, not moving, "task {}-{} began while it moves", entry.entry, body["slot"])
    shut = begins(project, entry, slot) and closed(project.queues[entry.queue])
    judge.expect(6, not shut, "task {}-{} began while {}", entry.entry, body["slot"], shut)
    _deadline(judge, event.clock_ms + project.queues[entry.queue].rules.lease_ms, body["deadline"])
    slot = running(project.queues[entry.queue], slot, body["deadline"])
    put(project, entry, body["slot"], replace(slot, state=IN_PROGRESS, touched=event.clock_ms))


def begins(project: Project, entry: Entry, slot: Slot) -> bool:
    """Whether its lease begins when it is started: it was given, and does not end as it is."""
    return slot.given and project.queues[entry.queue].deadline(slot) == FOREVER


def renewed(project: Project, event: Event, judge: Judge) -> None:
    """Leases run anew; a takeover gives them the event's seq as token."""
    body = event.body
    judge.expect(RULES, 0 < len(body["tasks"]) <= 500, "{} renewed", len(body["tasks"]))
    for entry_number, number, deadline, told in body["tasks"]:
        entry = there(project, judge, entry_number, number)
        if not entry:
            continue
        slot = holds(project, judge, entry, number, body["person"], entry.slot(number).token)
        rules = project.queues[entry.queue].rules
        endless = not rules.batch_size and begins(project, entry, slot)
        due = FOREVER if endless else event.clock_ms + rules.lease_ms
        _deadline(judge, due, deadline)
        token = event.seq if body["takeover"] else slot.token
        judge.expect(
            7, told == token, "token {} of {}-{}, not {}", told, entry_number, number, token
        )
        draft = slot.draft and not body["takeover"]
        slot = running(project.queues[entry.queue], slot, deadline)
        put(project, entry, number, replace(slot, token=token, draft=draft, touched=event.clock_ms))


def drafted(project: Project, event: Event, judge: Judge) -> None:
    """The first draft under the token, or the first touch of the hold for 30 s: a renewal."""
    body = event.body
    entry = there(project, judge, body["entry"], body["slot"], body["queue"])
    if not entry:
        return
    slot = holds(project, judge, entry, body["slot"], body["person"], body["token"])
    judge.expect(
        RULES,
        not slot.draft or event.clock_ms - slot.touched > QUIET_MS,
        "task {}-{}: another draft, {} ms after the last touch",
        entry.entry,
        body["slot"],
        event.clock_ms - slot.touched,
    )
    _deadline(judge, event.clock_ms + project.queues[entry.queue].rules.lease_ms, body["deadline"])
    slot = running(project.queues[entry.queue], slot, body["deadline"])
    put(project, entry, body["slot"], replace(slot, draft=True, touched=event.clock_ms))


def submitted(project: Project, event: Event, judge: Judge) -> None:
    """Finished once, by the holder, or late by the last one if nobody has it since."""
    body = event.body
    person, number, token = body["person"], body["slot"], body["token"]
    entry = there(project, judge, body["entry"], number, body["queue"])
    if not entry:
        return
    if body["late"]:
        slot = _late(project, judge, entry, number, person, token)
    else:
        slot = holds(project, judge, entry, number, person, token)
        still_eligible(project, judge, entry, number, person)
    statuses = project.queues[entry.queue].rules.statuses
    index, meaning = body["status"], body["meaning"]
    judge.expect(
        RULES,
        0 < index <= len(statuses) and statuses[index - 1] == meaning,
        "status {} with meaning {}, the queue has {}",
        index,
        meaning,
        statuses,
    )
    once = slot.finished == 0 or slot.correction
    judge.expect(8, once, "task {}-{} is finished a second time", entry.entry, number)
    after = Slot(
        state=reviews.submitted(project, event, judge, entry, number),
        person=person,
        token=token,
        finished=slot.finished + 1,
    )
    if body["late"]:
        entry.soft &= {person}
    put(project, entry, number, after)
    _goes_on(project, event, judge)


def _goes_on(project: Project, event: Event, judge: Judge) -> None:
    """With batches: the deadline of all they hold has moved, and the batch that is due is given."""
    body = event.body
    queue, person, refill = project.queues[body["queue"]], body["person"], list(body["refill"])
    due = batches.refill(project, queue, person)
    given = [(entry, slot) for entry, slot, _, _ in refill]
    judge.expect(5, given == due, "the refill of person {} is {}, not {}", person, given, due)
    wanted = event.clock_ms + queue.rules.lease_ms if queue.rules.batch_size else 0
    _deadline(judge, wanted, body["deadline"])
    queue.batches += bool(refill)
    if person in queue.together:
        queue.together[person] = body["deadline"]
    grant_all(project, event, judge, refill)


def holds(
    project: Project, judge: Judge, entry: Entry, number: int, person: int, token: int
) -> Slot:
    """The slot, which must be held by `person` under `token`, not below their fence (7)."""
    slot, fence = entry.slot(number), fence_of(project, entry, number, person)
    judge.expect(
        7,
        slot.held and slot.person == person and slot.token == token and token >= fence,
        "task {}-{}: person {} acts with token {}; state {} of person {}, token {}, fence {}",
        entry.entry,
        number,
        person,
        token,
        slot.state,
        slot.person,
        slot.token,
        fence,
    )
    _uncovered(project, judge, entry)
    return slot


def _uncovered(project: Project, judge: Judge, entry: Entry) -> None:
    """Nothing of a dataset that is being detached is given, started or submitted."""
    judge.expect(7, not project.covered(entry), "entry {} is covered by a fence", entry.entry)


def _late(
    project: Project, judge: Judge, entry: Entry, number: int, person: int, token: int
) -> Slot:
    """MODEL invariant 3: expired, given to nobody since, eligible, not fenced."""
    slot, fence = entry.slot(number), fence_of(project, entry, number, person)
    free = slot.state in (QUEUED, RETURNED) and slot.last == (person, token)
    judge.expect(
        7,
        free and token >= fence,
        "task {}-{}: late by person {} with token {}; state {}, last {}, fence {}",
        entry.entry,
        number,
        person,
        token,
        slot.state,
        slot.last,
        fence,
    )
    _uncovered(project, judge, entry)
    cause = eligible(project, person, entry, number)
    judge.expect(6, not cause, "late by person {}, who is {}", person, cause)
    return slot


def still_eligible(project: Project, judge: Judge, entry: Entry, number: int, person: int) -> None:
    """What is only assigned needs eligibility; what is started may be finished (SEMANTICS §1)."""
    if entry.slot(number).state == ASSIGNED:
        cause = entitled(project, person, entry, number)
        judge.expect(
            6, not cause, "task {}-{}: person {} is {}", entry.entry, number, person, cause
        )


def _grant(project: Project, event: Event, judge: Judge, entry: Entry, number: int) -> None:
    """No task has two leases, no person two slots of an item (MODEL invariants 2 and 4)."""
    person, slot = event.body["person"], entry.slot(number)
    _uncovered(project, judge, entry)
    mine = slot.state == RETURNED and slot.person == person
    judge.expect(
        6,
        slot.state == QUEUED or mine,
        "task {}-{} given to person {} while in state {} of person {}",
        entry.entry,
        number,
        person,
        slot.state,
        slot.person,
    )
    by_right = event.body.get("by_right") == BY_RIGHT
    cause = eligible(project, person, entry, number if mine else 0, chosen=by_right)
    judge.expect(
        6,
        not cause,
        "task {}-{} given to person {}, who is {}",
        entry.entry,
        number,
        person,
        cause,
    )
    after = Slot(
        state=ASSIGNED,
        person=person,
        token=event.seq,
        correction=mine,
        finished=slot.finished,
    )
    queue = project.queues[entry.queue]
    put(project, entry, number, running(queue, after, event.body["deadline"]))


def _within_cap(
    project: Project, queue: Queue, person: int, given: list[tuple[int, int]], judge: Judge
) -> None:
    """New work within max_held; a correction may go above it (SEMANTICS §3)."""
    if queue.rules.distributed:
        return
    own = queue.own.get(person, {})
    fresh = sum(own.get(entry) != slot for entry, slot in given)
    most, has, more = queue.rules.max_held, len(queue.held.get(person, ())), len(given)
    if queue.rules.batch_size:
        most, has, more = queue.rules.max_workload, queue.workload(person), fresh
    judge.expect(
        6,
        not fresh or has + more <= most,
        "person {} holds {} of at most {} and was given {}",
        person,
        has,
        most,
        more,
    )


def there(
    project: Project, judge: Judge, entry_number: int, number: int, queue: int = 0
) -> Entry | None:
    """The entry, if it has such a slot and is in that queue (0: in any)."""
    entry = project.entries.get(entry_number)
    there = entry is not None and 1 <= number <= entry.k and queue in (0, entry.queue)
    judge.expect(RULES, there, "there is no task {}-{} in queue {}", entry_number, number, queue)
    return entry if there else None


def _deadline(judge: Judge, due: int, deadline: int) -> None:
    """A lease runs from the clock of its event, for the queue's lease duration."""
    judge.expect(RULES, deadline == due, "deadline {}, it should be {}", deadline, due)
