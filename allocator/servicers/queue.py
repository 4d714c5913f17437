"""QueueService."""

from __future__ import annotations

from typing import Any

from allocator.servicers.steering import SteeringMethods
from allocator.services.bulk import Bulk
from allocator.services.bulk_queues import BulkQueues
from allocator.services.deleting import Deleting
from allocator.services.filling import Filling
from allocator.services.lists import Lists
from allocator.services.priorities import Priorities
from allocator.services.queue_datasets import DatasetsOfQueue
from allocator.services.queue_list import QueueList
from allocator.services.queues import Queues
from allocator.services.removing import Removing
from allocator.services.stages import Stages
from allocator.services.steering import Steering
from allocator.wire import bulk as bulk_wire
from allocator.wire import bulk_queues as bulk_queues_wire
from allocator.wire import deleting as deleting_wire
from allocator.wire import lists as lists_wire
from allocator.wire import operation as operation_wire
from allocator.wire import queue as wire
from allocator.wire import queue_datasets as datasets_wire
from allocator.wire import tasks as tasks_wire
from dibs.v1 import (
    bulk_pb2,
    bulk_queues_pb2,
    deleting_pb2,
    lists_pb2,
    operation_pb2,
    queue_datasets_pb2,
    queue_pb2_grpc,
    tasks_pb2,
)
from dibs.v1 import queue_pb2 as pb


class QueueServicer(SteeringMethods, queue_pb2_grpc.QueueServiceServicer):
    """Decode, call, encode."""

    def __init__(
        self,
        queues: Queues,
        filling: Filling,
        priorities: Priorities,
        removing: Removing,
        bulk: Bulk,
        deleting: Deleting,
        steering: Steering,
        stages: Stages,
        queue_list: QueueList,
        lists: Lists,
        datasets: DatasetsOfQueue,
        bulk_queues: BulkQueues,
    ) -> None:
        self._queues = queues
        self._queue_list = queue_list
        self._lists = lists
        self._datasets = datasets
        self._bulk_queues = bulk_queues
        self._filling = filling
        self._priorities = priorities
        self._removing = removing
        self._bulk = bulk
        self._deleting = deleting
        self._steering = steering
        self._stages = stages

    async def CreateQueue(
        self, request: pb.CreateQueueRequest, context: Any
    ) -> pb.CreateQueueResponse:
        return wire.created_queue(await self._queues.create(wire.create_queue(request)))

    async def GetQueue(self, request: pb.GetQueueRequest, context: Any) -> pb.GetQueueResponse:
        return wire.queue(await self._queues.get(wire.get_queue(request)))

    async def ListQueues(
        self, request: pb.ListQueuesRequest, context: Any
    ) -> pb.ListQueuesResponse:
        ask = wire.list_queues(request)
        return wire.queues(await self._queue_list.page(ask), ask.read_mask)

    async def ListTasks(
        self, request: lists_pb2.ListTasksRequest, context: Any
    ) -> lists_pb2.ListTasksResponse:
        ask = lists_wire.list_tasks(request)
        return lists_wire.tasks(await self._lists.page(ask), ask.read_mask)

    async def ListQueueDatasets(
        self, request: queue_datasets_pb2.ListQueueDatasetsRequest, context: Any
    ) -> queue_datasets_pb2.ListQueueDatasetsResponse:
        ask = datasets_wire.list_queue_datasets(request)
        return datasets_wire.queue_datasets(await self._datasets.page(ask))

    async def GetQueueDepth(
        self, request: pb.GetQueueDepthRequest, context: Any
    ) -> pb.GetQueueDepthResponse:
        return wire.depth(await self._queues.depth(wire.get_depth(request)))

    async def AttachDataset(
        self, request: pb.AttachDatasetRequest, context: Any
    ) -> pb.AttachDatasetResponse:
        return wire.attached(await self._filling.attach(wire.attach_dataset(request)))

    async def AddItems(self, request: pb.AddItemsRequest, context: Any) -> pb.AddItemsResponse:
        return wire.added(await self._filling.add_items(wire.add_items(request)))

    async def SetPriority(
        self, request: tasks_pb2.SetPriorityRequest, context: Any
    ) -> tasks_pb2.SetPriorityResponse:
        return tasks_wire.prioritised(await self._priorities.set(tasks_wire.set_priority(request)))

    async def BulkSetPriority(
        self, request: bulk_pb2.BulkSetPriorityRequest, context: Any
    ) -> bulk_pb2.BulkSetPriorityResponse:
        ask = bulk_wire.set_priority(request)
        return bulk_wire.prioritising(await self._bulk.set_priority(ask))

    async def RemoveItems(
        self, request: operation_pb2.RemoveItemsRequest, context: Any
    ) -> operation_pb2.RemoveItemsResponse:
        ask = operation_wire.remove_items(request)
        return operation_wire.removal(await self._removing.remove_items(ask))

    async def ClearWaiting(
        self, request: operation_pb2.ClearWaitingRequest, context: Any
    ) -> operation_pb2.ClearWaitingResponse:
        ask = operation_wire.clear_waiting(request)
        return operation_wire.clearing(await self._removing.clear_waiting(ask))

    async def DeleteQueue(
        self, request: deleting_pb2.DeleteQueueRequest, context: Any
    ) -> deleting_pb2.DeleteQueueResponse:
        ask = deleting_wire.delete_queue(request)
        return deleting_wire.deleted_queue(await self._deleting.queue(ask))

    async def BulkDeleteQueues(
        self, request: bulk_queues_pb2.BulkDeleteQueuesRequest, context: Any
    ) -> bulk_queues_pb2.BulkDeleteQueuesResponse:
        ask = bulk_queues_wire.delete_queues(request)
        return bulk_queues_wire.deleting(await self._bulk_queues.delete(ask))

    async def BulkUpdateQueues(
        self, request: pb.BulkUpdateQueuesRequest, context: Any
    ) -> pb.BulkUpdateQueuesResponse:
        ask = bulk_queues_wire.update_queues(request)
        return bulk_queues_wire.updating(await self._bulk_queues.update(ask))

    async def DetachDataset(
        self, request: operation_pb2.DetachDatasetRequest, context: Any
    ) -> operation_pb2.DetachDatasetResponse:
        ask = operation_wire.detach_dataset(request)
        return operation_wire.detaching(await self._removing.detach(ask))

    async def RemoveMatchingItems(
        self, request: operation_pb2.RemoveMatchingItemsRequest, context: Any
    ) -> operation_pb2.RemoveMatchingItemsResponse:
        ask = operation_wire.remove_matching(request)
        return operation_wire.matching(await self._removing.remove_matching(ask))
