"""A project that is made: its rows, and its first event."""

from __future__ import annotations

from allocator.ports import Directory, Ledger, NewProject, ProjectRow
from allocator.requests import Change
from dibs import errors


async def made(directory: Directory, ledger: Ledger, change: Change, row: ProjectRow) -> NewProject:
    """Make a project; whoever finds it half made finishes it first.

    Raises ProjectAlreadyExists, also for one that was deleted or purged; to a
    repeat, ProjectNotFound if it is.
    """
    new = await directory.create_project(change.key, row, change.actor, "")
    try:
        await ledger.change(
            *(new.row.project, "create_project", None, new.admin),
            admin=new.admin,
            fast=new.row.fast,
        )
    except errors.ProjectNotFound:
        if new.mine:  # it was made by this request, and deleted since
            raise
    if not new.mine:
        raise errors.ProjectAlreadyExists(row.external_id)
    return new
