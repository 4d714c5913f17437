"""What calls that plan moves, and begin them, must answer. Nothing here changes the state."""

from __future__ import annotations

from audit.apply_moves import UNDONE, fresh
from audit.passing import as_were, is_filled, to_others
from audit.state import PLAN_MS, RUNNING, Plan, Project

NOT_FOUND = "not_found"
Told = tuple[str, str]
"""The word, and the detail that goes with it."""


def expect_plan(project: Project, plan: Plan) -> Told:
    """'ok' while everything is as it was when it was computed."""
    if plan.queue not in project.queues:
        return NOT_FOUND, "queue"
    return ("ok", "") if fresh(project, plan) else ("stale_plan", "")


def expect_begin(
    project: Project, asked: Plan, *, why: int, plan: int, undo: int, clock: int
) -> Told:
    """'ok', or the first that stands against it. `clock` is now."""
    if asked.queue not in project.queues:
        return NOT_FOUND, "queue"
    found = asked
    if plan:
        known = project.plans.get(plan)
        if known is None or known.queue != asked.queue:
            return NOT_FOUND, "plan"
        if known.used:
            return "used", str(known.used)
        if clock - known.clock > PLAN_MS:
            return "expired", ""
        found = known
    if undo:
        refused = _not_undone(project, asked.queue, undo, clock)
        if refused:
            return refused
    elif not fresh(project, found):
        return "stale_plan", ""
    busy = (project.moving.get((found.queue, person), 0) for person in found.sources)
    first = next((number for number in busy if number), 0)
    queue = project.queues[found.queue]
    if undo:
        operation = project.operations[undo]
        ranges = as_were(queue, operation.moves.ranges if operation.moves else ())
    else:
        ranges = to_others(queue, found.ranges, found.sources)
    first = first or is_filled(project, ranges)
    assert (why == UNDONE) == bool(undo)
    return ("moving", str(first)) if first else ("ok", "")


def _not_undone(project: Project, queue: int, undo: int, clock: int) -> Told | None:
    operation = project.operations.get(undo)
    if operation is None or operation.moves is None or operation.queues[0] != queue:
        return NOT_FOUND, "operation"
    if operation.state == RUNNING:
        return "wrong_state", str(RUNNING)
    if operation.moves.undone:
        return "used", str(operation.moves.undone)
    return ("expired", "") if clock - operation.moves.ended > PLAN_MS else None
