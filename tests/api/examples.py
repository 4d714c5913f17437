"""A request of every RPC that all rules let pass, made from its descriptor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from google.protobuf import descriptor_pool

from dibs.v1 import common_pb2, dataset_pb2, project_pb2, review_pb2
from tests.api.world import Stubs, World

# What a field of this name gets, in whatever request it is.
BY_NAME: dict[str, Any] = {
    "queue_id": "q",
    "dataset_id": "d",
    "group_id": "g",
    "task_id": "1-1",
    "review_id": "r1",
    "issue_id": "1-1-1-999",
    "unit_id": "u",
    "operation_id": "1",
    "operation_ids": ["1"],
    "lease_token": 1,
    "person_ids": ["bystander"],
    "external_ids": ["b"],
    "queue_ids": ["q"],
    "task_ids": ["1-1"],
    "plan_id": "1",
    "new_project_id": "copied",
    "assignment_id": "s1-999",
    "from_person": "bystander",
    "to_person": "ada",
    "reason": "they asked for it",
    "count": 1,
    "items": [dataset_pb2.Item(external_id="new")],
    "members": [project_pb2.Member(person_id="new")],
    "member": project_pb2.Member(person_id="bystander", display_name="Standing By"),
}
# What one RPC needs besides, or instead.
BY_RPC: dict[str, dict[str, Any]] = {
    "QueueService.RemoveMatchingItems": {"filter": "state = QUEUED"},
    "AllocationService.Renew": {"all": True},
    "DatasetService.CreateDataset": {"dataset_id": "new"},
    "ProjectService.CopyProject": {"members": True},
    "ProjectService.UpdateMember": {"update_mask": {"paths": ["display_name"]}},
    "ProjectService.UpdateProject": {
        "project": {"display_name": "Other"},
        "update_mask": {"paths": ["display_name"]},
    },
    "QueueService.CreateQueue": {"queue_id": "new", "queue": {}},
    "QueueService.UpdateQueue": {"queue": {}, "update_mask": {"paths": ["display_name"]}},
    "AllocationService.SetStatus": {"status": "discarded"},
    "AllocationService.GetItemStatus": {"external_id": "a"},
    "AllocationService.CanEdit": {"external_id": "a"},
    "AllocationService.Explain": {"task_id": ""},
    "AssignmentService.PlanRedistribution": {"all_contributors": True},
    "AssignmentService.UpdateAssignment": {"update_mask": {"paths": ["note"]}},
    "AssignmentService.AssignTasks": {"person": "bystander"},
    "AssignmentService.Reassign": {"assignment_id": ""},
    "AssignmentService.CreateRange": {"person": "bystander", "first": 1, "last": 1},
    "AssignmentService.SplitRange": {"assignment_id": "r1-999", "at": 2},
    "AssignmentService.MergeRanges": {
        "assignment_id": "r1-999",
        "other_assignment_id": "r1-998",
    },
    "ReviewService.UpdateReviewSettings": {
        "settings": {"enabled": True},
        "update_mask": {"paths": ["enabled"]},
    },
    "ReviewService.Decide": {"all": {"action": review_pb2.REVIEW_ACTION_APPROVE}},
    "ReviewService.ReportMissing": {"labels": [{"comment": "a five is missing"}]},
    "ReviewService.AddComment": {"issue_id": "", "text": "see frame 3"},
    "ReviewService.ListComments": {"issue_id": ""},
    "ReviewService.MarkFixed": {"all": True},
    "ReviewService.DeleteUnits": {"unit_ids": ["u"]},
    "ReviewService.SubmitCheckResult": {"rule": "overlap", "verdict": 1, "unit_ids": []},
    "ReviewService.ReportIssues": {"missing": [{"comment": "a five is missing"}]},
    "ReviewService.ReturnTask": {"missing": [{"comment": "a five is missing"}]},
    "QueueService.BulkUpdateQueues": {"queue": {}, "update_mask": {"paths": ["display_name"]}},
    "QueueService.SetPriority": {"priority": common_pb2.PRIORITY_HIGH},
    "QueueService.BulkSetPriority": {"priority": common_pb2.PRIORITY_HIGH},
}
STUBS = {
    "ProjectService": "projects",
    "GroupService": "groups",
    "DatasetService": "datasets",
    "QueueService": "queues",
    "AllocationService": "allocation",
    "AssignmentService": "assignments",
    "OperationService": "operations",
    "ReportService": "reports",
    "ReviewService": "reviews",
}


def example(world: World, rpc: str, kind: Any, actor: str, **fields: Any) -> Any:
    """A valid request of `kind`, by `actor`."""
    names = kind.DESCRIPTOR.fields_by_name
    frame = world.change(actor) if "request_id" in names else world.where(actor)
    found = {name: value for name, value in BY_NAME.items() if name in names}
    made = {**found, **BY_RPC.get(rpc, {}), **fields, **frame}
    return kind(**{name: value for name, value in made.items() if name in names})


def send(stubs: Stubs, rpc: str) -> Callable[[Any], Any]:
    """Make a call of one request: answers when it has answered, streams too."""
    service, _, name = rpc.partition(".")
    method = getattr(getattr(stubs, STUBS[service]), name)

    kind = descriptor_pool.Default().FindMethodByName(f"dibs.v1.{rpc}")

    async def call(request: Any) -> Any:
        if kind.client_streaming:
            return [answer async for answer in method(_once(request))]
        if kind.server_streaming:  # for ever: the first answer is one
            async with aclosing(method(request)) as answers:
                return await anext(answers)
        return await method(request)

    return call


async def _once(request: Any) -> AsyncIterator[Any]:
    yield request
