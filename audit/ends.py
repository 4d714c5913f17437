"""What must hold when the log has been followed to its end: invariants 8, 12 to 15."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from audit.report import REVIEWED, Judge
from audit.state import ENDED, FINISHED, IN_REVIEW, WORDS, Project
from audit.structures import recount

FINISHED_ONCE: Final = 8
COUNTERS: Final = 12
KEYS: Final = 13
LIVE_LEASES: Final = 14


def finished_once(project: Project, judge: Judge, *, drained: bool = False) -> None:
    """8: nobody finished two slots of an item; after a drain, every task is at its end.

    That a task is finished a second time is found where it happens.
    """
    for entry in project.entries.values():
        authors = [slot.person for slot in entry.slots if slot.state in FINISHED]
        if authors:
            judge.expect(
                FINISHED_ONCE,
                len(set(authors)) == len(authors),
                "entry {} is finished by {}",
                entry.entry,
                authors,
            )
        if drained:
            open_ = [WORDS[entry.shown(slot)] for slot in entry.all() if slot.state not in ENDED]
            judge.expect(
                FINISHED_ONCE, not open_, "after the drain entry {} is {}", entry.entry, open_
            )


def reviewed(project: Project, judge: Judge) -> None:
    """15: a task is in review while a review of it, or its lot, is open; nobody did their own."""
    open_ = {number: task for task, cycle in project.cycles.items() for number in cycle.open}
    for (entry, number), cycle in project.cycles.items():
        in_review = project.entries[entry].slot(number).state == IN_REVIEW
        told = "task {}-{} is in review: {}, by {}"
        judge.expect(
            REVIEWED,
            in_review == bool(cycle.open or cycle.lot),
            told,
            entry,
            number,
            in_review,
            cycle,
        )
    for entry_ in project.entries.values():
        if entry_.review:
            known = entry_.gone or open_.get(entry_.entry) == entry_.review.task
            judge.expect(REVIEWED, known, "review {} is forgotten", entry_.entry)
            own = entry_.slot(1).person in entry_.review.barred
            judge.expect(REVIEWED, not own, "review {} is its author's", entry_.entry)


def counters(project: Project, judge: Judge) -> None:
    """12: tasks by state, counted as the events came and counted one by one."""
    counted = recount(project)
    for queue in project.queues.places():
        number = queue.queue
        for state, word in WORDS.items():
            kept, one_by_one = queue.counts[state], counted.get((number, word), 0)
            judge.expect(
                COUNTERS,
                kept == one_by_one,
                "queue {}: {} {} by event, {} one by one",
                number,
                kept,
                word,
                one_by_one,
            )


def views(project: Project, shown: Mapping[tuple[int, str], int], judge: Judge) -> None:
    """12: table view_queue, (queue, word) -> n, shows what the events add up to."""
    counted = recount(project)
    for number in project.queues:
        for word in WORDS.values():
            right, n = counted.get((number, word), 0), shown.get((number, word), 0)
            judge.expect(
                COUNTERS,
                n == right,
                "queue {}: the view shows {} {}, the log says {}",
                number,
                n,
                word,
                right,
            )


def keys(seen: int, foreign: Iterable[str], judge: Judge) -> None:
    """13: of `seen` keys in Redis, `foreign` are outside `dibs:{<int>}:`."""
    foreign = list(foreign)
    judge.examined[KEYS] += seen - len(foreign)
    for key in foreign:
        judge.fault(KEYS, "key {} is outside dibs:{{<int>}}:", key)


def live_leases(project: Project, live: Iterable[tuple[int, int, int]], judge: Judge) -> None:
    """14: table `live` has exactly the (entry, slot, token)s that the log says are held."""
    wanted = {
        (entry, number): project.entries[entry].slot(number).token
        for queue in project.queues.places()
        for mine in queue.held.values()
        for entry, number in mine.items()
    } | {task: token for left in project.deleted.values() for task, (_, token) in left.items()}
    for entry, number, token in live:
        should = wanted.pop((entry, number), None)
        judge.expect(
            LIVE_LEASES,
            should == token,
            "task {}-{} is live with token {}, the log says {}",
            entry,
            number,
            token,
            should,
        )
    for (entry, number), token in wanted.items():
        judge.fault(LIVE_LEASES, "task {}-{} is not live, token {} is", entry, number, token)
