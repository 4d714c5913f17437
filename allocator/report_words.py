"""What reports are asked and answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from allocator.ports import PersonLoad
from allocator.requests import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class GetWorkload:
    """Who has how much in a queue, or with none in the project, and did in the last `window_ms`."""

    look: Look
    queue_id: str
    window_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWorkload:
    """What one person has open and did, and what stands out."""

    load: PersonLoad
    idle: bool
    overloaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Of all of them; `urgent_share` None: there are no tasks."""

    people: Sequence[PersonWorkload]
    since_ms: int
    urgent: int
    tasks: int
    urgent_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is left, when it will be done (wall ms), and how likely that is too late.

    No time: too little was finished to tell, or nothing is left. No risk: no
    due date, or no time.
    """

    tasks: int
    weight: float
    finish_ms: int | None = None
    earliest_ms: int | None = None
    latest_ms: int | None = None
    due_ms: int = 0
    risk: float | None = None
    overdue: bool = False
    at_risk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareForecast:
    """Of one person's work in a queue, and what stands out of it."""

    assignment_id: str
    person_id: str
    forecast: Forecast
    touched_ms: int
    handling_ms: int | None
    aging: bool
    too_small: bool
    too_large: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueForecast:
    """Of a queue and of each assignment in it that has something open, as of `now_ms`."""

    now_ms: int
    queue: Forecast
    shares: Sequence[ShareForecast]
