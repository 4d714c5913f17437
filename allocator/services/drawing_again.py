"""What of past submissions is to be reviewed, and by whom: by more people, or by present rates."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from allocator.filters import All, Compare, Order
from allocator.model import Meaning, TaskId, TaskKind, TaskState
from allocator.ports import Earlier, Reviews, TaskView, UnitView, Views
from allocator.ports.lists import ListAsk
from allocator.services.adapting import Adapting
from allocator.services.drawing import (
    Drawing,
    groups_of,
    how_of,
    packed,
    rejects_of,
    unit_of,
)
from allocator.services.queue_settings import Known
from reviewqueue.model import MISSING, WHOLE_TASK, Unit, UnitState
from reviewqueue.sampling import sample

SUBMITTED: Final = frozenset({TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED})
"""Where a task is that has a status."""
OPEN: Final = frozenset({UnitState.NOT_SAMPLED, UnitState.PENDING, UnitState.APPROVED})
"""What can be looked at once more. Of other units it is settled what becomes of them."""
MOST_REVIEWS: Final = 1000
"""So many reviews of a task are looked at, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """A submission, as the views have it: its units in order, and who has reviewed which."""

    view: TaskView
    earlier: Earlier
    meaning: Meaning
    units: Sequence[UnitView]
    reviewers: Mapping[int, frozenset[int]]

    @property
    def authors(self) -> set[int]:
        """Everybody who ever submitted it."""
        return {self.view.person, *self.earlier.authors}

    def told(self, groups: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """As the function reads it."""
        return {
            "round": max(self.earlier.round, 1),
            "authors": sorted(self.authors),
            "meaning": int(self.meaning),
            "status": self.view.status,
            "missing": self.earlier.missing,
            "groups": groups,
            "rejects": rejects_of(self.earlier),
        }


NOT_SUBMITTED: Final[Mapping[str, Any]] = {
    "round": 0,
    "authors": [],
    "meaning": 0,
    "status": 0,
    "missing": 0,
    "groups": [],
}
"""Of a task that has no status, as far as is known; the function says so if that is right."""


class DrawingAgain:
    """Names units of past submissions, and who may review them."""

    def __init__(
        self, *, views: Views, reviews: Reviews, drawing: Drawing, adapting: Adapting
    ) -> None:
        self._views = views
        self._adapting = adapting
        self._reviews = reviews
        self._drawing = drawing

    async def more(
        self, project: int, task: TaskId, known: Known, how: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """One more review of each of `units` (none: of all) by whoever has not had it.

        `people`: among whom a reviewer is chosen; nobody: as the settings say. None: there is
        nothing that could be looked at again.
        """
        past = await self._past(project, task, known)
        if past is None:
            return NOT_SUBMITTED
        units, people = how["units"], how["people"]
        wanted = [
            one for one in past.units if one.state in OPEN and (not units or one.unit in units)
        ]
        return _told(past, known, wanted, people)

    async def forced(
        self, project: int, task: TaskId, known: Known, units: Sequence[int]
    ) -> Mapping[str, Any] | None:
        """A review of each of the units (none: of all) that is not under review; None: all are."""
        past = await self._past(project, task, known)
        if past is None:
            return NOT_SUBMITTED
        wanted = [
            one
            for one in past.units
            if one.state in OPEN - {UnitState.PENDING} and (not units or one.unit in units)
        ]
        return _told(past, known, wanted)

    async def drawn(
        self, project: int, task: TaskId, known: Known, _: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """The units that the present rates draw, and that nobody was to look at. None: no unit.

        A unit is drawn for as it was when it was new, so that a higher rate only adds.
        """
        past = await self._past(project, task, known)
        if past is None:
            return None
        left = [one for one in past.units if one.state == UnitState.NOT_SAMPLED]
        wanted: list[UnitView] = []
        key = lambda one: (one.first_round, one.author)  # noqa: E731 - of two calls
        for (round_, author), some in groupby(sorted(left, key=key), key=key):
            subject = await self._drawing.subject(project, past.view.queue, task, round_)
            views = list(some)
            classes = [one.class_name for one in views]
            review = await self._adapting.of(project, author, known.review, task, classes)
            how = how_of(review, author, past.meaning)
            drawn = sample(
                [unit_of(one) for one in views], how=how, seed=known.review.seed, subject=subject
            )
            wanted += [one for one in views if one.unit in drawn.numbers]
        return _told(past, known, wanted)

    async def _past(self, project: int, task: TaskId, known: Known) -> _Past | None:
        """What was submitted of a task that has a status."""
        view = await self._views.task(project, task.entry, task.slot)
        if view is None or view.state not in SUBMITTED or not view.status:
            return None
        earlier, done = await asyncio.gather(
            self._reviews.earlier(project, task), self._reviewers(project, task)
        )
        meaning = known.settings.statuses[view.status - 1].meaning
        units = units_of(view, earlier, meaning)
        return _Past(
            view=view,
            earlier=earlier,
            meaning=meaning,
            units=units,
            reviewers={
                one.unit: done.get((earlier.round, one.unit), frozenset())
                | ({one.reviewer} if one.reviewer else set())
                for one in units
            },
        )

    async def _reviewers(
        self, project: int, task: TaskId
    ) -> Mapping[tuple[int, int], frozenset[int]]:
        """By round and unit, who reviewed it, has it for review, or is to."""
        of_task = (
            Compare(field="entry", operator="=", value=task.entry),
            Compare(field="slot", operator="=", value=task.slot),
            Compare(field="kind", operator="=", value=TaskKind.REVIEW - 1),
            Compare(field="state", operator="!=", value=int(TaskState.REMOVED)),
        )
        newest = Order(field="create_time", down=True)
        ask = ListAsk(filter=All(of_task), order=newest, after=(), limit=MOST_REVIEWS)
        found: dict[tuple[int, int], frozenset[int]] = {}
        for one in await self._reviews.reviews(project, ask):
            people = {one.person or one.mapped} - {0}
            for unit in one.units:
                at = (one.round, unit)
                found[at] = found.get(at, frozenset()) | people
        return found


def units_of(view: TaskView, earlier: Earlier, meaning: Meaning) -> Sequence[UnitView]:
    """Its units as they are now; what has none, or is discarded, is one."""
    there = [one for one in earlier.units if one.unit < MISSING and one.state != UnitState.DELETED]
    whole = [one for one in there if one.unit == WHOLE_TASK]
    if meaning is Meaning.DISCARD or not there:
        return whole or [_whole(view, max(earlier.round, 1))]
    return there


def _whole(view: TaskView, round_: int) -> UnitView:
    """A submission that nobody ever looked at as a whole."""
    return UnitView(
        queue=view.queue,
        entry=view.entry,
        slot=view.slot,
        unit=WHOLE_TASK,
        external_id="",
        class_name="",
        digest=b"",
        author=view.person,
        state=int(UnitState.NOT_SAMPLED),
        round=round_,
        first_round=round_,
        rejects=0,
        reviewer=0,
        action=0,
        acted_ms=0,
        issue=0,
    )


def _told(
    past: _Past, known: Known, wanted: Iterable[UnitView], people: Sequence[int] = ()
) -> Mapping[str, Any] | None:
    """The units in groups; those that others have reviewed, or are to, are not for them."""
    together: dict[frozenset[int], list[Unit]] = {}
    for one in wanted:
        others = past.reviewers[one.unit] - past.authors
        together.setdefault(others, []).append(unit_of(one))
    groups = [
        {**group, "others": sorted(others)}
        for others, units in together.items()
        for group in _grouped(past, known, units, others, people)
    ]
    return past.told(groups) if groups else None


def _grouped(
    past: _Past,
    known: Known,
    units: Sequence[Unit],
    others: frozenset[int],
    people: Sequence[int],
) -> Sequence[Mapping[str, Any]]:
    """For one of the people, if there are any, or for whom the settings name."""
    numbers = [unit.number for unit in units]
    if people:
        return [{"candidates": people, "units": numbers, "by": 0}]
    unable = past.authors | others
    return packed(groups_of(numbers, units, known.review, past.view.person, unable))
