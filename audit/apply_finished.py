"""Events about priorities, and about tasks that are finished: other statuses, done again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit import reviews
from audit.apply_qa import other_status
from audit.apply_work import there
from audit.eligibility import eligible, has_another, standing
from audit.expect_finished import STALE, expect_reopen, expect_set_priority
from audit.moves import DONE, put, rerank, running
from audit.report import REVIEWED, RULES, Judge
from audit.state import (
    ASSIGNED,
    BY_MEANING,
    DISCARDED,
    QUEUED,
    RETURNED,
    Entry,
    Project,
    Queue,
    Slot,
)
from audit.waiting import reranked
from store.events import Event

TO_AUTHOR, TO_POOL, TO_PERSON = 1, 2, 3


def prioritised(project: Project, event: Event, judge: Judge) -> None:
    """Items that are in the queue get another priority; who holds what stays as it is."""
    body = event.body
    rank, items = body["rank"], body["entries"]
    judge.expect(RULES, 0 <= rank <= 3, "entries of rank {}", rank)
    judge.expect(RULES, len(items) <= 100, "{} entries in one event", len(items))
    once = len({item[0] for item in items}) == len(items)
    judge.expect(RULES, once, "an entry twice in {}", items)
    kept = list(body["kept"] or ())
    known = len(kept) <= body["named"] <= 100
    judge.expect(RULES, known, "{} of {} tasks kept", len(kept), body["named"])
    for number, slot, word in kept:
        told = expect_set_priority(project, body["queue"], [(number, slot)])[0]
        judge.expect(RULES, told == word, "{}-{} is {}", number, slot, told)
    for number, lane, before, waits in items:
        entry = project.entries.get(number)
        here = entry is not None and entry.queue == body["queue"] and not entry.gone
        if not judge.expect(RULES, here, "entry {} is not in the queue", number) or not entry:
            continue
        is_so = (lane, before, bool(waits)) == (entry.lane, entry.rank, not entry.slots)
        judge.expect(RULES, is_so, "class, rank and touch of entry {}", number)
        judge.expect(RULES, rank != before, "entry {} has rank {} already", number, rank)
        rerank(project, entry, rank)
    reranked(project, event, judge)


def status_set(project: Project, event: Event, judge: Judge) -> None:
    """A finished task stays its author's; one that waited is from now on that of who set it.

    What was discarded, and is done now, is drawn for like a submission.
    """
    body = event.body
    index, meaning = body["status"], body["meaning"]
    given = {(task[0], task[1]): task[9] for task in body["tasks"] if len(task) > 9}
    for entry, number, author in _tasks(project, event, judge):
        slot, statuses = entry.slot(number), project.queues[entry.queue].rules.statuses
        valid = 0 < index <= len(statuses) and statuses[index - 1] == meaning
        judge.expect(RULES, valid, "status {} with meaning {} of {}", index, meaning, statuses)
        if slot.state in DONE:
            _authored(judge, entry, number, author)
            judge.expect(RULES, not project.status_locks, "a status that is locked is changed")
        else:
            free = slot.state == QUEUED and not has_another(entry, author, number)
            judge.expect(8, free, "task {}-{} is finished by a status", entry.entry, number)
        once = max(1, slot.finished)
        after = Slot(
            state=BY_MEANING.get(meaning, BY_MEANING[1]),
            person=author,
            token=slot.token if slot.state in DONE else 0,
            finished=once,
        )
        cycle = project.cycles.get((entry.entry, number))
        if cycle and cycle.noted:
            reviews.take_up(project, entry, number)
        if said := given.get((entry.entry, number)):
            discarded = slot.state == DISCARDED
            judge.expect(REVIEWED, discarded, "{} was not discarded", entry.entry)
            reviews.added(project, event, judge, (entry, number), said)
        else:
            put(project, entry, number, after)
        other_status(project, entry, index)


def status_removed(project: Project, event: Event, judge: Judge) -> None:
    """A finished task is held again by its author, and stays with them."""
    for entry, number, author in _undone(project, event, judge):
        queue = project.queues[entry.queue]
        cause = standing(project.member(author), queue)
        judge.expect(6, not cause, "given back to person {}, who is {}", author, cause)
        again = entry.slot(number).finished
        reviews.take_up(project, entry, number)
        put(project, entry, number, _lease(judge, event, queue, author, again))


def reopened(project: Project, event: Event, judge: Judge) -> None:
    """Finished tasks go to their authors, to the pool, or to one who may do them."""
    body = event.body
    kept = list(body["kept"] or ())
    judge.expect(RULES, 0 < len(body["tasks"]) + len(kept) <= 500, "{} tasks reopened", body)
    judge.expect(RULES, body["to"] in (TO_AUTHOR, TO_POOL, TO_PERSON), "to {}", body["to"])
    for entry, number, _ in _undone(project, event, judge):
        reviews.take_up(project, entry, number)
        put(project, entry, number, _reopened(project, event, judge, entry, number))
    for task, number, word in kept:
        stays = there(project, judge, task, 1, body["queue"])
        if stays:
            told = expect_reopen(project, [(stays, number)], body["to"], body["person"], event.seq)
            removed = told[0] == STALE and word == "wrong_state"
            judge.expect(RULES, removed or told[0] == word, "{}-{} is {}", task, number, told)


def _reopened(project: Project, event: Event, judge: Judge, entry: Entry, number: int) -> Slot:
    """What a reopened slot is from now on."""
    queue, author, person = project.queues[entry.queue], entry.slot(number).person, 0
    again = entry.slot(number).finished
    if event.body["to"] == TO_POOL:
        return Slot()
    if event.body["to"] == TO_AUTHOR:
        cause = standing(project.member(author), queue)
    else:
        person = event.body["person"]
        cause = eligible(project, person, entry, number)
    who = person or author
    judge.expect(6, not cause, "reopened for person {}, who is {}", who, cause)
    if not person:
        return Slot(state=RETURNED, person=author, correction=True, finished=again)
    return _lease(judge, event, queue, person, again if person == author else 0)


def _lease(judge: Judge, event: Event, queue: Queue, person: int, again: int) -> Slot:
    """A lease that begins with this event; a correction if they finished it `again` times."""
    deadline = event.body["deadline"]
    due = event.clock_ms + queue.rules.lease_ms
    judge.expect(RULES, deadline == due, "deadline {}, it should be {}", deadline, due)
    correction = again > 0
    held = Slot(
        state=ASSIGNED, person=person, token=event.seq, correction=correction, finished=again
    )
    return running(queue, held, deadline)


def _tasks(project: Project, event: Event, judge: Judge) -> Iterator[tuple[Entry, int, int]]:
    """The tasks of an event, each checked against what it says of it."""
    for task in event.body["tasks"]:
        entry = there(project, judge, task[0], task[1], event.body["queue"])
        if entry:
            as_told(judge, entry, task)
            yield entry, task[1], task[4]


def _undone(project: Project, event: Event, judge: Judge) -> Iterator[tuple[Entry, int, int]]:
    """The same of an event by which work is undone: whoever did it is not given it again.

    Unless the queue lets them. An event may say nothing of that, and then it is not so.
    """
    said = {(task[0], task[1]): task for task in event.body["tasks"]}
    for entry, number, author in _tasks(project, event, judge):
        _authored(judge, entry, number, author)
        undone(project, judge, entry, author, said[entry.entry, number])
        yield entry, number, author


def undone(project: Project, judge: Judge, entry: Entry, author: int, task: Any) -> None:
    """Whose work is undone is not given the item again, unless the queue lets them."""
    if len(task) <= 8:
        return
    again = project.queues[entry.queue].rules.reassess
    done = entry.done if again else entry.done | {author}
    is_so = sorted(task[8] or ()) == sorted(done)
    judge.expect(RULES, is_so, "entry {} is done by {}", entry.entry, task[8])
    entry.done = done


def as_told(judge: Judge, entry: Entry, task: Any) -> None:
    """Class and rank, and where the entry was: here, waiting, or gone with all its slots."""
    _, _, lane, rank, _, found, slots, skipped, *_ = task
    is_so = (lane, rank) == (entry.lane, entry.rank)
    judge.expect(RULES, is_so, "class, rank of {}", entry.entry)
    revived_before = found == 2 and not entry.gone
    if not revived_before:  # by an earlier task of the same event
        right = 1 if not entry.slots else 2 if entry.gone else 0
        judge.expect(RULES, found == right, "entry {} was found as {}", entry.entry, found)
        known = [[slot.person, slot.state] for slot in entry.all()] if right == 2 else []
        skippers = sorted(entry.skipped) if right == 2 else []
        judge.expect(RULES, sorted(skipped) == skippers, "skipped by {}", skipped)
        judge.expect(RULES, slots == known, "slots of {}: {}, not {}", entry.entry, slots, known)


def _authored(judge: Judge, entry: Entry, number: int, author: int) -> None:
    """The task is finished, by that author."""
    slot = entry.slot(number)
    judge.expect(
        8,
        slot.state in DONE and slot.person == author,
        "task {}-{} of person {} is in state {} of person {}",
        entry.entry,
        number,
        author,
        slot.state,
        slot.person,
    )
