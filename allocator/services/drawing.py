"""What of a submission is to be reviewed, and by whom: computed before the function is called.

What needs the live state (who has least to do, who is active) the function
decides, group by group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from allocator.filters import All, Compare, Order
from allocator.model import Meaning, QueueSettings, TaskId, TaskKind, TaskState
from allocator.ports import Directory, Earlier, Items, Reviews, ReviewView, UnitView, Views
from allocator.ports.lists import ListAsk
from allocator.requests import Submit
from allocator.services.adapting import Adapting
from reviewqueue.choice import By, Group, group
from reviewqueue.corrections import Given, Known, resubmit
from reviewqueue.draws import LOT, REVIEW, Subject
from reviewqueue.experts import Judged, judge
from reviewqueue.lots import held
from reviewqueue.model import WHOLE_TASK, Due, Unit, UnitState
from reviewqueue.record import Applied, Rule
from reviewqueue.sampling import How, sample
from reviewqueue.settings import ReviewSettings

MOST_GROUPS: Final = 100
"""A submission makes no more review tasks."""
BY: Final = {By.NONE: 0, By.CLASS: 1, By.ANNOTATOR: 2, By.REVIEWER: 4}
"""How a reviewer was chosen, as numbered in the log; 3: nobody of the named may."""
OFF: Final = Applied(rule=Rule.GLOBAL, rate=0.0)


DUE_OF_DONE: Final = {
    UnitState.NOT_SAMPLED: Due.DRAWN,
    UnitState.PENDING: Due.ALWAYS,
    UnitState.APPROVED: Due.NEVER,
    UnitState.RETURNED: Due.ALWAYS,
    UnitState.RESOLVED: Due.ALWAYS,
    UnitState.REJECTED: Due.NEVER,
}
"""Of work that was discarded and is done after all: what is open still is looked at in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What the function is told of the review of a submission: `review` "" if there is none."""

    review: dict[str, Any] | str = ""
    sampled: bytes = b""


class Drawing:
    """Draws units of submissions, and names who may review them."""

    def __init__(
        self,
        *,
        directory: Directory,
        items: Items,
        views: Views,
        reviews: Reviews,
        adapting: Adapting,
    ) -> None:
        self._directory = directory
        self._adapting = adapting
        self._items = items
        self._views = views
        self._reviews = reviews

    async def earlier(self, project: int, ask: Submit, seq: int) -> Earlier:
        """What was submitted of the task before, as of event `seq` at least."""
        await self._views.wait_for(project, seq)
        return await self._reviews.earlier(project, ask.hold.task)

    async def of(
        self,
        project: int,
        person: int,
        ask: Submit,
        settings: QueueSettings,
        review: ReviewSettings,
        meaning: Meaning,
        earlier: Earlier | None,
    ) -> Drawn:
        """What is to be reviewed of a submission, by the settings, after what was before."""
        if not review.enabled and earlier is None:
            return Drawn()
        before = earlier or Earlier(round=0, authors=(), missing=0, units=())
        given = [] if meaning is Meaning.DISCARD else _given(ask)
        units = resubmit([_known(one) for one in before.units], given)
        subject = await self.subject(project, settings.queue, ask.hold.task, before.round + 1)
        waits = waiting(review, meaning, units.units)
        how = held if waits else how_of(review, person, meaning)
        purpose = LOT if waits else REVIEW
        drawn = sample(units.units, how=how, seed=review.seed, subject=subject, purpose=purpose)
        authors = {person, *before.authors}
        groups = groups_of(drawn.numbers, units.units, review, person, authors)
        return Drawn(
            review={
                "round": before.round + 1,
                "known": int(earlier is not None),
                "resolve": int(ask.resolve),
                "gone": list(units.gone),
                "authors": sorted(before.authors),
                "missing": before.missing,
                "groups": packed(groups),
                "rejects": [[unit, times] for unit, times in units.rejects.items()],
                "waits": waits,
            },
            sampled=drawn.record.pack(),
        )

    async def passed(self, project: int, task: TaskId) -> bool:
        """Whether a review of what was submitted of a task last was finished."""
        of_task = [
            Compare(field="entry", operator="=", value=task.entry),
            Compare(field="slot", operator="=", value=task.slot),
            Compare(field="state", operator="=", value=int(TaskState.COMPLETED)),
        ]
        newest = ListAsk(
            filter=All(tuple(of_task)),
            order=Order(field="create_time", down=True),
            after=(),
            limit=1,
        )
        last = await self._reviews.reviews(project, newest)
        if not last:
            return False
        return last[0].round == (await self._reviews.earlier(project, task)).round

    async def of_done(
        self, project: int, task: TaskId, queue: int, review: ReviewSettings
    ) -> dict[str, Any] | str:
        """What is to be reviewed of a discarded task that is done now; "": nothing."""
        view = await self._views.task(project, task.entry, task.slot)
        if not review.enabled or view is None or view.state != TaskState.DISCARDED:
            return ""
        before = await self._reviews.earlier(project, task)
        there = [
            replace(unit_of(one), due=DUE_OF_DONE[UnitState(one.state)])
            for one in before.units
            if one.state != UnitState.DELETED
        ]
        units = there or [Unit(number=WHOLE_TASK)]
        round_ = max(before.round, 1)
        subject = await self.subject(project, queue, task, round_)
        classes = [unit.class_name for unit in units]
        adapted = await self._adapting.of(project, view.person, review, task, classes)
        how = adapted.rates.of_work(view.person)
        drawn = sample(units, how=how, seed=review.seed, subject=subject)
        authors = {view.person, *before.authors}
        groups = groups_of(drawn.numbers, units, review, view.person, authors)
        return {
            "round": round_,
            "authors": sorted(authors),
            "missing": before.missing,
            "groups": packed(groups),
            "rejects": rejects_of(before),
        }

    async def for_experts(
        self,
        project: int,
        view: ReviewView,
        review: ReviewSettings,
        judged: Sequence[Judged],
    ) -> dict[str, Any] | str:
        """The units that go to an expert after these decisions, and who those are."""
        if review.experts is None or view.kind != TaskKind.REVIEW - 1:
            return ""
        task = TaskId(entry=view.entry, slot=view.slot)
        subject = await self.subject(project, view.queue, task, view.round)
        judgment = judge(judged, review.experts, seed=review.seed, subject=subject)
        return {"units": list(judgment.expert), "candidates": list(review.pool)}

    async def subject(self, project: int, queue: int, task: TaskId, round_: int) -> Subject:
        """Of what the units of a submission are."""
        queues = await self._directory.queue_ids(project, [queue])
        items = await self._items.of_entries(project, [task.entry])
        return Subject(
            queue=queues[queue],
            item=items[task.entry].external_id,
            slot=task.slot,
            round=round_,
        )


def how_of(review: ReviewSettings, author: int, meaning: Meaning) -> How:
    """Which rates apply; where no reviews are made any more, only what was begun goes on."""
    if not review.enabled:
        return lambda _: OFF
    if meaning is Meaning.DISCARD:
        return review.rates.of_discard
    return review.rates.of_work(author)


def waiting(review: ReviewSettings, meaning: Meaning, units: Sequence[Unit]) -> int:
    """How many units wait for their lot."""
    if not review.enabled or review.lots is None or meaning is Meaning.DISCARD:
        return 0
    return sum(unit.due is Due.DRAWN for unit in units)


def groups_of(
    numbers: Iterable[int],
    units: Sequence[Unit],
    review: ReviewSettings,
    author: int,
    authors: set[int],
) -> Sequence[Group]:
    """The units that were drawn, by who may review them; of too many groups the last are one."""
    chosen = set(numbers)
    groups = group(
        [unit for unit in units if unit.number in chosen],
        mappings=review.mappings,
        author=author,
        unable=authors,
        multi_review=review.multi_review,
    )
    if len(groups) <= MOST_GROUPS:
        return groups
    kept, rest = groups[: MOST_GROUPS - 1], groups[MOST_GROUPS - 1 :]
    together = Group(candidates=(), units=tuple(n for one in rest for n in one.units))
    return (*kept, together)


def rejects_of(before: Earlier) -> list[tuple[int, int]]:
    """In how many rounds each unit was rejected, as the functions read it."""
    return [(one.unit, one.rejects) for one in before.units if one.rejects]


def packed(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """As the functions read them."""
    return [
        {"candidates": list(one.candidates), "units": list(one.units), "by": BY[one.by]}
        for one in groups
    ]


def _given(ask: Submit) -> Sequence[Given]:
    work = ask.work
    return [
        Given(external_id=unit, class_name=name, digest=digest)
        for unit, name, digest in zip(work.ids, work.classes, work.digests, strict=True)
    ]


def unit_of(one: UnitView) -> Unit:
    """A unit, as it was submitted last."""
    return Unit(number=one.unit, external_id=one.external_id, class_name=one.class_name)


def _known(one: UnitView) -> Known:
    return Known(
        number=one.unit,
        external_id=one.external_id,
        class_name=one.class_name,
        digest=one.digest,
        state=UnitState(one.state),
        rejects=one.rejects,
        reviewer=one.reviewer,
    )
