"""DatasetService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests
from allocator import operation_words as words
from allocator.model import Item, NewItem
from allocator.wire import common, operation
from dibs.v1 import dataset_pb2 as pb

SERVICE = "/dibs.v1.DatasetService/"


def create_dataset(request: pb.CreateDatasetRequest) -> requests.CreateDataset:
    return requests.CreateDataset(
        dataset_id=request.dataset_id,
        display_name=request.display_name,
        change=common.change(SERVICE + "CreateDataset", request),
    )


def get_dataset(request: pb.GetDatasetRequest) -> requests.LookAt:
    return requests.LookAt(look=common.look(request), id=request.dataset_id)


def list_datasets(request: pb.ListDatasetsRequest) -> requests.ListOf:
    return requests.ListOf(look=common.look(request), page=common.page(request))


def list_items(request: pb.ListItemsRequest) -> requests.ListOf:
    return common.list_of(request, request.dataset_id)


def import_chunk(request: pb.ImportItemsRequest) -> requests.ImportChunk:
    return requests.ImportChunk(
        dataset_id=request.dataset_id,
        first_line=request.first_line or 1,
        items=tuple(_new_item(item) for item in request.items),
        change=common.change(SERVICE + "ImportItems", request),
    )


def update_dataset(request: pb.UpdateDatasetRequest) -> requests.CreateDataset:
    return requests.CreateDataset(
        dataset_id=request.dataset_id,
        display_name=request.display_name,
        change=common.change(SERVICE + "UpdateDataset", request),
    )


def delete_dataset(request: pb.DeleteDatasetRequest) -> words.OnDataset:
    return words.OnDataset(
        dataset_id=request.dataset_id,
        force=request.force,
        change=common.change(SERVICE + "DeleteDataset", request),
    )


def add_items(request: pb.AddDatasetItemsRequest) -> requests.ImportChunk:
    return requests.ImportChunk(
        dataset_id=request.dataset_id,
        first_line=1,
        items=tuple(_new_item(item) for item in request.items),
        change=common.change(SERVICE + "AddDatasetItems", request),
    )


def updated_dataset(answer: answers.Dataset) -> pb.UpdateDatasetResponse:
    return pb.UpdateDatasetResponse(seq=answer.seq, dataset=_dataset(answer))


def deleted_dataset(answer: words.Operation) -> pb.DeleteDatasetResponse:
    return pb.DeleteDatasetResponse(seq=answer.seq, operation=operation.shown(answer))


def remove_items(request: pb.RemoveDatasetItemsRequest) -> words.RemoveDatasetItems:
    return words.RemoveDatasetItems(
        dataset_id=request.dataset_id,
        external_ids=tuple(request.external_ids),
        change=common.change(SERVICE + "RemoveDatasetItems", request),
    )


def removed_items(answer: words.Operation) -> pb.RemoveDatasetItemsResponse:
    return pb.RemoveDatasetItemsResponse(seq=answer.seq, operation=operation.shown(answer))


def added_items(answer: answers.Imported) -> pb.AddDatasetItemsResponse:
    found = imported(answer)
    return pb.AddDatasetItemsResponse(
        seq=found.seq, added=found.added, line_errors=found.line_errors
    )


def created_dataset(answer: answers.Dataset) -> pb.CreateDatasetResponse:
    return pb.CreateDatasetResponse(seq=answer.seq, dataset=_dataset(answer))


def dataset(answer: answers.Dataset) -> pb.GetDatasetResponse:
    return pb.GetDatasetResponse(dataset=_dataset(answer))


def datasets(answer: answers.Listed[answers.Dataset]) -> pb.ListDatasetsResponse:
    return pb.ListDatasetsResponse(
        datasets=[_dataset(row) for row in answer.rows], next_page_token=answer.next_token
    )


def items(answer: answers.Listed[Item]) -> pb.ListItemsResponse:
    return pb.ListItemsResponse(
        items=[_item(row) for row in answer.rows],
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def imported(answer: answers.Imported) -> pb.ImportItemsResponse:
    return pb.ImportItemsResponse(
        seq=answer.seq,
        n=answer.n,
        added=answer.added,
        line_errors=[
            pb.LineError(
                line=error.line,
                external_id=error.external_id,
                reason=error.reason,
                message=error.message,
            )
            for error in answer.line_errors
        ],
    )


def _new_item(item: pb.Item) -> NewItem:
    attributes = item.attributes
    return NewItem(
        item.external_id,
        item.weight if item.HasField("weight") else 1.0,
        tuple(item.classes),
        tuple(item.required_skills),
        {name: attributes[name] for name in attributes},  # dict() asks in Python, not in C
    )


def _item(item: Item) -> pb.Item:
    return pb.Item(
        external_id=item.external_id,
        weight=item.weight,
        classes=item.classes,
        required_skills=item.required_skills,
        attributes=item.attributes,
        number=item.number,
    )


def _dataset(answer: answers.Dataset) -> pb.Dataset:
    return pb.Dataset(
        dataset_id=answer.dataset_id,
        display_name=answer.display_name,
        item_count=answer.items,
        create_time=common.timestamp(answer.created_ms),
    )
