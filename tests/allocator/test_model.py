"""The state table is the drawing of MODEL.md, arrow by arrow."""

import pytest

from allocator.model import ALLOWED, FINISHED, Member, QueueSettings, Role, TaskState, may_become

# Every arrow of the drawing and of the paragraph below it, with its reason.
DRAWING = [
    ("DELAYED", "QUEUED", "not_before"),
    ("QUEUED", "ASSIGNED", "Reserve, LoadBatch, Assign"),
    ("ASSIGNED", "IN_PROGRESS", "Start"),
    ("ASSIGNED", "QUEUED", "Release, expire, ClearBatch, Skip"),
    ("IN_PROGRESS", "QUEUED", "Release, expire, Skip"),
    ("IN_PROGRESS", "IN_REVIEW", "Submit, sampled"),
    ("IN_PROGRESS", "COMPLETED", "Submit, sampled nothing"),
    ("IN_PROGRESS", "DISCARDED", "Submit, sampled nothing"),
    ("IN_REVIEW", "RETURNED", "reject, missing label, Reopen"),
    ("IN_REVIEW", "COMPLETED", "all decided"),
    ("IN_REVIEW", "DISCARDED", "all decided"),
    ("COMPLETED", "RETURNED", "Reopen"),
    ("DISCARDED", "RETURNED", "Reopen"),
    ("COMPLETED", "QUEUED", "Reopen to the pool"),
    ("DISCARDED", "QUEUED", "Reopen to the pool"),
    ("RETURNED", "IN_REVIEW", "Submit again"),
    ("RETURNED", "IN_PROGRESS", "Start"),
    ("IN_PROGRESS", "RETURNED", "the lease of a correction ends"),
    ("ASSIGNED", "RETURNED", "the lease of a correction ends"),
    ("COMPLETED", "DISCARDED", "SetStatus"),
    ("DISCARDED", "COMPLETED", "SetStatus"),
    ("DISCARDED", "IN_REVIEW", "SetStatus done, sampled like a submission"),
    ("COMPLETED", "ASSIGNED", "RemoveStatus"),
    ("QUEUED", "ESCALATED", "nobody is left who may"),
    ("ASSIGNED", "ESCALATED", "too many skips"),
    ("ESCALATED", "QUEUED", "ClearSkips"),
    ("ESCALATED", "ASSIGNED", "Assign"),
    ("ESCALATED", "COMPLETED", "a status"),
]


@pytest.mark.parametrize(("before", "after", "why"), DRAWING)
def test_every_arrow_of_the_drawing_is_allowed(before: str, after: str, why: str) -> None:
    assert may_become(TaskState[before], TaskState[after]), why


def test_every_state_but_removed_can_be_removed_and_nothing_leaves_removed() -> None:
    for state in TaskState:
        assert (TaskState.REMOVED in ALLOWED[state]) == (state is not TaskState.REMOVED)
    assert ALLOWED[TaskState.REMOVED] == frozenset()


def test_what_the_drawing_has_no_arrow_for_is_refused() -> None:
    for before, after in [
        ("QUEUED", "IN_PROGRESS"),
        ("QUEUED", "COMPLETED"),
        ("DELAYED", "ASSIGNED"),
        ("IN_REVIEW", "IN_PROGRESS"),
        ("COMPLETED", "IN_PROGRESS"),
    ]:
        assert not may_become(TaskState[before], TaskState[after])


def test_no_state_becomes_itself_and_every_state_can_be_reached() -> None:
    assert all(state not in after for state, after in ALLOWED.items())
    reached = frozenset().union(*ALLOWED.values())
    assert reached == frozenset(TaskState) - {TaskState.DELAYED}
    assert frozenset({TaskState.COMPLETED, TaskState.DISCARDED, TaskState.REMOVED}) == FINISHED


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        (Member(person=1, roles=Role.ANNOTATOR | Role.ADMIN, skills=frozenset({1, 2})), False),
        (Member(person=1, roles=Role.ANNOTATOR | Role.ADMIN, skills=frozenset({1})), True),
        (Member(person=1, roles=Role.ANNOTATOR, skills=frozenset({1, 2, 3})), True),
        (Member(person=1, active=False, roles=Role(63), skills=frozenset({1, 2})), True),
        (Member(person=1, member=False, roles=Role(63), skills=frozenset({1, 2})), True),
    ],
)
def test_a_member_loses_by_role_skill_activity_or_membership(after: Member, lost: object) -> None:
    before = Member(person=1, roles=Role.ANNOTATOR | Role.ADMIN, skills=frozenset({1, 2}))

    assert before.lost_to(after) is lost


def test_statuses_are_counted_from_one() -> None:
    settings = QueueSettings(queue=1)

    assert [settings.index_of(name) for name in ("completed", "discarded", "odd")] == [1, 2, None]
