"""DatasetService."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from allocator.services.datasets import Datasets
from allocator.services.removing import Removing
from allocator.wire import dataset as wire
from dibs.v1 import dataset_pb2 as pb
from dibs.v1 import dataset_pb2_grpc


class DatasetServicer(dataset_pb2_grpc.DatasetServiceServicer):
    """Decode, call, encode."""

    def __init__(self, datasets: Datasets, removing: Removing) -> None:
        self._datasets = datasets
        self._removing = removing

    async def CreateDataset(
        self, request: pb.CreateDatasetRequest, context: Any
    ) -> pb.CreateDatasetResponse:
        return wire.created_dataset(await self._datasets.create(wire.create_dataset(request)))

    async def GetDataset(
        self, request: pb.GetDatasetRequest, context: Any
    ) -> pb.GetDatasetResponse:
        return wire.dataset(await self._datasets.get(wire.get_dataset(request)))

    async def ListDatasets(
        self, request: pb.ListDatasetsRequest, context: Any
    ) -> pb.ListDatasetsResponse:
        return wire.datasets(await self._datasets.page(wire.list_datasets(request)))

    async def ImportItems(
        self, request_iterator: AsyncIterator[pb.ImportItemsRequest], context: Any
    ) -> AsyncIterator[pb.ImportItemsResponse]:
        chunks = (wire.import_chunk(request) async for request in request_iterator)
        async for answer in self._datasets.import_chunks(chunks):
            yield wire.imported(answer)

    async def ListItems(self, request: pb.ListItemsRequest, context: Any) -> pb.ListItemsResponse:
        return wire.items(await self._datasets.page_items(wire.list_items(request)))

    async def UpdateDataset(
        self, request: pb.UpdateDatasetRequest, context: Any
    ) -> pb.UpdateDatasetResponse:
        return wire.updated_dataset(await self._datasets.update(wire.update_dataset(request)))

    async def DeleteDataset(
        self, request: pb.DeleteDatasetRequest, context: Any
    ) -> pb.DeleteDatasetResponse:
        ask = wire.delete_dataset(request)
        return wire.deleted_dataset(await self._removing.delete_dataset(ask))

    async def AddDatasetItems(
        self, request: pb.AddDatasetItemsRequest, context: Any
    ) -> pb.AddDatasetItemsResponse:
        return wire.added_items(await self._datasets.add_items(wire.add_items(request)))

    async def RemoveDatasetItems(
        self, request: pb.RemoveDatasetItemsRequest, context: Any
    ) -> pb.RemoveDatasetItemsResponse:
        ask = wire.remove_items(request)
        return wire.removed_items(await self._removing.remove_of_dataset(ask))
