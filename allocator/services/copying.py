"""CopyProject: a project that takes over what was asked for of another one, and no work."""

from __future__ import annotations

from collections.abc import Sequence

from allocator import operation_words as words
from allocator.ports import Directory, Ledger, Outcome, ProjectRow, Views
from allocator.requests_projects import CopyProject
from allocator.services.beginning import Beginning
from allocator.services.door import Door, Place
from allocator.services.making import made
from allocator.services.template import Step, Template
from allocator.strategies.operations import Verb

COPY = "ProjectService.CopyProject"
NOWHERE = -1
"""A dataset that never is: an operation over it begins only if it has begun already."""


class Copying:
    """CopyProject of ProjectService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        views: Views,
        door: Door,
        template: Template,
        beginning: Beginning,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._views = views
        self._door = door
        self._template = template
        self._beginning = beginning

    async def copy(self, ask: CopyProject) -> words.Operation:
        """Make the project, and begin to fill it; a repeat finishes what is half begun.

        Raises ProjectAlreadyExists, DatasetNotFound, QueueNotFound, InvalidArgument,
        PermissionDenied; to a repeat, ProjectNotFound if the copy was deleted.
        """
        source = await self._door.permit(ask.change, COPY)
        known = await self._directory.project(ask.new) is not None
        # What cannot be copied is refused before there is a project.
        steps = None if known else await self._template.steps(source, ask)
        place = await self._made(source, ask)
        if steps is None:
            outcome = await self._begin(source, place, ask, (), dataset=NOWHERE)
            if outcome.word == "ok":  # a repeat has its answer, whatever has become of the source
                return await self._beginning.carried(place, outcome)
            steps = await self._template.steps(source, ask)
        return await self._beginning.carried(place, await self._begin(source, place, ask, steps))

    async def _made(self, source: Place, ask: CopyProject) -> Place:
        view = await self._views.project(source.project)
        row = ProjectRow(
            project=0,
            external_id=ask.new,
            display_name=ask.display_name or (view or source.row).display_name,
            fast=source.row.fast,
            created_ms=0,
        )
        new = await made(self._directory, self._ledger, ask.change, row)
        return Place(row=new.row, actor=new.admin)

    async def _begin(
        self,
        source: Place,
        place: Place,
        ask: CopyProject,
        steps: Sequence[Step],
        dataset: int = 0,
    ) -> Outcome:
        return await self._beginning.begin_steps(
            *(place, ask.change.key.from_outside(), Verb.COPY_PROJECT, steps),
            {"source": source.project},
            dataset,
        )
