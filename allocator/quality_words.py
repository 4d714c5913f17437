"""What is asked about reviews in figures, and answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocator.ports import Backlog, Consistency, Quality, Reason, Returns, ReviewerFigures
from allocator.requests import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class GetQuality:
    """What was decided from `from_ms` until before `to_ms`; "" is all of them.

    `by` are words of QualityAsk.by.
    """

    look: Look
    queue_id: str
    author: str
    reviewer: str
    by: tuple[str, ...]
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """Rows with numbers, and what these are called; `truncated`: some rows are left out."""

    total: Quality
    figures: Sequence[Quality]
    reasons: Sequence[Reason]
    returns: Sequence[Returns]
    reviewers: Sequence[ReviewerFigures]
    backlog: Sequence[Backlog]
    consistency: Sequence[Consistency]
    truncated: bool
    queue_ids: Mapping[int, str]
    people_ids: Mapping[int, str]
