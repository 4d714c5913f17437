"""What a call about reviews must answer, predicted from the model's state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.eligibility import fence_of
from audit.expect import NOT_FOUND, if_assigned, leased
from audit.expect_finished import stale
from audit.moves import DONE
from audit.review_state import (
    PENDING,
    RESOLVED,
    RETURNED_UNIT,
    STAGE,
    Cycle,
)
from audit.state import FINISHED, IN_REVIEW, REMOVED, RETURNED, Entry, Member, Project

Told = tuple[str, str]
"""The word, and the detail that goes with it."""


def expect_change(project: Project, queue: int, expected: int, people: Sequence[int]) -> Told:
    """Whole, by who has read the settings that are; all who are named may review."""
    of = project.queues.get(queue)
    if of is None or queue >= STAGE:
        return NOT_FOUND, "queue"
    if of.control.submitted:
        return "data_submitted", ""
    if of.control.archived:
        return "archived", ""
    known = project.reviewing.get(queue)
    if (known.set_seq if known else 0) != expected:
        return "stale_etag", ""
    for person in people:
        if cannot_review(project.member(person)):
            return "not_eligible", str(person)
    return "ok", ""


def cannot_review(member: Member) -> bool:
    """Whether somebody has no right to review anything now."""
    return not (member.member and member.active and member.roles & (1 | 2 | 4 | 8 | 32))


def reviewed(project: Project, entry: Entry, number: int) -> bool:
    """Whether anything is to be said of the review of a submission."""
    settings, cycle = project.reviewing.get(entry.queue), known_of(project, entry, number)
    left = bool(cycle and cycle.known and cycle.in_state(RETURNED_UNIT, RESOLVED))
    return (settings is not None and settings.rules.on) or left


def known_of(project: Project, entry: Entry, number: int) -> Cycle | None:
    """What the live state says of earlier submissions, if it says anything."""
    cycle = project.cycles.get((entry.entry, number))
    return cycle if cycle and cycle.noted else None


def expect_submission(
    project: Project, entry: Entry, number: int, given: Mapping[str, Any] | None
) -> Told:
    """Of a submission that is right otherwise; `given` is what the call says of its review."""
    if not reviewed(project, entry, number):
        return "ok", ""
    cycle, given = known_of(project, entry, number), given or {"known": 0, "round": 1}
    if cycle is None:
        return "ok", ""
    last = cycle.round if cycle.known else 0
    if not given["known"] or (last and given["round"] != last + 1):
        return "corrected", str(last)
    if cycle.known and not given["resolve"]:
        open_ = cycle.in_state(RETURNED_UNIT) - set(given["gone"])
        if open_:
            return "open_issues", str(len(open_))
    return "ok", ""


def expect_decide(
    project: Project,
    person: int,
    task: tuple[int, int],
    token: int,
    decisions: Sequence[tuple[int, int]],
) -> Told:
    """By who holds the review; each unit is pending in it, and named once."""
    entry, number = task
    found, word = leased(project, person, entry, number, token)
    if word or found is None:
        return word, ""
    if found.review is None:
        return NOT_FOUND, ""
    word = if_assigned(project, person, found, number)
    if word != "ok":
        return word, ""
    seen: set[int] = set()
    for unit, _ in decisions:
        if unit not in found.review.units or unit in seen:
            return "not_pending", str(unit)
        seen.add(unit)
    return "ok", ""


def expect_fixed(
    project: Project, person: int, task: tuple[int, int], units: Sequence[int]
) -> Told:
    """By whose task it is; each unit was returned, is not fixed, and is named once."""
    found, number = project.entries.get(task[0]), task[1]
    if person not in project.members or found is None or found.gone or not found.slots:
        return NOT_FOUND, ""
    if found.review or not 1 <= number <= found.k or found.slot(number).state in FINISHED:
        return NOT_FOUND, ""
    slot = found.slot(number)
    if slot.person != person or not (slot.held or slot.state == RETURNED):
        return "not_theirs", ""
    dead = slot.token < fence_of(project, found, number, person) or project.covered(found)
    if slot.held and dead:
        return "lease_lost", ""
    cycle = known_of(project, found, number)
    open_ = cycle.in_state(RETURNED_UNIT) if cycle and cycle.known else set()
    for unit in units:
        if unit not in open_:
            return "not_returned", str(unit)
        open_.discard(unit)
    return "ok", ""


def expect_comment(project: Project, person: int, entry: Entry, number: int) -> Told:
    """By any member, about any task that there is, as long as nothing is handed over."""
    if project.queues[entry.queue].control.submitted:
        return "data_submitted", ""
    member = project.member(person)
    if person not in project.members:
        return NOT_FOUND, ""
    if not (member.member and member.active):
        return "not_eligible", "NOT_A_MEMBER"
    return ("ok" if number <= project.queues[entry.queue].rules.slots else NOT_FOUND), ""


def expect_objection(
    project: Project, person: int, task: tuple[Entry, int], authors: frozenset[int], as_of: int
) -> Told:
    """To what was submitted, or has a status, by nobody of its authors."""
    told = expect_check(project, task, as_of)
    entry, number = task
    if told[0] == "ok" and _decided_since(project, task, as_of):
        return "stale_entry", ""
    if told[0] == "ok" and person in authors | {entry.slot(number).person}:
        return "not_eligible", "EXCLUDED"
    return told


def expect_check(project: Project, task: tuple[Entry, int], as_of: int) -> Told:
    """Of what was submitted, or has a status."""
    entry, number = task
    if project.queues[entry.queue].control.submitted:
        return "data_submitted", ""
    if project.covered(entry):
        return "wrong_state", str(REMOVED)
    if stale(project, entry, as_of):
        return "stale_entry", ""
    if number > entry.k:
        return NOT_FOUND, ""
    slot = entry.slot(number)
    if slot.state not in DONE:
        return "wrong_state", str(entry.shown(slot))
    return "ok", ""


def expect_deletion(project: Project, task: tuple[Entry, int], as_of: int) -> Told:
    """Of units of what is finished: what is under review is its reviewers' business."""
    told = expect_check(project, task, as_of)
    entry, number = task
    if told[0] == "ok" and entry.slot(number).state == IN_REVIEW:
        return "wrong_state", str(IN_REVIEW)
    return told


def expect_added(project: Project, task: tuple[Entry, int], round_: int, as_of: int) -> Told:
    """The word; with 'ok', why the task is kept as it is, or ''."""
    entry, number = task
    queue = project.queues[entry.queue]
    if queue.control.submitted:
        return "data_submitted", ""
    if entry.queue not in project.reviewing:
        return NOT_FOUND, ""
    if project.covered(entry):
        return "ok", "removed"
    if stale(project, entry, as_of):
        return "stale_entry", ""
    if number > entry.k:
        return "ok", NOT_FOUND
    slot, cycle = entry.slot(number), project.cycles.get((entry.entry, number))
    if slot.state not in DONE:
        return "ok", "wrong_state"
    other = slot.state == IN_REVIEW and cycle is not None and cycle.round != round_
    return ("stale_entry" if other or _decided_since(project, task, as_of) else "ok"), ""


def _decided_since(project: Project, task: tuple[Entry, int], as_of: int) -> bool:
    """Whether the live state knows of a decision after this event."""
    cycle = project.cycles.get((task[0].entry, task[1]))
    return cycle is not None and cycle.known and cycle.begun > as_of


def falls_back(project: Project, clock: int) -> bool:
    """Whether a review has waited for its reviewer as long as it is to."""
    return any(
        entry.slot(1).correction and 0 < entry.review.falls <= clock
        for entry in project.entries.values()
        if entry.review and not entry.gone
    )


def again(project: Project, entry: Entry, number: int) -> tuple[set[int], dict[int, int]]:
    """What must be reviewed with the next submission, and how often all was rejected so far."""
    cycle = project.cycles.get((entry.entry, number), Cycle())
    return cycle.in_state(RETURNED_UNIT, RESOLVED, PENDING), dict(cycle.rejects)
