"""ADAPTIVE: the rates of a submission by what reviews found of its author and classes so far."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from allocator.model import TaskId
from allocator.ports import Items, QualityReads, Views
from reviewqueue.adaptive import WINDOW, Adaptive, Figures
from reviewqueue.sampling import How, Rates
from reviewqueue.settings import ReviewSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted(Rates):
    """Rates of one submission: those of discards as they were set, all others as was found."""

    plan: Adaptive
    figures: Mapping[str, Figures] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    attributes: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    def of_work(self, author: int) -> How:
        """What applies to units by this annotator, whose figures these are."""
        return self.plan.of_work(self.figures, self.attributes)


class Adapting:
    """Puts the rates of a submission in place of those of its queue, where the plan says so."""

    def __init__(self, *, items: Items, views: Views, quality: QualityReads) -> None:
        self._items = items
        self._views = views
        self._quality = quality

    async def of(
        self,
        project: int,
        person: int,
        review: ReviewSettings,
        task: TaskId,
        classes: Iterable[str],
    ) -> ReviewSettings:
        """The settings as they are for units of these classes, by this person."""
        plan = review.adaptive
        if plan is None or not review.enabled:
            return review
        named = sorted({*classes, ""})
        figures = await self._figures(project, review.queue, person, named, plan)
        items = await self._items.of_entries(project, [task.entry])
        rates = review.rates
        adapted = Adapted(
            overall=rates.overall,
            discard=rates.discard,
            plan=plan,
            figures=figures,
            attributes=items[task.entry].attributes,
        )
        return dataclasses.replace(review, rates=adapted)

    async def _figures(
        self, project: int, queue: int, person: int, classes: list[str], plan: Adaptive
    ) -> Mapping[str, Figures]:
        """By class, as of now: of the views, which are seldom a second behind."""
        as_of = await self._views.position(project)
        found = await self._quality.first_reviews(project, queue, person, classes, WINDOW)
        of_author, of_class = await self._quality.submitted_units(
            project, queue, person, classes, plan.new_units
        )
        return {
            one.class_name: Figures(
                reviewed=one.reviewed,
                rejected=one.rejected,
                of_author=of_author,
                of_class=of_class[one.class_name],
                as_of=as_of,
            )
            for one in found
        }
