"""What the tasks of each dataset of a queue add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from allocator.model import TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDatasetView:
    """A dataset that is attached to a queue, or of which items were added to it."""

    external_id: str
    display_name: str
    attached: bool
    by_state: Mapping[TaskState, int]
    annotated: int
    """Tasks with work in them."""


class QueueDatasets(Protocol):
    """Counts of the tasks themselves, as of one moment."""

    async def page(
        self, project: int, queue: int, after: str, limit: int
    ) -> Sequence[QueueDatasetView]:
        """Datasets of the queue by external id, from the one behind `after`."""
