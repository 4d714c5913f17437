"""What is counted. Labels are bounded sets: method, code, outcome, queue.

With PROMETHEUS_MULTIPROC_DIR set before the first import (the nursery's is)
each worker writes files there, and one process exposes them all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
    multiprocess,
)
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_FAST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

RPC_SECONDS = Histogram(
    "dibs_rpc_seconds", "Time to answer a call.", ["method", "code"], buckets=_FAST_S
)
RESERVATIONS = Counter("dibs_reservations_total", "Calls that asked for tasks.", ["outcome"])
LEASES = Counter("dibs_leases_total", "Leases by what happened to them.", ["outcome"])
BATCHES = Counter("dibs_batches_total", "Batches of tasks, issued and cleared.", ["outcome"])
SUBMISSIONS = Counter("dibs_submissions_total", "Submissions by outcome.", ["outcome"])
EXPIRIES = Counter("dibs_expiries_total", "Leases that ended by themselves.")
IMPORTED = Counter("dibs_imported_items_total", "Items that went in through an import.")
GATE_WAIT_SECONDS = Histogram(
    "dibs_gate_wait_seconds", "Time an answer waited for the Postgres log.", buckets=_FAST_S
)
COMMIT_LAG = Gauge(
    "dibs_commit_lag_events",
    "Events that Redis has and the Postgres log has not.",
    ["project"],
    multiprocess_mode="livemostrecent",
)
REBUILDS = Counter("dibs_rebuilds_total", "Live states rebuilt from the log.", ["cause"])
REBUILD_SECONDS = Histogram(
    "dibs_rebuild_seconds",
    "Time of a rebuild, by where it began: a snapshot, or the first event of the log.",
    ["source"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100),
)
SNAPSHOT_SEQ = Gauge(
    "dibs_snapshot_seq",
    "The last event in a project's newest snapshot.",
    ["project"],
    multiprocess_mode="livemostrecent",
)
SNAPSHOT_AGE_SECONDS = Gauge(
    "dibs_snapshot_age_seconds",
    "Time since a project's newest snapshot.",
    ["project"],
    multiprocess_mode="livemostrecent",
)
SNAPSHOT_SECONDS = Gauge(
    "dibs_snapshot_seconds",
    "Time that it took to make a project's newest snapshot.",
    ["project"],
    multiprocess_mode="livemostrecent",
)
SNAPSHOT_BYTES = Gauge(
    "dibs_snapshot_bytes",
    "Size of a project's newest snapshot in Postgres.",
    ["project"],
    multiprocess_mode="livemostrecent",
)
SNAPSHOTS_REFUSED = Counter(
    "dibs_snapshots_refused_total",
    "Snapshots that were not believed: damaged, of another chain or library, refused.",
    ["why"],
)
SNAPSHOTS_FAILED = Counter(
    "dibs_snapshots_failed_total",
    "Snapshots that were due and not made: disturbed, no room in Redis, an error of Redis.",
    ["why"],
)
PROJECTION_LAG = Gauge(
    "dibs_projection_lag_events",
    "Events that the log has and the views have not.",
    ["project"],
    multiprocess_mode="livemostrecent",
)
DRIFT = Gauge(
    "dibs_drift",
    "What is not as the log says: in Redis, in the views. It heals, and is 0.",
    ["project", "where"],
    multiprocess_mode="livemostrecent",
)
QUEUE_TASKS = Gauge(
    "dibs_queue_tasks",
    "Tasks of a queue by state.",
    ["project", "queue", "state"],
    multiprocess_mode="livemostrecent",
)
OLDEST_WAITING_SECONDS = Gauge(
    "dibs_oldest_waiting_seconds",
    "Age of the first task that waits in a queue.",
    ["project", "queue"],
    multiprocess_mode="livemostrecent",
)
QUEUE_PAUSED = Gauge(
    "dibs_queue_paused",
    "Whether a queue gives nobody anything: 0 no, 1 drained, 2 recalled.",
    ["project", "queue"],
    multiprocess_mode="livemostrecent",
)
QUEUE_PRESSED = Gauge(
    "dibs_queue_pressed",
    "Whether so many reviews wait that a queue gives nobody new tasks.",
    ["project", "queue"],
    multiprocess_mode="livemostrecent",
)
REVIEWS = Gauge(
    "dibs_reviews",
    "Reviews of a queue's work that are not finished: waiting, or held.",
    ["project", "queue", "stage", "state"],
    multiprocess_mode="livemostrecent",
)
REVIEW_UNITS = Gauge(
    "dibs_review_units",
    "Units of a queue's work that are to be decided about.",
    ["project", "queue", "stage"],
    multiprocess_mode="livemostrecent",
)
OLDEST_REVIEW_SECONDS = Gauge(
    "dibs_oldest_review_seconds",
    "Age of the oldest review of a queue's work that is not finished.",
    ["project", "queue", "stage"],
    multiprocess_mode="livemostrecent",
)
REVIEWERS_MISSING = Gauge(
    "dibs_reviewers_missing",
    "Reviews that wait, and that nobody in the project may do; of the first hundred.",
    ["project", "queue", "stage"],
    multiprocess_mode="livemostrecent",
)
DECISIONS = Counter(
    "dibs_review_decisions_total", "Decisions about units by what became of them.", ["outcome"]
)
REVIEW_LEASES = Counter(
    "dibs_review_leases_total", "Leases of reviews by what happened to them.", ["outcome"]
)
REVIEWS_MADE = Counter(
    "dibs_reviews_made_total", "Reviews by how their reviewer was chosen.", ["chosen_by"]
)
FELL_BACK = Counter(
    "dibs_reviews_fell_back_total", "Reviews that waited for somebody, and became anybody's."
)
INCIDENTS = Counter("dibs_incidents_total", "Errors that nobody foresaw.")


class Children:
    """Children of a metric with one label, looked up once each."""

    def __init__(self, metric: Counter) -> None:
        self._metric = metric
        self._children: dict[str, Counter] = {}

    def __getitem__(self, label: str) -> Counter:
        child = self._children.get(label)
        if child is None:
            child = self._children[label] = self._metric.labels(label)
        return child


reservations = Children(RESERVATIONS)
leases = Children(LEASES)
batches = Children(BATCHES)
submissions = Children(SUBMISSIONS)
rebuilds = Children(REBUILDS)
decisions = Children(DECISIONS)
review_leases = Children(REVIEW_LEASES)
reviews_made = Children(REVIEWS_MADE)


class CallTimes:
    """Durations of calls by method and code, children cached."""

    def __init__(self) -> None:
        self._children: dict[tuple[str, str], Histogram] = {}

    def observe(self, method: str, code: str, seconds: float) -> None:
        """Count one call. `method` must be one that we serve."""
        child = self._children.get((method, code))
        if child is None:
            child = self._children[(method, code)] = RPC_SECONDS.labels(method, code)
        child.observe(seconds)


call_times = CallTimes()


def queue_depth(
    project: str,
    queue: str,
    counts: Mapping[str, int],
    oldest_age_s: float,
    *,
    paused: int,
    pressed: int,
) -> None:
    """Show how deep a queue is. One process of all does this."""
    for state, tasks in counts.items():
        QUEUE_TASKS.labels(project, queue, state).set(tasks)
    OLDEST_WAITING_SECONDS.labels(project, queue).set(oldest_age_s)
    QUEUE_PAUSED.labels(project, queue).set(paused)
    QUEUE_PRESSED.labels(project, queue).set(pressed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDepth:
    """What is to be reviewed in one stage of a queue."""

    waiting: float = 0
    held: float = 0
    units: float = 0
    oldest_age_s: float = 0
    without_reviewer: float = 0


def review_depth(project: str, queue: str, stage: str, found: ReviewDepth) -> None:
    """Show what is to be reviewed of a queue's work. One process of all does this."""
    REVIEWS.labels(project, queue, stage, "waiting").set(found.waiting)
    REVIEWS.labels(project, queue, stage, "held").set(found.held)
    REVIEW_UNITS.labels(project, queue, stage).set(found.units)
    OLDEST_REVIEW_SECONDS.labels(project, queue, stage).set(found.oldest_age_s)
    REVIEWERS_MISSING.labels(project, queue, stage).set(found.without_reviewer)


GONE = float("nan")
"""What processes that share their figures write for one that is no more: none can be taken back."""


def queue_gone(project: str, queue: str, states: Sequence[str]) -> None:
    """Show nothing of a queue any more."""
    for state in states:
        QUEUE_TASKS.labels(project, queue, state).set(GONE)
    OLDEST_WAITING_SECONDS.labels(project, queue).set(GONE)
    QUEUE_PAUSED.labels(project, queue).set(GONE)
    QUEUE_PRESSED.labels(project, queue).set(GONE)


def review_gone(project: str, queue: str, stage: str) -> None:
    """Show nothing of a stage any more."""
    gone = ReviewDepth(
        waiting=GONE, held=GONE, units=GONE, oldest_age_s=GONE, without_reviewer=GONE
    )
    review_depth(project, queue, stage, gone)


def project_lag_gone(project: str) -> None:
    """Show no lag of a project any more."""
    for gauge in (COMMIT_LAG, PROJECTION_LAG):
        gauge.labels(project).set(GONE)


class Snapshot(Protocol):
    """What is shown of one."""

    @property
    def project(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def age(self) -> float: ...
    @property
    def seconds(self) -> float: ...
    @property
    def bytes(self) -> int: ...


def snapshots(newest: Sequence[Snapshot]) -> None:
    """Show the newest snapshot of each project. One process of all does this."""
    for one in newest:
        SNAPSHOT_SEQ.labels(one.project).set(one.seq)
        SNAPSHOT_AGE_SECONDS.labels(one.project).set(one.age)
        SNAPSHOT_SECONDS.labels(one.project).set(one.seconds)
        SNAPSHOT_BYTES.labels(one.project).set(one.bytes)


class _Figures(Collector):
    """Those of all processes, without what is gone."""

    def __init__(self, directory: Path) -> None:
        self._all = multiprocess.MultiProcessCollector(None, path=str(directory))  # type: ignore[no-untyped-call]

    def collect(self) -> Iterator[Metric]:
        for metric in self._all.collect():  # type: ignore[no-untyped-call]
            metric.samples = [one for one in metric.samples if not math.isnan(one.value)]
            yield metric


def exposition(directory: Path) -> bytes:
    """The figures of all processes, as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Figures(directory))
    return generate_latest(registry)


def forget(pid: int, directory: Path) -> None:
    """Drop the gauges of a process that died; what it counted stays."""
    multiprocess.mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]
