"""What the tests of the interface speak with: raw stubs, with request_ids by hand."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from dibs import errors, status
from dibs.v1 import (
    allocation_pb2,
    allocation_pb2_grpc,
    assignment_pb2_grpc,
    common_pb2,
    control_pb2,
    dataset_pb2,
    dataset_pb2_grpc,
    group_pb2,
    group_pb2_grpc,
    operation_pb2,
    operation_pb2_grpc,
    picking_pb2,
    project_pb2,
    project_pb2_grpc,
    queue_pb2,
    queue_pb2_grpc,
    report_pb2_grpc,
    review_pb2_grpc,
    skipping_pb2,
)

ADMIN = "ada"


def unique(prefix: str = "p") -> str:
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


class Stubs:
    """All services on one channel."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel
        self.projects: Any = project_pb2_grpc.ProjectServiceStub(channel)
        self.groups: Any = group_pb2_grpc.GroupServiceStub(channel)
        self.datasets: Any = dataset_pb2_grpc.DatasetServiceStub(channel)
        self.queues: Any = queue_pb2_grpc.QueueServiceStub(channel)
        self.assignments: Any = assignment_pb2_grpc.AssignmentServiceStub(channel)
        self.allocation: Any = allocation_pb2_grpc.AllocationServiceStub(channel)
        self.operations: Any = operation_pb2_grpc.OperationServiceStub(channel)
        self.reports: Any = report_pb2_grpc.ReportServiceStub(channel)
        self.reviews: Any = review_pb2_grpc.ReviewServiceStub(channel)


async def refused(call: Any) -> errors.DibsError:
    """The typed error that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return status.rebuilt(caught.value)


@dataclass
class Session:
    """A session, and the numbers of its requests."""

    session_id: bytes
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def next(self) -> common_pb2.RequestId:
        return common_pb2.RequestId(session_id=self.session_id, n=next(self.numbers))


@dataclass
class World:
    """One project with an administrator; every call is a fresh request of hers."""

    stubs: Stubs
    project: str
    session: Session
    actor: str = ADMIN

    @classmethod
    async def make(cls, stubs: Stubs, **fields: Any) -> World:
        outside = await open_session(stubs, "")
        project = unique()
        await stubs.projects.CreateProject(
            project_pb2.CreateProjectRequest(
                project_id=project, actor=ADMIN, request_id=outside.next(), **fields
            )
        )
        return cls(stubs, project, await open_session(stubs, project))

    def where(self, actor: str = "") -> dict[str, Any]:
        return {"project_id": self.project, "actor": actor or self.actor}

    def change(self, actor: str = "") -> dict[str, Any]:
        return {**self.where(actor), "request_id": self.session.next()}

    async def people(self, *ids: str, **fields: Any) -> None:
        members = [project_pb2.Member(person_id=person, **fields) for person in ids]
        await self.stubs.projects.AddMembers(
            project_pb2.AddMembersRequest(**self.change(), members=members)
        )

    async def update(self, person: str, *paths: str, **fields: Any) -> Any:
        request = project_pb2.UpdateMemberRequest(
            **self.change(), member=project_pb2.Member(person_id=person, **fields)
        )
        request.update_mask.paths.extend(paths)
        return await self.stubs.projects.UpdateMember(request)

    async def remove(self, *ids: str) -> Any:
        return await self.stubs.projects.RemoveMembers(
            project_pb2.RemoveMembersRequest(**self.change(), person_ids=ids)
        )

    async def group(self, group: str, *person_ids: str, **fields: Any) -> None:
        """Make a group, and put people into it."""
        request = group_pb2.CreateGroupRequest(**self.change(), group_id=group, **fields)
        await self.stubs.groups.CreateGroup(request)
        if person_ids:
            await self.join(group, *person_ids)

    async def join(self, group: str, *person_ids: str) -> Any:
        return await self.stubs.groups.AddGroupMembers(
            group_pb2.AddGroupMembersRequest(**self.change(), group_id=group, person_ids=person_ids)
        )

    async def leave(self, group: str, *person_ids: str) -> Any:
        return await self.stubs.groups.RemoveGroupMembers(
            group_pb2.RemoveGroupMembersRequest(
                **self.change(), group_id=group, person_ids=person_ids
            )
        )

    async def dataset(self, dataset: str, items: Sequence[Any] = ()) -> None:
        await self.stubs.datasets.CreateDataset(
            dataset_pb2.CreateDatasetRequest(**self.change(), dataset_id=dataset)
        )
        if items:
            await self.load(dataset, items)

    def chunk(self, dataset: str, items: Iterable[Any], **fields: Any) -> Any:
        made = [dataset_pb2.Item(external_id=i) if isinstance(i, str) else i for i in items]
        return dataset_pb2.ImportItemsRequest(
            **(self.change() | fields), dataset_id=dataset, items=made
        )

    async def load(self, dataset: str, items: Iterable[Any], **fields: Any) -> Any:
        """Import one chunk; its answer."""
        [answer] = await self.stream(self.chunk(dataset, items, **fields))
        return answer

    async def stream(self, *chunks: Any) -> list[Any]:
        async def sent() -> AsyncIterator[Any]:
            for chunk in chunks:
                yield chunk

        return [answer async for answer in self.stubs.datasets.ImportItems(sent())]

    async def queue(self, queue: str, dataset: str = "", lease_s: float = 0, **fields: Any) -> None:
        settings = queue_pb2.Queue(**fields)
        if lease_s:
            ms = round(lease_s * 1000)
            settings.lease_duration.CopyFrom(
                Duration(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)
            )
        await self.stubs.queues.CreateQueue(
            queue_pb2.CreateQueueRequest(**self.change(), queue_id=queue, queue=settings)
        )
        if dataset:
            await self.attach(queue, dataset)

    async def change_queue(self, queue: str, *paths: str, actor: str = "", **fields: Any) -> Any:
        """Update the settings that the paths name; its answer."""
        request = queue_pb2.UpdateQueueRequest(
            **self.change(actor), queue_id=queue, queue=queue_pb2.Queue(**fields)
        )
        request.update_mask.paths.extend(paths)
        return await self.stubs.queues.UpdateQueue(request)

    async def pause(self, queue: str, mode: Any = 0, **fields: Any) -> Any:
        request = control_pb2.PauseQueueRequest(
            **(self.change() | fields), queue_id=queue, mode=mode
        )
        return await self.stubs.queues.PauseQueue(request)

    async def admit(self, queue: str, *people: str, groups: Sequence[str] = (), **f: Any) -> Any:
        request = queue_pb2.AddContributorsRequest(
            **(self.change() | f), queue_id=queue, person_ids=people, group_ids=groups
        )
        return await self.stubs.queues.AddContributors(request)

    async def expel(self, queue: str, *people: str, groups: Sequence[str] = (), **f: Any) -> Any:
        request = queue_pb2.RemoveContributorsRequest(
            **(self.change() | f), queue_id=queue, person_ids=people, group_ids=groups
        )
        return await self.stubs.queues.RemoveContributors(request)

    async def resume(self, queue: str, **fields: Any) -> Any:
        request = control_pb2.ResumeQueueRequest(**(self.change() | fields), queue_id=queue)
        return await self.stubs.queues.ResumeQueue(request)

    async def archive(self, queue: str, **fields: Any) -> Any:
        request = control_pb2.ArchiveQueueRequest(**(self.change() | fields), queue_id=queue)
        return await self.stubs.queues.ArchiveQueue(request)

    async def unarchive(self, queue: str, **fields: Any) -> Any:
        request = control_pb2.UnarchiveQueueRequest(**(self.change() | fields), queue_id=queue)
        return await self.stubs.queues.UnarchiveQueue(request)

    async def look(self, queue: str, min_seq: int = 0) -> Any:
        """A queue's settings, as of now or of an event."""
        seq = min_seq or (await self.depth(queue)).seq
        request = queue_pb2.GetQueueRequest(**self.where(), queue_id=queue, min_seq=seq)
        found = (await self.stubs.queues.GetQueue(request)).queue
        return bare(found)

    async def attach(self, queue: str, dataset: str, **fields: Any) -> Any:
        return await self.stubs.queues.AttachDataset(
            queue_pb2.AttachDatasetRequest(
                **(self.change() | fields), queue_id=queue, dataset_id=dataset
            )
        )

    async def add(self, queue: str, dataset: str, ids: Sequence[str], **fields: Any) -> Any:
        return await self.stubs.queues.AddItems(
            queue_pb2.AddItemsRequest(
                **(self.change() | fields), queue_id=queue, dataset_id=dataset, external_ids=ids
            )
        )

    async def remove_items(
        self, queue: str, dataset: str, ids: Sequence[str], **fields: Any
    ) -> Any:
        return await self.stubs.queues.RemoveItems(
            operation_pb2.RemoveItemsRequest(
                **(self.change() | fields), queue_id=queue, dataset_id=dataset, external_ids=ids
            )
        )

    async def waited(self, operation: Any, min_seq: int = 0) -> Any:
        """The operation once it runs no more."""
        while True:
            answer = await self.stubs.operations.WaitOperation(
                operation_pb2.WaitOperationRequest(
                    **self.where(), operation_id=operation.operation_id, min_seq=min_seq
                )
            )
            if answer.operation.state != operation_pb2.OPERATION_STATE_RUNNING:
                return answer.operation

    async def depth(self, queue: str) -> Any:
        return await self.stubs.queues.GetQueueDepth(
            queue_pb2.GetQueueDepthRequest(**self.where(), queue_id=queue)
        )

    async def until(self, queue: str, **counts: int) -> None:
        """Return once the queue has so many tasks in these states: the sweeper has been there."""
        wanted = {f"TASK_STATE_{name.upper()}": count for name, count in counts.items()}
        async with asyncio.timeout(10):
            while True:
                depth = await self.depth(queue)
                found = {common_pb2.TaskState.Name(one.state): one.count for one in depth.tasks}
                if all(found.get(name, 0) == count for name, count in wanted.items()):
                    return
                await asyncio.sleep(0.02)

    async def reserve(self, queue: str, actor: str, count: int = 1, **fields: Any) -> Any:
        return await self.stubs.allocation.Reserve(
            allocation_pb2.ReserveRequest(
                **(self.change(actor) | fields), queue_id=queue, count=count
            )
        )

    async def ensure(self, queue: str, person: str, count: int, **fields: Any) -> Any:
        return await self.stubs.allocation.EnsureReservations(
            allocation_pb2.EnsureReservationsRequest(
                **(self.change(person) | fields), queue_id=queue, count=count
            )
        )

    async def load_batch(self, queue: str, actor: str, **fields: Any) -> Any:
        return await self.stubs.allocation.LoadBatch(
            allocation_pb2.LoadBatchRequest(**(self.change(actor) | fields), queue_id=queue)
        )

    async def clear_batch(self, queue: str, person: str, **fields: Any) -> Any:
        return await self.stubs.allocation.ClearBatch(
            allocation_pb2.ClearBatchRequest(
                **(self.change() | {"person": person} | fields), queue_id=queue
            )
        )

    async def get_queue(self, queue: str, **fields: Any) -> Any:
        answer = await self.stubs.queues.GetQueue(
            queue_pb2.GetQueueRequest(**(self.where() | fields), queue_id=queue)
        )
        return answer.queue

    async def start(self, person: str, task: Any, **fields: Any) -> Any:
        return await self.stubs.allocation.Start(
            allocation_pb2.StartRequest(**(self.change(person) | _held(task) | fields))
        )

    async def submit(self, person: str, task: Any, **fields: Any) -> Any:
        return await self.stubs.allocation.Submit(
            allocation_pb2.SubmitRequest(**(self.change(person) | _held(task) | fields))
        )

    async def release(self, person: str, task: Any, **fields: Any) -> Any:
        return await self.stubs.allocation.Release(
            allocation_pb2.ReleaseRequest(**(self.change(person) | _held(task) | fields))
        )

    async def skip(self, person: str, task: Any, **fields: Any) -> Any:
        return await self.stubs.allocation.Skip(
            skipping_pb2.SkipRequest(**(self.change(person) | _held(task) | fields))
        )

    async def clear_skips(self, queue: str, *task_ids: str, **fields: Any) -> Any:
        return await self.stubs.allocation.ClearSkips(
            skipping_pb2.ClearSkipsRequest(
                **(self.change() | fields), queue_id=queue, task_ids=task_ids
            )
        )

    async def pick(self, actor: str, task_id: str, **fields: Any) -> Any:
        return await self.stubs.allocation.StartTask(
            picking_pb2.StartTaskRequest(**(self.change(actor) | fields), task_id=task_id)
        )

    async def save_draft(self, person: str, task: Any, content: bytes, **fields: Any) -> Any:
        held = self.change(person) | _held(task) | fields
        return await self.stubs.allocation.SaveDraft(
            allocation_pb2.SaveDraftRequest(**held, content=content)
        )

    async def draft(self, actor: str, task: Any, **fields: Any) -> Any:
        """The draft that GetDraft answers with, or None."""
        answer = await self.stubs.allocation.GetDraft(
            allocation_pb2.GetDraftRequest(**self.where(actor), task_id=task.task_id, **fields)
        )
        return answer.draft if answer.HasField("draft") else None

    async def renew(self, person: str, *tasks: Any, **fields: Any) -> Any:
        leases = [common_pb2.TaskLease(**_held(task)) for task in tasks]
        return await self.stubs.allocation.Renew(
            allocation_pb2.RenewRequest(**(self.change(person) | fields), tasks=leases)
        )

    async def mine(self, person: str, **fields: Any) -> Any:
        return await self.stubs.allocation.ListMyTasks(
            allocation_pb2.ListMyTasksRequest(**self.where(person), **fields)
        )


ONLY_READ = (
    "allowed_actions",
    *(field.name for field in queue_pb2.Queue.DESCRIPTOR.fields if field.number >= 90),
)
"""Fields of a queue that only GetQueue and ListQueues answer."""


def bare(queue: Any) -> Any:
    """The queue as changes answer it."""
    for name in ONLY_READ:
        queue.ClearField(name)
    return queue


def _held(task: Any) -> dict[str, Any]:
    return {"task_id": task.task_id, "lease_token": task.lease.lease_token}


async def open_session(stubs: Stubs, project: str, actor: str = ADMIN) -> Session:
    answer = await stubs.allocation.OpenSession(
        allocation_pb2.OpenSessionRequest(project_id=project, actor=actor)
    )
    return Session(answer.session_id)


def ids(answer: Any) -> list[str]:
    """The items of the tasks in an answer."""
    return [task.external_id for task in answer.tasks]
