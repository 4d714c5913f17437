"""Who may have which task, by brute force: the oracle's own predicate.

SEMANTICS §1: an active member, with a role that may annotate, in the queue's
allowed people where they are set, with the skills that the item's class
requires, who has not skipped it, and with no other slot of the item.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice

from audit.state import (
    ADMIN,
    ASSIGNED,
    RANK_STEP,
    TEAM_MANAGER,
    Entry,
    Member,
    Project,
    Queue,
)

NOT_A_MEMBER = "NOT_A_MEMBER"
ROLE = "ROLE"
NOT_ALLOWED = "NOT_ALLOWED"
SKILL = "SKILL"
EXCLUDED = "EXCLUDED"
NOT_ASSIGNED = "NOT_ASSIGNED"
PAUSED = "PAUSED"
ARCHIVED = "ARCHIVED"


def standing(member: Member, queue: Queue) -> str:
    """Why this person may take nothing at all in this queue, or ''."""
    if not (member.member and member.active):
        return NOT_A_MEMBER
    if not member.roles & queue.may:
        return ROLE
    rules = queue.rules
    if rules.restricted and member.person not in rules.allowed and not rules.groups & member.groups:
        return NOT_ALLOWED
    return ""


def skilled(member: Member, queue: Queue, lane: int) -> bool:
    """Whether the person has every skill that the class requires."""
    return queue.classes.get(lane, frozenset()) <= member.skills


def has_another(entry: Entry, person: int, slot: int = 0) -> bool:
    """Whether a slot of the entry other than `slot` is or was done by this person.

    So is a review of their own work, and of what they have reviewed already.
    """
    if entry.review and person in entry.review.barred:
        return True
    if entry.check and person in entry.check.barred:
        return True
    return any(one.person == person and number != slot for number, one in enumerate(entry.slots, 1))


def closed(queue: Queue) -> str:
    """Why nobody is given anything in this queue now, or ''."""
    if queue.control.archived:
        return ARCHIVED
    return PAUSED if queue.control.paused else ""


def barred(member: Member, queue: Queue) -> str:
    """Why this person is given nothing at all in this queue now, or ''."""
    return standing(member, queue) or closed(queue)


def unseen(member: Member, queue: Queue) -> bool:
    """Whether the queue keeps what waits in it from this person, who does not manage there."""
    manages = member.roles & (ADMIN | TEAM_MANAGER) or queue.rules.owner == member.person
    return queue.rules.hidden and not manages


def pulls(member: Member, queue: Queue) -> bool:
    """Whether asking brings this person new work, if there is any for them."""
    by_others = queue.rules.distributed or queue.rules.manual
    return not (by_others or queue.pressed or unseen(member, queue))


def eligible(
    project: Project, person: int, entry: Entry, slot: int = 0, *, chosen: bool = False
) -> str:
    """Why `person` may not be given `entry`, or ''. What they hold they may do if entitled.

    `chosen`: by somebody who may give it out.
    """
    queue, member = project.queues[entry.queue], project.member(person)
    cause = standing(member, queue)
    if not (cause or slot or chosen) and unseen(member, queue):
        cause = NOT_ALLOWED
    cause = cause or closed(queue) or entitled(project, person, entry, slot)
    done_before = not (slot or chosen) and person in entry.done
    return cause or (EXCLUDED if done_before else "")


def shut_out(entry: Entry, person: int) -> bool:
    """Whether what they did with the item keeps it from them: a slot, a skip, work undone since."""
    return has_another(entry, person) or person in entry.skipped or person in entry.done


def entitled(project: Project, person: int, entry: Entry, slot: int = 0) -> str:
    """Why `person` may not do `entry`, or ''. `slot`: the one that is theirs already, if any.

    A correction stays with its author whatever skills they have lost since.
    """
    queue, member = project.queues[entry.queue], project.member(person)
    cause = standing(member, queue)
    if cause:
        return cause
    correction = slot > 0 and entry.slot(slot).correction
    if not correction and not skilled(member, queue, entry.lane):
        return SKILL
    skipped = slot == 0 and person in entry.skipped
    return EXCLUDED if skipped or has_another(entry, person, slot) else ""


def fence_of(
    project: Project, entry: Entry, number: int, person: int, *, assigned: bool = False
) -> int:
    """The fence over a slot of theirs; of what is (or would be) only assigned, the queue's too."""
    queue, member = project.queues[entry.queue], project.member(person)
    fences = [member.fence, member.fences.get(entry.queue, 0)]
    if assigned or entry.slot(number).state == ASSIGNED:
        fences.append(queue.control.recall)
        if standing(member, queue):
            fences.append(queue.control.narrow)
    return max(fences)


def corrections(project: Project, queue: Queue, person: int) -> list[tuple[int, int]]:
    """(entry, slot) of the person's returned tasks in the queue, in its order."""
    own = queue.own.get(person, {}).items()
    open_ = [task for task in own if not project.covered(project.entries[task[0]])]
    return sorted(open_, key=lambda task: project.entries[task[0]].place_in_own(task[1]))


def pool(project: Project, queue: Queue, person: int) -> Iterator[tuple[int, int]]:
    """(entry, lowest free slot) of all the person may take.

    In (priority, first entry) order; what was cleared from them comes after the rest. Nobody pulls
    where work is distributed, or given out by hand; and where it is hidden, managers only.
    """
    member = project.member(person)
    if barred(member, queue) or not pulls(member, queue):
        return
    lanes = [lane for number, lane in queue.lanes.items() if skilled(member, queue, number)]
    cleared = []
    for score in lanes[0] if len(lanes) == 1 else heapq.merge(*lanes):
        entry = project.entries[score % RANK_STEP]
        if not (shut_out(entry, person) or project.covered(entry)):
            if person in entry.soft:
                cleared.append(entry)
            else:
                yield entry.entry, entry.first_free()
    for entry in cleared:
        yield entry.entry, entry.first_free()


def first(project: Project, queue: Queue, person: int, n: int) -> list[tuple[int, int]]:
    """What a grant of at most `n` gives: corrections, then the pool as far as max_held goes.

    Corrections are not held up by max_held, but they count (SEMANTICS §3).
    """
    if barred(project.member(person), queue):
        return []
    mine = corrections(project, queue, person)[:n]
    room = queue.rules.max_held - len(queue.held.get(person, ())) - len(mine)
    fresh = max(0, min(n - len(mine), room))
    return mine + list(islice(pool(project, queue, person), fresh))
