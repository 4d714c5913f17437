"""What becomes of a project as a whole: its settings, its end, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from allocator import answers
from allocator import requests_projects as requests
from allocator.ports import Content, Directory, Event, Ledger, ProjectRow, ProjectView, Views
from allocator.services.door import Door, Place
from allocator.services.named import etag_of, set_seq_of
from allocator.services.outcomes import happened, value
from dibs import errors

TRIES = 3
UPDATE = "ProjectService.UpdateProject"
DELETE = "ProjectService.DeleteProject"
UNDELETE = "ProjectService.UndeleteProject"
NO_TEXTS: Final[Mapping[str, Any]] = {"ontology_ref": "", "instruction_ref": "", "tags": ()}
"""What is text of the settings beside the name, where nothing was said."""


class ProjectLife:
    """UpdateProject, DeleteProject and UndeleteProject of ProjectService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        content: Content,
        views: Views,
        door: Door,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content
        self._views = views
        self._door = door

    async def update(self, ask: requests.UpdateProject) -> answers.Project:
        """Change settings; whoever else changes them at the same time is seen.

        Raises EtagMismatch, PermissionDenied.
        """
        place = await self._door.permit(ask.change, UPDATE)
        for _ in range(TRIES):
            found = value(await self._ledger.read(place.project, "project"))
            content = await self._named(place.row, ask, found["content"])
            outcome = await self._ledger.change(
                *(place.project, "update_project", ask.change.key, place.actor),
                **_changed(found, ask, content),
            )
            if outcome.word != "stale_etag":
                return await self._written(place, happened(outcome))
            if ask.etag:
                raise errors.EtagMismatch(project_id=place.row.external_id)
        raise errors.StoreUnavailable

    async def delete(self, ask: requests.DeleteProject) -> answers.ProjectDeleted:
        """Nothing finds the project from this event on; the background purges it in its time.

        Raises ProjectNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.change, DELETE, even_deleted=True)
        outcome = await self._ledger.change(
            *(place.project, "delete_project", ask.change.key, place.actor),
            purge_after_ms=ask.purge_after_ms,
        )
        event = happened(outcome)
        await self._views.wait_for(place.project, event.seq)
        return answers.ProjectDeleted(
            seq=event.seq, deleted_ms=event.wall_ms, purge_ms=event.body["purge_ms"]
        )

    async def undelete(self, ask: requests.UndeleteProject) -> answers.Project:
        """The project is there again, as it was. The request is of a session without a project.

        Raises ProjectNotFound, ProjectNotDeleted, PermissionDenied.
        """
        place = await self._door.permit(ask.change, UNDELETE, even_deleted=True)
        key = ask.change.key
        await self._directory.claim(key, place.project)
        outcome = await self._ledger.change(
            place.project, "undelete_project", key.from_outside(), place.actor
        )
        if outcome.word == "not_deleted":
            raise errors.ProjectNotDeleted(place.row.external_id)
        event = happened(outcome)
        await self._views.wait_for(place.project, event.seq)
        return shown(await self._views.project(place.project) or place.row, seq=event.seq)

    async def _texts(self, row: ProjectRow, content: int) -> dict[str, Any]:
        """What is text of the settings: of a project that was never changed, its first name."""
        texts = {"display_name": row.display_name, **NO_TEXTS}
        if content:
            texts |= json.loads(await self._content.get(row.project, content))
        return texts

    async def _named(self, row: ProjectRow, ask: requests.UpdateProject, content: int) -> int:
        """The content that has the texts as they are to be."""
        given = {name: getattr(ask, name) for name in ("display_name", *NO_TEXTS)}
        texts = await self._texts(row, content)
        texts |= {name: text for name, text in given.items() if text is not None}
        texts["display_name"] = texts["display_name"] or row.external_id
        body = json.dumps(texts, sort_keys=True, ensure_ascii=False).encode()
        return (await self._content.put(row.project, body))[0]

    async def _written(self, place: Place, event: Event) -> answers.Project:
        texts = await self._texts(place.row, event.body["content"])
        return answers.Project(
            project_id=place.row.external_id,
            display_name=texts["display_name"],
            ontology_ref=texts["ontology_ref"],
            instruction_ref=texts["instruction_ref"],
            tags=tuple(texts["tags"]),
            fast=place.row.fast,
            created_ms=place.row.created_ms,
            status_locks=bool(event.body["status_locks"]),
            etag=etag_of(event.seq),
            seq=event.seq,
        )


def _changed(found: Mapping[str, Any], ask: requests.UpdateProject, content: int) -> dict[str, Any]:
    """The settings as they are to be, and as of which they were made."""
    locks = found["status_locks"] if ask.status_locks is None else ask.status_locks
    return {
        "expected": set_seq_of(ask.etag) if ask.etag else found["set_seq"],
        "content": content,
        "status_locks": bool(locks),
    }


def shown(row: ProjectRow | ProjectView, *, seq: int = 0) -> answers.Project:
    """A project as answers have it; of a new one only the row may be there yet."""
    view = row if isinstance(row, ProjectView) else None
    return answers.Project(
        project_id=row.external_id,
        display_name=row.display_name,
        fast=row.fast,
        created_ms=row.created_ms,
        seq=seq,
        ontology_ref=view.ontology_ref if view else "",
        instruction_ref=view.instruction_ref if view else "",
        tags=tuple(view.tags) if view else (),
        status_locks=view.status_locks if view else False,
        etag=etag_of(view.set_seq if view else 1),
        deleted_ms=view.deleted_ms if view else 0,
        purge_ms=view.purge_ms if view else 0,
    )
