"""The RPCs that change a dataset, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable

from dibs.call import Call, Scope
from dibs.v1 import dataset_pb2 as pb

_DATASET = "/dibs.v1.DatasetService/"


def update_dataset(
    scope: Scope, dataset: str, *, display_name: str = ""
) -> Call[pb.UpdateDatasetResponse]:
    """Give a dataset another name for people; empty: its id."""
    request = pb.UpdateDatasetRequest(
        **scope.where(), dataset_id=dataset, display_name=display_name
    )
    return Call(_DATASET + "UpdateDataset", request, pb.UpdateDatasetResponse, scope.project)


def delete_dataset(
    scope: Scope, dataset: str, *, force: bool = False
) -> Call[pb.DeleteDatasetResponse]:
    """Delete a dataset; with `force` it is detached everywhere first."""
    request = pb.DeleteDatasetRequest(**scope.where(), dataset_id=dataset, force=force)
    return Call(_DATASET + "DeleteDataset", request, pb.DeleteDatasetResponse, scope.project)


def add_dataset_items(
    scope: Scope, dataset: str, items: Iterable[pb.Item | str]
) -> Call[pb.AddDatasetItemsResponse]:
    """Add a few items to a dataset; a bare external_id is an item without more."""
    made = [pb.Item(external_id=item) if isinstance(item, str) else item for item in items]
    request = pb.AddDatasetItemsRequest(**scope.where(), dataset_id=dataset, items=made)
    return Call(_DATASET + "AddDatasetItems", request, pb.AddDatasetItemsResponse, scope.project)


def remove_dataset_items(
    scope: Scope, dataset: str, external_ids: Iterable[str]
) -> Call[pb.RemoveDatasetItemsResponse]:
    """Remove items from a dataset and from every queue; the answer is an operation."""
    request = pb.RemoveDatasetItemsRequest(
        **scope.where(), dataset_id=dataset, external_ids=external_ids
    )
    return Call(
        _DATASET + "RemoveDatasetItems", request, pb.RemoveDatasetItemsResponse, scope.project
    )
