"""The one tree of errors, raised by the server and, rebuilt, by the client.

DibsError
├── InvalidRequest            wrong in itself: change the request
│   ├── InvalidArgument       a field breaks its rule
│   ├── RequestIdReused       the request_id was used for something else
│   └── DuplicateItem         a line of an import whose item is there already
├── NotFound                  no such thing
│   ├── ProjectNotFound
│   ├── DatasetNotFound
│   ├── QueueNotFound
│   ├── GroupNotFound
│   ├── ItemNotFound
│   ├── PersonNotFound
│   ├── TaskNotFound
│   ├── AttachmentNotFound
│   ├── UnitNotFound
│   ├── IssueNotFound
│   ├── PlanNotFound
│   ├── AssignmentNotFound
│   └── OperationNotFound
├── AlreadyExists             the id is taken
│   ├── ProjectAlreadyExists
│   ├── DatasetAlreadyExists
│   ├── QueueAlreadyExists
│   ├── GroupAlreadyExists
│   ├── MemberAlreadyExists
│   ├── AttachmentAlreadyExists
│   └── ItemAlreadyInQueue
├── Conflict                  somebody was first: start over
│   ├── LeaseLost
│   ├── TaskChanged           it changed again and again meanwhile
│   ├── StaleSettings
│   ├── TaskMoving            it is on its way to somebody else
│   ├── PlanStale             people or settings changed since
│   └── EtagMismatch          it was changed since it was read
├── WrongState                not as things stand
│   ├── NotEligible
│   ├── WrongTaskState
│   ├── StatusLocked          to be removed first
│   ├── UnitNotPending        it was decided about
│   ├── UnitNotReturned       nothing is to be corrected
│   ├── OpenIssues            to be marked as fixed first
│   ├── QueueNotReviewed      it has no review settings
│   ├── ReviewPassed          its author changes it no more
│   ├── ReviewStarted         nor recalls it
│   ├── ItemAlreadyDone       in another queue
│   ├── PickNotAllowed
│   ├── NotABatchQueue        its tasks are given one by one
│   ├── NoBatch               nothing to take back
│   ├── SkipNotAllowed
│   ├── AdminIsForGood        nobody takes ADMIN away
│   ├── GroupInUse            queues name it
│   ├── QueueArchived         it takes no changes
│   ├── DataSubmitted         it is handed over
│   ├── QueueForQa            its items come from another one
│   ├── QueueNotForQa         nothing is checked there
│   ├── DataNotSubmitted      it is not
│   ├── ReviewNotPassed       something is missing
│   ├── DatasetInUse          queues follow it
│   ├── QueueHeld             people hold tasks of it
│   ├── TaskHeld              somebody has it
│   ├── QueueNotDistributed   people pull there
│   ├── PlanUsed              it was applied
│   ├── PlanExpired           too late
│   ├── QueueNotRestricted    everybody may work there
│   ├── LastAdmin             a project keeps one
│   ├── ProjectNotDeleted     it is there
│   ├── WrongOperationState
│   └── SessionUnknown        never executed
├── LimitReached              a bound of the service
│   ├── AtCap
│   ├── TooManyClasses
│   ├── TooManyGroups
│   └── TooManyRanges
├── Gone                      it was there once
│   └── RequestTooOld         whether it was executed is no longer known
├── Denied                    not with your role
│   └── PermissionDenied
├── NotBuilt                  part of the interface, not built yet
├── StoreUnavailable          later, with the same request_id
│   └── OutcomeUnknown        it may or may not happen
└── Internal                  our mistake

Each leaf has a `reason`, which is stable and documented in PROTOCOL.md. What a
leaf knows is in `metadata`, as text, so that it crosses the wire unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple, Self


class DibsError(Exception):
    """Anything that dibs refuses or cannot do; `str()` is its sentence."""

    # Stable name of a leaf; empty for a category.
    reason: str = ""
    # Keys of `metadata` that every instance of the leaf carries.
    keys: ClassVar[tuple[str, ...]] = ()
    # Of a refusal of what the actor wants to do: whether it is for want of a
    # permission, because of the state, or because somebody else has it (lock).
    kind: ClassVar[str] = ""

    def __init__(self, sentence: str, **metadata: object) -> None:
        super().__init__(sentence)
        told = {**metadata, "kind": self.kind or None}
        self.metadata = {key: str(value) for key, value in told.items() if value is not None}

    @property
    def sentence(self) -> str:
        return str(self.args[0])

    @classmethod
    def rebuilt(cls, sentence: str, metadata: Mapping[str, str]) -> Self:
        """The error as it was at the other end of a wire."""
        error = cls.__new__(cls)
        DibsError.__init__(error, sentence)
        error.metadata.update(metadata)
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        return (_unpickled, (type(self), self.sentence, dict(self.__dict__)))


def _unpickled(leaf: type[DibsError], sentence: str, state: dict[str, Any]) -> DibsError:
    error = leaf.rebuilt(sentence, {})
    error.__dict__.update(state)
    return error


class InvalidRequest(DibsError):
    """The request is wrong in itself."""


class Violation(NamedTuple):
    """One field that breaks its rule, and what would be right."""

    field: str
    right: str


class InvalidArgument(InvalidRequest):
    """A field breaks its rule; `violations` has all that were found."""

    reason = "INVALID_ARGUMENT"
    keys = ("field",)

    def __init__(self, field: str, right: str, *more: Violation) -> None:
        self.violations = (Violation(field, right), *more)
        super().__init__("; ".join(f"{v.field} {v.right}" for v in self.violations), field=field)

    @classmethod
    def rebuilt(cls, sentence: str, metadata: Mapping[str, str]) -> Self:
        error = super().rebuilt(sentence, metadata)
        error.violations = ()
        return error

    @property
    def field(self) -> str:
        return self.metadata.get("field", "")


class RequestIdReused(InvalidRequest):
    """The request_id was used before, with another method or body."""

    reason = "REQUEST_ID_REUSED"
    keys = ("n",)

    def __init__(self, n: int) -> None:
        super().__init__(f"request_id n = {n} was used in this session for another request", n=n)


class DuplicateItem(InvalidRequest):
    """A line of an import whose item the dataset has already."""

    reason = "DUPLICATE_ITEM"
    keys = ("external_id",)

    def __init__(self, external_id: str) -> None:
        super().__init__(
            f"the dataset has an item {external_id!r} already", external_id=external_id
        )


class NotFound(DibsError):
    """There is no such thing."""


class ProjectNotFound(NotFound):
    """No project has this id."""

    reason = "PROJECT_NOT_FOUND"
    keys = ("project_id",)

    def __init__(self, project_id: str) -> None:
        super().__init__(f"there is no project {project_id!r}", project_id=project_id)


class DatasetNotFound(NotFound):
    """No dataset of the project has this id."""

    reason = "DATASET_NOT_FOUND"
    keys = ("dataset_id",)

    def __init__(self, dataset_id: str) -> None:
        super().__init__(f"there is no dataset {dataset_id!r}", dataset_id=dataset_id)


class QueueNotFound(NotFound):
    """No queue of the project has this id."""

    reason = "QUEUE_NOT_FOUND"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"there is no queue {queue_id!r}", queue_id=queue_id)


class GroupNotFound(NotFound):
    """No group of the project has this id."""

    reason = "GROUP_NOT_FOUND"
    keys = ("group_id",)

    def __init__(self, group_id: str) -> None:
        super().__init__(f"there is no group {group_id!r}", group_id=group_id)


class ItemNotFound(NotFound):
    """No item of the dataset has this external id."""

    reason = "ITEM_NOT_FOUND"
    keys = ("external_id",)

    def __init__(self, external_id: str) -> None:
        super().__init__(f"the dataset has no item {external_id!r}", external_id=external_id)


class PersonNotFound(NotFound):
    """The person is not a member of the project."""

    reason = "PERSON_NOT_FOUND"
    keys = ("person",)

    def __init__(self, person: str) -> None:
        super().__init__(f"{person!r} is not a member of the project", person=person)


class TaskNotFound(NotFound):
    """No task of the project has this id."""

    reason = "TASK_NOT_FOUND"
    keys = ("task_id",)

    def __init__(self, task_id: str) -> None:
        super().__init__(f"there is no task {task_id!r}", task_id=task_id)


class AttachmentNotFound(NotFound):
    """The dataset is not attached to the queue."""

    reason = "ATTACHMENT_NOT_FOUND"
    keys = ("queue_id", "dataset_id")

    def __init__(self, queue_id: str, dataset_id: str) -> None:
        super().__init__(
            f"dataset {dataset_id!r} is not attached to queue {queue_id!r}",
            queue_id=queue_id,
            dataset_id=dataset_id,
        )


class OperationNotFound(NotFound):
    """No operation has this id, or history was cleaned since."""

    reason = "OPERATION_NOT_FOUND"
    keys = ("operation_id",)

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"there is no operation {operation_id!r}", operation_id=operation_id)


class UnitNotFound(NotFound):
    """The task, or the review, has no such unit."""

    reason = "UNIT_NOT_FOUND"
    keys = ("task_id", "unit_id")

    def __init__(self, task_id: str, unit_id: str) -> None:
        super().__init__(f"{task_id!r} has no unit {unit_id!r}", task_id=task_id, unit_id=unit_id)


class IssueNotFound(NotFound):
    """The task has no such issue."""

    reason = "ISSUE_NOT_FOUND"
    keys = ("issue_id",)

    def __init__(self, issue_id: str) -> None:
        super().__init__(f"there is no issue {issue_id!r}", issue_id=issue_id)


class PlanNotFound(NotFound):
    """No plan of the queue has this id, or it is long past."""

    reason = "PLAN_NOT_FOUND"
    keys = ("plan_id",)

    def __init__(self, plan_id: str) -> None:
        super().__init__(f"there is no plan {plan_id!r} for this queue", plan_id=plan_id)


class AssignmentNotFound(NotFound):
    """No assignment has this id, or it is somebody else's."""

    reason = "ASSIGNMENT_NOT_FOUND"
    keys = ("assignment_id",)

    def __init__(self, assignment_id: str) -> None:
        super().__init__(f"there is no assignment {assignment_id!r}", assignment_id=assignment_id)


class AlreadyExists(DibsError):
    """The id is taken."""


class ProjectAlreadyExists(AlreadyExists):
    """A project has this id."""

    reason = "PROJECT_ALREADY_EXISTS"
    keys = ("project_id",)

    def __init__(self, project_id: str) -> None:
        super().__init__(f"there is a project {project_id!r} already", project_id=project_id)


class DatasetAlreadyExists(AlreadyExists):
    """A dataset of the project has this id."""

    reason = "DATASET_ALREADY_EXISTS"
    keys = ("dataset_id",)

    def __init__(self, dataset_id: str) -> None:
        super().__init__(f"there is a dataset {dataset_id!r} already", dataset_id=dataset_id)


class QueueAlreadyExists(AlreadyExists):
    """A queue of the project has this id."""

    reason = "QUEUE_ALREADY_EXISTS"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"there is a queue {queue_id!r} already", queue_id=queue_id)


class GroupAlreadyExists(AlreadyExists):
    """A group of the project has this id, or had it once."""

    reason = "GROUP_ALREADY_EXISTS"
    keys = ("group_id",)

    def __init__(self, group_id: str) -> None:
        super().__init__(
            f"there is, or was, a group {group_id!r}: an id is given once", group_id=group_id
        )


class MemberAlreadyExists(AlreadyExists):
    """The person is a member of the project."""

    reason = "MEMBER_ALREADY_EXISTS"
    keys = ("person",)

    def __init__(self, person: str) -> None:
        super().__init__(f"{person!r} is a member of the project already", person=person)


class AttachmentAlreadyExists(AlreadyExists):
    """The dataset is attached to the queue."""

    reason = "ATTACHMENT_ALREADY_EXISTS"
    keys = ("queue_id", "dataset_id")

    def __init__(self, queue_id: str, dataset_id: str) -> None:
        super().__init__(
            f"dataset {dataset_id!r} is attached to queue {queue_id!r} already",
            queue_id=queue_id,
            dataset_id=dataset_id,
        )


class ItemAlreadyInQueue(AlreadyExists):
    """The queue has tasks of this item; it is the first one of those asked for."""

    reason = "ITEM_ALREADY_IN_QUEUE"
    keys = ("queue_id", "external_id")

    def __init__(self, queue_id: str, external_id: str) -> None:
        super().__init__(
            f"item {external_id!r} is in queue {queue_id!r} already",
            queue_id=queue_id,
            external_id=external_id,
        )


class Conflict(DibsError):
    """Somebody was first; start over."""


class LeaseLost(Conflict):
    """The token is not the newest of the task, or the hold was ended.

    `cause` is a word such as "released" or "taken_over"; `holder` and `since`
    say who has the task now, or who ended the hold, where that is known.
    """

    reason = "LEASE_LOST"
    kind = "lock"
    keys = ("task_id", "cause")

    def __init__(
        self, task_id: str, cause: str, holder: str | None = None, since: datetime | None = None
    ) -> None:
        by = f", {holder!r}" if holder else ""
        when = since.astimezone(UTC).isoformat(timespec="milliseconds") if since else None
        at = f", {when}" if when else ""
        super().__init__(
            f"the lease on task {task_id!r} is no longer held ({cause}{by}{at})",
            task_id=task_id,
            cause=cause,
            holder=holder or None,
            since=when,
        )

    @property
    def task_id(self) -> str:
        return self.metadata.get("task_id", "")

    @property
    def cause(self) -> str:
        return self.metadata.get("cause", "")

    @property
    def holder(self) -> str | None:
        return self.metadata.get("holder")

    @property
    def since(self) -> datetime | None:
        text = self.metadata.get("since")
        return datetime.fromisoformat(text) if text else None


class TaskChanged(Conflict):
    """The task changed again and again while the call was prepared."""

    reason = "TASK_CHANGED"
    keys = ("task_id",)

    def __init__(self, task_id: str) -> None:
        super().__init__(f"task {task_id!r} keeps changing; call again", task_id=task_id)


class StaleSettings(Conflict):
    """The queue's settings changed again and again while the call was computed."""

    reason = "STALE_SETTINGS"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(
            f"the settings of queue {queue_id!r} keep changing; call again", queue_id=queue_id
        )


class TaskMoving(Conflict):
    """Tasks of the person there are on their way to others."""

    reason = "TASK_MOVING"
    keys = ("queue_id",)
    kind = "lock"

    def __init__(self, queue_id: str) -> None:
        super().__init__(
            f"tasks in queue {queue_id!r} are being given to others: call again shortly",
            queue_id=queue_id,
        )


class PlanStale(Conflict):
    """People, skills, the queue's settings or its ranges have changed since the plan was made."""

    reason = "PLAN_STALE"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(
            f"people, settings or ranges of queue {queue_id!r} have changed since: plan again",
            queue_id=queue_id,
        )


class EtagMismatch(Conflict):
    """What a queue, project or assignment is to be was changed since it was read."""

    reason = "ETAG_MISMATCH"

    def __init__(
        self, queue_id: str = "", *, project_id: str = "", assignment_id: str = ""
    ) -> None:
        names = {"queue_id": queue_id, "project_id": project_id, "assignment_id": assignment_id}
        kind, name = next((kind, name) for kind, name in names.items() if name)
        super().__init__(
            f"{kind.removesuffix('_id')} {name!r} has other settings than those of this etag:"
            " read them again",
            **{kind: name},
        )


class WrongState(DibsError):
    """Not possible as things stand."""

    kind = "state"


class NotEligible(WrongState):
    """The person may not do this task, for each of `causes`."""

    reason = "NOT_ELIGIBLE"
    keys = ("causes",)

    def __init__(self, causes: Iterable[str]) -> None:
        names = [str(cause) for cause in causes]
        super().__init__(
            f"the person may not do this task: {', '.join(names)}", causes=",".join(names)
        )

    @property
    def causes(self) -> tuple[str, ...]:
        return tuple(filter(None, self.metadata.get("causes", "").split(",")))


class WrongTaskState(WrongState):
    """The task's state forbids the call."""

    reason = "WRONG_TASK_STATE"
    keys = ("task_id", "state")

    def __init__(self, task_id: str, state: str) -> None:
        super().__init__(f"task {task_id!r} is {state}", task_id=task_id, state=state)

    @property
    def state(self) -> str:
        return self.metadata.get("state", "")


class QueueNotRestricted(WrongState):
    """Everybody with a role for it may work there, whoever is named."""

    reason = "QUEUE_NOT_RESTRICTED"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(
            f"queue {queue_id!r} is open to all: set restricted by UpdateQueue, with those who may",
            queue_id=queue_id,
        )


class QueueArchived(WrongState):
    """The queue is archived: it is closed, and takes no changes."""

    reason = "QUEUE_ARCHIVED"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"queue {queue_id!r} is archived: unarchive it first", queue_id=queue_id)


class QueueForQa(WrongState):
    """The queue is for QA: its items come from its labeling queue, and nobody reviews them."""

    reason = "QUEUE_FOR_QA"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        sentence = f"queue {queue_id!r} is for QA: what is in it comes from its labeling queue"
        super().__init__(sentence, queue_id=queue_id)


class QueueNotForQa(WrongState):
    """The queue is a labeling queue: nobody checks the work of others there."""

    reason = "QUEUE_NOT_FOR_QA"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"queue {queue_id!r} is no queue for QA", queue_id=queue_id)


class DataSubmitted(WrongState):
    """The queue's work is handed over: nothing of it changes."""

    reason = "DATA_SUBMITTED"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(
            f"the data of queue {queue_id!r} were submitted: only an administrator's"
            " WithdrawData opens it again",
            queue_id=queue_id,
        )


class DataNotSubmitted(WrongState):
    """The queue's work is not handed over: there is nothing to withdraw."""

    reason = "DATA_NOT_SUBMITTED"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"the data of queue {queue_id!r} were not submitted", queue_id=queue_id)


class ReviewNotPassed(WrongState):
    """The queue's work cannot be handed over: something is missing, or it has no work at all."""

    reason = "REVIEW_NOT_PASSED"
    keys = ("queue_id", "remaining")

    def __init__(self, queue_id: str, remaining: int) -> None:
        super().__init__(
            f"queue {queue_id!r} has {remaining} tasks to be finished before its data are submitted"
            if remaining
            else f"queue {queue_id!r} has no finished task whose data could be submitted",
            queue_id=queue_id,
            remaining=str(remaining),
        )

    @property
    def remaining(self) -> int:
        """Tasks that have no status, and items that are still to become tasks."""
        return int(self.metadata.get("remaining", "0"))


class ProjectNotDeleted(WrongState):
    """The project is there: there is nothing to undelete."""

    reason = "PROJECT_NOT_DELETED"
    keys = ("project_id",)

    def __init__(self, project_id: str) -> None:
        super().__init__(f"project {project_id!r} is not deleted", project_id=project_id)


class DatasetInUse(WrongState):
    """The dataset is attached to queues."""

    reason = "DATASET_IN_USE"
    keys = ("dataset_id", "queues")

    def __init__(self, dataset_id: str, queues: int) -> None:
        super().__init__(
            f"dataset {dataset_id!r} is attached to {queues} queues: detach it, or use force",
            dataset_id=dataset_id,
            queues=queues,
        )


class QueueHeld(WrongState):
    """People hold tasks of the queue."""

    reason = "QUEUE_HELD"
    keys = ("queue_id", "tasks")

    def __init__(self, queue_id: str, tasks: int) -> None:
        super().__init__(
            f"{tasks} tasks of queue {queue_id!r} are held: wait until they are not, or use force",
            queue_id=queue_id,
            tasks=tasks,
        )


class TaskHeld(WrongState):
    """Somebody has the task."""

    reason = "TASK_HELD"
    keys = ("task_id", "holder")
    kind = "lock"

    def __init__(self, task_id: str, holder: str) -> None:
        super().__init__(
            f"{holder!r} has task {task_id!r}: release it first, or reassign it",
            task_id=task_id,
            holder=holder,
        )


class QueueNotDistributed(WrongState):
    """People pull their work in the queue, so there are no shares to be spread anew."""

    reason = "QUEUE_NOT_DISTRIBUTED"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(
            f"people pull from queue {queue_id!r}: take work back by ClearBatch or ReleaseTasks",
            queue_id=queue_id,
        )


class PlanUsed(WrongState):
    """The plan was applied, or the operation undone, before."""

    reason = "PLAN_USED"
    keys = ("operation_id",)

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"operation {operation_id} did that already", operation_id=operation_id)


class PlanExpired(WrongState):
    """Fifteen minutes are over: plan again; what was done can be undone no more."""

    reason = "PLAN_EXPIRED"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__("more than 15 minutes have passed: plan again", queue_id=queue_id)


class GroupInUse(WrongState):
    """Queues name the group among those who may work there."""

    reason = "GROUP_IN_USE"
    keys = ("group_id", "queues")

    def __init__(self, group_id: str, queues: int) -> None:
        super().__init__(
            f"group {group_id!r} is in allowed_groups of {queues} queues: take it out there first",
            group_id=group_id,
            queues=queues,
        )


class SkipNotAllowed(WrongState):
    """A skip would do something else with the task than the caller takes for granted."""

    reason = "SKIP_NOT_ALLOWED"
    keys = ("task_id", "policy")

    def __init__(self, task_id: str, policy: str) -> None:
        super().__init__(
            f"a skip of task {task_id!r} means {policy}", task_id=task_id, policy=policy
        )


class StatusLocked(WrongState):
    """The task has a status, and in this project that must be removed before the work is edited."""

    reason = "STATUS_LOCKED"
    kind = "lock"
    keys = ("task_id",)

    def __init__(self, task_id: str) -> None:
        super().__init__(
            f"task {task_id!r} has a status, which locks it: remove it first", task_id=task_id
        )


class UnitNotPending(WrongState):
    """It was decided about the unit already."""

    reason = "UNIT_NOT_PENDING"
    keys = ("task_id", "unit_id")

    def __init__(self, task_id: str, unit_id: str) -> None:
        super().__init__(
            f"unit {unit_id!r} of review {task_id!r} is not pending",
            task_id=task_id,
            unit_id=unit_id,
        )


class UnitNotReturned(WrongState):
    """Nothing is to be corrected about the unit, or it is marked already."""

    reason = "UNIT_NOT_RETURNED"
    keys = ("task_id", "unit_id")

    def __init__(self, task_id: str, unit_id: str) -> None:
        super().__init__(
            f"unit {unit_id!r} of task {task_id!r} is not to be corrected, or is marked as fixed",
            task_id=task_id,
            unit_id=unit_id,
        )


class OpenIssues(WrongState):
    """Units of the task are not marked as fixed."""

    reason = "OPEN_ISSUES"
    keys = ("task_id", "issues")

    def __init__(self, task_id: str, issues: int) -> None:
        super().__init__(
            f"task {task_id!r} has {issues} open issues: mark them as fixed, or use resolve_issues",
            task_id=task_id,
            issues=issues,
        )


class QueueNotReviewed(WrongState):
    """Nobody ever said how the work of the queue is reviewed."""

    reason = "QUEUE_NOT_REVIEWED"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(
            f"queue {queue_id!r} has no review settings: see UpdateReviewSettings",
            queue_id=queue_id,
        )


class ReviewPassed(WrongState):
    """A review of the task has passed: its author changes its status no more."""

    reason = "REVIEW_PASSED"
    keys = ("task_id",)

    def __init__(self, task_id: str) -> None:
        super().__init__(f"a review of task {task_id!r} has passed", task_id=task_id)


class ReviewStarted(WrongState):
    """Somebody has begun to review the task: its author recalls it no more."""

    reason = "REVIEW_STARTED"
    keys = ("task_id",)

    def __init__(self, task_id: str) -> None:
        super().__init__(f"a review of task {task_id!r} has started", task_id=task_id)


class ItemAlreadyDone(WrongState):
    """Items are done in other queues, and were not to be added; it is the first one of them."""

    reason = "ITEM_ALREADY_DONE"
    keys = ("external_id", "items")

    def __init__(self, external_id: str, items: int) -> None:
        super().__init__(
            f"item {external_id!r} is done in another queue already, one of {items}",
            external_id=external_id,
            items=str(items),
        )


class PickNotAllowed(WrongState):
    """The queue gives its tasks in order; only who may assign chooses."""

    reason = "PICK_NOT_ALLOWED"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(
            f"queue {queue_id!r} does not let people pick their tasks", queue_id=queue_id
        )


class NotABatchQueue(WrongState):
    """The queue gives tasks one by one: it has no batches to load or to clear."""

    reason = "NOT_A_BATCH_QUEUE"
    keys = ("queue_id",)

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"queue {queue_id!r} has no batches", queue_id=queue_id)


class NoBatch(WrongState):
    """The person has nothing of a batch that could be taken back."""

    reason = "NO_BATCH"
    keys = ("queue_id", "person", "started")

    def __init__(self, queue_id: str, person: str, started: int) -> None:
        besides = f"; include_started takes the {started} they have started" if started else ""
        super().__init__(
            f"{person!r} has no batch in queue {queue_id!r} to clear{besides}",
            queue_id=queue_id,
            person=person,
            started=started,
        )


class AdminIsForGood(WrongState):
    """The person is an ADMIN, and nobody takes that away."""

    reason = "ADMIN_IS_FOR_GOOD"
    keys = ("person",)

    def __init__(self, person: str) -> None:
        super().__init__(f"{person!r} is an ADMIN for good", person=person)


class LastAdmin(WrongState):
    """The person is the only active ADMIN that the project has."""

    reason = "LAST_ADMIN"
    keys = ("person",)

    def __init__(self, person: str) -> None:
        super().__init__(f"{person!r} is the last active ADMIN of the project", person=person)


class SessionUnknown(WrongState):
    """The session is unknown, has ended, or is another project's; nothing ran."""

    reason = "SESSION_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(
            "the session of the request_id is unknown here; nothing was executed: "
            "open a session of this project"
        )


class WrongOperationState(WrongState):
    """The operation is not in a state that allows it."""

    reason = "WRONG_OPERATION_STATE"
    keys = ("operation_id", "state")

    def __init__(self, operation_id: str, state: str) -> None:
        super().__init__(
            f"operation {operation_id!r} is {state}: that does not allow it",
            operation_id=operation_id,
            state=state,
        )


class LimitReached(DibsError):
    """A bound of the service."""


class TooManyClasses(LimitReached):
    """The queue would need one more set of required skills than it may have."""

    reason = "TOO_MANY_CLASSES"
    keys = ("queue_id", "limit")

    def __init__(self, queue_id: str, limit: int = 64) -> None:
        super().__init__(
            f"queue {queue_id!r} would need more than {limit} different sets of required skills",
            queue_id=queue_id,
            limit=limit,
        )


class AtCap(LimitReached):
    """The person holds as many tasks of the queue as one may."""

    reason = "AT_CAP"
    keys = ("queue_id", "limit")

    def __init__(self, queue_id: str, limit: int) -> None:
        super().__init__(
            f"the person holds {limit} tasks of queue {queue_id!r}, and may not hold more",
            queue_id=queue_id,
            limit=limit,
        )


class TooManyGroups(LimitReached):
    """The person is in as many groups as one may be."""

    reason = "TOO_MANY_GROUPS"
    keys = ("person", "limit")

    def __init__(self, person: str, limit: int = 32) -> None:
        super().__init__(
            f"{person!r} is in {limit} groups already, and may not be in more",
            person=person,
            limit=limit,
        )


class TooManyRanges(LimitReached):
    """The queue has as many ranges as one may have."""

    reason = "TOO_MANY_RANGES"
    keys = ("queue_id", "limit")

    def __init__(self, queue_id: str, limit: int = 1000) -> None:
        super().__init__(
            f"queue {queue_id!r} has {limit} ranges already, and may not have more: merge some",
            queue_id=queue_id,
            limit=limit,
        )


class Gone(DibsError):
    """It was there once."""


class RequestTooOld(Gone):
    """The session no longer keeps this answer: whether it ran is not known here."""

    reason = "REQUEST_TOO_OLD"
    keys = ("n", "newest")

    def __init__(self, n: int, newest: int) -> None:
        super().__init__(
            f"request_id n = {n} is too old, the newest is {newest} and 16 answers are kept; "
            "ask ListMyTasks",
            n=n,
            newest=newest,
        )


class Denied(DibsError):
    """Not with this role."""

    kind = "permission"


class PermissionDenied(Denied):
    """The actor has no role that allows it."""

    reason = "PERMISSION_DENIED"
    keys = ("actor", "action")

    def __init__(self, actor: str, action: str, needs: str | None = None) -> None:
        only = f"; it is for {needs}" if needs else ""
        super().__init__(
            f"{actor!r} may not {action}{only}", actor=actor, action=action, needs=needs
        )


class NotBuilt(DibsError):
    """Part of the interface, not built yet."""

    reason = "NOT_BUILT"
    keys = ("what",)

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not built yet", what=what)


class StoreUnavailable(DibsError):
    """A store is away or behind; repeat the same request later."""

    reason = "STORE_UNAVAILABLE"
    keys = ("retry_after_s",)
    says = "the store is away; repeat the same request later"

    def __init__(self, retry_after_s: float = 1.0) -> None:
        super().__init__(self.says, retry_after_s=retry_after_s)

    @property
    def retry_after_s(self) -> float:
        try:
            return float(self.metadata.get("retry_after_s", 0.0))
        except ValueError:
            return 0.0


class OutcomeUnknown(StoreUnavailable):
    """The change may or may not happen; the same request_id will tell."""

    reason = "OUTCOME_UNKNOWN"
    says = "it is not known whether this happened; repeat the same request_id to learn it"


class Internal(DibsError):
    """A mistake of ours; the log has it under `id`."""

    reason = "INTERNAL"

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - the key on the wire
        super().__init__("dibs made a mistake", id=id)


def leaves(root: type[DibsError] = DibsError) -> Iterator[type[DibsError]]:
    """Every error of dibs.errors that has a reason, in the order of the drawing."""
    if root.__module__ != __name__:
        return
    if root.reason:
        yield root
    for child in root.__subclasses__():
        yield from leaves(child)
