"""QueueService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

import dataclasses
from typing import Any

from allocator import answers, requests
from allocator import operation_words as words
from allocator import requests_control as asked
from allocator.model import (
    DEFAULT_STATUSES,
    QA_STATUSES,
    Meaning,
    QueueSettings,
    SkipPolicy,
    Status,
)
from allocator.ports import OnDuplicate
from allocator.wire import batches, common, distribution, figures, operation, origin
from dibs.v1 import duplicates_pb2
from dibs.v1 import queue_pb2 as pb

SERVICE = "/dibs.v1.QueueService/"

_DEFAULTS = QueueSettings(queue=0)
_UNSET: Any = None
"""For a field that is not said, whatever type it has."""


def create_queue(request: pb.CreateQueueRequest) -> requests.CreateQueue:
    return settled(request, request.queue_id, common.change(SERVICE + "CreateQueue", request))


def update_queue(request: pb.UpdateQueueRequest) -> asked.UpdateQueue:
    change = common.change(SERVICE + "UpdateQueue", request)
    return asked.UpdateQueue(
        queue=settled(request, request.queue_id, change),
        paths=tuple(request.update_mask.paths),
        etag=request.queue.etag,
        change=change,
    )


def get_queue(request: pb.GetQueueRequest) -> requests.LookAt:
    return requests.LookAt(look=common.look(request), id=request.queue_id)


def list_queues(request: pb.ListQueuesRequest) -> requests.ListOf:
    ask = common.list_of(request)
    return dataclasses.replace(
        ask,
        include_archived=request.include_archived,
        read_mask=common.read_mask(request, pb.Queue),
    )


def get_depth(request: pb.GetQueueDepthRequest) -> requests.LookAt:
    return requests.LookAt(look=common.look(request), id=request.queue_id)


def attach_dataset(request: pb.AttachDatasetRequest) -> requests.AttachDataset:
    return requests.AttachDataset(
        queue_id=request.queue_id,
        dataset_id=request.dataset_id,
        priority=common.priority_of(request),
        not_before_ms=_not_before(request),
        on_duplicate=OnDuplicate(request.on_duplicate or OnDuplicate.WARN),
        change=common.change(SERVICE + "AttachDataset", request),
    )


def add_items(request: pb.AddItemsRequest) -> requests.AddItems:
    return requests.AddItems(
        queue_id=request.queue_id,
        dataset_id=request.dataset_id,
        external_ids=tuple(request.external_ids),
        priority=common.priority_of(request),
        not_before_ms=_not_before(request),
        on_duplicate=OnDuplicate(request.on_duplicate or OnDuplicate.WARN),
        change=common.change(SERVICE + "AddItems", request),
    )


def add_contributors(request: pb.AddContributorsRequest) -> asked.Contributors:
    return asked.Contributors(
        queue_id=request.queue_id,
        joins=True,
        person_ids=tuple(request.person_ids),
        group_ids=tuple(request.group_ids),
        change=common.change(SERVICE + "AddContributors", request),
    )


def remove_contributors(request: pb.RemoveContributorsRequest) -> asked.Contributors:
    return asked.Contributors(
        queue_id=request.queue_id,
        joins=False,
        person_ids=tuple(request.person_ids),
        group_ids=tuple(request.group_ids),
        change=common.change(SERVICE + "RemoveContributors", request),
    )


def added_contributors(answer: words.Contributed) -> pb.AddContributorsResponse:
    return pb.AddContributorsResponse(seq=answer.queue.seq, queue=_queue(answer.queue))


def removed_contributors(answer: words.Contributed) -> pb.RemoveContributorsResponse:
    recall = operation.shown(answer.operation) if answer.operation else None
    return pb.RemoveContributorsResponse(
        seq=answer.queue.seq, queue=_queue(answer.queue), operation=recall
    )


def _not_before(request: pb.AttachDatasetRequest | pb.AddItemsRequest) -> int:
    """Wall time in whole milliseconds, rounded up; 0: unset, or before 1970."""
    if not request.HasField("not_before"):
        return 0
    time = request.not_before
    return max(0, time.seconds * 1000 - (-time.nanos // 1_000_000))


def created_queue(answer: answers.Queue) -> pb.CreateQueueResponse:
    return pb.CreateQueueResponse(seq=answer.seq, queue=_queue(answer))


def updated_queue(answer: answers.Queue) -> pb.UpdateQueueResponse:
    return pb.UpdateQueueResponse(seq=answer.seq, queue=_queue(answer))


def queue(answer: answers.Queue) -> pb.GetQueueResponse:
    return pb.GetQueueResponse(queue=_queue(answer))


def queues(
    answer: answers.Listed[answers.Queue], read_mask: tuple[str, ...]
) -> pb.ListQueuesResponse:
    return pb.ListQueuesResponse(
        queues=[common.masked(_queue(row), read_mask) for row in answer.rows],
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def depth(answer: answers.Depth) -> pb.GetQueueDepthResponse:
    return pb.GetQueueDepthResponse(
        seq=answer.seq,
        tasks=figures.by_state(answer.tasks),
        available=answer.available,
        held=answer.held,
        oldest_waiting_age=common.duration(answer.oldest_age_ms),
        next_free=common.timestamp(answer.next_free_ms),
        items_pending=answer.items_pending,
        items_not_added=answer.items_not_added,
        pause_mode=common.number(answer.paused),
        archived=answer.archived,
        review=_review_depth(answer.review),
    )


def _review_depth(review: answers.ReviewDepth | None) -> pb.ReviewDepth | None:
    if review is None:
        return None
    return pb.ReviewDepth(
        enabled=review.enabled,
        waiting=review.waiting,
        held=review.held,
        expert_waiting=review.expert_waiting,
        expert_held=review.expert_held,
        oldest_age=common.duration(review.oldest_age_ms),
        backpressure=review.pressed,
    )


def attached(answer: answers.Attached) -> pb.AttachDatasetResponse:
    return pb.AttachDatasetResponse(seq=answer.seq, already_done=_done(answer.done))


def added(answer: answers.Added) -> pb.AddItemsResponse:
    return pb.AddItemsResponse(seq=answer.seq, added=answer.added, already_done=_done(answer.done))


def _done(done: answers.AlreadyDone) -> duplicates_pb2.AlreadyDone:
    return duplicates_pb2.AlreadyDone(
        items=done.items, items_is_lower_bound=done.at_least, queue_ids=done.queue_ids
    )


def settled(request: Any, queue_id: str, change: requests.Change) -> requests.CreateQueue:
    queue = request.queue
    return requests.CreateQueue(
        queue_id=queue_id,
        settings=_settings(queue),
        allowed=tuple(queue.allowed_assignees),
        groups=tuple(queue.allowed_groups),
        owner=queue.owner,
        shares=distribution.shares(queue),
        is_qa=queue.type == pb.QUEUE_TYPE_QA,
        source_id=queue.source_queue_id,
        change=change,
    )


def _settings(queue: pb.Queue) -> QueueSettings:
    lease = queue.lease_duration if queue.HasField("lease_duration") else None
    batch_size, max_workload = batches.sizes(queue)
    return QueueSettings(
        queue=0,
        display_name=queue.display_name,
        slots=queue.slots if queue.HasField("slots") else _DEFAULTS.slots,
        lease_ms=_DEFAULTS.lease_ms if lease is None else common.milliseconds(lease),
        max_held=queue.max_held if queue.HasField("max_held") else _DEFAULTS.max_held,
        priority=common.priority(queue.priority),
        restricted=_restricted(queue),
        batch_size=batch_size,
        max_workload=max_workload,
        distributed=distribution.dealing(queue),
        statuses=(
            *(QA_STATUSES if queue.type == pb.QUEUE_TYPE_QA else DEFAULT_STATUSES),
            *(Status(name=s.name, meaning=Meaning(s.meaning)) for s in queue.statuses),
        ),
        classes=tuple(queue.unit_classes),
        allow_pick=queue.allow_pick,
        manual=queue.manual_mode,
        hidden=queue.hide_unassigned,
        reassess=queue.allow_reassessment,
        skip_policy=SkipPolicy(queue.skip_policy or _DEFAULTS.skip_policy),
        max_skips=queue.max_skips if queue.HasField("max_skips") else _DEFAULTS.max_skips,
        due_ms=common.epoch_ms(queue.due_time) if queue.HasField("due_time") else 0,
        description=queue.description,
        recipe_ref=queue.recipe_ref,
        instruction_ref=queue.instruction_ref,
        source_query=queue.source_query,
        tags=tuple(queue.tags),
        related=tuple(queue.related_queue_ids),
        channel=origin.channel(queue),
        pipeline=origin.pipeline(queue),
        metadata=dict(queue.metadata),
        source_statuses=tuple(queue.source_statuses),
        follow=not queue.HasField("follow") or queue.follow,
    )


def _restricted(queue: pb.Queue) -> bool:
    if queue.HasField("restricted"):
        return queue.restricted
    return bool(queue.allowed_assignees or queue.allowed_groups)


def _queue(answer: answers.Queue) -> pb.Queue:
    settings = answer.settings
    return pb.Queue(
        queue_id=answer.queue_id,
        display_name=settings.display_name,
        type=pb.QUEUE_TYPE_QA if settings.is_qa else pb.QUEUE_TYPE_LABELING,
        source_queue_id=answer.source,
        source_statuses=settings.source_statuses,
        follow=settings.follow if settings.is_qa else _UNSET,
        slots=settings.slots,
        lease_duration=common.duration(settings.lease_ms),
        allowed_assignees=answer.allowed,
        allowed_groups=answer.groups,
        allowed_actions=map(common.number, answer.actions),
        restricted=settings.restricted,
        priority=common.priority_out(settings.priority),
        max_held=settings.max_held,
        batches=batches.sizes_out(settings, answer.batches),
        distribution=distribution.out(settings, answer.shares),
        statuses=[
            pb.Status(name=status.name, meaning=common.number(status.meaning))
            for status in settings.statuses[len(DEFAULT_STATUSES) :]
        ],
        unit_classes=settings.classes,
        allow_pick=settings.allow_pick,
        manual_mode=settings.manual,
        hide_unassigned=settings.hidden,
        allow_reassessment=settings.reassess,
        skip_policy=common.number(settings.skip_policy),
        max_skips=settings.max_skips,
        create_time=common.timestamp(answer.created_ms or None),
        due_time=common.timestamp(settings.due_ms or None),
        description=settings.description,
        recipe_ref=settings.recipe_ref,
        instruction_ref=settings.instruction_ref,
        source_query=settings.source_query,
        tags=settings.tags,
        related_queue_ids=settings.related,
        channel=common.number(settings.channel),
        pipeline=origin.pipeline_out(settings.pipeline),
        metadata=settings.metadata,
        owner=answer.owner,
        etag=answer.etag,
        pause_mode=common.number(answer.paused),
        archived=answer.archived,
        **(figures.of_queue(answer.figures) if answer.figures else {}),
    )
