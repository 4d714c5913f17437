"""What somebody may do with a queue or a task as it stands: the permissions, and the state.

Pure. It says what would not be refused for want of permission or because of the
state; who else is quicker, and whom the item suits, the call itself tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from allocator.eligibility import unseen
from allocator.model import QueueSettings, Role, Stage, TaskState
from allocator.permissions import ROW_OF, ROWS, Grant, Right, Row, row_for


class Action(IntEnum):
    """As numbered on the wire; each is an RPC."""

    UPDATE_QUEUE = 1
    ADD_ITEMS = 2
    REMOVE_ITEMS = 3
    ATTACH_DATASET = 4
    DETACH_DATASET = 5
    CLEAR_WAITING = 6
    PAUSE_QUEUE = 7
    RESUME_QUEUE = 8
    ARCHIVE_QUEUE = 9
    UNARCHIVE_QUEUE = 10
    LIST_TASKS = 12
    RESERVE = 13
    LOAD_BATCH = 14
    CLEAR_BATCH = 15
    SET_PRIORITY = 16
    REOPEN = 17
    DELETE_QUEUE = 18
    START = 20
    START_TASK = 21
    RENEW = 22
    SAVE_DRAFT = 23
    SUBMIT = 24
    SKIP = 25
    RELEASE = 26
    SET_STATUS = 27
    REMOVE_STATUS = 28
    RECALL_SUBMISSION = 29
    CLEAR_SKIPS = 30
    START_ANNOTATION = 90
    SUBMIT_FOR_REVIEW = 91
    SUBMIT_DATA = 92
    WITHDRAW_DATA = 93


_S: Final = TaskState
_HELD: Final = frozenset({_S.ASSIGNED, _S.IN_PROGRESS})
_DONE: Final = frozenset({_S.COMPLETED, _S.DISCARDED})
_SUBMITTED: Final = _DONE | {_S.IN_REVIEW}
_WAITING: Final = frozenset({_S.QUEUED, _S.ESCALATED})
_NEVER: Final[frozenset[TaskState]] = frozenset()
_UNFINISHED: Final = frozenset(TaskState) - _DONE - {_S.REMOVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: their roles, none if they are out, and whether the queue is theirs.

    `locked`: in their project a status must be removed before it is set again.
    """

    person: int
    roles: Role
    owns: bool = False
    locked: bool = False

    def may(self, rpc: str, *, own: bool) -> bool:
        """Whether the table lets them, with what is their own or with anybody's."""
        return rpc in ROW_OF and self.has(row_for(rpc, own=own), own=own)

    def has(self, row: Row, *, own: bool) -> bool:
        """Whether a row lets them."""
        enough = Grant.OWN if own else Grant.ALL
        owner = self.owns and row.grant(Role.OWNER) is not Grant.NONE
        return owner or row.best(self.roles & ~Role.OWNER) >= enough


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTask:
    """One action on a task: in which states it may be one's own, and anybody's."""

    action: Action
    rpc: str
    own: frozenset[TaskState] = _NEVER
    others: frozenset[TaskState] = _NEVER


OF_TASKS: Final = (
    OfTask(action=Action.START, rpc="AllocationService.Start", own=frozenset({_S.ASSIGNED})),
    OfTask(action=Action.RENEW, rpc="AllocationService.Renew", own=_HELD),
    OfTask(action=Action.SAVE_DRAFT, rpc="AllocationService.SaveDraft", own=_HELD),
    OfTask(action=Action.SUBMIT, rpc="AllocationService.Submit", own=_HELD),
    OfTask(action=Action.SKIP, rpc="AllocationService.Skip", own=_HELD),
    OfTask(action=Action.RELEASE, rpc="AllocationService.Release", own=_HELD, others=_HELD),
    OfTask(
        action=Action.SET_STATUS,
        rpc="AllocationService.SetStatus",
        own=_SUBMITTED,
        others=_SUBMITTED | _WAITING,
    ),
    OfTask(
        action=Action.REMOVE_STATUS,
        rpc="AllocationService.RemoveStatus",
        own=_SUBMITTED,
        others=_SUBMITTED,
    ),
    OfTask(
        action=Action.RECALL_SUBMISSION, rpc="AllocationService.RecallSubmission", own=_SUBMITTED
    ),
    OfTask(action=Action.REOPEN, rpc="AllocationService.Reopen", others=_SUBMITTED),
    OfTask(action=Action.SET_PRIORITY, rpc="QueueService.SetPriority", others=_UNFINISHED),
    OfTask(
        action=Action.CLEAR_SKIPS,
        rpc="AllocationService.ClearSkips",
        others=frozenset({_S.ESCALATED}),
    ),
)
_ALWAYS: Final = (
    (Action.UPDATE_QUEUE, "QueueService.UpdateQueue"),
    (Action.ADD_ITEMS, "QueueService.AddItems"),
    (Action.REMOVE_ITEMS, "QueueService.RemoveItems"),
    (Action.SET_PRIORITY, "QueueService.SetPriority"),
    (Action.ATTACH_DATASET, "QueueService.AttachDataset"),
    (Action.DETACH_DATASET, "QueueService.DetachDataset"),
    (Action.CLEAR_WAITING, "QueueService.ClearWaiting"),
    (Action.DELETE_QUEUE, "QueueService.DeleteQueue"),
    (Action.REOPEN, "AllocationService.Reopen"),
)
_PICK: Final = "AllocationService.StartTask"


_OWN: Final = {
    Action.LIST_TASKS: "QueueService.ListTasks",
    Action.RESERVE: "AllocationService.Reserve",
    Action.START_ANNOTATION: "AllocationService.StartAnnotation",
    Action.LOAD_BATCH: "AllocationService.LoadBatch",
    Action.SUBMIT_FOR_REVIEW: "QueueService.SubmitForReview",
}


def of_queue(
    caller: Caller,
    queue: QueueSettings,
    *,
    paused: bool,
    archived: bool,
    stage: Stage = Stage.PENDING,
) -> list[Action]:
    """What the caller may do with a queue; with submitted data nothing changes but that."""
    if stage is Stage.DATA_SUBMITTED:
        left = [(Action.WITHDRAW_DATA, "QueueService.WithdrawData")]
        own, managed = [Action.LIST_TASKS], left
    else:
        own = _work(caller, queue, is_open=not (paused or archived))
        managed = _managed(queue, paused=paused, archived=archived)
        if stage is Stage.REVIEW_PASSED:
            managed.append((Action.SUBMIT_DATA, "QueueService.SubmitData"))
    found = [action for action in own if caller.may(_OWN[action], own=True)]
    found += [action for action, rpc in managed if caller.may(rpc, own=False)]
    return sorted(found)


def _work(caller: Caller, queue: QueueSettings, *, is_open: bool) -> list[Action]:
    """What the caller may do who works there."""
    own = [Action.LIST_TASKS, Action.SUBMIT_FOR_REVIEW]
    if is_open:
        own += [Action.RESERVE, Action.START_ANNOTATION]
        loads = queue.batch_size and not queue.manual and _waiting_seen(caller, queue)
        own += [Action.LOAD_BATCH] if loads else []
    return own


def _waiting_seen(caller: Caller, queue: QueueSettings) -> bool:
    """Whether what waits there may come to the caller without being given to them."""
    return not unseen(
        hidden=queue.hidden, owner=queue.owner, person=caller.person, roles=caller.roles
    )


def _managed(queue: QueueSettings, *, paused: bool, archived: bool) -> list[tuple[Action, str]]:
    """What whoever manages it may do, and the RPC of each."""
    return [
        *_ALWAYS,
        *([(Action.CLEAR_BATCH, "AllocationService.ClearBatch")] if queue.batch_size else []),
        (Action.RESUME_QUEUE, "QueueService.ResumeQueue")
        if paused
        else (Action.PAUSE_QUEUE, "QueueService.PauseQueue"),
        (Action.UNARCHIVE_QUEUE, "QueueService.UnarchiveQueue")
        if archived
        else (Action.ARCHIVE_QUEUE, "QueueService.ArchiveQueue"),
    ]


def of_task(
    caller: Caller,
    queue: QueueSettings,
    state: TaskState,
    holder: int,
    *,
    is_open: bool,
    submitted: bool = False,
) -> list[Action]:
    """What the caller may do with a task that `holder` (0: nobody) has or did.

    `submitted`: the data of its queue are, and nothing of it changes.
    """
    if submitted:
        return []
    mine = holder == caller.person
    found = [
        one.action
        for one in OF_TASKS
        if (mine and state in one.own and caller.may(one.rpc, own=True))
        or (state in one.others and caller.may(one.rpc, own=False))
    ]
    picks = queue.allow_pick and _waiting_seen(caller, queue)
    picks = picks or caller.has(ROWS[Right.ASSIGN], own=False)
    if state is TaskState.QUEUED and is_open and picks and caller.may(_PICK, own=True):
        found.append(Action.START_TASK)
    if caller.locked and state in _SUBMITTED:
        found = [action for action in found if action is not Action.SET_STATUS]
    return sorted(found)
