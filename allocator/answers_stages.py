"""What is said of the stages of a queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocator.model import Stage, TaskId, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class ForReview:
    """What is missing until a queue's work can be reviewed; `own` tasks are those of who asks.

    `ready`: nothing is, whatever of it they are told. A queue without tasks has nothing to be
    reviewed.
    """

    stage: Stage
    ready: bool
    remaining: int
    by_state: Mapping[TaskState, int]
    own: Sequence[TaskId]
    with_issues: int
    pending: int
