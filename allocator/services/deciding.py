"""Decide and ReportMissing: what a reviewer says of units that they hold for review."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from allocator import answers_reviews as told
from allocator.model import TaskId, TaskState
from allocator.ports import Content, Ledger, Outcome, Reviews, ReviewView, UnitView, Views
from allocator.requests import Hold
from allocator.requests_reviews import Decide, ReportMissing, Verdict
from allocator.services.door import Door, Place, judged
from allocator.services.drawing import Drawing
from allocator.services.held_reviews import HeldReviews
from allocator.services.issue_ids import issue_id, unit_of
from allocator.services.lost import Lost
from allocator.services.outcomes import happened, some, value
from allocator.services.queue_settings import SettingsCache
from allocator.services.reasons import kept_said
from allocator.services.reviewing import Reviewing
from dibs import errors
from reviewqueue.experts import Judged
from reviewqueue.model import MISSING, Decision
from reviewqueue.settings import ReviewSettings

TRIES = 3

DECIDE = "ReviewService.Decide"
REPORT = "ReviewService.ReportMissing"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Verdicts by number of the unit; all units of the review by number."""

    verdicts: Mapping[int, Verdict]
    units: Mapping[int, UnitView]

    @property
    def judged(self) -> Sequence[Judged]:
        """The decisions, with what was decided about the units before."""
        return [
            Judged(
                number=number,
                external_id=self.units[number].external_id,
                decision=Decision(verdict.action),
                rejects=self.units[number].rejects,
            )
            for number, verdict in self.verdicts.items()
        ]


class Deciding:
    """What ReviewService does with a review that somebody holds."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        content: Content,
        views: Views,
        reviews: Reviews,
        settings: SettingsCache,
        door: Door,
        held: HeldReviews,
        lost: Lost,
        reviewing: Reviewing,
        drawing: Drawing,
    ) -> None:
        self._ledger = ledger
        self._content = content
        self._views = views
        self._reviews = reviews
        self._settings = settings
        self._door = door
        self._held = held
        self._lost = lost
        self._reviewing = reviewing
        self._drawing = drawing

    @judged(DECIDE)
    async def decide(self, ask: Decide) -> told.Decided:
        """Decide about units of a review; each decision stands at once.

        Raises TaskNotFound, UnitNotFound, UnitNotPending, LeaseLost, NotEligible,
        PersonNotFound, InvalidArgument, PermissionDenied.
        """
        task = ask.hold.task
        place, person = await self._door.act_for(ask.change, ask.person, DECIDE, entry=task.entry)
        for _ in range(TRIES):
            view = await self._view(place.project, task)
            chosen = await self._chosen(place.project, view, ask)
            review = await self._review(place.project, view, chosen.verdicts.values())
            experts = await self._drawing.for_experts(place.project, view, review, chosen.judged)
            outcome = await self._write(place, person, ask, chosen, experts)
            if outcome.word != "not_pending" or ask.units:
                break
            await self._views.wait_for(place.project, outcome.seq)
        if outcome.word != "ok":
            raise await self._refusal(place.project, person, ask.hold, outcome, chosen.units)
        return await self._decided(place, person, ask, outcome)

    @judged(REPORT)
    async def report(self, ask: ReportMissing) -> told.Reported:
        """Open an issue for each label that is missing.

        Raises TaskNotFound, LeaseLost, NotEligible, PersonNotFound, PermissionDenied.
        """
        task = ask.hold.task
        place, person = await self._door.act_for(ask.change, ask.person, REPORT, entry=task.entry)
        view = await self._view(place.project, task)
        said = {"missing": [label.said for label in ask.labels]}
        outcome = await self._change(place, person, ask, said=said, missing=len(ask.labels))
        if outcome.word != "ok":
            raise await self._refusal(place.project, person, ask.hold, outcome, {})
        event = happened(outcome)
        await self._views.wait_for(place.project, event.seq)
        units = await self._reviews.units(place.project, TaskId(entry=view.entry, slot=view.slot))
        opened = [u.unit for u in units if u.unit > MISSING and u.issue == event.seq]
        ids = tuple(issue_id(view.entry, view.slot, unit, event.seq) for unit in sorted(opened))
        return told.Reported(seq=event.seq, issue_ids=ids)

    async def _view(self, project: int, task: TaskId) -> ReviewView:
        """The review as the views have it, which have it since before it was held."""
        view = await self._reviews.review(project, task.entry)
        if view is None:
            raise errors.TaskNotFound(str(task))
        return view

    async def _chosen(self, project: int, view: ReviewView, ask: Decide) -> _Chosen:
        """The units that the verdicts are about.

        Of a frame, or of all, those that are pending; if that is none, all of
        them: the function then says of a repeat what it said before.

        Raises UnitNotFound, InvalidArgument.
        """
        task = TaskId(entry=view.entry, slot=view.slot)
        units = await self._reviews.units(project, task)
        theirs = set(view.units)
        mine = {one.unit: one for one in units if one.unit in theirs}
        if ask.units:
            return _Chosen(verdicts=_named(ask, mine), units=mine)
        assert ask.several is not None
        among = set(mine)
        if ask.frame is not None:
            among = await self._on_frame(project, task, mine, ask.frame)
        pending = among & set(view.pending) or among
        return _Chosen(verdicts=dict.fromkeys(sorted(pending), ask.several), units=mine)

    async def _on_frame(
        self, project: int, task: TaskId, mine: Mapping[int, UnitView], frame: int
    ) -> set[int]:
        """Those of the units that are on a frame. Raises InvalidArgument if none is."""
        work = await self._held.submitted(project, task)
        whole = told.SubmittedUnit()
        found = {n for n, one in mine.items() if work.get(one.external_id, whole).is_on(frame)}
        if not found:
            raise errors.InvalidArgument("frame.frame", "must have units of the review on it")
        return found

    async def _review(
        self, project: int, view: ReviewView, verdicts: Iterable[Verdict]
    ) -> ReviewSettings:
        """The settings. Raises InvalidArgument for a reason that the queue does not offer."""
        reasons = {verdict.reason for verdict in verdicts} - {""}
        known = await self._settings.fresh(project, view.queue)
        if not reasons <= set(known.review.reasons):
            raise errors.InvalidArgument(
                "verdict.reason", "must be one of the queue's rejection_reasons"
            )
        return known.review

    async def _write(
        self,
        place: Place,
        person: int,
        ask: Decide,
        chosen: _Chosen,
        experts: Mapping[str, Any] | str,
    ) -> Outcome:
        said = {str(unit): _said(one) for unit, one in chosen.verdicts.items() if _said(one)}
        decisions = [[unit, int(one.action)] for unit, one in chosen.verdicts.items()]
        return await self._change(
            *(place, person, ask),
            said={"units": said} if said else {},
            decisions=decisions,
            experts=experts,
        )

    async def _change(
        self,
        place: Place,
        person: int,
        ask: Decide | ReportMissing,
        *,
        said: Mapping[str, Any],
        decisions: Sequence[Sequence[int]] = (),
        missing: int = 0,
        experts: Mapping[str, Any] | str = "",
    ) -> Outcome:
        """Content first: what is said of units is in no event."""
        content = await kept_said(self._content, place.project, said) if said else 0
        return await self._ledger.change(
            *(place.project, "decide", ask.change.key, place.actor),
            person=person,
            entry=ask.hold.task.entry,
            slot=ask.hold.task.slot,
            token=ask.hold.token,
            decisions=list(decisions),
            missing=missing,
            content=content,
            experts=experts,
        )

    async def _decided(
        self, place: Place, person: int, ask: Decide, outcome: Outcome
    ) -> told.Decided:
        event = happened(outcome)
        body = event.body
        answer = told.Decided(
            seq=event.seq,
            units=len(some(body["units"])),
            finished=bool(body["ended"]),
            task_state=TaskState(body["state"] or TaskState.IN_REVIEW),
        )
        if not (ask.then_next and answer.finished):
            return answer
        review, none = await self._reviewing.next(place, person, int(body["queue"]))
        return dataclasses.replace(answer, next=review, none=none)

    async def _refusal(
        self, project: int, person: int, hold: Hold, outcome: Outcome, units: Mapping[int, UnitView]
    ) -> errors.DibsError:
        if outcome.word == "not_pending":
            unit = units[int(value(outcome))]
            return errors.UnitNotPending(str(hold.task), unit.external_id)
        return await self._lost.error(project, hold, person, outcome)


def _named(ask: Decide, units: Mapping[int, UnitView]) -> dict[int, Verdict]:
    """By number, what is said of units by their ids, or those of their issues.

    Raises UnitNotFound, IssueNotFound, InvalidArgument.
    """
    numbers = {one.external_id: number for number, one in units.items() if number < MISSING}
    verdicts: dict[int, Verdict] = {}
    for place, one in enumerate(ask.units):
        by_issue = one.issue_id != ""
        number = unit_of(one.issue_id, units) if by_issue else numbers.get(one.unit_id)
        if number is None:
            raise errors.UnitNotFound(str(ask.hold.task), one.unit_id)
        if number in verdicts:
            named = "issue_id" if by_issue else "unit_id"
            raise errors.InvalidArgument(f"decisions[{place}].{named}", "must be named once")
        verdicts[number] = one.verdict
    return verdicts


def _said(verdict: Verdict) -> dict[str, str]:
    """What goes with a decision, as content."""
    said = {"reason": verdict.reason, "text": verdict.comment, "edits": verdict.edits}
    return {name: text for name, text in said.items() if text}
