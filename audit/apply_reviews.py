"""Events of reviews: what is sampled, decided, marked as fixed, and opened to all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from audit import lots, reviews
from audit.apply_finished import as_told, undone
from audit.apply_work import holds, still_eligible, there
from audit.moves import DONE, put
from audit.report import REVIEWED, RULES, Judge
from audit.review_state import (
    APPROVE,
    APPROVED,
    DECIDED,
    DELETE,
    DELETED,
    EXPERT,
    MISSING,
    PENDING,
    REJECT,
    REJECTED,
    RESOLVED,
    RETURNED_UNIT,
    REVIEW,
    STAGE,
    Cycle,
    Review,
    ReviewRules,
    Settings,
)
from audit.state import (
    COMPLETED,
    FINISHED,
    IN_PROGRESS,
    IN_REVIEW,
    QUEUED,
    RETURNED,
    Entry,
    Project,
    Slot,
)
from store.events import Event

BY_REVIEWER = {APPROVE: APPROVED, REJECT: RETURNED_UNIT, DELETE: DELETED}
BY_EXPERT = {APPROVE: APPROVED, REJECT: REJECTED, DELETE: DELETED}
DRAWN = frozenset({APPROVE, REJECT})
"""Of these decisions an expert may be asked, whatever the threshold."""


def review_changed(project: Project, event: Event, judge: Judge) -> None:
    """Other review settings of a queue, whole; they are for submissions from here on."""
    body = event.body
    number, rules = body["queue"], ReviewRules.of(body["rules"])
    judge.expect(RULES, number in project.queues, "queue {} is unknown", number)
    right = rules.lease_ms > 0 and rules.max_held > 0
    right = right and min(rules.fallback_ms, rules.threshold, rules.backlog) >= 0
    judge.expect(RULES, right, "queue {} is reviewed by {}", number, rules)
    known = project.reviewing.setdefault(
        number, Settings(rules=rules, content=body["content"], set_seq=event.seq)
    )
    known.rules, known.content, known.set_seq = rules, body["content"], event.seq
    if known.press(0):
        project.queues[number].gained = event.seq
    project.queues[number].pressed = known.pressed
    project.settings_seq = event.seq


def decided(project: Project, event: Event, judge: Judge) -> None:
    """Units of a review, each pending in it, once, by who holds it and did not make them."""
    body = event.body
    entry = there(project, judge, body["entry"], 1, body["queue"])
    if not entry or not judge.expect(RULES, entry.review, "{} is no review", body["entry"]):
        return
    review = entry.review
    assert review is not None
    holds(project, judge, entry, 1, body["person"], body["token"])
    still_eligible(project, judge, entry, 1, body["person"])
    own = body["person"] in review.barred
    judge.expect(REVIEWED, not own, "person {} decides on their own work", body["person"])
    of, number = project.entries[review.task[0]], review.task[1]
    told = (body["slot"], *body["of"], body["author"])
    right = (1, *review.task, of.slot(number).person)
    judge.expect(RULES, told == right, "{} is a review of {}", told, right)
    cycle = project.cycles[review.task]
    _keep_apart(project, event, entry, cycle)
    _decide(project, event, judge, entry, cycle)
    _missing(event, cycle)
    early = project.reviewing[of.queue].rules.early and cycle.back
    _ends(project, event, judge, entry, cycle, early=early)
    _experts(project, event, judge, (of, number), review, early=early)
    _then(project, event, judge, (of, number), cycle, early=early)


def _keep_apart(project: Project, event: Event, entry: Entry, cycle: Cycle) -> None:
    """Who decides about a unit gets no other review of it, unless they have that already."""
    person, units = event.body["person"], {unit for unit, *_ in event.body["units"]}
    for number in cycle.open:
        other = project.entries[number]
        if other is entry or other.queue != entry.queue or other.slot(1).person == person:
            continue
        if other.review and units & other.review.units.keys():
            other.review.barred |= {person}


def _decide(project: Project, event: Event, judge: Judge, entry: Entry, cycle: Cycle) -> None:
    """Each decision makes of its unit what it must: returned, with an expert, or decided."""
    review = entry.review
    assert review is not None
    threshold = project.reviewing[entry.queue % STAGE].rules.threshold
    for unit, action, state in event.body["units"]:
        judge.expect(
            REVIEWED, unit in review.units, "unit {} of {} is not pending", unit, review.task
        )
        times = review.units.pop(unit, 0) + 1
        if entry.queue // STAGE == EXPERT:
            right = {BY_EXPERT.get(action, 0)}
        elif action == REJECT and 0 < threshold <= times:
            right = {PENDING}
        else:
            right = {BY_REVIEWER.get(action, 0)} | ({PENDING} if action in DRAWN else set())
        judge.expect(REVIEWED, state in right, "unit {} is {}, not {}", unit, state, right)
        if cycle.units.get(unit) != RETURNED_UNIT:
            cycle.units[unit] = state
        if action == REJECT and entry.queue // STAGE == REVIEW:
            _rejected(cycle, unit)
        lots.decided(project, entry, cycle, (unit, action))
        if state == PENDING:
            review.held.add(unit)
        cycle.back = cycle.back or state == RETURNED_UNIT


def _rejected(cycle: Cycle, unit: int) -> None:
    """However many reject it, a unit is rejected once a round."""
    if unit not in cycle.rejected:
        cycle.rejects[unit] = cycle.rejects.get(unit, 0) + 1
        cycle.rejected.add(unit)


def _missing(event: Event, cycle: Cycle) -> None:
    """Labels that are missing are returned, like what is rejected."""
    for _ in range(event.body["missing"]):
        cycle.missing += 1
        cycle.units[MISSING + cycle.missing] = RETURNED_UNIT
        cycle.back = True


def _ends(
    project: Project, event: Event, judge: Judge, entry: Entry, cycle: Cycle, *, early: bool
) -> None:
    """A review ends with its last unit, or at the first objection where that is enough."""
    review, body = entry.review, event.body
    assert review is not None
    told, ended = bool(body["ended"]), early or not review.units
    judge.expect(REVIEWED, told == ended, "review {} has ended: {}", entry.entry, told)
    due = 0 if told else event.clock_ms + project.queues[entry.queue].rules.lease_ms
    judge.expect(RULES, body["deadline"] == due, "deadline {}, not {}", body["deadline"], due)
    if told:
        cycle.open = [one for one in cycle.open if one != entry.entry]
        put(project, entry, 1, Slot(state=COMPLETED, person=body["person"], finished=1))
    else:
        going_on = replace(entry.slot(1), state=IN_PROGRESS, touched=event.clock_ms, deadline=due)
        put(project, entry, 1, going_on)


def _experts(
    project: Project,
    event: Event,
    judge: Judge,
    task: tuple[Entry, int],
    review: Review,
    *,
    early: bool,
) -> None:
    """When a review has ended, an expert is asked, who is neither an author nor its reviewer."""
    body, made = event.body, list(event.body["made"])
    asked = {unit for one in made for unit in one[4]}
    due = review.held if body["ended"] and not early else set[int]()
    judge.expect(REVIEWED, asked == due, "experts are asked of {}, not {}", asked, due)
    stages = {one[1] // STAGE for one in made}
    judge.expect(RULES, stages <= {EXPERT}, "experts are asked in stages {}", stages)
    same, person = project.reviewing[task[0].queue].rules.same, body["person"]
    for one in made:
        barred, stage = review.barred | {person}, project.queues[one[1]]
        alone = same and not reviews.anybody(project, stage, one[7] or (), barred)
        apart = list(one[6] or ()) == ([] if alone else [person])
        judge.expect(REVIEWED, apart, "person {} may be their own expert", person)
    reviews.make(project, event, judge, task, made, review.barred)


def _then(
    project: Project,
    event: Event,
    judge: Judge,
    task: tuple[Entry, int],
    cycle: Cycle,
    *,
    early: bool,
) -> None:
    """What becomes of the task: it waits for more, goes back to its author, or is done."""
    of, number = task
    right, slot, state = 0, of.slot(number), event.body["state"]
    if early or not (cycle.open or cycle.lot):
        right = reviews.ends_as(project, of, slot, cycle)
    judge.expect(REVIEWED, state == right, "the task is in {} then, not {}", state, right)
    cycle.begun, cycle.passed = event.seq, state in FINISHED
    if state == 0:
        return
    if state in FINISHED:
        left = cycle.units.keys() - cycle.in_state(*DECIDED)
        judge.expect(REVIEWED, not left, "{} is done with open units {}", of.entry, sorted(left))
    put(project, of, number, reviews.ended(slot, state))


def fixed(project: Project, event: Event, judge: Judge) -> None:
    """The author says that returned units are right; until they submit, nobody looks."""
    body = event.body
    entry = there(project, judge, body["entry"], body["slot"], body["queue"])
    if not entry:
        return
    slot, cycle = entry.slot(body["slot"]), reviews.cycle_of(project, entry, body["slot"])
    theirs = slot.person == body["person"] and (slot.held or slot.state == RETURNED)
    judge.expect(REVIEWED, theirs, "fixed by person {}, not {}", body["person"], slot.person)
    for unit in body["units"]:
        returned = cycle.units.get(unit) == RETURNED_UNIT
        judge.expect(REVIEWED, returned, "unit {} is fixed, and was not returned", unit)
        cycle.units[unit] = RESOLVED


def commented(project: Project, event: Event, judge: Judge) -> None:
    """A member says something about a task; its author, if any is named, is one of its authors."""
    body, member = event.body, project.member(event.body["person"])
    judge.expect(RULES, member.member and member.active, "a comment by {}", body["person"])
    about_issue = (body["unit"] > 0) <= (body["issue"] > 0) < event.seq
    judge.expect(RULES, about_issue, "a comment on unit {}, no issue", body["unit"])
    entry = there(project, judge, body["entry"], body["slot"], body["queue"])
    if entry and body["author"]:
        known = body["author"] in reviews.authors_of(entry, body["slot"])
        judge.expect(REVIEWED, known, "person {} is no author of it", body["author"])


def checked(project: Project, event: Event, judge: Judge) -> None:
    """A rule service says that nothing is to be done about what was submitted."""
    body = event.body
    entry = there(project, judge, body["entry"], body["slot"], body["queue"])
    if entry:
        done = entry.slot(body["slot"]).state in DONE
        judge.expect(REVIEWED, done, "{} is checked, and was not submitted", entry.entry)
    judge.expect(RULES, body["content"] > 0, "a check of {} says nothing", body["entry"])


def units_deleted(project: Project, event: Event, judge: Judge) -> None:
    """Units of what is finished are not there any more."""
    body = event.body
    entry = there(project, judge, body["entry"], body["slot"], body["queue"])
    if not entry:
        return
    done = entry.slot(body["slot"]).state in FINISHED
    judge.expect(REVIEWED, done, "units of {} are deleted, which is not finished", entry.entry)
    cycle = project.cycles.get((entry.entry, body["slot"]))
    if cycle:
        cycle.units |= {unit: DELETED for unit in body["units"] if unit in cycle.units}


def fell_back(project: Project, event: Event, judge: Judge) -> None:
    """Reviews that waited too long for one person are anybody's; what is held, once given back."""
    entries = event.body["entries"]
    judge.expect(RULES, 0 < len(entries) <= 100, "{} reviews fall back at once", len(entries))
    for number in entries:
        entry = there(project, judge, number, 1)
        if not entry or not judge.expect(RULES, entry.review, "{} is no review", number):
            continue
        review, slot = entry.review, entry.slot(1)
        assert review is not None
        waited = slot.correction and 0 < review.falls <= event.clock_ms
        judge.expect(REVIEWED, waited, "review {} falls back too early", number)
        review.mapped = review.falls = 0
        free = Slot() if slot.state == RETURNED else replace(slot, correction=False)
        put(project, entry, 1, free)


def reviews_added(project: Project, event: Event, judge: Judge) -> None:
    """What was submitted before is reviewed by more people, or for the first time."""
    told = len(event.body["tasks"]) + len(event.body["kept"] or ())
    judge.expect(RULES, told <= event.body["named"], "{} tasks are told of", told)
    for entry, number, author, said in _told(project, event, judge):
        of = entry.slot(number).person
        judge.expect(REVIEWED, of == author, "{} is of {}", entry.entry, author)
        reviews.added(project, event, judge, (entry, number), said)


def objected(project: Project, event: Event, judge: Judge) -> None:
    """From outside a review units are returned; the task loses its status, and goes back."""
    body = event.body
    for entry, number, author, _ in _told(project, event, judge):
        undone(project, judge, entry, author, body["tasks"][0])
        cycle, slot = reviews.cycle_of(project, entry, number), entry.slot(number)
        judge.expect(REVIEWED, slot.person == author, "{} is of {}", entry.entry, author)
        authors = reviews.authors_of(entry, number)
        judge.expect(REVIEWED, body["person"] not in authors, "an author, {}, objects", authors)
        under = slot.state == IN_REVIEW
        right = QUEUED if reviews.author_is_out(project, entry, slot) else RETURNED
        judge.expect(REVIEWED, body["state"] == right, "objected into {}", body["state"])
        back = Slot(state=RETURNED, person=author, correction=True, finished=slot.finished)
        if not under:
            said = dict(body) | {"missing": body["before"], "status": 0}
            reviews.begin(judge, cycle, said, authors)
        put(project, entry, number, back if right == RETURNED else Slot())
        cycle.units = {unit: state for unit, state in cycle.units.items() if state != PENDING}
        cycle.units |= dict.fromkeys(body["units"], RETURNED_UNIT)
        for _ in range(body["missing"]):
            cycle.missing += 1
            cycle.units[MISSING + cycle.missing] = RETURNED_UNIT


def _told(
    project: Project, event: Event, judge: Judge
) -> Iterator[tuple[Entry, int, int, Mapping[str, Any]]]:
    """The tasks of an event, submitted before, each checked against what it says of it."""
    for task in event.body["tasks"]:
        entry = there(project, judge, task[0], task[1], event.body["queue"])
        if entry:
            as_told(judge, entry, task)
            done = entry.slot(task[1]).state in DONE
            judge.expect(REVIEWED, done, "task {}-{} was not submitted", task[0], task[1])
            yield entry, task[1], task[4], task[9] if len(task) > 9 else {}
