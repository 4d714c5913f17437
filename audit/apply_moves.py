"""Events about tasks that go from people to others, many at a time: planned, begun, ended."""

from __future__ import annotations

from audit.passing import as_told, as_were, is_filled, pass_on, to_others
from audit.report import RULES, Judge
from audit.state import MOVE, PLAN_MS, RUNNING, Moves, Operation, Passed, Plan, Project
from store.events import Event

REASSIGNED, REDISTRIBUTED, UNDONE = 3, 4, 5


def planned(project: Project, event: Event, judge: Judge) -> None:
    """By what people and settings are; older plans that nobody may apply are forgotten."""
    body = event.body
    project.plans = {n: plan for n, plan in project.plans.items() if not old(plan.clock, event)}
    plan = Plan(
        queue=body["queue"],
        sources=tuple(body["sources"]),
        targets=tuple(body["targets"]),
        ranges=tuple(map(tuple, body["ranges"] or ())),
        as_of=body["as_of"],
        content=body["content"],
        total=body["total"],
        clock=event.clock_ms,
    )
    judge.expect(RULES, fresh(project, plan), "planned by what is not so any more")
    project.plans[event.seq] = plan


def begun(project: Project, event: Event, judge: Judge) -> None:
    """By a fresh plan, once; or what was done lately is undone, once; one at a time a source."""
    body = event.body
    queue, sources = body["queue"], tuple(body["sources"])
    ranges = tuple(Passed(*one) for one in body["ranges"] or ())
    judge.expect(RULES, not is_filled(project, ranges), "of {} one is being filled", ranges)
    judge.expect(RULES, queue in project.queues, "queue {} is unknown", queue)
    busy = [person for person in sources if (queue, person) in project.moving]
    judge.expect(RULES, not busy, "tasks of {} are moving already", busy)
    told = {REASSIGNED: (0, 0), REDISTRIBUTED: (1, 0), UNDONE: (0, 1)}.get(body["why"])
    is_so = (int(body["plan"] > 0), int(body["undo"] > 0)) == told
    judge.expect(RULES, is_so, "moves begun for {}", body["why"])
    if body["plan"]:
        _apply(project, event, judge, sources, ranges)
    if body["undo"]:
        _undo(project, event, judge, ranges)
    else:
        known = to_others(project.queues[queue], [one[:5] for one in ranges], sources)
        judge.expect(RULES, known == ranges, "ranges {} pass on as {}", known, ranges)
    pass_on(project.queues[queue], event, ranges)
    operation = Operation(
        verb=MOVE,
        actor=event.actor,
        queues=(queue,),
        dataset=0,
        content=body["content"],
        total=body["total"],
        moves=Moves(why=body["why"], reason=body["reason"], sources=sources, ranges=ranges),
    )
    project.operations[event.seq] = operation
    assert operation.moves
    mark(project, queue, operation.moves, event.seq)


def _apply(
    project: Project,
    event: Event,
    judge: Judge,
    sources: tuple[int, ...],
    ranges: tuple[Passed, ...],
) -> None:
    body, plan = event.body, project.plans.get(event.body["plan"])
    if not judge.expect(RULES, plan, "plan {} is unknown", body["plan"]) or not plan:
        return
    right = (plan.queue, plan.sources, plan.ranges, plan.content, plan.total)
    passed = tuple(one[:5] for one in ranges)
    told = (body["queue"], sources, passed, body["content"], body["total"])
    judge.expect(RULES, told == right, "not as planned: {}", told)
    free = not plan.used and not old(plan.clock, event)
    judge.expect(RULES, free, "plan {} was used, or is too old", body["plan"])
    judge.expect(RULES, fresh(project, plan), "plan {} is stale", body["plan"])
    plan.used = event.seq


def _undo(project: Project, event: Event, judge: Judge, ranges: tuple[Passed, ...]) -> None:
    operation = project.operations.get(event.body["undo"])
    moves = operation.moves if operation else None
    if not judge.expect(RULES, moves, "operation {} moves nothing", event.body["undo"]):
        return
    assert operation
    assert moves
    over = operation.state != RUNNING and not moves.undone and not old(moves.ended, event)
    judge.expect(RULES, over, "operation {} is undone", event.body["undo"])
    right = as_were(project.queues[event.body["queue"]], moves.ranges)
    judge.expect(RULES, ranges == right, "ranges {} go back as {}", right, ranges)
    moves.undone = event.seq


def old(since: int, event: Event) -> bool:
    """Whether it is too late to apply or to undo."""
    return event.clock_ms - since > PLAN_MS


def fresh(project: Project, plan: Plan) -> bool:
    """Whether people and settings are as they were when it was made, and ranges as it says."""
    queue = project.queues.get(plan.queue)
    people = [project.members.get(person) for person in (*plan.sources, *plan.targets)]
    if queue is None or queue.set_seq > plan.as_of:
        return False
    if not all(as_told(queue, *one[:4]) for one in plan.ranges):
        return False
    return all(one is not None and one.changed <= plan.as_of for one in people)


def mark(project: Project, queue: int, moves: Moves, number: int) -> None:
    """What the sources have not started they do not start from now on."""
    project.moving |= {(queue, person): number for person in moves.sources}


def ended(project: Project, operation: Operation, event: Event) -> None:
    """They go on; and for a while it can be undone."""
    assert operation.moves
    for person in operation.moves.sources:
        project.moving.pop((operation.queues[0], person), None)
    operation.moves.ended = event.clock_ms
