"""The predicate, cause by cause, and the order in which causes are told."""

import pytest

from allocator.eligibility import eligible, may_enter
from allocator.model import Cause, Member, QueueSettings, Role, Task, TaskId

ANN = Member(person=1, skills=frozenset({7}))
QUEUE = QueueSettings(queue=1)
TASK = Task(task=TaskId(entry=1, slot=1), queue=1)


def test_an_active_annotator_may_do_a_task_that_asks_for_nothing() -> None:
    assert eligible(TASK, ANN, QUEUE) is None


@pytest.mark.parametrize(
    ("person", "cause"),
    [
        (Member(person=1, member=False), Cause.NOT_A_MEMBER),
        (Member(person=1, active=False), Cause.NOT_A_MEMBER),
        (Member(person=1, roles=Role.REVIEWER), Cause.ROLE),
        (Member(person=1, roles=Role.NONE), Cause.ROLE),
        (Member(person=1, roles=Role.REVIEWER | Role.ANNOTATOR), None),
        (Member(person=1, roles=Role.TEAM_MANAGER), None),
    ],
)
def test_membership_and_role_come_first(person: Member, cause: Cause | None) -> None:
    assert may_enter(person, QUEUE) is cause
    assert eligible(TASK, person, QUEUE) is cause


def test_a_queue_with_assignees_admits_nobody_else() -> None:
    queue = QueueSettings(queue=1, allowed=frozenset({2}), restricted=True)

    assert eligible(TASK, ANN, queue) is Cause.NOT_ALLOWED
    assert eligible(TASK, Member(person=2), queue) is None


def test_all_required_skills_are_needed() -> None:
    def asks(*skills: int) -> Task:
        return Task(task=TASK.task, queue=1, required_skills=frozenset(skills))

    assert eligible(asks(7), ANN, QUEUE) is None
    assert eligible(asks(7, 8), ANN, QUEUE) is Cause.SKILL


def test_nobody_has_two_slots_of_an_item() -> None:
    task = Task(task=TASK.task, queue=1, others=frozenset({1}))

    assert eligible(task, ANN, QUEUE) is Cause.EXCLUDED
    assert eligible(task, Member(person=2), QUEUE) is None


def test_skill_is_told_before_exclusion() -> None:
    task = Task(task=TASK.task, queue=1, others=frozenset({1}), required_skills=frozenset({9}))

    assert eligible(task, ANN, QUEUE) is Cause.SKILL
