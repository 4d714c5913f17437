"""What is asked about operations, and what is answered: as requests.py and answers.py."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.answers import Queue
from allocator.model import Priority, TaskId
from allocator.requests import Change, ListOf, Look
from allocator.requests_tasks import ReopenTo
from allocator.strategies.operations import OperationState, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOperations:
    """Operations of a project, in one state or (0) in any."""

    list_of: ListOf
    state: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitOperation:
    """One operation, when it runs no more or after a while."""

    look: Look
    id: str
    timeout_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OnOperations:
    """Cancel one, or retry some."""

    change: Change
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnQueue:
    """A verb that needs nothing but the queue."""

    change: Change
    queue_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDataset:
    """A verb about a dataset, in a queue or ("") everywhere."""

    change: Change
    dataset_id: str
    queue_id: str = ""
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteQueue:
    """A queue that is to be no more; with `force` whatever is held there."""

    change: Change
    queue_id: str
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveItems:
    """Chosen items of a dataset that are to leave a queue."""

    change: Change
    queue_id: str
    dataset_id: str
    external_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDatasetItems:
    """Items that are to leave their dataset, and every queue."""

    change: Change
    dataset_id: str
    external_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMatching:
    """Items of a queue that a filter of ListTasks lets through."""

    change: Change
    queue_id: str
    filter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Tasks of a queue: these, or (none) those that a filter of ListTasks lets through."""

    queue_id: str
    tasks: tuple[TaskId, ...]
    filter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkSetPriority:
    """Chosen tasks are to have another priority."""

    change: Change
    chosen: Chosen
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReopen:
    """Chosen tasks are to be done again; `person` only with PERSON."""

    change: Change
    chosen: Chosen
    to: ReopenTo = ReopenTo.AUTHOR
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReviews:
    """Chosen tasks are to be reviewed once more: these units of the one that is named, or all.

    A reviewer is chosen among `reviewers`, or (none) as the settings say.
    """

    change: Change
    chosen: Chosen
    unit_ids: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resample:
    """What is reviewed of chosen tasks is to be drawn anew."""

    change: Change
    chosen: Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A bulk verb; `errors` are (external id, reason, task or "") of what could not be done."""

    operation: int
    verb: Verb
    state: OperationState
    queue_ids: tuple[str, ...]
    dataset_id: str
    actor: str
    total: int
    done: int
    failed: int
    error: str
    begun_ms: int
    updated_ms: int
    ended_ms: int | None
    errors: tuple[tuple[str, str, str], ...] = ()
    seq: int = 0

    @property
    def percent(self) -> int:
        """How much of it is done; all of it only when it is."""
        if self.state is OperationState.SUCCEEDED:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOfQueues:
    """A bulk verb over queues; `refused` are (queue, reason, sentence) of what it leaves."""

    operation: Operation
    refused: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """How many operations were forgotten."""

    seq: int
    cleaned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """A queue is paused, or not any more; `operation` takes back what is recalled."""

    seq: int
    operation: Operation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributed:
    """A queue with other contributors; `operation` takes back what those hold who are out."""

    queue: Queue
    operation: Operation | None
