"""How far each dataset of a queue is."""

from __future__ import annotations

from collections.abc import Mapping

from allocator import answers, requests
from allocator.answers_figures import DatasetFigures
from allocator.model import TaskState, WorkStatus
from allocator.ports import QueueDatasets, QueueDatasetView, Views
from allocator.services import figures, paging
from allocator.services.door import Door
from dibs import errors

RPC = "QueueService.ListQueueDatasets"
DONE = frozenset({TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED})
"""States of a task that has a status."""
BEGUN = DONE | {TaskState.IN_PROGRESS, TaskState.RETURNED}


class DatasetsOfQueue:
    """ListQueueDatasets of QueueService."""

    def __init__(self, *, datasets: QueueDatasets, views: Views, door: Door) -> None:
        self._datasets = datasets
        self._views = views
        self._door = door

    async def page(self, ask: requests.ListOf) -> answers.Listed[DatasetFigures]:
        """The datasets of a queue, by id. Raises QueueNotFound, InvalidArgument."""
        place = await self._door.permit(ask.look, RPC, queue=ask.parent)
        project, queue = place.project, await self._door.queue(place.project, ask.parent)
        of = ("queue datasets", project, queue)
        after = paging.position(ask.page, "", *of)
        await self._views.wait_for(project, ask.look.min_seq)
        view = await self._views.queue(project, queue)
        if view is None:
            raise errors.QueueNotFound(ask.parent)
        caller = await self._door.caller(place)
        hidden = figures.hidden_from(caller, view.settings["rules"])
        limit = paging.size_of(ask.page) + 1
        rows = await self._datasets.page(project, queue, after, limit)
        found = [_figures(row, hidden=hidden) for row in rows]
        return paging.listed(found, ask.page, lambda row: row.dataset_id, *of)


def _figures(view: QueueDatasetView, *, hidden: bool) -> DatasetFigures:
    """`hidden`: without the tasks that wait."""
    seen = figures.seen(view.by_state, hidden=hidden)
    total = sum(tasks for state, tasks in seen.items() if state is not TaskState.REMOVED)
    return DatasetFigures(
        dataset_id=view.external_id,
        display_name=view.display_name,
        attached=view.attached,
        status=status_of(view.by_state, view.annotated),
        total=total,
        remaining=total - sum(seen.get(state, 0) for state in DONE),
        annotated=view.annotated,
        by_state=seen,
    )


def status_of(by_state: Mapping[TaskState, int], annotated: int) -> WorkStatus:
    """How far these tasks are, as of a queue that has no others and no issue."""
    has = {state for state, tasks in by_state.items() if tasks} - {TaskState.REMOVED}
    if has and has <= DONE:
        return WorkStatus.COMPLETED
    return WorkStatus.IN_PROGRESS if has & BEGUN or annotated else WorkStatus.TODO
