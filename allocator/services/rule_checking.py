"""SubmitCheckResult and ListCheckResults: what rule services say about submissions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from allocator import answers_reviews as told
from allocator import requests
from allocator.answers import Listed
from allocator.model import TaskId, TaskState
from allocator.ports import (
    Content,
    Directory,
    Earlier,
    EntryPlace,
    Items,
    Ledger,
    Outcome,
    Reviews,
    RuleChecks,
    RuleCheckView,
    Views,
)
from allocator.requests_reviews import CheckVerdict, SubmitCheckResult
from allocator.services import paging
from allocator.services.door import Door, Place
from allocator.services.drawing_again import SUBMITTED, DrawingAgain, units_of
from allocator.services.issue_ids import issue_id
from allocator.services.named_tasks import NamedTasks, Told
from allocator.services.outcomes import happened, some, value
from allocator.services.parts import has_part
from allocator.services.queue_settings import Known, SettingsCache
from allocator.services.reasons import kept_said
from allocator.services.reviewing_again import known_of
from dibs import errors
from reviewqueue.model import MISSING

SUBMIT: Final = "ReviewService.SubmitCheckResult"
LIST: Final = "ReviewService.ListCheckResults"
TRIES: Final = 4
CHECKED: Final = 3
"""Why there are more reviews, as numbered in the log."""


class RuleChecking:
    """What a verdict does is one event, which says the verdict too."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        content: Content,
        views: Views,
        reviews: Reviews,
        checks: RuleChecks,
        settings: SettingsCache,
        door: Door,
        named: NamedTasks,
        again: DrawingAgain,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._content = content
        self._views = views
        self._reviews = reviews
        self._checks = checks
        self._settings = settings
        self._door = door
        self._named = named
        self._again = again

    async def submit(self, ask: SubmitCheckResult) -> told.Checked:
        """Say what is to be done about a submission, and do it.

        Raises TaskNotFound, UnitNotFound, WrongTaskState, NotEligible,
        QueueNotReviewed, TaskChanged, PermissionDenied.
        """
        place = await self._door.permit(ask.change, SUBMIT, entry=ask.task.entry)
        came = await self._items.places(place.project, [ask.task.entry])
        if ask.task.entry not in came:
            raise errors.TaskNotFound(str(ask.task))
        queue = came[ask.task.entry].queue
        known = await self._settings.fresh(place.project, queue)
        if ask.verdict is CheckVerdict.REVIEW and not known.review.set_seq:
            ids = await self._directory.queue_ids(place.project, [queue])
            raise errors.QueueNotReviewed(ids[queue])
        now = await self._ledger.read(place.project, "queue", queue=queue)
        await self._views.wait_for(place.project, now.seq)
        for _ in range(TRIES):
            now_told = await self._named.told(place.project, [ask.task], came)
            outcome = await self._change(place, ask, came, known, now_told)
            if outcome.word != "stale_entry":
                return await self._checked(place, ask, outcome)
            if now_told.removed is not None:
                raise errors.WrongTaskState(str(ask.task), TaskState.REMOVED.name)
            await self._views.wait_for(place.project, outcome.seq)
        raise errors.TaskChanged(str(ask.task))

    async def _change(
        self,
        place: Place,
        ask: SubmitCheckResult,
        came: Mapping[int, EntryPlace],
        known: Known,
        now: Told,
    ) -> Outcome:
        queue = came[ask.task.entry].queue
        before = await self._reviews.earlier(place.project, ask.task)
        there = {one.external_id: one.unit for one in before.units if one.unit < MISSING}
        for unit_id in ask.unit_ids:
            if unit_id not in there:
                raise errors.UnitNotFound(str(ask.task), unit_id)
        said = {
            "rule": ask.rule,
            "verdict": int(ask.verdict),
            "text": ask.text,
            "units": list(ask.unit_ids),
            "round": max(before.round, 1),
        }
        units = [there[unit_id] for unit_id in ask.unit_ids]
        row = now.rows[0][:8]
        if ask.verdict is CheckVerdict.RETURN:
            return await self._object(place, ask, known, row, now.as_of, before, units, said)
        content = await kept_said(self._content, place.project, {"check": said})
        made = None
        if ask.verdict is CheckVerdict.REVIEW:
            made = await self._again.forced(place.project, ask.task, known, units)
        if made is not None:
            return await self._ledger.change(
                *(place.project, "add_reviews", ask.change.key, place.actor),
                queue=queue,
                why=CHECKED,
                as_of=now.as_of,
                tasks=[[*row, made]],
                named=1,
                content=content,
            )
        return await self._ledger.change(
            *(place.project, "check", ask.change.key, place.actor),
            queue=queue,
            person=place.actor,
            task=row,
            as_of=now.as_of,
            content=content,
        )

    async def _object(
        self,
        place: Place,
        ask: SubmitCheckResult,
        known: Known,
        row: Sequence[Any],
        as_of: int,
        before: Earlier,
        units: Sequence[int],
        said: Mapping[str, Any],
    ) -> Outcome:
        """Units, by default all that are there, get issues that say what the rule says."""
        view = await self._views.task(place.project, ask.task.entry, ask.task.slot)
        if view is None or view.state not in SUBMITTED:
            numbers = list(units)
        else:
            meaning = known.settings.statuses[view.status - 1].meaning
            numbers = list(units) or [one.unit for one in units_of(view, before, meaning)]
        issues = {str(n): {"reason": "", "text": ask.text or ask.rule} for n in numbers}
        content = await kept_said(self._content, place.project, {"check": said, "units": issues})
        return await self._ledger.change(
            *(place.project, "object", ask.change.key, place.actor),
            queue=known.settings.queue,
            person=place.actor,
            task=list(row),
            as_of=as_of,
            units=sorted(numbers),
            missing=0,
            content=content,
            source=0,
            given=known_of(view, before, known.settings),
            held="",
        )

    async def _checked(
        self, place: Place, ask: SubmitCheckResult, outcome: Outcome
    ) -> told.Checked:
        if outcome.word == "not_found":
            raise errors.TaskNotFound(str(ask.task))
        if outcome.word == "wrong_state":
            raise errors.WrongTaskState(str(ask.task), await self._standing(place, ask, outcome))
        if outcome.word == "not_eligible":
            raise errors.NotEligible([str(value(outcome))])
        event = happened(outcome)
        if event.kind == "reviews_added":
            made = [one for task in some(event.body["tasks"]) for one in some(task[9]["reviews"])]
            return told.Checked(seq=event.seq, reviews=len(made))
        units = some(event.body["units"]) if event.kind == "objected" else ()
        return told.Checked(
            seq=event.seq,
            issue_ids=tuple(
                issue_id(ask.task.entry, ask.task.slot, unit, event.seq) for unit in units
            ),
        )

    async def _standing(self, place: Place, ask: SubmitCheckResult, outcome: Outcome) -> str:
        """The state that the function names, or in which the views have it."""
        word = str(value(outcome))
        if word.isdigit():
            return TaskState(int(word)).name
        return (await self._named.standing(place.project, ask.task, outcome.seq)).name

    async def page(self, ask: requests.LookAtTask, page: requests.Page) -> Listed[told.CheckResult]:
        """What was said of a task, the oldest first.

        Raises QueueNotFound, TaskNotFound, PermissionDenied.
        """
        place, scope = await self._door.scope(ask.look, LIST)
        await self._views.wait_for(place.project, ask.look.min_seq)
        queue = await self._items.queue_of(place.project, ask.task.entry)
        if queue is None:
            raise errors.TaskNotFound(str(ask.task))
        await self._door.there(place.project, queue)
        of = (LIST, place.project, ask.task.packed)
        after = paging.position(page, 0, *of)
        size = paging.size_of(page)
        rows = await self._checks.behind(place.project, ask.task, after, size + 1)
        manages = scope.everything or queue in scope.queues
        sees = manages or await has_part(self._views, self._reviews, place, ask.task)
        if rows and not sees:
            raise self._door.refusal(ask.look, LIST)
        names = await self._directory.people_ids(place.project, {row.person for row in rows})
        shown = [_result(row, names) for row in rows]
        return paging.listed(shown, page, lambda row: row.seq, *of)


def _result(row: RuleCheckView, names: Mapping[int, str]) -> told.CheckResult:
    said = json.loads(row.body)["check"] if row.body else {}
    return told.CheckResult(
        seq=row.seq,
        task=TaskId(entry=row.task.entry, slot=row.task.slot),
        round=int(said.get("round", 0)),
        rule=str(said.get("rule", "")),
        verdict=int(said.get("verdict", 0)),
        unit_ids=tuple(said.get("units", ())),
        text=str(said.get("text", "")),
        checker=names[row.person],
        said_ms=row.said_ms,
    )
