"""ListQueueDatasets on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests
from allocator.answers_figures import DatasetFigures, percent
from allocator.wire import common, figures
from dibs.v1 import queue_datasets_pb2 as pb


def list_queue_datasets(request: pb.ListQueueDatasetsRequest) -> requests.ListOf:
    return requests.ListOf(
        look=common.look(request), page=common.page(request), parent=request.queue_id
    )


def queue_datasets(answer: answers.Listed[DatasetFigures]) -> pb.ListQueueDatasetsResponse:
    return pb.ListQueueDatasetsResponse(
        datasets=[_row(row) for row in answer.rows], next_page_token=answer.next_token
    )


def _row(row: DatasetFigures) -> pb.QueueDataset:
    return pb.QueueDataset(
        dataset_id=row.dataset_id,
        display_name=row.display_name,
        attached=row.attached,
        status=common.number(row.status),
        total_tasks=row.total,
        remaining_tasks=row.remaining,
        progress_percent=percent(row.total - row.remaining, row.total),
        annotated_tasks=row.annotated,
        state_counts=figures.by_state(row.by_state),
    )
