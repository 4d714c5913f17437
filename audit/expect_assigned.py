"""What a call that assigns tasks must answer. Nothing here changes the state."""

from __future__ import annotations

from audit.eligibility import EXCLUDED, entitled, fence_of
from audit.state import ENDED, IN_PROGRESS, IN_REVIEW, QUEUED, Entry, Project, Slot

ANYBODY, NOT_IF_TOUCHED = -1, 3
Told = tuple[str, str]
"""The word, and the detail that goes with it."""


def expect_assign(
    project: Project,
    entry: Entry,
    number: int,
    *,
    person: int,
    before: int,
    token: int,
    started: int,
    window_ms: int,
    clock: int,
) -> Told:
    """'ok', or what stands against this one task. `clock` is now."""
    if entry.gone or project.covered(entry):
        return "not_found", ""
    if not 1 <= number <= entry.k:
        return "not_found", ""
    slot = entry.slot(number)
    if slot.state in ENDED or slot.state == IN_REVIEW:
        return "wrong_state", str(slot.state)
    has = 0 if slot.state == QUEUED else slot.person
    if person == has:
        return "same", ""
    if has and not before:
        return "held", str(has)
    if before != has and not (has and before == ANYBODY):
        return "moved", ""
    if slot.held:
        alive = slot.token >= fence_of(project, entry, number, has) and token in (0, slot.token)
        lately = clock - slot.touched < window_ms
        word = _stays(slot, started, lately=lately) if alive else "moved"
        if word:
            return word, ""
    cause = entitled(project, person, entry) if person else ""
    return ("not_eligible", cause) if cause else ("ok", "")


def _stays(slot: Slot, started: int, *, lately: bool) -> str:
    """Why what is started does not move, or ''."""
    if started == NOT_IF_TOUCHED and slot.touched:
        return "started"
    if slot.state != IN_PROGRESS:
        return ""
    return ("started", "working" if lately else "", "", "")[started]


def expect_assigned(
    project: Project, queue: int, people: list[int], told: list[tuple[int, int, Told]]
) -> Told:
    """All or none: the first that stands against it; `told` are (entry, person, its own word)."""
    of = project.queues[queue]
    if of.rules.batch_size and len(set(people)) > 1:
        return "many_people", ""
    had: set[tuple[int, int]] = set()
    for entry, person, (word, detail) in told:
        if word != "ok":
            return word, detail
        if person and (entry, person) in had:
            return "not_eligible", EXCLUDED
        had.add((entry, person))
    return "ok", ""
