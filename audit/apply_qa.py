"""QA queues: which finished items come in, for whom they are not, and when they leave.

Written from SEMANTICS §6 alone: an item is asked about once at a time in each QA queue, never of
people who worked on it, and not any longer than it has a status.
"""

from __future__ import annotations

from audit.apply_entries import add, classes
from audit.moves import end_check
from audit.report import REVIEWED, RULES, Judge
from audit.review_state import Check
from audit.state import FINISHED, FREE, QUEUED, Entry, Project, Queue
from store.events import Event

MOST = 100


def qa_added(project: Project, event: Event, judge: Judge) -> None:
    """Finished items of the labeling queue become entries of the QA queue, at its tail."""
    body = event.body
    queue, source = project.queues.get(body["queue"]), project.queues.get(body["source"])
    known = queue is not None and source is not None and queue.rules.source == source.queue
    if not judge.expect(RULES, known, "queue {} is not of {}", body["queue"], body["source"]):
        return
    assert queue is not None
    assert source is not None
    first, due = body["first"], project.entries_last + 1
    judge.expect(RULES, first == due, "entries begin at {}, not {}", first, due)
    judge.expect(RULES, 0 < len(body["tasks"]) <= MOST, "{} items at once", len(body["tasks"]))
    classes(queue, body["classes"], judge)
    for number, (entry, item, lane, rank, people) in enumerate(body["tasks"], first):
        of = project.entries.get(entry)
        if not judge.expect(RULES, of, "entry {} is unknown", entry) or not of:
            continue
        _is_due(project, judge, queue, source, of)
        alike = queue.classes.get(lane) == source.classes.get(of.lane)
        right = (item, rank, alike) == (of.item, of.rank, True)
        judge.expect(RULES, right, "entry {} is item {} of rank {}", entry, item, rank)
        left = workers(of) - set(people)
        judge.expect(REVIEWED, not left, "people {} may check their own work", sorted(left))
        _add(project, queue, number, of, lane, frozenset(people))
    project.entries_last = first + len(body["tasks"]) - 1
    queue.added_seq = event.seq


def workers(entry: Entry) -> frozenset[int]:
    """Everybody who ever submitted a task of the item, or set its status."""
    there = {slot.person for slot in entry.slots if slot.state in FINISHED and slot.person}
    return frozenset(there).union(*entry.past.values())


def _is_due(project: Project, judge: Judge, queue: Queue, source: Queue, of: Entry) -> None:
    done = of.queue == source.queue and of.slots and all(s.state in FINISHED for s in of.slots)
    judge.expect(REVIEWED, done, "entry {} has no status", of.entry)
    twice = asked(project, of.entry, queue.queue)
    judge.expect(REVIEWED, not twice, "entry {} is asked about in {} already", of.entry, twice)


def asked(project: Project, entry: int, queue: int) -> list[int]:
    """The unfinished QA tasks of an item in one queue."""
    mine = (project.entries.get(one) for one in project.checks.get(entry, ()))
    return [one.entry for one in mine if one and one.queue == queue and not one.gone]


def _add(
    project: Project, queue: Queue, number: int, of: Entry, lane: int, people: frozenset[int]
) -> None:
    add(project, queue, number, lane, of.rank, of.item)
    entry = project.entries[number]
    entry.check, entry.slots = Check(source=(of.queue, of.entry), barred=people), [FREE] * entry.k
    project.checks.setdefault(of.entry, []).append(number)
    queue.counts[QUEUED] += entry.k


def other_status(project: Project, entry: Entry, status: int) -> None:
    """What got another status is not for QA queues that do not take that one."""
    for number in project.checks.get(entry.entry, ()):
        check = project.entries.get(number)
        takes = project.queues[check.queue].rules.takes if check and not check.gone else ()
        if check and takes and status not in takes:
            end_check(project, check)
