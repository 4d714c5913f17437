"""Lots: what is full is drawn from, and what is decided of that decides about the rest.

Whoever follows may do so twice: the store refuses what is done already, and leaves out tasks
that wait for their lot no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from allocator.model import TaskId
from allocator.ports import Earlier, Ledger, LotReads, LotView, Reviews, Views
from allocator.services.drawing import Drawing, groups_of, packed, rejects_of, unit_of
from allocator.services.outcomes import some, value
from allocator.services.queue_settings import SettingsCache
from reviewqueue import lots
from reviewqueue.draws import LOT, draws
from reviewqueue.lots import Member, Verdict
from reviewqueue.model import MISSING, Unit, UnitState
from reviewqueue.settings import ReviewSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A task of a lot: who made it, and its units that nobody is to look at."""

    task: TaskId
    author: int
    earlier: Earlier
    units: Sequence[Unit]

    def told(self, review: ReviewSettings, chosen: Iterable[Unit]) -> list[Any]:
        """As the functions read it."""
        units = list(chosen)
        numbers = [one.number for one in units]
        groups = groups_of(numbers, units, review, self.author, {*self.earlier.authors})
        of = (self.task.entry, self.task.slot)
        return [*of, packed(groups), rejects_of(self.earlier)]


class JudgingLots:
    """Closes lots that are full, and judges those of which the sample is decided."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        reads: LotReads,
        reviews: Reviews,
        views: Views,
        settings: SettingsCache,
        drawing: Drawing,
    ) -> None:
        self._ledger = ledger
        self._reads = reads
        self._reviews = reviews
        self._views = views
        self._settings = settings
        self._drawing = drawing

    async def follow(self, project: int) -> None:
        """Do what is due of the project's lots."""
        due = await self._ledger.read(project, "due_lots")
        found = some(value(due))
        if not found:
            return
        await self._views.wait_for(project, due.seq)
        for number, closed in found:
            lot = await self._reads.lot(project, number)
            if lot is None:
                continue
            await (self._judge if closed else self._close)(project, number, lot)

    async def _close(self, project: int, number: int, lot: LotView) -> None:
        """Draw from it: what has the lowest draws is reviewed."""
        review = (await self._settings.whole(project, lot.queue)).review
        waiting = [await self._waiting(project, task) for task in lot.tasks]
        members = [m for one in waiting for m in await self._members(project, lot, review, one)]
        chosen: dict[TaskId, set[int]] = defaultdict(set)
        for one in lots.lowest(lot.drawn, members):
            chosen[TaskId(entry=one.entry, slot=one.slot)].add(one.unit)
        told = [
            one.told(review, [unit for unit in one.units if unit.number in chosen[one.task]])
            for one in waiting
            if chosen[one.task]
        ]
        await self._ledger.change(*(project, "close_lot", None, 0), lot=number, tasks=told)

    async def _judge(self, project: int, number: int, lot: LotView) -> None:
        """Once enough is decided: all is well, or all the rest is reviewed."""
        verdict = lots.verdict(lot.accepted, rejected=lot.rejected, pending=lot.pending)
        if verdict is Verdict.OPEN:
            return
        passed = verdict is Verdict.ACCEPTED
        review = (await self._settings.whole(project, lot.queue)).review
        waiting = [await self._waiting(project, task) for task in lot.tasks]
        told = [one.told(review, [] if passed else one.units) for one in waiting]
        await self._ledger.change(
            *(project, "judge_lot", None, 0), lot=number, passed=int(passed), tasks=told
        )

    async def _waiting(self, project: int, task: TaskId) -> _Waiting:
        earlier = await self._reviews.earlier(project, task)
        left = [
            one
            for one in earlier.units
            if one.unit < MISSING and one.state == UnitState.NOT_SAMPLED
        ]
        return _Waiting(
            task=task,
            author=left[0].author if left else 0,
            earlier=earlier,
            units=[unit_of(one) for one in left],
        )

    async def _members(
        self, project: int, lot: LotView, review: ReviewSettings, one: _Waiting
    ) -> Sequence[Member]:
        subject = await self._drawing.subject(project, lot.queue, one.task, one.earlier.round)
        draw = draws(seed=review.seed, purpose=LOT, subject=subject)
        of = (one.task.entry, one.task.slot)
        return [Member(draw(unit.name), *of, unit.number) for unit in one.units]
