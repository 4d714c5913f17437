"""What a call about tasks named by their ids must answer. Nothing here changes the state."""

from __future__ import annotations

from collections.abc import Sequence

from audit.eligibility import eligible, has_another, standing
from audit.moves import DONE
from audit.state import FINISHED, IN_PROGRESS, IN_REVIEW, QUEUED, REMOVED, Entry, Project

NOT_FOUND = "not_found"
STALE = "stale_entry"
REMEMBERED = 10_000

Told = tuple[str, str]
"""The word, and the detail that goes with it."""


def expect_set_priority(project: Project, queue: int, tasks: Sequence[tuple[int, int]]) -> Told:
    """The word, and the first task that stands against it."""
    if queue not in project.queues:
        return NOT_FOUND, "queue"
    for number, slot in tasks:
        entry = project.entries[number]
        if slot > entry.k:
            return NOT_FOUND, f"{number}-{slot}"
        if entry.gone or project.covered(entry) or entry.slot(slot).state in FINISHED:
            return "not_there", f"{number}-{slot}"
    return "ok", ""


def expect_set_status(
    project: Project,
    entry: Entry,
    number: int,
    person: int,
    manager: int,
    as_of: int,
    known: int = 0,
) -> Told:
    """By the author, or by a manager, who may also finish what waits.

    `known`: of one that has left it is known that a review of it has passed.
    """
    if project.covered(entry):
        return "wrong_state", str(REMOVED)
    if stale(project, entry, as_of):
        return STALE, ""
    if number > entry.k:
        return NOT_FOUND, "task"
    slot = entry.slot(number)
    if slot.state in DONE:
        if not (manager or slot.person == person):
            return "not_author", ""
        if not manager and has_passed(project, entry, number, known):
            return "review_passed", ""
        return ("status_locked" if project.status_locks else "ok"), ""
    if slot.state != QUEUED or not manager:
        return "wrong_state", str(entry.shown(slot))
    return ("not_eligible", "EXCLUDED") if has_another(entry, person, number) else ("ok", "")


def has_passed(project: Project, entry: Entry, number: int, known: int) -> bool:
    """Whether a review of what was submitted last has passed, as far as is known of it."""
    cycle = project.cycles.get((entry.entry, number))
    if cycle and cycle.noted:
        return cycle.known and cycle.passed
    return bool(known)


def has_begun(project: Project, entry: Entry, number: int) -> bool:
    """Whether somebody is at a review of it, or has finished one."""
    cycle = project.cycles.get((entry.entry, number))
    if cycle is None or entry.slot(number).state != IN_REVIEW:
        return False
    states = {project.entries[one].slot(1).state for one in cycle.open}
    return cycle.begun > 0 or IN_PROGRESS in states


def expect_remove_status(
    project: Project,
    entry: Entry,
    number: int,
    person: int,
    manager: int,
    recalled: int,
    as_of: int,
    known: int = 0,
) -> Told:
    """By the author, or by a manager who does not recall; the author may work there."""
    if project.covered(entry):
        return "wrong_state", str(REMOVED)
    if stale(project, entry, as_of):
        return STALE, ""
    if number > entry.k:
        return NOT_FOUND, "task"
    slot = entry.slot(number)
    if slot.state not in DONE:
        return "wrong_state", str(entry.shown(slot))
    if slot.person != person and not (manager and not recalled):
        return "not_author", ""
    if not (manager and not recalled) and has_passed(project, entry, number, known):
        return "review_passed", ""
    if recalled and has_begun(project, entry, number):
        return "review_started", ""
    cause = standing(project.member(slot.person), project.queues[entry.queue])
    return ("not_eligible", cause) if cause else ("ok", "")


def expect_reopen(
    project: Project, tasks: Sequence[tuple[Entry, int]], to: int, person: int, as_of: int
) -> Told:
    """All or none, for the first that stands against it."""
    had: set[int] = set()
    for entry, number in tasks:
        name = f"{entry.entry}-{number}"
        if project.covered(entry):
            return "wrong_state", f"{name} {REMOVED}"
        if stale(project, entry, as_of):
            return STALE, ""
        if number > entry.k:
            return NOT_FOUND, name
        if entry.slot(number).state not in DONE:
            return "wrong_state", f"{name} {entry.shown(entry.slot(number))}"
        cause = _against(project, entry, number, to, person)
        if not cause and to == 3 and entry.entry in had:
            cause = "EXCLUDED"
        if cause:
            return "not_eligible", f"{name} {cause}"
        had.add(entry.entry)
    return "ok", ""


def stale(project: Project, entry: Entry, as_of: int) -> bool:
    """Whether what is known of an entry that left, as of `as_of`, may be too old.

    One that was removed in part is never known well enough.
    """
    if not entry.gone:
        return False
    if any(slot.state not in FINISHED for slot in entry.all()):
        return True
    if project.queues[entry.queue].cleared_seq > as_of:
        return True
    remembered = len(project.left) < REMEMBERED or as_of >= min(project.left.values())
    return project.left[entry.entry] > as_of or not remembered


def _against(project: Project, entry: Entry, number: int, to: int, person: int) -> str:
    if to == 2:
        return ""
    if to == 1:
        author = project.member(entry.slot(number).person)
        return standing(author, project.queues[entry.queue])
    return eligible(project, person, entry, number)
