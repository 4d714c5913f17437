"""Who would get what of somebody's open tasks: what a plan is made from, and the plan."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from allocator import requests_assigning as asked
from allocator.model import Cause, TaskState
from allocator.ports import Directory, HeldRange, Items, Ledger, Moves, OpenTask, Ranges, Views
from allocator.services.assignment_ids import somebodys
from allocator.services.dealing import DealingOut
from allocator.services.door import Door, Place
from allocator.services.lists import Lists
from allocator.services.outcomes import some, value
from allocator.strategies.distribution import Addition, WrongSharesError, shares_of
from allocator.strategies.redistribution import (
    Held,
    Redistribution,
    Scope,
    Sharing,
    Target,
    WrongTargetsError,
    all_targets,
    check_domain,
    named_targets,
    redistribute,
)
from dibs import errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a plan is made from, as of event `as_of`: of what the source has `open` some `tasks`."""

    place: Place
    queue: int
    queue_id: str
    source: int
    rules: Mapping[str, Any]
    as_of: int
    open: Sequence[OpenTask]
    tasks: Sequence[OpenTask]
    ranges: Sequence[HeldRange]


class Planning:
    """Reads what stands, and spreads tasks over people; changes nothing."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        views: Views,
        moves: Moves,
        ranges: Ranges,
        door: Door,
        lists: Lists,
        dealing: DealingOut,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._views = views
        self._moves = moves
        self._ranges = ranges
        self._door = door
        self._lists = lists
        self._dealing = dealing

    async def ground(self, place: Place, queue_id: str, source: str, filter_: str = "") -> Ground:
        queue = await self._door.queue(place.project, queue_id)
        outcome = await self._ledger.read(place.project, "queue", queue=queue)
        person = await self._door.person(place.project, source)
        await self._views.wait_for(place.project, outcome.seq)
        all_ = tasks = await self._moves.open_of(place.project, queue, person)
        if filter_:
            rows = await self._lists.rows(place.project, queue, filter_)
            chosen = {(row.entry, row.slot) for row in rows}
            tasks = [task for task in tasks if (task.entry, task.slot) in chosen]
        return Ground(
            place=place,
            queue=queue,
            queue_id=queue_id,
            source=person,
            rules=value(outcome)["rules"],
            as_of=outcome.seq,
            open=all_,
            tasks=tasks,
            ranges=await self._ranges.of_person(place.project, queue, person),
        )

    async def narrowed(self, ground: Ground, id_: str) -> Ground:
        """Only what an assignment of the source is: a range, or the share without the ranges.

        Raises AssignmentNotFound, InvalidArgument.
        """
        queue, person, number = somebodys(id_)
        ranges = [one for one in ground.ranges if one.number == number]
        if queue != ground.queue or not (ranges or person == ground.source):
            if number and await self._ranges.extent(ground.place.project, queue, number) is None:
                raise errors.AssignmentNotFound(id_)
            right = "must be a share or a range of from_person in the queue"
            raise errors.InvalidArgument("assignment_id", right)
        inside = [_lies_in(task, ranges or ground.ranges) == bool(number) for task in ground.tasks]
        tasks = [task for task, wanted in zip(ground.tasks, inside, strict=True) if wanted]
        return replace(ground, tasks=tasks, ranges=ranges)

    async def target(self, ground: Ground, person_id: str, *, all_domains: bool) -> Target:
        """One who is to get everything. Raises PersonNotFound, InvalidArgument."""
        project = ground.place.project
        person = await self._door.person(project, person_id)
        outsider = (await self._outsiders(project, [person])).get(person, "")
        target = Target(person, refused=await self._refused(ground, person), outsider=outsider)
        try:
            check_domain(target, "to_person", all_domains=all_domains)
        except WrongTargetsError as wrong:
            raise errors.InvalidArgument(wrong.name, str(wrong)) from None
        return target

    async def _outsiders(self, project: int, people: Sequence[int]) -> Mapping[int, str]:
        """Those of them who are not the project's own people: who, of which domain."""
        domains = await self._directory.people_domains(project, people)
        ids = await self._directory.people_ids(project, domains)
        return {one: f"{ids[one]!r} of domain {domain!r}" for one, domain in domains.items()}

    async def _refused(self, ground: Ground, person: int) -> Cause | None:
        """Why somebody can have nothing in the queue, if so."""
        classes = await self._classes(ground, [person])
        if classes[person] is None:
            member = (await self._door.record(ground.place.project, person)).member
            return (
                Cause.NOT_A_MEMBER if not (member.member and member.active) else Cause.NOT_ALLOWED
            )
        return None

    async def _classes(
        self, ground: Ground, people: Sequence[int]
    ) -> Mapping[int, frozenset[int] | None]:
        """The classes that each may do; None: they may not work there."""
        outcome = await self._ledger.read(
            ground.place.project, "dealt", queue=ground.queue, people=list(people), entries=[]
        )
        rows = some(value(outcome)["skills"])
        stand = some(value(outcome)["stand"])
        return {
            person: frozenset(some(classes)) if stands else None
            for person, classes, stands in zip(people, rows, stand, strict=True)
        }

    async def targets(self, ground: Ground, ask: asked.PlanRedistribution) -> Sequence[Target]:
        """Those of whom it was asked who take part. Raises InvalidArgument, PersonNotFound."""
        project = ground.place.project
        loads = await self._moves.loads(project, ground.queue)
        known = await self._moves.known_in(project, ground.queue)
        shares = await self._dealing.shares(project, ground.rules)
        assigned = known | {share.person for share in shares}
        if ask.everybody == bool(ask.targets):
            right = "must be set if and only if there are no targets"
            raise errors.InvalidArgument("all_contributors", right)
        if ask.everybody:
            people = [share.person for share in shares]
            parts: Sequence[Fraction] = [Fraction(1)] * len(people)
        else:
            people = [await self._door.person(project, one) for one, _ in ask.targets]
            parts = _parts(people, [load for _, load in ask.targets])
        outsiders = await self._outsiders(project, people)
        targets = [
            Target(
                person,
                load=part,
                open=loads.get(person, 0),
                assigned=person in assigned,
                refused=await self._refused(ground, person),
                outsider=outsiders.get(person, ""),
            )
            for person, part in zip(people, parts, strict=True)
        ]
        choose = all_targets if ask.everybody else named_targets
        try:
            return choose(
                targets,
                source=ground.source,
                only_unassigned=ask.only_unassigned,
                all_domains=ask.all_domains,
            )
        except WrongTargetsError as wrong:
            raise errors.InvalidArgument(wrong.name, str(wrong)) from None

    async def spread(
        self, ground: Ground, targets: Sequence[Target], scope: Scope, sharing: Sharing
    ) -> Redistribution:
        """Who gets what, and what stays."""
        people = [target.person for target in targets]
        classes = await self._classes(ground, people)
        may = {
            class_: frozenset(p for p in people if class_ in (classes[p] or ()))
            for class_ in {task.class_ for task in ground.tasks}
        }
        weights = await self._weights(ground)

        def spread() -> Redistribution:
            held = [
                Held(
                    Addition(
                        task.entry,
                        task.slot,
                        weights[task.entry],
                        may=may[task.class_],
                        without=task.others,
                    ),
                    TaskState(task.state),
                    annotated=task.annotated,
                    issues=task.returned,
                )
                for task in ground.tasks
            ]
            ranges = [(one.first_entry, one.last_entry) for one in ground.ranges]
            return redistribute(
                held, targets, now_ms=0, scope=scope, sharing=sharing, ranges=ranges
            )

        return await asyncio.to_thread(spread)  # seconds, if it is 100,000 tasks

    async def _weights(self, ground: Ground) -> Mapping[int, float]:
        items = await self._items.of_entries(
            ground.place.project, {task.entry for task in ground.tasks}
        )
        return {entry: item.weight for entry, item in items.items()}


def _lies_in(task: OpenTask, ranges: Sequence[HeldRange]) -> bool:
    """Whether it is at a place of one of the ranges, which are in order."""
    place = bisect_left(ranges, task.entry, key=lambda one: one.last_entry)
    return place < len(ranges) and ranges[place].first_entry <= task.entry


def _parts(people: Sequence[int], loads: Sequence[float | None]) -> Sequence[Fraction]:
    """Raises InvalidArgument."""
    given = [load for load in loads if load is not None]
    if given and len(given) != len(loads):
        place = loads.index(None)
        raise errors.InvalidArgument(f"targets[{place}].load", "must be set, as it is for others")
    try:
        return [share.load for share in shares_of(people, given or None)]
    except WrongSharesError as wrong:
        raise errors.InvalidArgument("targets", str(wrong)) from None
