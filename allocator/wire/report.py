"""ReportService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import activity_words as words
from allocator import answers, requests
from allocator.wire import common
from dibs.v1 import report_pb2 as pb

BEAT_S = 10.0


def list_activity(request: pb.ListActivityRequest) -> requests.ListOf:
    return common.list_of(request, request.queue_id)


def activities(answer: answers.Listed[words.Activity]) -> pb.ListActivityResponse:
    return pb.ListActivityResponse(
        activity=map(activity, answer.rows),
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def watch(request: pb.WatchRequest) -> words.Watch:
    beat = request.heartbeat_interval if request.HasField("heartbeat_interval") else None
    return words.Watch(
        look=requests.Look(project=request.project_id, actor=request.actor),
        queue_id=request.queue_id,
        from_seq=request.from_seq,
        beat_s=BEAT_S if beat is None else common.milliseconds(beat) / 1000,
    )


def watched(answer: words.Watched) -> pb.WatchResponse:
    told = answer.activity
    return pb.WatchResponse(seq=answer.seq, activity=activity(told) if told else None)


def activity(row: words.Activity) -> pb.Activity:
    return pb.Activity(
        seq=row.seq,
        change=row.change,
        create_time=common.timestamp(row.created_ms),
        actor=row.actor,
        person_ids=row.people,
        queue_ids=row.queue_ids,
        dataset_id=row.dataset_id,
        tasks=map(_task, row.tasks),
        count=row.count,
        reason=row.reason,
        operation_id=str(row.operation) if row.operation else "",
    )


def _task(task: words.ActivityTask) -> pb.ActivityTask:
    return pb.ActivityTask(
        task_id=str(task.task),
        all_slots=task.all_slots,
        queue_id=task.queue_id,
        person=task.person,
        state=common.number(task.state) if task.state else None,
        lease_token=task.token,
        previous_person=task.before,
        dataset_id=task.item.dataset,
        external_id=task.item.external_id,
    )
