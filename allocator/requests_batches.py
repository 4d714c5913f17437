"""What is asked of queues with batches by hand. One class an RPC, as in `requests`."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.requests import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBatch:
    """New work for a person, as much as they may have."""

    change: Change
    queue_id: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearBatch:
    """Back with what a person has of their batches."""

    change: Change
    queue_id: str
    person: str
    include_started: bool = False
