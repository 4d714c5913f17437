"""What events about reviews do to the views: review tasks, units, issues. Pure.

An issue follows its unit: it is open while that is RETURNED, for review until
somebody has decided about it again, and closed then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from allocator.model import MISSING, REVIEWS, STAGE, WAITING, Meaning, TaskState
from reviewqueue.model import Decision, UnitState
from store import projection_lots
from store.activity import given_of
from store.review_rows import (
    CLOSED,
    FOR_REVIEW,
    ISSUE_OF,
    LACKS,
    NO_VERDICTS,
    OPEN,
    REJECTED,
    DecisionRow,
    IssueRow,
    ReviewRow,
    RoundRow,
    UnitRow,
    Verdicts,
    numbered,
)
from store.submitted_units import WHOLE, Submitted
from store.task_row import FINISHED, TaskRow

if TYPE_CHECKING:
    from store.events import Event
    from store.projection import Views

ENDING: Final = frozenset({"decided", "objected", "lot_judged"})
"""Kinds by which a round comes to its end; by others it is broken off."""
REPORT: Final = 4
"""The action, in view_decision, of who reports a label missing."""
KEPT: Final = frozenset({UnitState.DELETED, UnitState.REJECTED})
"""States of units that are not there any more, or never to be reviewed again."""
LOOKED_AT: Final = (Decision.APPROVE, Decision.REJECT, Decision.DELETE)

REVIEW: Final = 1
OUTSIDE: Final = 0
"""The kind, in view_decision, of an objection that no review made."""


class _Where(NamedTuple):
    """What is decided about: as in view_decision, whose unit it is last."""

    queue: int
    kind: int
    entry: int
    slot: int
    round: int
    author: int


WRITES: Final[Mapping[str, str]] = {
    "review_settings": "INSERT INTO view_review_settings VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (project, queue) DO UPDATE SET rules = excluded.rules,"
    " content = excluded.content, set_seq = excluded.set_seq",
    "check": "INSERT INTO view_check VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    "comment": "INSERT INTO view_comment VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    **projection_lots.WRITES,
    "review_settings_gone": "DELETE FROM view_review_settings WHERE project = $1 AND queue = $2",
}
"""How the rows of projection.Views.rows are written; $1 is the project."""


def is_review(entry: int) -> bool:
    """Whether the number is that of a review task."""
    return REVIEWS < entry < WAITING


def _changed(views: Views, event: Event, body: Any) -> None:
    row = (body["queue"], json.dumps(body["rules"]), body["content"], event.seq)
    views.rows.append(("review_settings", row))
    views.update(body["queue"])


def submitted(views: Views, event: Event, row: TaskRow) -> None:
    """What was submitted, as units; and the reviews that are made of it."""
    body, of = event.body, views.reviews
    given = body["review"] or {}
    row.round = given.get("round", row.round + 1)
    of.authors.add((row.entry, row.slot, row.queue, row.person))
    units = of.units.setdefault((row.entry, row.slot), {})
    work = of.submitted.get(event.seq) or []
    if given and (not work or body["meaning"] == Meaning.DISCARD):
        work = [WHOLE]
    if given.get("resolved"):
        _resolve(views, event, row, [n for n, one in units.items() if one.state == _RETURNED])
    now = numbered(units, work)
    changed = {number for number, one in now.items() if _submit(views, row, number, one)}
    made = _made(views, event, row, given.get("reviews") or ())
    gone = {n for n in units if n < MISSING and n not in now} | set(given.get("gone") or ())
    for number in sorted(gone & units.keys() - made):
        if units[number].state not in KEPT:
            _set(views, event, row, of.unit(row, number), UnitState.DELETED)
    for number in sorted({*now, *made, *(n for n in units if n > MISSING)}):
        unit = of.unit(row, number)
        state = UnitState.PENDING if number in made else _settled(row, unit, changed)
        _set(views, event, row, unit, state)
    if row.state == TaskState.IN_REVIEW:
        _note_round(views, row, 0, 0)
    if given.get("lot"):
        projection_lots.joined(views, event, row, given["lot"])


_RETURNED: Final = UnitState.RETURNED


def _submit(views: Views, row: TaskRow, number: int, one: Submitted) -> bool:
    """Note what was submitted of a unit; whether that is something else than before."""
    unit = views.reviews.unit(row, number)
    changed = unit.digest != one.digest
    unit.external_id, unit.class_name, unit.digest = one
    unit.round, unit.author = row.round, row.person
    return changed


def _settled(row: TaskRow, unit: UnitRow, changed: set[int]) -> UnitState:
    """What becomes of a unit that nobody is to look at after a submission.

    A label that was missing is there if nobody says that it is not until the round ends.
    """
    if unit.unit > MISSING and unit.state == UnitState.RESOLVED:
        return unit.state if row.state == TaskState.IN_REVIEW else UnitState.APPROVED
    if unit.unit > MISSING or unit.state == UnitState.REJECTED:
        return unit.state
    if unit.state == UnitState.APPROVED and unit.unit not in changed:
        return unit.state
    return UnitState.NOT_SAMPLED


def _made(views: Views, event: Event, row: TaskRow, reviews: Iterable[Any]) -> set[int]:
    """Reviews that are made; which units are pending by them."""
    of, found = views.reviews, set()
    for entry, stage, person, by, units, *_ in reviews:
        found |= set(units)
        of.touched.add(entry)
        of.tasks[entry] = ReviewRow(
            entry=entry,
            slot=1,
            queue=stage % STAGE,
            kind=stage // STAGE,
            item=row.item,
            class_=0,
            priority=row.priority,
            round=row.round,
            of_entry=row.entry,
            of_slot=row.slot,
            author=row.person,
            state=TaskState.RETURNED if person else TaskState.QUEUED,
            mapped=person,
            person=person,
            returned=person > 0,
            chosen_by=by,
            all_units=list(units),
            pending=list(units),
            made_wall=event.wall_ms,
            updated_seq=event.seq,
            updated_wall=event.wall_ms,
        )
    return found


def _decided(views: Views, event: Event, body: Any) -> None:
    entry, slot = body["of"]
    row, review = views.task(event, entry, slot), views.task(event, body["entry"], 1)
    assert isinstance(review, ReviewRow)
    where = _Where(review.queue, review.kind, entry, slot, review.round, review.author)
    said = views.reviews.verdicts.get(body["content"], NO_VERDICTS)
    others = {
        number
        for one in views.reviews.unfinished((entry, slot))
        if one is not review
        for number in one.pending
    }
    for number, action, state in body["units"]:
        unit = views.reviews.unit(row, number)
        _note(views, event, where, unit, action, said.reasons.get(number, ""))
        if action == Decision.REJECT:
            _count_reject(review, unit)
            _object(views, event, row, unit, REJECTED, said.reasons.get(number, ""))
        _set(views, event, row, unit, _judged(unit, UnitState(state), others))
        if row.lot:
            projection_lots.decided(views, row, number, expert=review.kind != REVIEW, action=action)
    _report(views, event, row, where, said)
    _made(views, event, row, body["made"])
    _go_on(views, event, row, review)
    if body["state"]:
        _end_round(views, event, row, body["state"])


def _count_reject(review: ReviewRow, unit: UnitRow) -> None:
    """Once a round, however many reject it there; what an expert rejects is not counted."""
    if review.kind == REVIEW and unit.rejected_round < review.round:
        unit.rejects, unit.rejected_round = unit.rejects + 1, review.round


def _judged(unit: UnitRow, state: UnitState, others: set[int]) -> UnitState:
    """What a unit is by a decision: other reviews may have it pending, and one reject is enough."""
    if unit.state == UnitState.RETURNED:
        return unit.state
    if state == UnitState.APPROVED and unit.unit in others:
        return UnitState.PENDING
    return state


def _added(views: Views, event: Event, body: Any) -> None:
    """What was submitted before is under review by these, whether it was so or not."""
    for task in body["tasks"]:
        add(views, event, views.task(event, task[0], task[1]), task)
        if body["content"]:
            _note_check(views, event, task[0], task[1])


def add(views: Views, event: Event, row: TaskRow, task: Sequence[Any]) -> None:
    """A task is under review by these, from here on or besides: what is returned stays so."""
    author, given = task[4], given_of(task)
    kept = {UnitState.RETURNED} if row.state == TaskState.IN_REVIEW else set()
    if row.state != TaskState.IN_REVIEW:
        views.move(row, TaskState.IN_REVIEW)
        row.person, row.round = author, given["round"]
    _note_round(views, row, 0, 0)
    for number in _made(views, event, row, given["reviews"]):
        unit = views.reviews.unit(row, number)
        unit.author = unit.author or author
        if unit.state not in kept:
            _set(views, event, row, unit, UnitState.PENDING)


def _lot_closed(views: Views, event: Event, body: Any) -> None:
    """Of the tasks of a lot some are under review."""
    for task in body["tasks"] or ():
        row = views.task(event, task[0], task[1])
        projection_lots.drawn(views, body, row, _look(views, event, row, task[2]))


def _lot_judged(views: Views, event: Event, body: Any) -> None:
    """Nothing waits for the lot any more."""
    for task in body["tasks"] or ():
        row = views.task(event, task[0], task[1])
        row.lot = 0
        _look(views, event, row, task[2])
        if task[4]:
            _end_round(views, event, row, task[4])
    projection_lots.judged(views, body)


def _look(views: Views, event: Event, row: TaskRow, made: Sequence[Any]) -> set[int]:
    """Units that nobody was to look at are to be looked at. Returns which."""
    found = _made(views, event, row, made or ())
    for number in found:
        _set(views, event, row, views.reviews.unit(row, number), UnitState.PENDING)
    return found


def _objected(views: Views, event: Event, body: Any) -> None:
    """Issues from outside a review: the task goes back with them."""
    [(entry, slot, _, _, author, *_)] = body["tasks"]
    row = views.task(event, entry, slot)
    row.person = author
    said = views.reviews.verdicts.get(body["content"], NO_VERDICTS)
    for number in body["units"]:
        unit, reason = views.reviews.unit(row, number), said.reasons.get(number, "")
        _note(views, event, _outside(row), unit, Decision.REJECT, reason)
        _object(views, event, row, unit, REJECTED, reason)
        _set(views, event, row, unit, UnitState.RETURNED)
    _report(views, event, row, _outside(row), said)
    if said.check:
        _note_check(views, event, entry, slot)
    _end_round(views, event, row, body["state"])


def _outside(row: TaskRow) -> _Where:
    return _Where(row.queue, OUTSIDE, row.entry, row.slot, row.round, row.person)


def _go_on(views: Views, event: Event, row: TaskRow, review: ReviewRow) -> None:
    """Without what was decided about, the review goes on or is finished."""
    body = event.body
    decided = {number for number, *_ in body["units"]}
    review.pending = [number for number in review.pending if number not in decided]
    if not body["ended"]:
        views.move(review, TaskState.IN_PROGRESS)
        review.deadline = body["deadline"]
        return
    views.move(review, TaskState.COMPLETED)
    review.person, review.deadline, review.ended = body["person"], 0, event.kind
    row.reviews, row.reviewer = row.reviews + 1, body["person"]


def _note(
    views: Views, event: Event, where: _Where, unit: UnitRow, action: int, reason: str
) -> None:
    """Keep the decision, and what it comes after. What is found outside a review is not a first."""
    person, known = event.body["person"], action in LOOKED_AT
    views.reviews.decisions.append(
        DecisionRow(
            *(event.seq, unit.unit, *where, person, unit.class_name, action),
            first=known and where.kind != OUTSIDE and unit.action == 0 and unit.unit < MISSING,
            before=unit.action,
            before_by=unit.reviewer,
            reason=reason,
            wall=event.wall_ms,
        )
    )
    unit.reviewer, unit.acted_wall = person, event.wall_ms
    unit.action = action if known else unit.action


def _report(views: Views, event: Event, row: TaskRow, where: _Where, said: Verdicts) -> None:
    """Labels are missing: units of their own, returned with the others."""
    of_task = views.reviews.units.setdefault((row.entry, row.slot), {})
    for place in range(event.body["missing"]):
        number = max([MISSING, *of_task]) + 1
        unit = views.reviews.unit(row, number)
        unit.class_name, reason = said.missing[place] if place < len(said.missing) else ("", "")
        unit.author = row.person
        _note(views, event, where, unit, REPORT, reason)
        _object(views, event, row, unit, LACKS, reason, place)
        _set(views, event, row, unit, UnitState.RETURNED)


def _end_round(views: Views, event: Event, row: TaskRow, told: int) -> None:
    """Its author gets the task back, or everybody; or it is finished."""
    state = TaskState(told)
    for unit in _units(views, row):
        if unit.unit > MISSING and unit.state == UnitState.RESOLVED:
            _set(views, event, row, unit, UnitState.APPROVED)
    views.move(row, state)
    if state in FINISHED:
        return
    row.returned = state == TaskState.RETURNED
    row.person = row.person if row.returned else 0
    row.token, row.status, row.meaning, row.ended = 0, 0, 0, "rejected"


def left(views: Views, row: TaskRow, state: TaskState) -> None:
    """A task is under review no more: what is not finished of it is cancelled.

    A unit that was drawn, and that nobody has looked at, is so yet if the task is to be submitted
    again. The issues of a task that is removed are closed.
    """
    row.lot = 0
    for review in views.reviews.unfinished((row.entry, row.slot)):
        _cancel(views, review)
    event = views.event
    for unit in _units(views, row):
        if unit.state == UnitState.PENDING:
            known = unit.place in views.reviews.issues
            after = UnitState.NOT_SAMPLED if state in FINISHED else UnitState.PENDING
            _set(views, event, row, unit, UnitState.RESOLVED if known else after)
        issue = views.reviews.issues.get(unit.place)
        if issue and state == TaskState.REMOVED:
            _turn(views, event, row, issue, CLOSED)
    if row.state == TaskState.IN_REVIEW:
        _note_round(views, row, event.wall_ms, state if event.kind in ENDING else 0)


def _cancel(views: Views, review: ReviewRow) -> None:
    views.move(views.task(views.event, review.entry, 1), TaskState.REMOVED)
    review.person, review.token, review.deadline, review.ended = 0, 0, 0, "cancelled"


def _note_round(views: Views, row: TaskRow, ended: int, result: int) -> None:
    of = (row.entry, row.slot, row.round)
    about = (row.queue, row.submitter, row.submitted_wall, ended, result)
    views.reviews.rounds[of] = RoundRow(*of, *about)


def _units(views: Views, row: TaskRow) -> Sequence[UnitRow]:
    return list(views.reviews.units.get((row.entry, row.slot), {}).values())


def _fixed(views: Views, event: Event, body: Any) -> None:
    row = views.task(event, body["entry"], body["slot"])
    _resolve(views, event, row, body["units"])


def _resolve(views: Views, event: Event, row: TaskRow, units: Iterable[int]) -> None:
    for number in units:
        _set(views, event, row, views.reviews.unit(row, number), UnitState.RESOLVED)


def _fell_back(views: Views, event: Event, body: Any) -> None:
    """Who holds one keeps it; given back, it is anybody's."""
    for entry in body["entries"] or ():
        review = views.task(event, entry, 1)
        review.returned = False
        if review.state == TaskState.RETURNED:
            views.move(review, TaskState.QUEUED)
            review.person = 0


def _checked(views: Views, event: Event, body: Any) -> None:
    _note_check(views, event, body["entry"], body["slot"])


def _note_check(views: Views, event: Event, entry: int, slot: int) -> None:
    """What a rule service said, be it that nothing is to be done, or why something is."""
    of = (event.body["queue"], entry, slot, event.actor, event.body["content"])
    views.rows.append(("check", (event.seq, *of, event.wall_ms)))


def _units_deleted(views: Views, event: Event, body: Any) -> None:
    """Units of a finished task are not there any more."""
    row = views.task(event, body["entry"], body["slot"])
    for number in body["units"]:
        unit = views.reviews.unit(row, number)
        _note(views, event, _outside(row), unit, Decision.DELETE, "")
        _set(views, event, row, unit, UnitState.DELETED)


def _commented(views: Views, event: Event, body: Any) -> None:
    of = (body["queue"], body["entry"], body["slot"], body["unit"], body["issue"])
    views.rows.append(("comment", (event.seq, *of, body["person"], body["content"], event.wall_ms)))


def _object(
    views: Views,
    event: Event,
    row: TaskRow,
    unit: UnitRow,
    kind: int,
    reason: str,
    position: int = 0,
) -> None:
    """Open an issue of a unit, or the one again that it has."""
    of = views.reviews
    issue = of.issues.get(unit.place)
    if issue is None:
        unit.issue = event.seq
        issue = IssueRow(
            entry=row.entry,
            slot=row.slot,
            unit=unit.unit,
            seq=event.seq,
            queue=row.queue,
            item=row.item,
            external_id=unit.external_id,
            class_name=unit.class_name,
            opened_wall=event.wall_ms,
        )
        of.issues[unit.place] = issue
    issue.kind, issue.author, issue.reviewer = kind, row.person, event.body["person"]
    issue.reason, issue.content, issue.position = reason, event.body["content"], position
    _turn(views, event, row, issue, OPEN)


def _set(views: Views, event: Event, row: TaskRow, unit: UnitRow, state: UnitState) -> None:
    """Put a unit into a state, and its issue with it."""
    unit.state = state
    views.reviews.changed.add(unit.place)
    issue = views.reviews.issues.get(unit.place)
    wanted = ISSUE_OF.get(state, CLOSED)
    if issue and issue.state != wanted:
        _turn(views, event, row, issue, wanted)


def _turn(views: Views, event: Event, row: TaskRow, issue: IssueRow, state: int) -> None:
    """Put an issue into a state, and count it there."""
    for at, by in ((issue.state, -1), (state, 1)):
        row.open_issues += by * (at == OPEN)
        row.fixed_issues += by * (at == FOR_REVIEW)
    views.touched.add((row.entry, row.slot))
    issue.state = state
    issue.fixed_wall = event.wall_ms if state == FOR_REVIEW else issue.fixed_wall
    issue.closed_wall = event.wall_ms if state == CLOSED else 0
    issue.updated_seq, issue.updated_wall = event.seq, event.wall_ms
    place = (issue.entry, issue.slot, issue.unit)
    views.reviews.stirred[*place, issue.seq] = issue
    if state == CLOSED:
        del views.reviews.issues[place]


WITH_TASKS: Final = frozenset({"reviews_added", "objected", "lot_closed", "lot_judged"})
"""Kinds of which `tasks` are the tasks that they are about."""


def named(event: Event) -> list[tuple[int, int]]:
    """The tasks and review tasks whose rows an event about reviews changes."""
    body = event.body
    if event.kind == "decided":
        return [(body["of"][0], body["of"][1]), (body["entry"], 1)]
    if event.kind in ("fixed", "units_deleted"):
        return [(body["entry"], body["slot"])]
    if event.kind in WITH_TASKS:
        return [(task[0], task[1]) for task in body["tasks"] or ()]
    return [(entry, 1) for entry in body["entries"] or ()]


KINDS: Final = frozenset({"decided", "fixed", "fell_back", "units_deleted", *WITH_TASKS})
CHANGES: Final[Mapping[str, Callable[[Views, Event, Any], None]]] = {
    "review_changed": _changed,
    "decided": _decided,
    "fixed": _fixed,
    "commented": _commented,
    "checked": _checked,
    "units_deleted": _units_deleted,
    "fell_back": _fell_back,
    "lot_closed": _lot_closed,
    "lot_judged": _lot_judged,
    "reviews_added": _added,
    "objected": _objected,
}
