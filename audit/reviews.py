"""Review tasks: how they come and go, and how the stages that they wait in follow their queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from audit.eligibility import standing
from audit.moves import DONE, press, put
from audit.report import REVIEWED, RULES, Judge
from audit.review_state import (
    DECIDED,
    DELETED,
    EXPERT,
    MAY_REVIEW,
    MISSING,
    PENDING,
    REJECTED,
    RESOLVED,
    RETURNED_UNIT,
    REVIEW,
    REVIEWS,
    Cycle,
    Lot,
    Review,
    stage_of,
)
from audit.state import (
    BY_MEANING,
    COMPLETED,
    IN_REVIEW,
    QUEUED,
    RETURNED,
    Control,
    Entry,
    Project,
    Queue,
    Slot,
)
from store.events import Event

MOST_REJECTS: Final = 255
"""A record counts no further."""
STEERS = frozenset(
    {"review_changed", "queue_changed", "queue_paused", "queue_archived", "data_submitted"}
)
"""Kinds of events after which the stages of a queue are others."""
LOOK: Final = 500
"""So many members are looked at to see whether any may be an expert, where none are named."""

NOBODY_LEFT = 3
"""How a reviewer was chosen: some were named, and none of them may."""


def derive(project: Project, number: int) -> None:
    """The stages of a queue are open, and as urgent, as the queue itself."""
    queue, settings = project.queues.get(number), project.reviewing.get(number)
    if queue is None or settings is None:
        return
    rules = replace(
        queue.rules,
        slots=1,
        lease_ms=settings.rules.lease_ms,
        max_held=settings.rules.max_held,
        allowed=frozenset(),
        groups=frozenset(),
        restricted=False,
        batch_size=0,
        max_workload=0,
        distributed=0,
        shares=(),
        statuses=(1,),
        skip_policy=1,
        max_skips=20,
        manual=False,
        hidden=False,
        allow_pick=False,
    )
    control = Control(
        paused=queue.control.paused,
        archived=queue.control.archived,
        submitted=queue.control.submitted,
    )
    for kind in (REVIEW, EXPERT):
        stage = project.queues.stages.get(stage_of(number, kind))
        if stage is None:
            stage = Queue(
                queue=stage_of(number, kind),
                rules=rules,
                content=0,
                set_seq=0,
                may=MAY_REVIEW,
                classes={1: frozenset()},
            )
            project.queues.stages[stage.queue] = stage
        stage.rules, stage.control = rules, control


def stages(project: Project, queue: int) -> list[Queue]:
    """The stages of the queue's reviews, if they were ever set."""
    found = (project.queues.stages.get(stage_of(queue, kind)) for kind in (REVIEW, EXPERT))
    return [stage for stage in found if stage]


def cycle_of(project: Project, entry: Entry, number: int) -> Cycle:
    """The reviews of a task, which begin with this, if there were none."""
    return project.cycles.setdefault((entry.entry, number), Cycle())


def authors_of(entry: Entry, number: int) -> frozenset[int]:
    """Everybody who ever submitted the task."""
    slot = entry.slot(number)
    alone = frozenset({slot.person} if slot.state in DONE and slot.token else ())
    return entry.past.get(number, frozenset()) | alone


def make(
    project: Project,
    event: Event,
    judge: Judge,
    task: tuple[Entry, int],
    made: Iterable[Sequence[Any]],
    authors: frozenset[int],
) -> None:
    """Review tasks come, with the next numbers, each for units of its own, never for an author.

    Who is named by the settings gets it, whoever of them has the least before them.
    """
    entry, number = task
    cycle = cycle_of(project, entry, number)
    seen: set[int] = set()
    for review, stage, person, by, units, rejected, others, candidates in made:
        project.reviews_last += 1
        right = REVIEWS + project.reviews_last
        judge.expect(RULES, review == right, "review {}, not {}", review, right)
        once = bool(units) and len(set(units)) == len(units) and not seen & set(units)
        judge.expect(REVIEWED, once, "units {} are reviewed twice in a round", units)
        seen |= set(units)
        barred, of = authors | set(others), project.queues[stage]
        judge.expect(REVIEWED, person not in barred, "person {} is to review their own", person)
        chosen = reviewer(project, of, candidates, barred, project.reviews_last)
        judge.expect(REVIEWED, person == chosen, "person {} is to review, not {}", person, chosen)
        nobody = bool(candidates) and not chosen
        judge.expect(REVIEWED, not nobody or by == NOBODY_LEFT, "chosen by {}, of nobody", by)
        wait = project.reviewing[entry.queue].rules.fallback_ms if person else 0
        times = {unit: n for unit, n in rejected or () if unit in units}
        about = Review(
            task=(entry.entry, number),
            barred=barred,
            units={unit: min(times.get(unit, 0), MOST_REJECTS) for unit in units},
            by=by,
            mapped=person,
            falls=event.clock_ms + wait if wait else 0,
            candidates=tuple(candidates),
        )
        _add(project, of, right, entry, about)
        cycle.open.append(right)
        pending = (unit for unit in units if cycle.units.get(unit) != RETURNED_UNIT)
        cycle.units |= dict.fromkeys(pending, PENDING)


def anybody(
    project: Project, stage: Queue, candidates: Sequence[int], barred: frozenset[int]
) -> bool:
    """Whether any candidate, or where there are none of the first members, may have a review."""
    members = sorted(project.members)[:LOOK]
    if not candidates and len(members) == LOOK:
        return True
    return any(
        person not in barred and not standing(project.member(person), stage)
        for person in candidates or members
    )


def reviewer(
    project: Project, stage: Queue, candidates: Iterable[int], barred: frozenset[int], number: int
) -> int:
    """Of those who may, who has the fewest units before them; ties go round by the numbers."""
    able = sorted(
        person
        for person in candidates
        if person not in barred and not standing(project.member(person), stage)
    )
    least = min((load(project, stage, person) for person in able), default=0)
    ties = [person for person in able if load(project, stage, person) == least]
    return ties[number % len(ties)] if ties else 0


def load(project: Project, stage: Queue, person: int) -> int:
    """Units of reviews in a stage that wait for somebody, or that they hold."""
    mine = [*stage.held.get(person, ()), *stage.own.get(person, ())]
    about = (project.entries[entry].review for entry in mine)
    return sum(len(review.units) for review in about if review)


def added(
    project: Project, event: Event, judge: Judge, task: tuple[Entry, int], said: Mapping[str, Any]
) -> None:
    """What was submitted before is under review by these from now on, whether it was so or not."""
    entry, number = task
    cycle, slot = cycle_of(project, entry, number), entry.slot(number)
    under, round_, made = slot.state == IN_REVIEW, said["round"], list(said["reviews"] or ())
    same = round_ == cycle.round or (round_ > cycle.round and not under)
    judge.expect(REVIEWED, same, "round {}, not {}", round_, cycle.round)
    judge.expect(REVIEWED, made or under, "nothing of {} is reviewed", entry.entry)
    rejected_before(cycle, judge, made)
    if not under:
        begin(judge, cycle, said, authors_of(entry, number))
        put(project, entry, number, replace(slot, state=IN_REVIEW))
    make(project, event, judge, task, made, cycle.authors)


def rejected_before(cycle: Cycle, judge: Judge, made: Iterable[Sequence[Any]]) -> None:
    """It is said of each unit that is reviewed again how often it was rejected."""
    for one in made:
        known = {u: cycle.rejects[u] for u in one[4] if u < MISSING and cycle.rejects.get(u)}
        told = {unit: n for unit, n in one[5] or () if unit < MISSING}
        judge.expect(REVIEWED, told == known, "rejected before: {}, not {}", told, known)


def _add(project: Project, stage: Queue, number: int, entry: Entry, review: Review) -> None:
    """A review task waits: for one person, before all else of theirs, or for anybody."""
    added = Entry(
        entry=number,
        queue=stage.queue,
        lane=1,
        rank=entry.rank,
        came=entry.rank,
        item=entry.item,
        k=1,
        review=review,
    )
    project.entries[number] = added
    stage.counts[QUEUED] += 1
    waits = Slot()
    if review.mapped:
        waits = Slot(state=RETURNED, person=review.mapped, correction=True)
    put(project, added, 1, waits)
    press(project, stage.queue, 1)


def submitted(project: Project, event: Event, judge: Judge, entry: Entry, number: int) -> int:
    """What of a submission is reviewed. Returns what becomes of the task."""
    body, said = event.body, event.body["review"] or {}
    settings, cycle = project.reviewing.get(entry.queue), project.cycles.get((entry.entry, number))
    on = settings is not None and settings.rules.on
    due = on or bool(cycle and cycle.known and cycle.in_state(RETURNED_UNIT, RESOLVED))
    judge.expect(REVIEWED, bool(said) == due, "a submission is reviewed: {}", said)
    made = list(said.get("reviews") or ())
    waits = list(said.get("lot") or ())
    state = IN_REVIEW if made or waits else BY_MEANING.get(body["meaning"], COMPLETED)
    told = int(body["state"])
    judge.expect(REVIEWED, told == state, "submitted into {}, not {}", told, state)
    if said:
        cycle = cycle_of(project, entry, number)
        _round(judge, cycle, said["round"])
        again = {unit for one in made for unit in one[4]}
        _corrected(judge, cycle, said, again, reviewing=settings is not None)
        rejected_before(cycle, judge, made)
        begin(judge, cycle, {**body, **said}, authors_of(entry, number) | {body["person"]})
        if waits:
            cycle.lot = lots_joined(project, event, judge, waits)
        make(project, event, judge, (entry, number), made, cycle.authors)
    if cycle and not (made or waits):
        cycle.known = cycle.noted = False
    return told


MOST_IN_LOT = 100
"""Submissions."""


def lots_joined(project: Project, event: Event, judge: Judge, given: Sequence[int]) -> int:
    """The lot that a submission waits for: the queue's, until it is full, or over its time."""
    queue, (told, units, *plan) = event.body["queue"], given
    rules, number = project.reviewing[queue].rules, project.lot_of.get(queue, 0)
    if number and project.lots[number].till <= event.clock_ms:
        number = 0
    judge.expect(REVIEWED, told == number, "waits for lot {}, not {}", told, number)
    judge.expect(REVIEWED, units > 0, "no unit waits for lot {}", number)
    if not number:
        till = event.clock_ms + rules.lot_ms
        right = [till, rules.drawn, rules.accepted]
        judge.expect(REVIEWED, plan == right, "a lot is opened by {}, not {}", plan, right)
        number = project.lot_of[queue] = event.seq
        project.lots[number] = Lot(
            queue=queue, till=till, drawn=rules.drawn, accepted=rules.accepted
        )
    lot = project.lots[number]
    lot.submissions, lot.units = lot.submissions + 1, lot.units + units
    if lot.submissions >= MOST_IN_LOT or lot.units >= rules.lot_size:
        lot.till = 0
        del project.lot_of[queue]
    return number


def begin(judge: Judge, cycle: Cycle, said: Mapping[str, Any], authors: frozenset[int]) -> None:
    """What is known of a round that begins, and by whom all rounds so far were submitted."""
    cycle.authors = frozenset(said["authors"])
    judge.expect(REVIEWED, authors <= cycle.authors, "authors are {}", sorted(authors))
    if said["round"] != cycle.round:
        cycle.rejected = set()
    cycle.round, cycle.meaning, cycle.back = said["round"], said["meaning"], False
    cycle.status, cycle.missing = said["status"], max(cycle.missing, said["missing"])
    cycle.known = cycle.noted = True
    cycle.begun, cycle.passed = 0, False
    cycle.lot = 0


def _round(judge: Judge, cycle: Cycle, told: int) -> None:
    """The next one; submissions that nobody could review may have been counted too."""
    right = cycle.round + 1
    next_one = told == right or (told > right and not cycle.known)
    judge.expect(REVIEWED, next_one, "round {} after {}", told, cycle.round)


def _corrected(
    judge: Judge, cycle: Cycle, said: Mapping[str, Any], again: set[int], *, reviewing: bool
) -> None:
    """What was returned is fixed, and reviewed again, or not there any more (SEMANTICS §5).

    So is what was to be reviewed when a round ended early. Of what was finished otherwise
    meanwhile, the status had the last word.
    """
    if said["resolved"]:
        cycle.units |= dict.fromkeys(cycle.in_state(RETURNED_UNIT), RESOLVED)
    gone = set(said["gone"] or ())
    cycle.units |= dict.fromkeys(gone & cycle.units.keys(), DELETED)
    judge.expect(REVIEWED, not gone & again, "units {} are gone", sorted(gone & again))
    back = cycle.in_state(REJECTED) & again
    judge.expect(REVIEWED, not back, "units {} were rejected for ever", sorted(back))
    if cycle.known:
        open_ = cycle.in_state(RETURNED_UNIT)
        judge.expect(REVIEWED, not open_, "submitted with open issues on units {}", sorted(open_))
        left = cycle.in_state(RESOLVED, PENDING) - again if reviewing else set()
        judge.expect(REVIEWED, not left, "units {} are forgotten", sorted(left))
    cycle.units = {u: state for u, state in cycle.units.items() if state in DECIDED}


def author_is_out(project: Project, entry: Entry, slot: Slot) -> bool:
    """Whether they are out of the project, or were taken out of the queue since."""
    author = project.member(slot.person)
    if not (author.member and author.active):
        return True
    fenced = entry.queue in author.fences
    return fenced and bool(standing(author, project.queues[entry.queue]))


def ends_as(project: Project, entry: Entry, slot: Slot, cycle: Cycle) -> int:
    """What a task is when nothing of it is under review any more."""
    if not cycle.back:
        return BY_MEANING.get(cycle.meaning, COMPLETED)
    return QUEUED if author_is_out(project, entry, slot) else RETURNED


def ended(slot: Slot, state: int) -> Slot:
    """A task under review, when it is so no more: anybody's, its author's again, or done."""
    if state == QUEUED:
        return Slot()
    if state == RETURNED:
        return Slot(state=state, person=slot.person, correction=True, finished=slot.finished)
    return replace(slot, state=state)


def take_up(project: Project, entry: Entry, number: int) -> None:
    """What was submitted, or has a status, is open again; its round has ended without an end."""
    cycle = cycle_of(project, entry, number)
    cycle.noted, cycle.back = True, False
    cycle.units = {unit: state for unit, state in cycle.units.items() if state != PENDING}


def cancelled(project: Project, event: Event, judge: Judge) -> None:
    """Whether the event names exactly the reviews that it ends, and nobody has finished."""
    ended, told = sorted(project.cancelled), sorted(event.body.get("cancelled") or ())
    judge.expect(REVIEWED, told == ended, "reviews {} are cancelled, not {}", told, ended)
    project.cancelled.clear()
