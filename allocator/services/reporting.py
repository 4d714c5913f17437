"""GetWorkload and GetForecast: who has how much, and when the rest will be done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from allocator import report_words as words
from allocator import requests
from allocator.filters import Compare, Order
from allocator.ports import AssignmentView, Done, Left, Listings, Loads, Views, WallClock
from allocator.ports.lists import ListAsk
from allocator.services.assignment_ids import id_of
from allocator.services.door import Door
from allocator.strategies import workload
from allocator.strategies.estimates import Finished, Remaining, estimate
from allocator.strategies.workload import Open

DAY_MS: Final = 24 * 60 * 60 * 1000
WORKLOAD: Final = "ReportService.GetWorkload"
FORECAST: Final = "ReportService.GetForecast"
MOST_ASSIGNMENTS: Final = 11_000
"""Shares of 10,000 people, and 1,000 ranges."""


class Reporting:
    """Reads, and what the strategies say of it."""

    def __init__(
        self, *, loads: Loads, listings: Listings, views: Views, door: Door, clock: WallClock
    ) -> None:
        self._loads = loads
        self._listings = listings
        self._views = views
        self._door = door
        self._clock = clock

    async def workload(self, ask: words.GetWorkload) -> words.Workload:
        """Who has how much; for owners, in their queues. Raises QueueNotFound, PermissionDenied."""
        place, scope = await self._door.scope(ask.look, WORKLOAD, queue=ask.queue_id)
        queues = None if scope.everything else scope.queues
        if ask.queue_id:
            queues = (await self._door.queue(place.project, ask.queue_id),)
            await self._door.there(place.project, *queues)
        await self._views.wait_for(place.project, ask.look.min_seq)
        now_ms = self._clock.now_ms()
        since_ms = now_ms - ask.window_ms
        rows = await self._loads.people(place.project, queues, since_ms, now_ms - now_ms % DAY_MS)
        open_ = {row.person: Open(row.open, row.weight) for row in rows}
        active = {row.person: open_[row.person] for row in rows if row.active}
        too_many = workload.overloaded(active)
        people = tuple(
            words.PersonWorkload(
                load=row,
                idle=row.active
                and workload.idle(open_[row.person], seen_ms=row.seen_ms, now_ms=now_ms),
                overloaded=row.person in too_many,
            )
            for row in rows
        )
        urgent, tasks = await self._loads.marked(place.project, queues)
        return words.Workload(
            people=people,
            since_ms=since_ms,
            urgent=urgent,
            tasks=tasks,
            urgent_share=workload.urgent_share(urgent, tasks),
        )

    async def forecast(self, ask: requests.LookAt) -> words.QueueForecast:
        """When a queue and its assignments will be done. Raises QueueNotFound, PermissionDenied."""
        place = await self._door.permit(ask.look, FORECAST, queue=ask.id)
        queue = await self._door.queue(place.project, ask.id)
        await self._door.there(place.project, queue)
        await self._views.wait_for(place.project, ask.look.min_seq)
        now_ms = self._clock.now_ms()
        done = await self._loads.done(place.project, queue)
        by_person: dict[int, list[Done]] = {}
        for one in done:
            by_person.setdefault(one.person, []).append(one)
        assignments = await self._assignments(place.project, queue)
        view = await self._views.queue(place.project, queue)
        due_ms = view.settings["rules"]["due_ms"] if view else 0
        left = await self._loads.left(place.project, queue)
        rows = await self._loads.shares(place.project, queue)

        def told() -> words.QueueForecast:
            shares = tuple(
                _share(
                    queue,
                    assignments[row.person, row.range],
                    Left(row.open, row.weight),
                    row.touched_ms,
                    by_person.get(row.person, ()),
                    now_ms,
                )
                for row in rows
                if (row.person, row.range) in assignments
            )
            whole = _forecast(left, done, due_ms, now_ms)
            return words.QueueForecast(now_ms=now_ms, queue=whole, shares=shares)

        return await asyncio.to_thread(told)  # a thousand resamples for each of the people

    async def _assignments(
        self, project: int, queue: int
    ) -> Mapping[tuple[int, int], AssignmentView]:
        """By person and range."""
        of_queue = Compare(field="queue", operator="=", value=queue)
        order = Order(field="queue_id", down=False)
        ask = ListAsk(order=order, limit=MOST_ASSIGNMENTS, filter=of_queue)
        found = await self._listings.assignments(project, ask)
        return {(view.person, view.range): view for view in found}


def _share(
    queue: int,
    view: AssignmentView,
    left: Left,
    touched_ms: int,
    done: Sequence[Done],
    now_ms: int,
) -> words.ShareForecast:
    took = [one.spent_ms for one in done if one.spent_ms]
    handling_ms = round(median(took)) if took else None
    open_ = Open(*left)
    return words.ShareForecast(
        assignment_id=id_of(queue, view.person, view.range),
        person_id=view.person_id,
        forecast=_forecast(left, done, view.due_ms, now_ms),
        touched_ms=touched_ms,
        handling_ms=handling_ms,
        aging=workload.aging(open_, touched_ms=touched_ms, now_ms=now_ms),
        too_small=workload.too_small(left.tasks, handling_ms=handling_ms),
        too_large=workload.too_large(left.tasks, handling_ms=handling_ms),
    )


def _forecast(left: Left, done: Sequence[Done], due_ms: int, now_ms: int) -> words.Forecast:
    marks = [Finished(one.wall, one.weight) for one in done]
    found = estimate(marks, Remaining(left.tasks, left.weight), now_ms=now_ms)
    open_, due = Open(*left), due_ms or None
    takes = (found.takes_ms, found.low_ms, found.high_ms) if found else ()
    finish_ms, earliest_ms, latest_ms = (now_ms + ms for ms in takes) if takes else [None] * 3
    risk = workload.deadline_risk(open_, found, due_ms=due, now_ms=now_ms)
    return words.Forecast(
        tasks=left.tasks,
        weight=left.weight,
        finish_ms=finish_ms,
        earliest_ms=earliest_ms,
        latest_ms=latest_ms,
        due_ms=due_ms,
        risk=risk,
        overdue=workload.overdue(open_, due_ms=due, now_ms=now_ms),
        at_risk=workload.at_risk(risk),
    )
