"""What of a queue's work is to be reviewed, from the live counters and the views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from allocator import answers
from allocator.model import TaskState
from allocator.ports import Backlog
from allocator.services.figures import by_state

WAITING: Final = (TaskState.QUEUED, TaskState.RETURNED)
HELD: Final = (TaskState.ASSIGNED, TaskState.IN_PROGRESS)


def of(depth: Mapping[str, Any], backlog: Iterable[Backlog], now_ms: int) -> answers.ReviewDepth:
    """From what `depth` found; since when the oldest waits, the views know."""
    found = depth["reviews"]
    reviews, experts = map(by_state, found["stages"])
    since = [one.oldest_ms for one in backlog if one.oldest_ms]
    return answers.ReviewDepth(
        enabled=bool(found["on"]),
        waiting=_sum(reviews, WAITING),
        held=_sum(reviews, HELD),
        expert_waiting=_sum(experts, WAITING),
        expert_held=_sum(experts, HELD),
        oldest_age_ms=max(0, now_ms - min(since)) if since else None,
        pressed=bool(depth["pressed"]),
    )


def _sum(counts: Mapping[TaskState, int], states: Iterable[TaskState]) -> int:
    return sum(counts.get(state, 0) for state in states)
