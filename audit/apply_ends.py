"""Events by which leases end without a submission, and work comes back."""

from __future__ import annotations

from dataclasses import replace

from audit import reviews
from audit.apply_work import holds, there
from audit.eligibility import entitled, fence_of, standing
from audit.moves import end_lease, keep, put
from audit.report import RULES, Judge
from audit.review_state import REVIEWS, STAGE
from audit.state import (
    ASSIGNED,
    FOREVER,
    IN_PROGRESS,
    RETURNED,
    Entry,
    Member,
    Project,
    Queue,
    Slot,
)
from store.events import Event


def released(project: Project, event: Event, judge: Judge) -> None:
    """Given back by the holder: first place kept, nobody excluded, the token dead."""
    body = event.body
    for entry_number, number in body["tasks"]:
        entry = there(project, judge, entry_number, number)
        if entry:
            holds(project, judge, entry, number, body["person"], entry.slot(number).token)
            end_lease(project, entry, number)


def expired(project: Project, event: Event, judge: Judge) -> None:
    """Only leases that are due on the event's clock; the last holder is remembered."""
    tasks, stay = event.body["tasks"], event.body["stay"] or ()
    judge.expect(RULES, len(tasks) + len(stay) > 0, "nothing expired")
    judge.expect(RULES, len(tasks) <= 100, "{} tasks expired at once", len(tasks))
    for entry_number, number, person, stays in tasks:
        entry = there(project, judge, entry_number, number)
        if not entry:
            continue
        slot = entry.slot(number)
        deadline = project.queues[entry.queue].deadline(slot) if slot.held else 0
        judge.expect(
            7,
            slot.held and slot.person == person and deadline <= event.clock_ms,
            "task {}-{} of person {} expired at {}; state {} of person {}, deadline {}",
            entry_number,
            number,
            person,
            event.clock_ms,
            slot.state,
            slot.person,
            deadline,
        )
        right = _stays(project, entry, number)
        judge.expect(7, right == bool(stays), "task {}-{} stays: {}", entry_number, number, stays)
        if stays:
            keep(project, entry, number)
        else:
            end_lease(project, entry, number, expired=slot.held)
    for number, person in stay:
        _stay(project, event, judge, number, person)


def _stays(project: Project, entry: Entry, number: int) -> bool:
    """Whether what somebody had started is given to them still: they may keep it, not started."""
    slot = entry.slot(number)
    if not slot.given:
        return False
    fence = fence_of(project, entry, number, slot.person, assigned=True)
    return slot.token >= fence and not entitled(project, slot.person, entry, number)


def _stay(project: Project, event: Event, judge: Judge, number: int, person: int) -> None:
    """With batches: all that has an end is back, and what was given is held without one."""
    queue = project.queues[number]
    due = queue.together.get(person, FOREVER) <= event.clock_ms
    judge.expect(7, due, "the leases of person {} in {} are not due", person, number)
    mine = queue.held.get(person, {}).items()
    slots = [project.entries[entry].slot(slot) for entry, slot in mine]
    given = bool(slots) and all(slot.given and slot.state == ASSIGNED for slot in slots)
    judge.expect(7, given, "person {} holds more than was given to them", person)
    queue.together[person] = FOREVER


def batch_cleared(project: Project, event: Event, judge: Judge) -> None:
    """What somebody has of their batches is for others, and for them after all else.

    Either all that they have not started, or all; corrections stay.
    """
    body = event.body
    person, queue = body["person"], project.queues[body["queue"]]
    judge.expect(RULES, queue.rules.batch_size, "queue {} has no batches", queue.queue)
    tasks = [(entry, number) for entry, number in body["tasks"]]
    ways = [
        [task for task in clearable(project, queue, person) if states & {_state(project, *task)}]
        for states in ({ASSIGNED}, {ASSIGNED, IN_PROGRESS})
    ]
    judge.expect(7, tasks and tasks in ways, "cleared of person {}: {}; {}", person, tasks, ways)
    for entry_number, number in tasks:
        entry = there(project, judge, entry_number, number, queue.queue)
        if entry:
            end_lease(project, entry, number)
            entry.soft |= {person}


def clearable(project: Project, queue: Queue, person: int) -> list[tuple[int, int]]:
    """What the person holds of their batches, in order: no corrections, nothing given to them."""
    held = sorted(queue.held.get(person, {}).items(), key=lambda t: project.entries[t[0]].score)
    slots = ((e, n, project.entries[e].slot(n)) for e, n in held)
    return [(e, n) for e, n, slot in slots if not (slot.correction or slot.given)]


def _state(project: Project, entry: int, number: int) -> int:
    return project.entries[entry].slot(number).state


def revoked(project: Project, event: Event, judge: Judge) -> None:
    """Taken back: what a fence covers, and what is only assigned and not theirs to do any more.

    A correction stays with its author, unless they are out, here or everywhere (SEMANTICS §1).
    """
    body = event.body
    person, tasks = body["person"], body["tasks"]
    judge.expect(RULES, len(tasks) <= 100, "{} tasks taken back at once", len(tasks))
    judge.expect(RULES, person in project.recalls, "person {} is not recalled", person)
    for entry_number, number, to_pool in tasks:
        entry = there(project, judge, entry_number, number)
        if not entry:
            continue
        slot = entry.slot(number)
        judge.expect(
            7,
            slot.person == person and must_go(project, entry, number),
            "task {}-{} taken from person {} without cause; state {} of person {}",
            entry_number,
            number,
            person,
            slot.state,
            slot.person,
        )
        _leaves(project, judge, entry, number, to_pool)
        end_lease(project, entry, number, to_pool=bool(to_pool))
    if body["done"]:
        project.recalls.pop(person, None)
        # What the queue itself is recalling is taken back by that recall.
        left = [
            (entry, number)
            for entry, number in _held_by(project, person)
            if must_go(project, entry, number)
            and not (entry.queue in project.queue_recalls and _covered(project, entry, number))
        ]
        judge.expect(
            RULES, not left, "the recall of person {} ended, {} tasks stay", person, len(left)
        )
    else:
        project.recalls[person] = body["cursor"]


def recalled(project: Project, event: Event, judge: Judge) -> None:
    """Taken back: what is only assigned in a queue and covered by a fence, whoever has it."""
    body = event.body
    queue, tasks = body["queue"], body["tasks"]
    judge.expect(RULES, len(tasks) <= 100, "{} tasks taken back at once", len(tasks))
    judge.expect(RULES, queue in project.queue_recalls, "queue {} is not recalled", queue)
    for entry_number, number, person, to_pool in tasks:
        entry = there(project, judge, entry_number, number, queue)
        if not entry:
            continue
        right = entry.slot(number).person == person and _covered(project, entry, number)
        judge.expect(7, right, "task {}-{} recalled from {}", entry_number, number, person)
        _leaves(project, judge, entry, number, to_pool)
        end_lease(project, entry, number, to_pool=bool(to_pool))
    if not body["done"]:
        project.queue_recalls[queue] = body["cursor"]
        return
    project.queue_recalls.pop(queue, None)
    # What somebody may not keep since then is taken back by the recall of that person.
    left = [
        task
        for person, mine in project.queues[queue].held.items()
        for task in mine.items()
        if person not in project.recalls and _covered(project, project.entries[task[0]], task[1])
    ]
    judge.expect(RULES, not left, "the recall of queue {} ended, {} stay", queue, left)


def pooled(project: Project, event: Event, judge: Judge) -> None:
    """What waits for somebody in vain is for anybody; a review, for who is chosen then."""
    body = event.body
    queue, person = body["queue"], body["person"]
    member = project.member(person)
    of = project.queues[queue]
    judge.expect(RULES, in_vain(member, of), "what waits for {} in {} is pooled", person, queue)
    judge.expect(RULES, 0 < len(body["tasks"]) <= 100, "{} tasks pooled", len(body["tasks"]))
    chosen = [_whose(project, of, task[0]) for task in body["tasks"]]
    for (entry_number, number, _, _, told), then in zip(body["tasks"], chosen, strict=True):
        entry = there(project, judge, entry_number, number, queue)
        if entry:
            judge.expect(RULES, told == then, "{} is for {}, not {}", entry_number, told, then)
            slot = entry.slot(number)
            right = slot.state == RETURNED and slot.person == person
            judge.expect(
                7, right, "task {}-{} is no correction of {}", entry_number, number, person
            )
            last = (told, slot.last[1]) if slot.last else None
            then_theirs = replace(slot, person=told, last=last)
            put(project, entry, number, then_theirs if told else Slot())


def in_vain(member: Member, queue: Queue) -> bool:
    """Whether what waits for somebody waits in vain: they are out, or may not review."""
    gone = not (member.member and member.active) or queue.queue in member.fences
    return (gone or queue.queue >= STAGE) and bool(standing(member, queue))


def _whose(project: Project, queue: Queue, number: int) -> int:
    """Who is chosen now for a review that waits in vain; 0: it is anybody's, as corrections are."""
    review = project.entries[number].review if number in project.entries else None
    if review is None:
        return 0
    chosen = review.candidates, review.barred, number - REVIEWS
    return reviews.reviewer(project, queue, *chosen)


def _covered(project: Project, entry: Entry, number: int) -> bool:
    slot = entry.slot(number)
    return slot.state == ASSIGNED and slot.token < fence_of(project, entry, number, slot.person)


def _leaves(project: Project, judge: Judge, entry: Entry, number: int, to_pool: int) -> None:
    """Whether it is said rightly if even a correction goes to the pool."""
    slot = entry.slot(number)
    member = project.member(slot.person)
    out = not (member.member and member.active) or slot.token < member.fences.get(entry.queue, 0)
    out = out and not entry.review
    judge.expect(RULES, out == bool(to_pool), "task {}-{}: to the pool", entry.entry, number)


def must_go(project: Project, entry: Entry, number: int) -> bool:
    """Whether a hold may not stay: fenced, or only assigned and not theirs (SEMANTICS §1)."""
    slot = entry.slot(number)
    if not slot.held:
        return False
    if slot.token < fence_of(project, entry, number, slot.person):
        return True
    return slot.state == ASSIGNED and entitled(project, slot.person, entry, number) != ""


def _held_by(project: Project, person: int) -> list[tuple[Entry, int]]:
    return [
        (project.entries[entry], number)
        for queue in project.queues.places()
        for entry, number in queue.held.get(person, {}).items()
    ]
