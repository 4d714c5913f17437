"""Steering queues that people work in: their settings, and whether work goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from allocator import answers, requests_control
from allocator import operation_words as words
from allocator.model import PauseMode, QueueSettings
from allocator.ports import Event, Ledger, Outcome, Views
from allocator.services import queue_update
from allocator.services.beginning import Beginning
from allocator.services.door import Door, Place
from allocator.services.named import Names, set_seq_of
from allocator.services.outcomes import happened, value
from allocator.services.queue_writing import QueueWriting
from dibs import errors

TRIES = 3


class Steering:
    """What QueueService does to queues in use."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        writing: QueueWriting,
        views: Views,
        door: Door,
        names: Names,
        beginning: Beginning,
    ) -> None:
        self._ledger = ledger
        self._writing = writing
        self._views = views
        self._door = door
        self._names = names
        self._beginning = beginning

    async def update(self, ask: requests_control.UpdateQueue) -> answers.Queue:
        """Change settings; whoever else changes them at the same time is seen.

        Raises QueueNotFound, EtagMismatch, PersonNotFound, GroupNotFound,
        InvalidArgument, PermissionDenied.
        """
        queue_id = ask.queue.queue_id
        place = await self._door.permit(ask.change, "QueueService.UpdateQueue", queue=queue_id)
        queue_update.check_paths(ask.paths)
        queue = await self._door.queue(place.project, queue_id)
        asked = await self.numbered(place, ask)
        for _ in range(TRIES):
            found = await self._writing.found(place.project, queue)
            outcome = await self._write(place, ask, found, asked)
            if outcome.word == "no_group":
                raise await self._names.no_group(place.project, int(value(outcome)))
            if outcome.word != "stale_etag":
                return await self._written(place.project, happened(outcome))
            if ask.etag:
                raise errors.EtagMismatch(queue_id)
        raise errors.StaleSettings(queue_id)

    async def pause(self, ask: requests_control.PauseQueue) -> words.Paused:
        """Give nobody anything there; a recall takes back what is not started. Or resume.

        Raises QueueNotFound, QueueArchived, PermissionDenied.
        """
        verb = "ResumeQueue" if ask.mode is PauseMode.RUNNING else "PauseQueue"
        place = await self._door.permit(ask.change, f"QueueService.{verb}", queue=ask.queue_id)
        event = await self._steer(place, ask, "pause_queue", mode=int(ask.mode))
        recalls = ask.mode is PauseMode.RECALL
        operation = await self._beginning.follow(place, event) if recalls else None
        return words.Paused(seq=event.seq, operation=operation)

    async def archive(self, ask: requests_control.ArchiveQueue) -> answers.Seq:
        """Put a queue away, or take it out again.

        Raises QueueNotFound, PermissionDenied.
        """
        verb = "ArchiveQueue" if ask.archived else "UnarchiveQueue"
        place = await self._door.permit(ask.change, f"QueueService.{verb}", queue=ask.queue_id)
        event = await self._steer(place, ask, "archive_queue", archived=ask.archived)
        return answers.Seq(seq=event.seq)

    async def contributors(self, ask: requests_control.Contributors) -> words.Contributed:
        """Let people and groups into a restricted queue, or take them out.

        Raises QueueNotFound, QueueNotRestricted, PersonNotFound, GroupNotFound,
        InvalidArgument, QueueArchived, PermissionDenied.
        """
        verb = "AddContributors" if ask.joins else "RemoveContributors"
        place = await self._door.permit(ask.change, f"QueueService.{verb}", queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        people = await self._names.people(place.project, ask.person_ids)
        groups = await self._names.group_numbers(place.project, ask.group_ids)
        outcome = await self._ledger.change(
            *(place.project, "change_contributors", ask.change.key, place.actor),
            queue=queue,
            mode="add" if ask.joins else "remove",
            people=list(people.values()),
            groups=list(groups.values()),
        )
        if outcome.word != "ok":
            raise _not_so(ask, outcome, people, groups)
        event = happened(outcome)
        operation = None if ask.joins else await self._beginning.follow(place, event)
        queue_now = await self._written(place.project, event)
        return words.Contributed(queue=queue_now, operation=operation)

    async def _steer(
        self, place: Place, ask: requests_control.OnQueue, name: str, **inputs: Any
    ) -> Event:
        queue = await self._door.queue(place.project, ask.queue_id)
        outcome = await self._ledger.change(
            place.project, name, ask.change.key, place.actor, queue=queue, **inputs
        )
        return happened(outcome)

    async def numbered(self, place: Place, ask: requests_control.UpdateQueue) -> QueueSettings:
        """What is asked for, with the numbers of whom it names."""
        asked, people, groups = ask.queue.settings, frozenset[int](), frozenset[int]()
        owner = 0
        if "allowed_assignees" in ask.paths:
            people = await self._names.members(place.project, ask.queue.allowed)
        if "allowed_groups" in ask.paths:
            groups = await self._names.groups(place.project, ask.queue.groups)
        if "owner" in ask.paths:
            if not ask.queue.owner:
                raise errors.InvalidArgument("queue.owner", "must name a member of the project")
            owner = await self._names.owner(place.project, ask.queue.owner)
        if "related_queue_ids" in ask.paths:
            await self._names.related(place.project, ask.queue.queue_id, asked.related)
        shares = await self._names.shares(place.project, ask.queue.shares)
        return dataclasses.replace(asked, allowed=people, groups=groups, owner=owner, shares=shares)

    async def _write(
        self,
        place: Place,
        ask: requests_control.UpdateQueue,
        found: Mapping[str, Any],
        asked: QueueSettings,
    ) -> Outcome:
        """The function compares etags, after it has looked for a repeat."""
        before = await self._writing.settings(place.project, found)
        return await self._writing.write(
            *(place.project, ask.change.key, place.actor),
            found=found,
            after=self._writing.changed(before, asked, ask.paths),
            expected=set_seq_of(ask.etag) if ask.etag else None,
        )

    async def _written(self, project: int, event: Event) -> answers.Queue:
        await self._views.wait_for(project, event.seq)
        view = await self._views.queue(project, event.body["queue"])
        paused = view.settings["paused"] if view else 0
        found = {**event.body, "set_seq": event.seq, "paused": paused}
        return await self._names.queue(project, found, view.created_ms if view else 0, event.seq)


def _not_so(
    ask: requests_control.Contributors,
    outcome: Outcome,
    people: Mapping[str, int],
    groups: Mapping[str, int],
) -> errors.DibsError:
    """Why contributors were not changed; nobody was."""
    word = outcome.word
    if word == "not_restricted":
        return errors.QueueNotRestricted(ask.queue_id)
    number = int(value(outcome))
    field = "person_ids" if number > 0 and word != "no_group" else "group_ids"
    if word == "too_many":
        return errors.InvalidArgument(field, f"must not make it more than {abs(number)} of them")
    by_number = {n: i for i, n in (groups if field == "group_ids" else people).items()}
    name = by_number[abs(number)]
    if word == "no_member":
        return errors.PersonNotFound(name)
    if word == "no_group":
        return errors.GroupNotFound(name)
    given = ask.group_ids if field == "group_ids" else ask.person_ids
    return errors.InvalidArgument(
        f"{field}[{given.index(name)}]", "must be among those whom the queue allows by name"
    )
