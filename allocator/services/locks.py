"""Whether a status is a lock: a setting of the project (checklist D37)."""

from __future__ import annotations

from allocator.ports import Ledger
from allocator.services.named_tasks import DONE
from allocator.services.outcomes import value
from dibs import errors

_FINISHED = frozenset(state.name for state in DONE)


async def status_locks(ledger: Ledger, project: int) -> bool:
    """Whether a status must be removed before the work is edited, as of now."""
    return bool(value(await ledger.read(project, "project"))["status_locks"])


async def of_edit(ledger: Ledger, project: int, error: errors.DibsError) -> errors.DibsError:
    """The error of what edits a task: that a status locks it, where that is why."""
    if not isinstance(error, errors.WrongTaskState) or error.state not in _FINISHED:
        return error
    if await status_locks(ledger, project):
        return errors.StatusLocked(error.metadata["task_id"])
    return error
