"""dibs for other services: clients, errors and the messages they exchange.

    import dibs

    async with dibs.AsyncClient("localhost:7443", project="demo", actor="ann") as client:
        async with client.work("digits") as tasks:
            async for task in tasks:
                await task.submit()

Names are loaded when first used, so that `dibs.errors` alone brings no gRPC.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dibs.client import AsyncClient
    from dibs.errors import DibsError
    from dibs.holdings import Idle
    from dibs.importing import ImportResult, ImportSession
    from dibs.retry import Patience
    from dibs.sync import Client
    from dibs.v1.allocation_pb2 import FrameRange, Nothing, NothingReason, ReviewUnit
    from dibs.v1.comments_pb2 import Comment
    from dibs.v1.common_pb2 import Lease, Priority, Task, TaskKind, TaskState
    from dibs.v1.dataset_pb2 import Dataset, Item, LineError
    from dibs.v1.issues_pb2 import Issue, MissingLabel
    from dibs.v1.project_pb2 import Durability, Member, Project, Role
    from dibs.v1.quality_pb2 import QualityDimension
    from dibs.v1.queue_pb2 import Queue, QueueType, Status, StatusMeaning
    from dibs.v1.review_pb2 import FrameDecision, Review, ReviewAction, UnitDecision, Verdict
    from dibs.v1.review_settings_pb2 import ReviewSettings

_HOMES = {
    "AsyncClient": "client",
    "Client": "sync",
    "Comment": "v1.comments_pb2",
    "Dataset": "v1.dataset_pb2",
    "DibsError": "errors",
    "Durability": "v1.project_pb2",
    "FrameDecision": "v1.review_pb2",
    "FrameRange": "v1.allocation_pb2",
    "Idle": "holdings",
    "ImportResult": "importing",
    "ImportSession": "importing",
    "Issue": "v1.issues_pb2",
    "Item": "v1.dataset_pb2",
    "Lease": "v1.common_pb2",
    "LineError": "v1.dataset_pb2",
    "Member": "v1.project_pb2",
    "MissingLabel": "v1.issues_pb2",
    "Nothing": "v1.allocation_pb2",
    "NothingReason": "v1.allocation_pb2",
    "Patience": "retry",
    "Priority": "v1.common_pb2",
    "Project": "v1.project_pb2",
    "QualityDimension": "v1.quality_pb2",
    "Queue": "v1.queue_pb2",
    "QueueType": "v1.queue_pb2",
    "Review": "v1.review_pb2",
    "ReviewAction": "v1.review_pb2",
    "ReviewSettings": "v1.review_settings_pb2",
    "ReviewUnit": "v1.allocation_pb2",
    "Role": "v1.project_pb2",
    "Status": "v1.queue_pb2",
    "StatusMeaning": "v1.queue_pb2",
    "Task": "v1.common_pb2",
    "TaskKind": "v1.common_pb2",
    "TaskState": "v1.common_pb2",
    "UnitDecision": "v1.review_pb2",
    "Verdict": "v1.review_pb2",
}

__all__ = [
    "AsyncClient",
    "Client",
    "Comment",
    "Dataset",
    "DibsError",
    "Durability",
    "FrameDecision",
    "FrameRange",
    "Idle",
    "ImportResult",
    "ImportSession",
    "Issue",
    "Item",
    "Lease",
    "LineError",
    "Member",
    "MissingLabel",
    "Nothing",
    "NothingReason",
    "Patience",
    "Priority",
    "Project",
    "QualityDimension",
    "Queue",
    "QueueType",
    "Review",
    "ReviewAction",
    "ReviewSettings",
    "ReviewUnit",
    "Role",
    "Status",
    "StatusMeaning",
    "Task",
    "TaskKind",
    "TaskState",
    "UnitDecision",
    "Verdict",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
