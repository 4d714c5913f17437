"""What is allowed follows from the table of permissions and from the state."""

from __future__ import annotations

import itertools

import pytest

from allocator.actions import OF_TASKS, Action, Caller, of_queue, of_task
from allocator.model import QueueSettings, Role, Stage, TaskState
from allocator.permissions import ROW_OF, Grant, row_for
from dibs.v1 import actions_pb2

ANN, BOB = 2, 3
QUEUE = QueueSettings(queue=1)
PULLED = QueueSettings(queue=1, batch_size=5, max_workload=10, allow_pick=True)
ROLES = (Role.ADMIN, Role.TEAM_MANAGER, Role.REVIEWER, Role.ANNOTATOR, Role.ANNOTATOR_AND_REVIEWER)


def _names(actions: list[Action]) -> list[str]:
    return [action.name for action in actions]


def test_actions_are_numbered_as_on_the_wire() -> None:
    wire = {
        value.name.removeprefix("ACTION_"): value.number
        for value in actions_pb2.Action.DESCRIPTOR.values
    }
    assert {action.name: int(action) for action in Action} | {"UNSPECIFIED": 0} == wire


def test_an_annotator_works_and_looks() -> None:
    ann = Caller(person=ANN, roles=Role.ANNOTATOR)
    assert _names(of_queue(ann, QUEUE, paused=False, archived=False)) == [
        *("LIST_TASKS", "RESERVE", "START_ANNOTATION", "SUBMIT_FOR_REVIEW"),
    ]
    assert _names(of_queue(ann, PULLED, paused=False, archived=False)) == [
        *("LIST_TASKS", "RESERVE", "LOAD_BATCH", "START_ANNOTATION", "SUBMIT_FOR_REVIEW"),
    ]
    for paused, archived in ((True, False), (False, True)):
        assert _names(of_queue(ann, PULLED, paused=paused, archived=archived)) == [
            *("LIST_TASKS", "SUBMIT_FOR_REVIEW"),
        ]


def test_data_are_submitted_when_a_review_is_passed_and_then_only_withdrawn() -> None:
    ada = Caller(person=ANN, roles=Role.ADMIN)
    tom = Caller(person=ANN, roles=Role.TEAM_MANAGER)
    still = {"paused": False, "archived": False}
    for stage in Stage:
        may = Action.SUBMIT_DATA in of_queue(tom, QUEUE, **still, stage=stage)
        assert may == (stage is Stage.REVIEW_PASSED)
    submitted = [of_queue(one, QUEUE, **still, stage=Stage.DATA_SUBMITTED) for one in (ada, tom)]
    assert list(map(_names, submitted)) == [["LIST_TASKS", "WITHDRAW_DATA"], ["LIST_TASKS"]]
    done = {"is_open": True, "submitted": True}
    assert of_task(ada, QUEUE, TaskState.COMPLETED, ANN, **done) == []


def test_a_manager_manages_and_only_an_admin_attaches() -> None:
    tom = of_queue(Caller(person=ANN, roles=Role.TEAM_MANAGER), QUEUE, paused=False, archived=False)
    ada = of_queue(Caller(person=ANN, roles=Role.ADMIN), QUEUE, paused=False, archived=False)
    assert {Action.UPDATE_QUEUE, Action.ADD_ITEMS, Action.SET_PRIORITY} <= set(tom)
    assert Action.ATTACH_DATASET not in tom
    assert {Action.ATTACH_DATASET, Action.CLEAR_WAITING, *tom} <= set(ada)
    assert Action.CLEAR_BATCH not in ada


def test_an_owner_has_their_column_whatever_their_role() -> None:
    rev = Caller(person=ANN, roles=Role.REVIEWER)
    olga = Caller(person=ANN, roles=Role.REVIEWER, owns=True)
    assert _names(of_queue(rev, QUEUE, paused=False, archived=False)) == ["LIST_TASKS"]
    hers = of_queue(olga, QUEUE, paused=False, archived=False)
    assert {Action.UPDATE_QUEUE, Action.RESERVE, Action.REOPEN} <= set(hers)
    assert Action.CLEAR_WAITING not in hers


def test_who_left_may_nothing() -> None:
    gone = Caller(person=ANN, roles=Role.NONE)
    assert of_queue(gone, QUEUE, paused=False, archived=False) == []
    assert of_task(gone, QUEUE, TaskState.ASSIGNED, ANN, is_open=True) == []


@pytest.mark.parametrize(
    ("state", "holder", "expected"),
    [
        (TaskState.QUEUED, 0, ["START_TASK"]),
        (TaskState.ASSIGNED, ANN, ["START", "RENEW", "SAVE_DRAFT", "SUBMIT", "RELEASE"]),
        (TaskState.IN_PROGRESS, ANN, ["RENEW", "SAVE_DRAFT", "SUBMIT", "RELEASE"]),
        (TaskState.IN_PROGRESS, BOB, []),
        (TaskState.COMPLETED, ANN, ["SET_STATUS", "REMOVE_STATUS", "RECALL_SUBMISSION"]),
        (TaskState.COMPLETED, BOB, []),
        (TaskState.REMOVED, ANN, []),
    ],
)
def test_an_annotator_does_what_the_state_allows_with_their_own(
    state: TaskState, holder: int, expected: list[str]
) -> None:
    ann = Caller(person=ANN, roles=Role.ANNOTATOR)
    found = _names(of_task(ann, PULLED, state, holder, is_open=True))
    assert [name for name in found if name != "SKIP"] == expected


def test_a_task_is_picked_where_that_is_allowed_and_by_managers() -> None:
    ann, tom = (Caller(person=ANN, roles=role) for role in (Role.ANNOTATOR, Role.TEAM_MANAGER))

    def picks(caller: Caller, queue: QueueSettings, *, is_open: bool) -> bool:
        found = of_task(caller, queue, TaskState.QUEUED, 0, is_open=is_open)
        return Action.START_TASK in found

    assert picks(ann, PULLED, is_open=True)
    assert not picks(ann, QUEUE, is_open=True)
    assert picks(tom, QUEUE, is_open=True)
    assert not picks(tom, QUEUE, is_open=False)


def test_nothing_is_allowed_that_the_table_refuses() -> None:
    by_action = {one.action: one.rpc for one in OF_TASKS}
    for role, owns, state, holder in itertools.product(ROLES, (True, False), TaskState, (ANN, BOB)):
        caller = Caller(person=ANN, roles=role, owns=owns)
        for action in of_task(caller, QUEUE, state, holder, is_open=False):
            row = row_for(by_action[action], own=holder == ANN)
            owner = owns and row.grant(Role.OWNER) is not Grant.NONE
            assert owner or row.best(role) is not Grant.NONE, (role, action)


def test_every_action_has_an_rpc_of_that_name() -> None:
    names = {rpc.partition(".")[2] for rpc in ROW_OF}
    called = {"".join(word.capitalize() for word in action.name.split("_")) for action in Action}
    assert called <= names
