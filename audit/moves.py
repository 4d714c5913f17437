"""One slot changes, and everything that is listed or counted by it follows."""

from __future__ import annotations

from dataclasses import replace

from audit.ordered import Ordered
from audit.review_state import REVIEW, STAGE
from audit.state import (
    ASSIGNED,
    ENDED,
    ESCALATED,
    FINISHED,
    FOREVER,
    FREE,
    HELD,
    IN_REVIEW,
    QUEUED,
    REMOVED,
    RETURNED,
    Entry,
    Project,
    Queue,
    Slot,
)

DONE = FINISHED | {IN_REVIEW}
"""The states of what was submitted, or has a status."""


def put(project: Project, entry: Entry, number: int, after: Slot) -> None:
    """Slot `number` of the entry is `after` from now on."""
    queue = project.queues[entry.queue]
    before = entry.slot(number)
    if not entry.slots:
        entry.slots = [FREE] * entry.k
    if after.state in FINISHED and before.state not in FINISHED and entry.escalated:
        put_skips(project, entry, entry.skipped, escalated=False)
    _unlist(queue, entry, before)
    entry.slots[number - 1] = after
    _list(queue, entry, number, after)
    if after.held and (not before.held or before.person != after.person):
        entry.soft &= {after.person}
    if before.held and not queue.held.get(before.person):
        queue.together.pop(before.person, None)
    if entry.shown(after) in (QUEUED, RETURNED) and entry.shown(before) != entry.shown(after):
        queue.gained = project.seq + 1
    queue.counts[entry.shown(before)] -= 1
    queue.counts[entry.shown(after)] += 1
    if before.state in DONE and before.token and after.state not in DONE:
        authors = entry.past.get(number, frozenset()) | {before.person}
        entry.past = {**entry.past, number: authors}
    was_gone = entry.gone
    entry.gone = all(slot.state in ENDED for slot in entry.slots)
    if entry.gone:
        entry.soft = frozenset()
        leaves(project, entry)
    if entry.review and entry.gone and not was_gone:
        press(project, entry.queue, -1)
    _take_along(project, entry, number, before, after)
    place(queue, entry)


def _take_along(project: Project, entry: Entry, number: int, before: Slot, after: Slot) -> None:
    """What ends with a review, and with a status."""
    if before.state == IN_REVIEW != after.state:
        review_ends(project, entry, number)
    if before.state in DONE and after.state not in DONE:
        checks_end(project, entry)


def leaves(project: Project, entry: Entry) -> None:
    """Nothing is left to do of it: of its reviews the live state knows no more."""
    if entry.review:
        return
    project.left[entry.entry] = project.at
    for number in range(1, entry.k + 1):
        cycle = project.cycles.get((entry.entry, number))
        if cycle:
            cycle.known = cycle.noted = False


def press(project: Project, stage: int, by: int) -> None:
    """So many more reviews of a queue are not finished; those of experts are not counted."""
    if stage // STAGE != REVIEW:
        return
    queue, settings = project.queues[stage % STAGE], project.reviewing[stage % STAGE]
    if settings.press(by):
        queue.gained = project.seq + 1
    queue.pressed = settings.pressed


def review_ends(project: Project, entry: Entry, number: int) -> None:
    """A task is in review no more: its unfinished reviews are gone, whoever has them."""
    cycle = project.cycles[entry.entry, number]
    ending, cycle.open, cycle.lot = cycle.open, [], 0
    project.cancelled += ending
    for one in ending:
        put(project, project.entries[one], 1, Slot(state=REMOVED))


def checks_end(project: Project, entry: Entry) -> None:
    """The item has no status any more: in no QA queue is it asked about, whoever holds it."""
    for number in project.checks.get(entry.entry, ()):
        check = project.entries.get(number)
        if check and not check.gone:
            end_check(project, check)


def end_check(project: Project, check: Entry) -> None:
    """A QA task ends, but for what somebody has said already."""
    project.cancelled.append(check.entry)
    for number, slot in enumerate(check.all(), 1):
        if slot.state not in ENDED:
            put(project, check, number, Slot(state=REMOVED, finished=slot.finished))


def running(queue: Queue, slot: Slot, deadline: int) -> Slot:
    """A held slot whose lease runs until then; with batches all that its holder holds does."""
    if not queue.rules.batch_size:
        return replace(slot, deadline=deadline)
    queue.together[slot.person] = deadline
    return slot


def place(queue: Queue, entry: Entry) -> None:
    """The entry is in its lane exactly while it has a free slot."""
    lane = queue.lanes.setdefault(entry.lane, Ordered())
    if entry.first_free():
        lane.add(entry.score)
    else:
        lane.discard(entry.score)


def rerank(project: Project, entry: Entry, rank: int) -> None:
    """The entry stands elsewhere in its queue, and counts as touched.

    It does so among what its holders hold too, who are recalled, if they are, from the first on.
    """
    queue = project.queues[entry.queue]
    queue.lanes.setdefault(entry.lane, Ordered()).discard(entry.score)
    entry.rank = rank
    entry.slots = [replace(slot, tail=0) for slot in entry.slots]
    entry.slots = entry.slots or [FREE] * entry.k
    place(queue, entry)
    for slot in entry.slots:
        if slot.state in HELD and slot.person in project.recalls:
            project.recalls[slot.person] = ""


def put_skips(project: Project, entry: Entry, skipped: frozenset[int], *, escalated: bool) -> None:
    """Who has skipped the item from now on, and whether its free slots are escalated."""
    queue = project.queues[entry.queue]
    free = sum(slot.state == QUEUED for slot in entry.slots)
    if escalated != entry.escalated:
        by = free if escalated else -free
        queue.counts[ESCALATED] += by
        queue.counts[QUEUED] -= by
    freed = free > 0 and entry.escalated and not escalated
    if freed or len(skipped) < len(entry.skipped):
        queue.gained = project.seq + 1
    entry.skipped, entry.escalated = skipped, escalated
    place(queue, entry)


def end_lease(
    project: Project, entry: Entry, number: int, *, expired: bool = False, to_pool: bool = False
) -> None:
    """The lease on the slot ends without a submission.

    It goes back to the pool at its first place, or, a correction, to its
    author's own list (MODEL: "if that lease ends it is RETURNED again").
    """
    slot = entry.slot(number)
    keeps = slot.correction and not to_pool
    last = (slot.person, slot.token) if expired else None
    put(
        project,
        entry,
        number,
        replace(
            slot,
            state=RETURNED if keeps else QUEUED,
            person=slot.person if keeps else 0,
            token=0,
            deadline=0,
            correction=keeps,
            given=False,
            finished=slot.finished if keeps else 0,
            last=last,
            draft=False,
            touched=0,
        ),
    )


def keep(project: Project, entry: Entry, number: int) -> None:
    """What was given to its holder is theirs still when its lease ends, and has none any more."""
    slot = entry.slot(number)
    alone = not project.queues[entry.queue].rules.batch_size
    deadline = FOREVER if alone else slot.deadline
    put(project, entry, number, replace(slot, state=ASSIGNED, deadline=deadline))


def _unlist(queue: Queue, entry: Entry, slot: Slot) -> None:
    lists = queue.held if slot.held else queue.own if slot.state == RETURNED else None
    if lists is not None:
        mine = lists.get(slot.person, {})
        mine.pop(entry.entry, None)
        if not mine:
            lists.pop(slot.person, None)


def _list(queue: Queue, entry: Entry, number: int, slot: Slot) -> None:
    if slot.held:
        queue.held.setdefault(slot.person, {})[entry.entry] = number
    elif slot.state == RETURNED:
        queue.own.setdefault(slot.person, {})[entry.entry] = number
