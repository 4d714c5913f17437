"""A ledger that counts what goes through it; the services do not notice."""

from __future__ import annotations

from typing import Any

from allocator import metrics
from allocator.model import RequestKey
from allocator.ports import Event, Ledger, Outcome


class CountedLedger:
    """Counts each answer once: a repeated request changed nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def change(
        self, project: int, name: str, request: RequestKey | None, actor: int, **inputs: Any
    ) -> Outcome:
        """As of the ledger, and counted."""
        outcome = await self._ledger.change(project, name, request, actor, **inputs)
        count = _COUNTS.get(name)
        if count is not None and not outcome.dup and outcome.word != "project_deleted":
            count(outcome)
        return outcome

    async def read(self, project: int, name: str, **inputs: Any) -> Outcome:
        """As of the ledger."""
        return await self._ledger.read(project, name, **inputs)

    async def event_at(self, project: int, seq: int) -> Event:
        """As of the ledger."""
        return await self._ledger.event_at(project, seq)


def swept(what: str, tasks: int) -> None:
    """The sweeper made an event over so many tasks."""
    if what == "expire":
        metrics.EXPIRIES.inc(tasks)
        metrics.leases["expired"].inc(tasks)
    elif what in ("take_back", "recall_queue"):
        metrics.leases["revoked"].inc(tasks)


def _reserved(outcome: Outcome) -> None:
    if outcome.event is None:
        reasons = outcome.detail[0] if outcome.word == "nothing" and outcome.detail else ()
        word = str(reasons[0]["reason"]).lower() if reasons else outcome.word
        metrics.reservations[word].inc()
        return
    metrics.reservations["granted"].inc()
    metrics.leases["granted"].inc(len(outcome.event.body["tasks"]))
    if outcome.event.body["batch"] == 1:
        metrics.batches["issued"].inc()


def _submitted(outcome: Outcome) -> None:
    if outcome.event is None:
        metrics.submissions[outcome.word].inc()
        return
    body = outcome.event.body
    metrics.submissions["late" if body["late"] else "in_time"].inc()
    if body["refill"]:
        metrics.batches["issued"].inc()
        metrics.leases["granted"].inc(len(body["refill"]))


def _cleared(outcome: Outcome) -> None:
    if outcome.event is not None:
        metrics.batches["cleared"].inc()
        metrics.leases["cleared"].inc(len(outcome.event.body["tasks"]))


def _started(outcome: Outcome) -> None:
    if outcome.event is not None:
        metrics.leases["started"].inc()


def _picked(outcome: Outcome) -> None:
    if outcome.event is not None:
        metrics.leases["granted"].inc()
        metrics.leases["started"].inc()


def _began(outcome: Outcome) -> None:
    """A task that was started at once, a batch, or nothing."""
    if outcome.event is None or outcome.event.kind == "granted":
        _reserved(outcome)
        return
    metrics.reservations["granted"].inc()
    _picked(outcome)


def _skipped(outcome: Outcome) -> None:
    if outcome.event is not None:
        metrics.leases["skipped"].inc()
        metrics.leases["granted"].inc(len(outcome.event.body["tasks"]))


def _released(outcome: Outcome) -> None:
    if outcome.event is not None:
        metrics.leases["released"].inc()


def _renewed(outcome: Outcome) -> None:
    if outcome.event is not None:
        metrics.leases["renewed"].inc(len(outcome.event.body["tasks"]))


def _imported(outcome: Outcome) -> None:
    if outcome.event is not None:
        metrics.IMPORTED.inc(outcome.event.body["count"])


_COUNTS = {
    "reserve": _reserved,
    "reserve_anywhere": _reserved,
    "load_batch": _reserved,
    "clear_batch": _cleared,
    "submit": _submitted,
    "start": _started,
    "pick": _picked,
    "begin_work": _began,
    "skip": _skipped,
    "release": _released,
    "renew": _renewed,
    "add_items": _imported,
}
