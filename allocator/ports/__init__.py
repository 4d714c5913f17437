"""What the services need from the store, in words a caller can rely on.

Every method may raise `errors.StoreUnavailable`: Redis or Postgres is away,
nothing is known about the outcome, and the same call may be made again with
the same request. Numbers are per project unless said otherwise. A row that
was made for an event counts once the event is in the log, not before.
"""

from allocator.ports.activity import ActivityLog, ActivityTask, ActivityView, Tail
from allocator.ports.checks import Asked, Checks, Finished, FinishedPage, Place, QaQueue, Source
from allocator.ports.comments import Comments, CommentView, Topic
from allocator.ports.deals import Deals
from allocator.ports.directory import Directory, NewProject, ProjectRow
from allocator.ports.duplicates import DoneElsewhere, Duplicates, OnDuplicate
from allocator.ports.groups import Groups, GroupView
from allocator.ports.items import (
    Chunk,
    Content,
    DraftRow,
    EntryPlace,
    ItemRun,
    Items,
    OfWhom,
    Staged,
)
from allocator.ports.ledger import Event, Ledger, Outcome, WallClock
from allocator.ports.lists import ItemList, ListAsk, Listings, TaskLine, TaskList
from allocator.ports.loads import Done, Left, Loads, Marked, PersonLoad, ShareLoad
from allocator.ports.lots import LotReads, LotView
from allocator.ports.moves import AssignmentView, Moves, OpenTask
from allocator.ports.operations import Operations, OperationView
from allocator.ports.queue_datasets import QueueDatasets, QueueDatasetView
from allocator.ports.ranges import Extent, HeldRange, Ranges
from allocator.ports.reviews import (
    Backlog,
    Consistency,
    Earlier,
    FirstReviews,
    IssueView,
    Quality,
    QualityAsk,
    QualityReads,
    Reason,
    Returns,
    ReviewerFigures,
    Reviews,
    ReviewSettingsView,
    ReviewView,
    UnitView,
    WaitsFor,
)
from allocator.ports.rule_checks import RuleChecks, RuleCheckView
from allocator.ports.sums import Sums
from allocator.ports.views import (
    DatasetView,
    EntriesView,
    Lag,
    MemberView,
    ProjectView,
    QueueFigures,
    QueueView,
    TaskView,
    Views,
)

__all__ = [
    "RuleChecks",
    "RuleCheckView",
    "LotReads",
    "LotView",
    "AssignmentView",
    "ActivityLog",
    "ActivityTask",
    "ActivityView",
    "Chunk",
    "Content",
    "DatasetView",
    "Asked",
    "Checks",
    "Finished",
    "FinishedPage",
    "Place",
    "QaQueue",
    "Source",
    "Deals",
    "Directory",
    "Done",
    "DoneElsewhere",
    "DraftRow",
    "Duplicates",
    "EntriesView",
    "EntryPlace",
    "Event",
    "Extent",
    "HeldRange",
    "Sums",
    "GroupView",
    "Groups",
    "ItemList",
    "ItemRun",
    "Items",
    "Lag",
    "Left",
    "Ledger",
    "ListAsk",
    "Listings",
    "Loads",
    "Marked",
    "MemberView",
    "Moves",
    "NewProject",
    "OfWhom",
    "OnDuplicate",
    "OpenTask",
    "OperationView",
    "Operations",
    "Outcome",
    "PersonLoad",
    "ProjectRow",
    "ProjectView",
    "QueueDatasetView",
    "QueueDatasets",
    "QueueFigures",
    "QueueView",
    "Ranges",
    "ShareLoad",
    "Staged",
    "Tail",
    "TaskLine",
    "TaskList",
    "TaskView",
    "Views",
    "WallClock",
    "Backlog",
    "Comments",
    "CommentView",
    "Topic",
    "Earlier",
    "Consistency",
    "FirstReviews",
    "IssueView",
    "Quality",
    "QualityAsk",
    "QualityReads",
    "Reason",
    "Returns",
    "ReviewerFigures",
    "Reviews",
    "ReviewSettingsView",
    "ReviewView",
    "UnitView",
    "WaitsFor",
]
