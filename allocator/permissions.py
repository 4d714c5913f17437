"""Who may do what: the table of SEMANTICS §9, every RPC in exactly one row.

docs/permissions.md shows the same table; a test compares the two, and another
goes through every cell over the wire. `Door.permit` is the only reader that
lets anybody in or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from allocator.model import Role


class Grant(IntEnum):
    """What a cell of the table gives: nothing, what is one's own, everything."""

    NONE = 0
    OWN = 1
    ALL = 2


GRANTS: Final = {
    **dict.fromkeys(("✔", "all", "anyone"), Grant.ALL),
    **dict.fromkeys(("own", "own queues", "self"), Grant.OWN),
    "–": Grant.NONE,
}
COLUMNS: Final = (
    Role.ADMIN,
    Role.TEAM_MANAGER,
    Role.OWNER,
    Role.REVIEWER,
    Role.ANNOTATOR,
    Role.ANNOTATOR_AND_REVIEWER,
)
"""The columns in order. OWNER is nobody's role: it is who owns the queue concerned."""


class Right(StrEnum):
    """One row of the table each; the value is what its first column says."""

    PROJECT = (
        "project settings, datasets attach/detach, delete, grant ADMIN (irreversible),"
        " pause, resume, clear, clean"
    )
    MEMBERS = "members, groups, roles below ADMIN"
    DATASETS = "datasets: create, edit, import, items"
    READ = "get and list the project, its datasets, own queues"
    OPERATIONS = "operations: get, cancel, retry"
    QUEUES = "queues: create, edit, items, priority, archive"
    ASSIGN = (
        "assign, release others', reassign, redistribute, reopen, load and clear others' batches"
    )
    ANNOTATE = "annotate: reserve, start, submit, skip, own load batch"
    REVIEW = "review: reserve, decide, edit, report missing"
    REVIEW_SETTINGS = "review settings, add reviews, resample, experts"
    STATUS = "change own status after submit, until review passed"
    LISTS = "lists of tasks and assignments, activity"
    DATA = "units by external id, data overview, performance of others"
    EXPLAIN = "Explain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the cells in the order of COLUMNS, and the RPCs that it is about."""

    right: Right
    cells: tuple[str, ...]
    rpcs: tuple[str, ...] = ()

    def grant(self, role: Role) -> Grant:
        """What one role has, or OWNER, who owns the queue concerned."""
        return GRANTS[self.cells[COLUMNS.index(role)]]

    def best(self, roles: Role) -> Grant:
        """What somebody with all of `roles` has."""
        return max((self.grant(role) for role in COLUMNS if role & roles), default=Grant.NONE)


def _cells(text: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in text.split("|"))


TABLE: Final = (
    Row(
        right=Right.PROJECT,
        cells=_cells("✔ | – | – | – | – | –"),
        rpcs=(
            "DatasetService.DeleteDataset",
            "OperationService.CleanHistory",
            "ProjectService.CopyProject",
            "ProjectService.CreateProject",
            "ProjectService.DeleteProject",
            "ProjectService.UndeleteProject",
            "ProjectService.UpdateProject",
            "QueueService.AttachDataset",
            "QueueService.PauseQueue",
            "QueueService.ResumeQueue",
            "QueueService.ClearWaiting",
            "QueueService.BulkDeleteQueues",
            "QueueService.DeleteQueue",
            "QueueService.DetachDataset",
            "QueueService.WithdrawData",
        ),
    ),
    Row(
        right=Right.MEMBERS,
        cells=_cells("✔ | ✔ | – | – | – | –"),
        rpcs=(
            "GroupService.AddGroupMembers",
            "GroupService.CreateGroup",
            "GroupService.DeleteGroup",
            "GroupService.RemoveGroupMembers",
            "GroupService.UpdateGroup",
            "ProjectService.AddMembers",
            "ProjectService.UpdateMember",
            "ProjectService.RemoveMembers",
        ),
    ),
    Row(
        right=Right.DATASETS,
        cells=_cells("✔ | ✔ | ✔ | – | – | –"),
        rpcs=(
            "DatasetService.AddDatasetItems",
            "DatasetService.CreateDataset",
            "DatasetService.RemoveDatasetItems",
            "DatasetService.UpdateDataset",
            "DatasetService.ImportItems",
        ),
    ),
    Row(
        right=Right.READ,
        cells=_cells("✔ | ✔ | ✔ | ✔ | ✔ | ✔"),
        rpcs=(
            "AllocationService.CanEdit",
            "AllocationService.OpenSession",
            "AllocationService.Ping",
            "DatasetService.GetDataset",
            "DatasetService.ListDatasets",
            "DatasetService.ListItems",
            "GroupService.GetGroup",
            "GroupService.ListGroupMembers",
            "GroupService.ListGroups",
            "ProjectService.GetProject",
            "ProjectService.ListMembers",
            "ProjectService.ListProjects",
            "QueueService.GetQueue",
            "QueueService.GetQueueDepth",
            "QueueService.ListQueueDatasets",
            "QueueService.ListQueues",
        ),
    ),
    Row(
        right=Right.OPERATIONS,
        cells=_cells("all | all | own queues | – | – | –"),
        rpcs=(
            "OperationService.CancelOperation",
            "OperationService.GetOperation",
            "OperationService.ListOperations",
            "OperationService.RetryOperations",
            "OperationService.WaitOperation",
        ),
    ),
    Row(
        right=Right.QUEUES,
        cells=_cells("✔ | ✔ | ✔ | – | – | –"),
        rpcs=(
            "QueueService.AddItems",
            "QueueService.CreateQueue",
            "QueueService.UpdateQueue",
            "QueueService.AddContributors",
            "QueueService.ArchiveQueue",
            "QueueService.RemoveContributors",
            "QueueService.UnarchiveQueue",
            "QueueService.BulkSetPriority",
            "QueueService.BulkUpdateQueues",
            "QueueService.SetPriority",
            "QueueService.RemoveItems",
            "QueueService.RemoveMatchingItems",
            "QueueService.SubmitData",
        ),
    ),
    Row(
        right=Right.ASSIGN,
        cells=_cells("✔ | ✔ | ✔ | – | – | –"),
        rpcs=(
            "AllocationService.ClearBatch",
            "AllocationService.ClearSkips",
            "AllocationService.BulkReopen",
            "AssignmentService.ApplyRedistribution",
            "AssignmentService.AssignTasks",
            "AssignmentService.PlanRedistribution",
            "AssignmentService.CreateRange",
            "AssignmentService.MergeRanges",
            "AssignmentService.SplitRange",
            "AssignmentService.Reassign",
            "AssignmentService.ReleaseTasks",
            "AssignmentService.UndoRedistribution",
            "AssignmentService.UpdateAssignment",
            "AllocationService.Reopen",
            "ReviewService.DeleteUnits",
            "ReviewService.ReturnTask",
        ),
    ),
    Row(
        right=Right.ANNOTATE,
        cells=_cells("✔ | ✔ | ✔ | – | ✔ | ✔"),
        rpcs=(
            "AllocationService.EnsureReservations",
            "AllocationService.LoadBatch",
            "AllocationService.Release",
            "AllocationService.Renew",
            "AllocationService.Reserve",
            "AllocationService.SaveDraft",
            "AllocationService.Skip",
            "AllocationService.Start",
            "AllocationService.StartAnnotation",
            "AllocationService.StartTask",
            "AllocationService.Submit",
            "AssignmentService.NextTask",
            "QueueService.SubmitForReview",
            "ReviewService.MarkFixed",
        ),
    ),
    Row(
        right=Right.REVIEW,
        cells=_cells("✔ | ✔ | ✔ | ✔ | – | ✔"),
        rpcs=(
            "ReviewService.Decide",
            "ReviewService.ReportIssues",
            "ReviewService.ReportMissing",
            "ReviewService.ReserveReviews",
            "ReviewService.SubmitCheckResult",
        ),
    ),
    Row(
        right=Right.REVIEW_SETTINGS,
        cells=_cells("✔ | ✔ | own | – | – | –"),
        rpcs=(
            "ReviewService.AddReviews",
            "ReviewService.GetReviewSettings",
            "ReviewService.Resample",
            "ReviewService.UpdateReviewSettings",
        ),
    ),
    Row(
        right=Right.STATUS,
        cells=_cells("✔ | ✔ | ✔ | own | own | own"),
        rpcs=(
            "AllocationService.RecallSubmission",
            "AllocationService.RemoveStatus",
            "AllocationService.SetStatus",
            # Who may change work after it was submitted has a say in what is said of it.
            "ReviewService.AddComment",
            "ReviewService.ListComments",
        ),
    ),
    Row(
        right=Right.LISTS,
        cells=_cells("all | all | own queues | own | own | own"),
        rpcs=(
            "AssignmentService.GetAssignment",
            "AssignmentService.ListAssignments",
            "QueueService.ListTasks",
            "AllocationService.GetDraft",
            "AllocationService.GetItemStatus",
            "AllocationService.GetTask",
            "AllocationService.ListMyTasks",
            "ReportService.ListActivity",
            "ReportService.Watch",
            "ReviewService.GetIssue",
            "ReviewService.GetReviewUnits",
            "ReviewService.ListCheckResults",
            "ReviewService.ListIssues",
            "ReviewService.ListMyReviews",
            "ReviewService.ListReviews",
        ),
    ),
    Row(
        right=Right.DATA,
        cells=_cells("✔ | ✔ | own queues | – | – | –"),
        rpcs=(
            "ReportService.GetForecast",
            "ReportService.GetQuality",
            "ReportService.GetWorkload",
            "ReviewService.ListUnits",
        ),
    ),
    Row(
        right=Right.EXPLAIN,
        cells=_cells("anyone | anyone | own queues | self | self | self"),
        rpcs=("AllocationService.Explain",),
    ),
)

ROWS: Final = {row.right: row for row in TABLE}
ROW_OF: Final = {rpc: row for row in TABLE for rpc in row.rpcs}

OPEN: Final = frozenset(
    {
        "AllocationService.Ping",
        "ProjectService.CreateProject",
        "ProjectService.ListProjects",
    }
)
"""What concerns no project, or only the projects of whoever asks: it needs no membership."""

WORK: Final = frozenset({Right.ANNOTATE, Right.REVIEW})
"""What people do themselves. To do it for somebody else is to assign: see `row_for`."""


def row_for(rpc: str, *, own: bool) -> Row:
    """The row that decides about a call: work for somebody else is a matter of ASSIGN."""
    row = ROW_OF[rpc]
    return ROWS[Right.ASSIGN] if row.right in WORK and not own else row


def needs(row: Row) -> str:
    """In words, who may do what a row is about."""
    names = [role.name or "" for role in COLUMNS if row.grant(role) and role is not Role.OWNER]
    if row.grant(Role.OWNER):
        names.append("owner of the queue")
    return ", ".join(names)
