"""The RPCs that steer queues in use, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.field_mask_pb2 import FieldMask

from dibs.call import Call, Scope
from dibs.v1 import control_pb2 as pb
from dibs.v1 import queue_pb2 as queues

_QUEUE = "/dibs.v1.QueueService/"


def update_queue(
    scope: Scope, queue: str, settings: queues.Queue, paths: Iterable[str]
) -> Call[queues.UpdateQueueResponse]:
    """Change the settings that `paths` name; `settings.etag`, if set, must be the last one."""
    request = queues.UpdateQueueRequest(
        **scope.where(), queue_id=queue, queue=settings, update_mask=FieldMask(paths=paths)
    )
    return Call(_QUEUE + "UpdateQueue", request, queues.UpdateQueueResponse, scope.project)


def pause_queue(
    scope: Scope, queue: str, mode: pb.PauseMode = pb.PAUSE_MODE_UNSPECIFIED
) -> Call[pb.PauseQueueResponse]:
    """Give nobody anything there until it is resumed; RECALL takes back what is not started."""
    request = pb.PauseQueueRequest(**scope.where(), queue_id=queue, mode=mode)
    return Call(_QUEUE + "PauseQueue", request, pb.PauseQueueResponse, scope.project)


def resume_queue(scope: Scope, queue: str) -> Call[pb.ResumeQueueResponse]:
    """Let the queue give work again."""
    request = pb.ResumeQueueRequest(**scope.where(), queue_id=queue)
    return Call(_QUEUE + "ResumeQueue", request, pb.ResumeQueueResponse, scope.project)


def archive_queue(scope: Scope, queue: str) -> Call[pb.ArchiveQueueResponse]:
    """Put a queue away: closed, out of lists, and without changes."""
    request = pb.ArchiveQueueRequest(**scope.where(), queue_id=queue)
    return Call(_QUEUE + "ArchiveQueue", request, pb.ArchiveQueueResponse, scope.project)


def unarchive_queue(scope: Scope, queue: str) -> Call[pb.UnarchiveQueueResponse]:
    """Take a queue out again, as it was."""
    request = pb.UnarchiveQueueRequest(**scope.where(), queue_id=queue)
    return Call(_QUEUE + "UnarchiveQueue", request, pb.UnarchiveQueueResponse, scope.project)


def add_contributors(
    scope: Scope, queue: str, person_ids: Iterable[str] = (), group_ids: Iterable[str] = ()
) -> Call[queues.AddContributorsResponse]:
    """Let people and groups into a restricted queue, all or none."""
    request = queues.AddContributorsRequest(
        **scope.where(), queue_id=queue, person_ids=person_ids, group_ids=group_ids
    )
    return Call(_QUEUE + "AddContributors", request, queues.AddContributorsResponse, scope.project)


def remove_contributors(
    scope: Scope, queue: str, person_ids: Iterable[str] = (), group_ids: Iterable[str] = ()
) -> Call[queues.RemoveContributorsResponse]:
    """Take people and groups out of a restricted queue; their open tasks go to the pool."""
    request = queues.RemoveContributorsRequest(
        **scope.where(), queue_id=queue, person_ids=person_ids, group_ids=group_ids
    )
    return Call(
        _QUEUE + "RemoveContributors", request, queues.RemoveContributorsResponse, scope.project
    )
