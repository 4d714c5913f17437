"""Batches by their rules: what an open, a completion and a load may bring (SEMANTICS §3)."""

from __future__ import annotations

from itertools import islice

from audit.eligibility import barred, corrections, pool
from audit.report import Judge
from audit.state import Project, Queue

IN_ORDER = 5
WITHIN = 6


def refill_size(queue: Queue, workload: int) -> int:
    """B when P <= M - B, else nothing."""
    size = queue.rules.batch_size
    return size if size and workload <= queue.rules.max_workload - size else 0


def load_size(queue: Queue, workload: int) -> int:
    """Up to M, a batch at most."""
    return max(0, min(queue.rules.batch_size, queue.rules.max_workload - workload))


def open_size(queue: Queue, workload: int) -> int:
    """A refill, but not on top of a whole batch: opening twice gives no second one."""
    return refill_size(queue, workload) if workload < queue.rules.batch_size else 0


def refill(project: Project, queue: Queue, person: int) -> list[tuple[int, int]]:
    """The new tasks that a completion brings this person now."""
    if barred(project.member(person), queue):
        return []
    size = refill_size(queue, queue.workload(person))
    return list(islice(pool(project, queue, person), size))


def load(project: Project, queue: Queue, person: int) -> list[tuple[int, int]]:
    """The new tasks that a load by hand brings this person now."""
    if barred(project.member(person), queue):
        return []
    size = load_size(queue, queue.workload(person))
    return list(islice(pool(project, queue, person), size))


def opened(project: Project, queue: Queue, person: int) -> list[tuple[int, int]]:
    """What Reserve gives: the corrections that wait, 100 at most, and a batch if it is due."""
    if barred(project.member(person), queue):
        return []
    fresh = islice(pool(project, queue, person), open_size(queue, queue.workload(person)))
    return corrections(project, queue, person)[:100] + list(fresh)


def granted(
    project: Project,
    queue: Queue,
    person: int,
    given: list[tuple[int, int]],
    judge: Judge,
    *,
    batch: bool,
) -> None:
    """An open or a load, whole: every correction that waits and what is due, or a load alone."""
    ways = [opened(project, queue, person)]
    if batch:
        ways.append(load(project, queue, person))
    judge.expect(
        IN_ORDER, given in ways, "person {} was given {}; due were {}", person, given, ways
    )
    fresh = len(given) - sum(queue.own.get(person, {}).get(entry) == n for entry, n in given)
    judge.expect(WITHIN, batch == (fresh > 0), "{} new tasks, batch: {}", fresh, batch)
    queue.batches += batch
