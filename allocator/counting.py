"""A ledger that counts what goes through it; the services do not notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from allocator import metrics
from allocator.model import REVIEWS, RequestKey
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


_CHOSEN_BY: Final = ("no_mapping", "class", "annotator", "none_left", "same_reviewer")
_BECAME: Final = {2: "to_expert", 3: "approved", 4: "returned", 6: "rejected", 7: "deleted"}


def swept(what: str, tasks: Sequence[Any]) -> None:
    """The sweeper made an event over these tasks."""
    if what == "expire":
        metrics.EXPIRIES.inc(len(tasks))
        _count("expired", tasks)
    elif what in ("take_back", "recall_queue"):
        _count("revoked", tasks)
    elif what == "fall_back":
        metrics.FELL_BACK.inc(len(tasks))


def _count(outcome: str, tasks: Iterable[Any]) -> None:
    """Leases of these tasks, (entry, …); those of reviews are counted apart."""
    of_reviews = of_tasks = 0
    for entry, *_ in tasks:
        of_reviews += entry > REVIEWS
        of_tasks += entry <= REVIEWS
    if of_reviews:
        metrics.review_leases[outcome].inc(of_reviews)
    if of_tasks:
        metrics.leases[outcome].inc(of_tasks)


def _made(reviews: Iterable[Any]) -> None:
    """Whom no mapping names may have been chosen from those who were asked for: of a pool."""
    for _, _, person, by, *_ in reviews:
        metrics.reviews_made["pool" if person and not by else _CHOSEN_BY[by]].inc()


def _reserved(outcome: Outcome) -> None:
    if outcome.event is None:
        reasons = outcome.detail[0] if outcome.word == "nothing" and outcome.detail else ()
        word = str(reasons[0]["reason"]).lower() if reasons else outcome.word
        metrics.reservations[word].inc()
        return
    metrics.reservations["granted"].inc()
    _count("granted", outcome.event.body["tasks"])
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
    if body["review"]:
        _made(body["review"]["reviews"])


def _decided(outcome: Outcome) -> None:
    if outcome.event is None:
        return
    body = outcome.event.body
    for _, _, state in body["units"]:
        metrics.decisions[_BECAME[state]].inc()
    if body["missing"]:
        metrics.decisions["missing"].inc(body["missing"])
    if body["ended"]:
        metrics.review_leases["decided"].inc()
    _made(body["made"])


def _reviewed_again(outcome: Outcome) -> None:
    """Tasks of which reviews are made, those that were already submitted."""
    if outcome.event is not None:
        for task in outcome.event.body["tasks"]:
            _made(task[9]["reviews"] if len(task) > 9 else ())


def _cleared(outcome: Outcome) -> None:
    if outcome.event is not None:
        metrics.batches["cleared"].inc()
        metrics.leases["cleared"].inc(len(outcome.event.body["tasks"]))


def _started(outcome: Outcome) -> None:
    if outcome.event is not None:
        _count("started", [(outcome.event.body["entry"],)])


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
        _count("released", outcome.event.body["tasks"])


def _renewed(outcome: Outcome) -> None:
    if outcome.event is not None:
        _count("renewed", outcome.event.body["tasks"])


def _imported(outcome: Outcome) -> None:
    if outcome.event is not None:
        metrics.IMPORTED.inc(outcome.event.body["count"])


_COUNTS = {
    "reserve": _reserved,
    "reserve_anywhere": _reserved,
    "load_batch": _reserved,
    "clear_batch": _cleared,
    "submit": _submitted,
    "decide": _decided,
    "add_reviews": _reviewed_again,
    "set_status": _reviewed_again,
    "start": _started,
    "pick": _picked,
    "begin_work": _began,
    "skip": _skipped,
    "release": _released,
    "renew": _renewed,
    "add_items": _imported,
}
