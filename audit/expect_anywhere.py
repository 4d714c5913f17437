"""What Reserve in no queue in particular must answer, predicted from the model's state."""

from __future__ import annotations

from collections.abc import Iterator

from audit import batches
from audit.anywhere import asked, choice
from audit.eligibility import (
    EXCLUDED,
    NOT_A_MEMBER,
    NOT_ALLOWED,
    ROLE,
    SKILL,
    shut_out,
    skilled,
    standing,
    unseen,
)
from audit.expect import Answer, Reason, next_free
from audit.state import MAY_ANNOTATE, RANK_STEP, Project, Queue


def expect_anywhere(
    project: Project, person: int, count: int, *, clock: int = 0
) -> tuple[int, Answer]:
    """The queue it comes to, and the answer; sizes are not counted in reasons."""
    outside = _outside(project, person)
    if outside:
        reason = Reason(reason="NOT_ELIGIBLE", causes=((outside, 0),))
        return 0, Answer(word="nothing", reasons=(reason,))
    queue, tasks = choice(project, person, count)
    if queue:
        return queue, Answer(word="ok", tasks=tuple(tasks))
    return 0, Answer(word="nothing", reasons=_reasons(project, person, clock))


def _outside(project: Project, person: int) -> str:
    """Why they may work in no queue at all, or ''."""
    member = project.member(person)
    if not (member.member and member.active):
        return NOT_A_MEMBER
    return "" if member.roles & MAY_ANNOTATE else ROLE


def _reasons(project: Project, person: int, clock: int) -> tuple[Reason, ...]:
    met = {one for queue in asked(project, person) for one in _met(project, queue, person)}
    found = [Reason(reason="AT_CAP")] if "AT_CAP" in met else []
    causes = tuple((one, 0) for one in (NOT_ALLOWED, SKILL, EXCLUDED) if one in met)
    if causes:
        found.append(Reason(reason="NOT_ELIGIBLE", causes=causes))
    return tuple(found) or (_no_work(project, clock),)


def _met(project: Project, queue: Queue, person: int) -> Iterator[str]:
    member = project.member(person)
    if standing(member, queue) or unseen(member, queue):
        yield NOT_ALLOWED
        return
    if _room(queue, person) <= 0:
        yield "AT_CAP"
        return
    for number, lane in queue.lanes.items():
        if lane and not skilled(member, queue, number):
            yield SKILL
        elif any(shut_out(project.entries[score % RANK_STEP], person) for score in lane):
            yield EXCLUDED


def _room(queue: Queue, person: int) -> int:
    if queue.rules.batch_size:
        return batches.open_size(queue, queue.workload(person))
    return queue.rules.max_held - len(queue.held.get(person, ()))


def _no_work(project: Project, clock: int) -> Reason:
    deadlines = [
        queue.deadline(project.entries[entry].slot(slot))
        for queue in project.queues.places()
        for mine in queue.held.values()
        for entry, slot in mine.items()
    ]
    if not deadlines:
        return Reason(reason="QUEUE_EMPTY")
    return Reason(reason="ALL_LEASED", next_free=next_free(deadlines, clock))
