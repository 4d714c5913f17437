"""What a call must answer, predicted from the model's state. Nothing here changes it.

The words are those of the headers in `store/functions`. Protocol refusals (not loaded, stale
epoch, lagging …) say nothing about the state and are not predicted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit import batches, skips
from audit.apply_ends import clearable
from audit.apply_work import begins
from audit.eligibility import (
    NOT_ALLOWED,
    NOT_ASSIGNED,
    barred,
    closed,
    eligible,
    entitled,
    fence_of,
    first,
    shut_out,
    skilled,
    standing,
    unseen,
)
from audit.state import (
    ADMIN,
    ASSIGNED,
    FINISHED,
    FOREVER,
    QUEUED,
    QUIET_MS,
    RETURNED,
    WINDOW,
    Entry,
    Project,
    Queue,
)

NOT_FOUND = "not_found"
LEASE_LOST = "lease_lost"
MOST_RENEWED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why there is nothing to give. `causes` are (cause, entries it withholds)."""

    reason: str
    causes: tuple[tuple[str, int], ...] = ()
    next_free: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The word, and with 'ok' the (entry, slot)s, with 'nothing' the reasons in their order."""

    word: str
    tasks: tuple[tuple[int, int], ...] = ()
    reasons: tuple[Reason, ...] = ()


def expect_reserve(
    project: Project, person: int, queue: int, count: int, target: int = 0, *, clock: int = 0
) -> Answer:
    """Reserve, or EnsureReservations where `target` > 0. `clock` is now, for `next_free`.

    Holding the target already gives 'nothing' without a reason.
    """
    of = project.queues.get(queue)
    if of is None:
        return Answer(word=NOT_FOUND)
    if of.rules.distributed:
        return _mostly_content(project, person, of, first(project, of, person, count), clock)
    if of.rules.batch_size:
        return _mostly_content(project, person, of, batches.opened(project, of, person), clock)
    held = len(of.held.get(person, ()))
    wanted = min(count, target - held) if target else count
    if barred(project.member(person), of):
        wanted = 0
    elif wanted <= 0:
        return Answer(word="nothing")
    tasks = tuple(first(project, of, person, wanted))
    if tasks:
        return Answer(word="ok", tasks=tasks)
    return Answer(word="nothing", reasons=reasons(project, of, person, clock))


def _mostly_content(
    project: Project, person: int, of: Queue, tasks: Sequence[tuple[int, int]], clock: int
) -> Answer:
    """With batches, or where work is distributed: who has work is told no reason for nothing."""
    if tasks:
        return Answer(word="ok", tasks=tuple(tasks))
    if of.workload(person) and not barred(project.member(person), of):
        return Answer(word="nothing")
    return Answer(word="nothing", reasons=reasons(project, of, person, clock))


def expect_load(project: Project, person: int, queue: int, *, clock: int = 0) -> Answer:
    """LoadBatch."""
    of = project.queues.get(queue)
    if of is None:
        return Answer(word=NOT_FOUND)
    if not of.rules.batch_size:
        return Answer(word="no_batches")
    tasks = tuple(batches.load(project, of, person))
    if tasks:
        return Answer(word="ok", tasks=tasks)
    return Answer(word="nothing", reasons=reasons(project, of, person, clock))


def expect_clear(project: Project, person: int, queue: int, *, include_started: bool) -> Answer:
    """ClearBatch."""
    of = project.queues.get(queue)
    if of is None:
        return Answer(word=NOT_FOUND)
    if not of.rules.batch_size:
        return Answer(word="no_batches")
    tasks = tuple(
        (entry, slot)
        for entry, slot in clearable(project, of, person)
        if include_started or project.entries[entry].slot(slot).state == ASSIGNED
    )
    return Answer(word="ok" if tasks else "no_batch", tasks=tasks)


def _full(queue: Queue, person: int) -> bool:
    """Whether the rules of the queue, and nothing else, keep new work from them."""
    if queue.rules.distributed:
        return False
    if queue.rules.batch_size:
        return queue.workload(person) >= queue.rules.max_workload
    return len(queue.held.get(person, ())) >= queue.rules.max_held


def reasons(project: Project, queue: Queue, person: int, clock: int) -> tuple[Reason, ...]:
    """All that hold, in the order of SEMANTICS §1; nothing of what waits if that is hidden."""
    member = project.member(person)
    hidden = unseen(member, queue)
    cause = standing(member, queue) or (NOT_ALLOWED if hidden else "")
    found = [Reason(reason="NOT_ELIGIBLE", causes=((cause, 0),))] if cause else []
    if queue.control.paused or queue.rules.manual:
        found.append(Reason(reason="PAUSED"))
    if _full(queue, person):
        found.append(Reason(reason="AT_CAP"))
    if queue.pressed:
        found.append(Reason(reason="BACKPRESSURE"))
    if hidden:
        return tuple(found)
    waiting = _waiting(project, queue)
    if any(waiting.values()):
        withheld = () if cause else _withheld(project, queue, person, waiting)
        if withheld:
            found.append(Reason(reason="NOT_ELIGIBLE", causes=withheld))
        return tuple(found)
    deadlines = [
        queue.deadline(project.entries[entry].slot(slot))
        for mine in queue.held.values()
        for entry, slot in mine.items()
    ]
    if deadlines:
        found.append(Reason(reason="ALL_LEASED", next_free=next_free(deadlines, clock)))
    later = any(waits.queue == queue.queue for waits in project.delayed.values())
    if later:
        found.append(Reason(reason="NOT_BEFORE"))
    if not deadlines and not later:
        found.append(Reason(reason="QUEUE_EMPTY"))
    return tuple(found)


def next_free(deadlines: Sequence[int], clock: int) -> int | None:
    """In how many ms the first of these holds ends; None: none does by itself."""
    first_end = min(deadlines)
    return max(0, first_end - clock) if first_end < FOREVER else None


def expect_members(project: Project, mode: str, records: Sequence[Sequence[Any]]) -> str:
    """The first that cannot be, then whether an ADMIN stays."""
    for person, *_ in records:
        known = project.member(person).member
        if known and mode == "add":
            return "already_exists"
        if not known and mode == "change":
            return NOT_FOUND
    left = set(project.admins())
    for person, member, active, roles, _ in records:
        left.discard(person)
        if member and active and roles & ADMIN:
            left.add(person)
    return "ok" if left else "last_admin"


def expect_pick(
    project: Project, person: int, queue: int, entry: int, slot: int, *, by_right: bool
) -> str:
    """'ok' for what waits in this queue, is allowed, and is this person's to do."""
    of, found = project.queues.get(queue), project.entries.get(entry)
    if of is None or found is None or found.queue != queue or found.gone:
        return NOT_FOUND
    if project.covered(found):
        return NOT_FOUND
    if not 1 <= slot <= found.k:
        return NOT_FOUND
    state = found.shown(found.slot(slot))
    mine = of.own.get(person, {}).get(entry) == slot
    if state != QUEUED and not mine:
        return "wrong_state"
    if not (mine or by_right or of.rules.allow_pick):
        return "not_allowed"
    if eligible(project, person, found, slot if mine else 0, chosen=by_right):
        return "not_eligible"
    return "at_cap" if _full(of, person) and not mine else "ok"


def expect_start(project: Project, person: int, entry: int, slot: int, token: int) -> str:
    """'ok' also for what is started already; 'not_eligible' only for what is not."""
    found, word = leased(project, person, entry, slot, token)
    if word or found is None:
        return word
    held = found.slot(slot)
    if held.state == ASSIGNED and (found.queue, held.person) in project.moving:
        return "moving"
    shut = begins(project, found, held) and closed(project.queues[found.queue])
    return "not_eligible" if shut else if_assigned(project, person, found, slot)


def expect_submit(project: Project, person: int, entry: int, slot: int, token: int) -> str:
    """'ok' for the holder, and late for the last one (MODEL invariant 3)."""
    found, word = leased(project, person, entry, slot, token)
    if found is None:
        return word
    if found.review:
        return NOT_FOUND
    if not word:
        return if_assigned(project, person, found, slot)
    return "ok" if may_be_late(project, person, found, slot, token) else word


def expect_draft(
    project: Project, person: int, entry: int, slot: int, token: int, *, clock: int
) -> str:
    """'ok' for an event, 'kept' where the hold needs none."""
    found, word = leased(project, person, entry, slot, token)
    if word or found is None:
        return word
    held = found.slot(slot)
    return "kept" if held.draft and clock - held.touched <= QUIET_MS else "ok"


def expect_skip(
    project: Project, person: int, entry: int, slot: int, token: int, policy: int = 0
) -> str:
    """'ok' for the holder, unless they take something for granted that is not so."""
    found, word = leased(project, person, entry, slot, token)
    if word or found is None:
        return word
    applies = skips.policy_of(project, found, slot)
    return "ok" if policy in (0, applies) else "other_policy"


def expect_release(project: Project, person: int, entry: int, slot: int, token: int) -> str:
    """'ok' for the holder only; token 0 stands for whatever lease the person has."""
    found = project.entries.get(entry)
    if token == 0 and found and found.slots and 1 <= slot <= found.k:
        token = found.slot(slot).token or 0
    return leased(project, person, entry, slot, token)[1] or "ok"


def expect_renew(
    project: Project,
    person: int,
    queue: int = 0,
    takeover: int = 0,
    tasks: Sequence[tuple[int, int, int]] = (),
) -> str:
    """All the named (entry, slot, token)s or none; without names, all that is alive."""
    if person not in project.members:
        return NOT_FOUND
    if queue and not project.queues.get(queue):
        return NOT_FOUND
    if not tasks:
        return "ok" if renewable(project, person, queue) else "nothing_held"
    for entry, slot, token in tasks:
        found = project.entries.get(entry)
        if takeover and found and found.slots and 1 <= slot <= found.k and found.slot(slot).held:
            token = found.slot(slot).token
        word = leased(project, person, entry, slot, token)[1]
        if word:
            return word
    return "ok"


def renewable(project: Project, person: int, queue: int = 0) -> list[tuple[int, int]]:
    """(entry, slot) of the person's leases that no fence has killed, earliest deadline first."""
    found = [
        (of.deadline(slot), entry, number)
        for of in project.queues.places()
        if queue in (0, of.queue)
        for entry, number in of.held.get(person, {}).items()
        if (slot := project.entries[entry].slot(number)).token
        >= fence_of(project, project.entries[entry], number, person)
        and not project.covered(project.entries[entry])
    ]
    return [(entry, number) for _, entry, number in sorted(found)][:MOST_RENEWED]


def expect_remove(
    project: Project, queue: int, entries: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Which of them leave, and which stay, because they are finished or gone already."""
    leaving: list[int] = []
    kept: list[int] = []
    for number in dict.fromkeys(entries):
        entry = project.entries.get(number)
        here = entry is not None and not entry.gone and entry.queue == queue
        (leaving if here else kept).append(number)
    return leaving, kept


def expect_request(project: Project, session: int, secret: str, n: int, hash_: str) -> str:
    """'new', 'dup', 'request_id_reused', 'request_too_old' or 'session_unknown'."""
    known = project.sessions.get(session)
    if known is None or known.secret != secret:
        return "session_unknown"
    kept = known.answers.get(n % WINDOW)
    if kept and kept[0] == n:
        return "dup" if kept[1] == hash_ else "request_id_reused"
    return "request_too_old" if n <= known.newest - WINDOW else "new"


def may_be_late(project: Project, person: int, entry: Entry, number: int, token: int) -> bool:
    """Expired, given to nobody since, and its last holder still eligible and not fenced."""
    slot = entry.slot(number)
    return (
        slot.state in (QUEUED, RETURNED)
        and slot.last == (person, token)
        and token >= fence_of(project, entry, number, person)
        and not project.covered(entry)
        and not eligible(project, person, entry, number)
    )


def leased(
    project: Project, person: int, entry: int, number: int, token: int
) -> tuple[Entry | None, str]:
    """The entry, if the task is open and has a record; the refusal, '' for who holds the lease."""
    found = project.entries.get(entry)
    if person not in project.members or found is None or found.gone or not found.slots:
        return None, NOT_FOUND
    if not 1 <= number <= found.k:
        return None, NOT_FOUND
    slot = found.slot(number)
    if slot.state in FINISHED:
        return None, NOT_FOUND
    holds = slot.held and slot.person == person and slot.token == token
    dead = token < fence_of(project, found, number, person) or project.covered(found)
    return found, LEASE_LOST if dead or not holds else ""


def if_assigned(project: Project, person: int, entry: Entry, number: int) -> str:
    """'not_eligible' for what is held but not started, and no longer theirs to do."""
    lost = entry.slot(number).state == ASSIGNED and entitled(project, person, entry, number)
    return "not_eligible" if lost else "ok"


def _waiting(project: Project, queue: Queue) -> dict[int, list[Entry]]:
    """Entries with a free slot per lane, without those that a dataset's fence covers."""
    lanes = {
        number: [project.entries[score % 2**46] for score in lane]
        for number, lane in queue.lanes.items()
    }
    return {
        number: [entry for entry in lane if not project.covered(entry)]
        for number, lane in lanes.items()
    }


def _withheld(
    project: Project, queue: Queue, person: int, waiting: dict[int, list[Entry]]
) -> tuple[tuple[str, int], ...]:
    """What is available but not theirs: by skill, and by having another slot of the item."""
    if queue.rules.distributed:
        return ((NOT_ASSIGNED, sum(map(len, waiting.values()))),)
    member, skill, excluded = project.member(person), 0, 0
    for number, lane in waiting.items():
        if not skilled(member, queue, number):
            skill += len(lane)
            continue
        excluded += sum(shut_out(entry, person) for entry in lane)
    return tuple((cause, n) for cause, n in (("SKILL", skill), ("EXCLUDED", excluded)) if n)
