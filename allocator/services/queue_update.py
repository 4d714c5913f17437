"""What of a queue's settings can change, and to what. Pure: settings in, settings out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from allocator.model import DEFAULT_STATUSES, QueueSettings
from allocator.services import queue_settings
from dibs import errors

PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "display_name": ("display_name",),
    "description": ("description",),
    "lease_duration": ("lease_ms",),
    "allowed_assignees": ("allowed",),
    "allowed_groups": ("groups",),
    "restricted": ("restricted",),
    "priority": ("priority",),
    "max_held": ("max_held",),
    "statuses": ("statuses",),
    "unit_classes": ("classes",),
    "recipe_ref": ("recipe_ref",),
    "instruction_ref": ("instruction_ref",),
    "source_query": ("source_query",),
    "tags": ("tags",),
    "related_queue_ids": ("related",),
    "channel": ("channel",),
    "pipeline": ("pipeline",),
    "metadata": ("metadata",),
    "due_time": ("due_ms",),
    "owner": ("owner",),
    "allow_pick": ("allow_pick",),
    "manual_mode": ("manual",),
    "hide_unassigned": ("hidden",),
    "allow_reassessment": ("reassess",),
    "skip_policy": ("skip_policy",),
    "max_skips": ("max_skips",),
    "batches": ("batch_size", "max_workload"),
    "distribution": ("distributed", "shares"),
    "follow": ("follow",),
    "source_statuses": ("source_statuses",),
}
"""Fields of the message Queue that an update_mask may name: the settings behind each."""

FIXED: Final = frozenset({"queue_id", "type", "slots", "source_queue_id"})
OF_QA: Final = frozenset({"follow", "source_statuses"})
"""Fields that are chosen when a queue is made, and stay."""


def check_paths(paths: Sequence[str]) -> None:
    """Raises InvalidArgument for a field that cannot change, or that is none."""
    for path in paths:
        if path in FIXED:
            raise errors.InvalidArgument(f"queue.{path}", "cannot change once the queue is made")
    if not paths or not set(paths) <= PATHS.keys():
        raise errors.InvalidArgument("update_mask", f"must name some of {', '.join(PATHS)}")


def changed(before: QueueSettings, asked: QueueSettings, paths: Sequence[str]) -> QueueSettings:
    """`before`, with what the paths name as `asked` has it.

    Raises InvalidArgument if statuses that the queue has are not kept as they are,
    or if it would get batches or a distribution, or lose them.
    """
    for path in paths:
        if path in OF_QA and not before.is_qa:
            raise errors.InvalidArgument(f"queue.{path}", "must not be set unless type is QA")
    own = len(DEFAULT_STATUSES)
    asked = dataclasses.replace(asked, statuses=(*before.statuses[:own], *asked.statuses[own:]))
    names = {name for path in paths for name in PATHS[path]}
    after = dataclasses.replace(before, **{name: getattr(asked, name) for name in names})
    if after.statuses[: len(before.statuses)] != before.statuses:
        has = ", ".join(repr(status.name) for status in before.statuses[2:])
        right = f"must begin with those the queue has, as they are ({has}); new ones follow"
        raise errors.InvalidArgument("queue.statuses", right)
    if bool(after.batch_size) != bool(before.batch_size):
        word = "cannot be taken from" if before.batch_size else "cannot be given to"
        raise errors.InvalidArgument("queue.batches", f"{word} a queue once it is made")
    if bool(after.distributed) != bool(before.distributed):
        word = "cannot be taken from" if before.distributed else "cannot be given to"
        raise errors.InvalidArgument("queue.distribution", f"{word} a queue once it is made")
    return after


def check(settings: QueueSettings, lease_floor_ms: int) -> None:
    """Raises InvalidArgument for settings that no queue may have."""
    if settings.lease_ms < lease_floor_ms:
        floor_s = lease_floor_ms / 1000
        raise errors.InvalidArgument("queue.lease_duration", f"must be {floor_s:g} s to 30 d")
    queue_settings.check_batches(settings)
    queue_settings.check_shares(settings)
    queue_settings.check_origin(settings)
