"""ReturnTask and ReportIssues: what was submitted goes back with issues, outside a review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from allocator import answers_reviews as told
from allocator.model import QueueSettings, TaskId, TaskState
from allocator.ports import (
    Checks,
    Content,
    Directory,
    Earlier,
    EntryPlace,
    Items,
    Ledger,
    Outcome,
    Reviews,
    Source,
    TaskView,
    Views,
)
from allocator.requests import Hold
from allocator.requests_reviews import ReportIssues, ReturnTask
from allocator.services.door import Door, Place, judged
from allocator.services.issue_ids import issue_id
from allocator.services.lost import Lost
from allocator.services.named_tasks import NamedTasks
from allocator.services.outcomes import happened, value
from allocator.services.queue_settings import Known, SettingsCache
from allocator.services.reasons import kept_said
from dibs import errors
from reviewqueue.model import MISSING, WHOLE_TASK

RETURN = "ReviewService.ReturnTask"
REPORT = "ReviewService.ReportIssues"

TRIES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _By:
    """Who objects; `hold`: of the QA task that they do it in."""

    person: int
    hold: Hold | None = None


class ReviewingAgain:
    """Issues outside the course of submissions and their reviews."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        content: Content,
        views: Views,
        reviews: Reviews,
        settings: SettingsCache,
        door: Door,
        named: NamedTasks,
        checks: Checks,
        lost: Lost,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._content = content
        self._views = views
        self._reviews = reviews
        self._settings = settings
        self._door = door
        self._named = named
        self._checks = checks
        self._lost = lost

    async def give_back(self, ask: ReturnTask) -> told.TaskReturned:
        """Return a submitted task to its author with issues.

        Raises TaskNotFound, UnitNotFound, WrongTaskState, NotEligible,
        InvalidArgument, TaskChanged, PermissionDenied.
        """
        place = await self._door.permit(ask.change, RETURN, entry=ask.task.entry)
        came = await self._items.places(place.project, [ask.task.entry])
        if ask.task.entry not in came:
            raise errors.TaskNotFound(str(ask.task))
        queue = came[ask.task.entry].queue
        known = await self._settings.fresh(place.project, queue)
        _check_reasons(ask, known)
        await self._catch_up(place.project, queue)
        for _ in range(TRIES):
            by = _By(person=place.actor)
            outcome = await self._object(place, ask, came[ask.task.entry], known.settings, by)
            if outcome.word != "stale_entry":
                return await self._returned(place, ask, outcome)
            await self._views.wait_for(place.project, outcome.seq)
        raise errors.TaskChanged(str(ask.task))

    @judged(REPORT)
    async def report(self, ask: ReportIssues) -> told.TaskReturned:
        """Return the work on an item that somebody checks in a queue for QA, with issues.

        Raises TaskNotFound, QueueNotFound, QueueNotForQa, PersonNotFound, UnitNotFound,
        LeaseLost, WrongTaskState, NotEligible, InvalidArgument, TaskChanged, PermissionDenied.
        """
        entry = ask.hold.task.entry
        place, person = await self._door.act_for(ask.change, ask.person, REPORT, entry=entry)
        source = await self._source(place.project, ask.hold.task)
        known = await self._settings.fresh(place.project, source.queue)
        if ask.slot > known.settings.slots:
            raise errors.InvalidArgument("slot", f"must be 1 to {known.settings.slots}")
        task = TaskId(entry=source.entry, slot=ask.slot)
        said = ReturnTask(
            change=ask.change, task=task, objections=ask.objections, missing=ask.missing
        )
        _check_reasons(said, known)
        await self._catch_up(place.project, source.queue)
        came = (await self._items.places(place.project, [source.entry]))[source.entry]
        for _ in range(TRIES):
            by = _By(person=person, hold=ask.hold)
            outcome = await self._object(place, said, came, known.settings, by)
            if _is_of_hold(outcome):
                raise await self._lost.error(place.project, ask.hold, person, outcome)
            if outcome.word != "stale_entry":
                return await self._returned(place, said, outcome)
            await self._views.wait_for(place.project, outcome.seq)
        raise errors.TaskChanged(str(task))

    async def _source(self, project: int, task: TaskId) -> Source:
        """What is checked by a task. Raises TaskNotFound, QueueNotForQa."""
        queue = await self._items.queue_of(project, task.entry)
        if queue is None:
            raise errors.TaskNotFound(str(task))
        await self._catch_up(project, queue)
        source = await self._checks.source(project, task.entry)
        if source is None:
            raise errors.QueueNotForQa((await self._directory.queue_ids(project, [queue]))[queue])
        return source

    async def _catch_up(self, project: int, queue: int) -> None:
        """Wait until the views know what was submitted up to now."""
        outcome = await self._ledger.read(project, "queue", queue=queue)
        await self._views.wait_for(project, outcome.seq)

    async def _object(
        self,
        place: Place,
        ask: ReturnTask,
        came: EntryPlace,
        settings: QueueSettings,
        by: _By,
    ) -> Outcome:
        project = place.project
        now = await self._named.told(project, [ask.task], {ask.task.entry: came})
        view = await self._views.task(project, ask.task.entry, ask.task.slot)
        before = await self._reviews.earlier(project, ask.task)
        numbers = {one.external_id: one.unit for one in before.units if one.unit < MISSING}
        numbers = numbers or {"": WHOLE_TASK}
        for one in ask.objections:
            if one.unit_id not in numbers:
                raise errors.UnitNotFound(str(ask.task), one.unit_id)
        units = {numbers[one.unit_id]: one for one in ask.objections}
        said = {
            "units": {
                str(number): {"reason": one.reason, "text": one.comment}
                for number, one in units.items()
            },
            "missing": [label.said for label in ask.missing],
        }
        content = await kept_said(self._content, project, said)
        return await self._ledger.change(
            *(project, "object", ask.change.key, place.actor),
            queue=came.queue,
            person=by.person,
            task=now.rows[0][:8],
            as_of=now.as_of,
            units=sorted(units),
            missing=len(ask.missing),
            content=content,
            source=by.hold.task.entry if by.hold else 0,
            given=known_of(view, before, settings),
            held=[by.hold.task.slot, by.hold.token] if by.hold else "",
        )

    async def _returned(self, place: Place, ask: ReturnTask, outcome: Outcome) -> told.TaskReturned:
        if outcome.word == "not_found":
            raise errors.TaskNotFound(str(ask.task))
        if outcome.word == "wrong_state":
            raise errors.WrongTaskState(str(ask.task), TaskState(int(value(outcome))).name)
        if outcome.word == "not_eligible":
            raise errors.NotEligible([str(value(outcome))])
        event = happened(outcome)
        await self._views.wait_for(place.project, event.seq)
        units = await self._reviews.units(place.project, ask.task)
        opened = sorted(one.unit for one in units if one.issue == event.seq)
        task = ask.task
        return told.TaskReturned(
            seq=event.seq,
            task=task,
            state=TaskState(event.body["state"]),
            issue_ids=tuple(issue_id(task.entry, task.slot, unit, event.seq) for unit in opened),
        )


def _is_of_hold(outcome: Outcome) -> bool:
    """Whether it was refused for how somebody holds the QA task."""
    found = outcome.word == "not_found" and value(outcome) in ("person", "source")
    return found or outcome.word == "lease_lost"


def known_of(
    view: TaskView | None, before: Earlier | None, settings: QueueSettings
) -> dict[str, Any]:
    """What is known of a submission, as the functions read it."""
    status = view.status if view else 0
    meaning = int(settings.statuses[status - 1].meaning) if status else 1
    authors = {*(before.authors if before else ()), view.person if view else 0} - {0}
    return {
        "round": max(before.round if before else 0, 1),
        "authors": sorted(authors),
        "meaning": meaning,
        "status": status,
        "missing": before.missing if before else 0,
    }


def _check_reasons(ask: ReturnTask, known: Known) -> None:
    """Raises InvalidArgument for a reason that the queue does not offer."""
    for place, one in enumerate(ask.objections):
        if one.reason and one.reason not in known.review.reasons:
            raise errors.InvalidArgument(
                f"objections[{place}].reason", "must be one of the queue's rejection_reasons"
            )
